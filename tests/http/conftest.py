"""Closes what a test opened, and starts services of their own for what the shared ones cannot show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import SECRETS
from tests.http import people
from tests.running import Service
from tests.servers import Postgres, Redis
from tests.vonage.callbacks import APPLICATION, SIGNATURE_SECRET, Caller
from tests.vonage.server import KEY, SECRET, StandIn, stand_in

DOTENV = f"""
ACCESS_SECRET=Hw7pLq2Zt9Xc4Vb8Nm1Kj6Gf3Ds5Aw0E-dotenv-access
REFRESH_SECRET=Ty5Ru8Io2Pa6Sd9Fg3Hj7Kl1Zx4Cv0B-dotenv-refresh
NEXMO_API_KEY={KEY}
NEXMO_API_SECRET={SECRET}
VONAGE_FROM=Recado
"""


@pytest.fixture(autouse=True)
async def close_clients() -> AsyncIterator[None]:
    yield
    await people.leave()


@dataclass(frozen=True)
class Carried:
    """A service that sends its texts to a stand-in of Vonage; its secrets come from a `.env` file."""

    service: Service
    vonage: StandIn

    async def verify(self, device: people.Device, phone: str) -> None:
        """Verify a number with the code that the stand-in gets."""
        self.vonage.script()
        before = len(self.vonage.requests)

        async def arrived() -> bool:
            return len(self.vonage.requests) > before

        assert (await device.ask("POST", "/me/phone", json={"phone": phone})).status_code == 202
        await people.wait_for(arrived)
        code = people.code_of(self.vonage.requests[-1]["body"]["text"])
        assert (await device.ask("POST", "/me/phone/verify", json={"code": code})).status_code == 204


@pytest.fixture(scope="session")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    folder = tmp_path_factory.mktemp("carried")
    (folder / ".env").write_text(DOTENV)
    with stand_in() as vonage:
        service = Service(folder, {"VONAGE_URL": vonage.url})
        try:
            yield Carried(service.start(), vonage)
        finally:
            service.stop()


PREVIOUS_SECRET = "the-signature-secret-before-that-0815"
TEXTED = {
    "NEXMO_API_KEY": KEY,
    "NEXMO_API_SECRET": SECRET,
    "VONAGE_FROM": "14155550100",
    "VONAGE_SIGNATURE_SECRET": f"{SIGNATURE_SECRET}, {PREVIOUS_SECRET}",
    "VONAGE_APPLICATION_ID": APPLICATION,
}


@dataclass(frozen=True)
class Texted(Carried):
    """A service that also takes callbacks: people can answer its texts, and receipts say what became of them."""

    caller: Caller

    def sent(self, phone: str) -> list[dict[str, Any]]:
        """The requests that carried a text to a number, oldest first."""
        return [request for request in list(self.vonage.requests) if request["to"] == phone.removeprefix("+")]

    def texts(self, phone: str) -> list[str]:
        """The texts that were sent to a number, oldest first."""
        return [request["body"]["text"] for request in self.sent(phone)]

    async def text(self, phone: str, text: str, **more: Any) -> None:
        """Somebody texts the service."""
        await asyncio.to_thread(self.caller.text, phone, text, **more)

    async def ask(self, phone: str, text: str, **more: Any) -> str:
        """Somebody texts the service; return what it answers them."""
        before = len(self.sent(phone))
        await self.text(phone, text, **more)
        return await self.next_text(phone, before)

    async def next_text(self, phone: str, before: int) -> str:
        """Wait for the text to a number that follows the first `before` ones."""

        async def arrived() -> bool:
            return len(self.sent(phone)) > before

        await people.wait_for(arrived)
        return self.texts(phone)[before]

    async def report(self, request: dict[str, Any], *statuses: str, **more: Any) -> None:
        """Vonage says what became of a text."""
        await asyncio.to_thread(self.caller.report, request, *statuses, **more)

    async def with_phone(self, device: people.Device, phone: str) -> None:
        """Verify a number with the code that is sent to it."""
        before = len(self.sent(phone))
        assert (await device.ask("POST", "/me/phone", json={"phone": phone})).status_code == 202
        code = people.code_of(await self.next_text(phone, before))
        assert (await device.ask("POST", "/me/phone/verify", json={"code": code})).status_code == 204


def _texted(service: Service, vonage: StandIn) -> Iterator[Texted]:
    try:
        yield Texted(service.start(), vonage, Caller(service.base_url, KEY))
    finally:
        service.stop()


@pytest.fixture(scope="session")
def texted_embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Texted]:
    with stand_in() as vonage:
        settings = {"VONAGE_URL": vonage.url, **TEXTED}
        yield from _texted(Service(tmp_path_factory.mktemp("texted"), settings), vonage)


@pytest.fixture(scope="session")
def texted_scaled(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, redis_server: Redis
) -> Iterator[Texted]:
    database = asyncio.run(postgres_server.new_database())
    with stand_in() as vonage:
        settings = {"VONAGE_URL": vonage.url, "DATABASE_URL": database, "REDIS_DSN": redis_server.url}
        settings |= {"RECADO_WORKERS": "2", **SECRETS, **TEXTED}
        yield from _texted(Service(tmp_path_factory.mktemp("texted-scaled"), settings), vonage)


@pytest.fixture(params=["embedded", "scaled"])
def texted(request: pytest.FixtureRequest) -> Texted:
    """The service with texts both ways, once in each set-up; one for the whole session, so make your own numbers."""
    return request.getfixturevalue(f"texted_{request.param}")
