"""Closes what a test opened, and starts services of their own for what the shared ones cannot show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from tests.http import people
from tests.running import Service
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
