"""The log: a line an event, each with its request, in two forms; and nothing secret in it, whatever is asked for."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recado.http.routes import ROUTES
from tests.conftest import SECRETS
from tests.http.conftest import TEXTED
from tests.http.people import PASSWORD, Device, Person, somebody, visitor, wait_for
from tests.running import Service
from tests.servers import Postgres, Redis
from tests.vonage.server import stand_in

PLANTED = "planted-secret-4711"
PHONE = "+5511987654321"
SIGN_INS = "ntfy-token-of-the-tests"
WRONG_TOKENS = ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ", PLANTED)


@dataclass
class Logged:
    service: Service
    form: str

    @property
    def text(self) -> str:
        return self.service.log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the log but the words of the start, read."""
        return [read(line, self.form) for line in self.text.splitlines() if line[:1] == "{" or "level=" in line]


def read(line: str, form: str) -> dict[str, Any]:
    if form == "json":
        return json.loads(line)
    found = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)(?: |$)', line)
    assert " ".join(f"{name}={value}" for name, value in found) == line
    return dict(found)


@pytest.fixture(params=["json", "logfmt"], scope="module")
def logged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """At the level debug; in JSON over SQLite, in logfmt by two processes over PostgreSQL and Redis."""
    with stand_in() as vonage:
        settings = {"RECADO_LOG_LEVEL": "debug", "VONAGE_URL": vonage.url, **TEXTED, **SECRETS}
        settings |= {"NTFY_URL": f"http://:{SIGN_INS}@127.0.0.1:1"}
        if request.param == "logfmt":
            server: Postgres = request.getfixturevalue("postgres_server")
            cache: Redis = request.getfixturevalue("redis_server")
            settings |= {"RECADO_LOG_FORM": "logfmt", "RECADO_WORKERS": "2"}
            settings |= {"DATABASE_URL": asyncio.run(server.new_database()), "REDIS_DSN": cache.url}
        service = Service(tmp_path_factory.mktemp("logged"), settings)
        try:
            yield Logged(service.start(), request.param)
        finally:
            service.stop()


def secrets_of(logged: Logged, *devices: Device) -> set[str]:
    """Everything that may not be in the log: what was planted, what came back, and the settings that are secret."""
    found = {PLANTED, PASSWORD, PHONE, PHONE[1:], SIGN_INS, *SECRETS.values(), "a-password-of-the-tests"}
    found |= {TEXTED["NEXMO_API_SECRET"], *TEXTED["VONAGE_SIGNATURE_SECRET"].split(", ")}
    for device in devices:
        found |= {device.tokens["access_token"], device.tokens["refresh_token"]}
        found |= {token.rpartition(".")[2] for token in (device.tokens["access_token"], device.tokens["refresh_token"])}
    return found


async def drive(device: Device, person: Person) -> set[str]:
    """Ask for every route, with what is right and with what is wrong; return the secrets that came back."""
    came = set[str]()
    nobody = person.service.client()  # what is asked here is no use of the contract
    for route in ROUTES:
        if (route.method, route.path) in {("GET", "/todo/events"), ("POST", "/logout"), ("DELETE", "/session")}:
            continue  # the first never ends, the others would
        path = re.sub(r"\{[^}]+\}", PLANTED, route.path)
        bodies: list[Any] = [None]
        if route.body is not None:
            bodies = [dict.fromkeys(("password", "current", "new", "code", "title", "username", "quick"), PLANTED)]
            bodies += [{"refresh_token": WRONG_TOKENS[0], "phone": PHONE, "email": f"{PLANTED}@example.org"}, [PLANTED]]
        for body in bodies:
            options: dict[str, Any] = {} if body is None else {"json": body}
            query = {"q": PLANTED, PLANTED: PLANTED}
            for token in (device.tokens["access_token"], *WRONG_TOKENS):
                headers = {"Authorization": f"Bearer {token}", "User-Agent": PLANTED, "If-Match": PLANTED}
                headers |= {"Cookie": f"recado_access={PLANTED}", "Idempotency-Key": PLANTED}
                answer = await nobody.request(route.method, path, params=query, headers=headers, **options)
                assert answer.status_code < 500, (route, answer.text)
                came |= handed_out(answer)
    await nobody.aclose()
    return came


def handed_out(answer: Any) -> set[str]:
    """The codes, topics and addresses in an answer that open something."""
    if answer.headers.get("content-type") != "application/json" or not isinstance(told := answer.json(), dict):
        return set()
    names = ("code", "topic", "address", "url", "access_token", "refresh_token", "link")
    return {told[name] for name in names if isinstance(told.get(name), str)}


async def test_no_route_writes_a_secret_into_the_log(logged: Logged) -> None:
    person = await somebody(logged.service)
    device, other = await person.device(), await person.device()
    came = await drive(device, person)
    assert (await device.ask("POST", "/me/phone", json={"phone": PHONE})).status_code == 202
    for path in ("/me/ntfy", "/feed"):
        came |= handed_out(await device.ask("POST", path, json={}))
    home = (await device.ask("POST", "/list", json={"name": PLANTED})).json()
    came |= handed_out(await device.ask("POST", f"/list/{home['id']}/invite"))
    await device.create(PLANTED)
    old = other.tokens["refresh_token"]
    for _ in range(2):
        assert (await other.refresh()).status_code == 201
        await other.status()
    assert (await other.client.post("/token/refresh", json={"refresh_token": old})).status_code == 401
    assert (await device.client.post("/login", json=person.credentials | {"password": PLANTED})).status_code == 401
    assert (await device.ask("POST", "/logout")).status_code == 200
    assert len(came) >= 3
    written = logged.text
    for secret in [*secrets_of(logged, device, other), *came, old]:
        assert secret not in written, secret
    lines = logged.lines()
    assert {line["level"] for line in lines} >= {"debug", "info", "warning"}
    assert all(line["timestamp"] and line["event"] for line in lines)


async def test_a_line_of_a_request_carries_the_name_that_its_answer_carries(logged: Logged) -> None:
    person = await somebody(logged.service)
    client = visitor(logged.service)
    wrong = await client.post("/login", json=person.credentials | {"password": "wrong"})
    right = await client.post("/login", json=person.credentials)
    for answer, event, status in ((wrong, "a sign-in failed", "401"), (right, "signed in", "200")):
        name = answer.headers["x-request-id"]
        mine = list[dict[str, Any]]()

        async def both(name: str = name, mine: list[dict[str, Any]] = mine) -> bool:
            mine[:] = [line for line in logged.lines() if line.get("request_id") == name]
            return len(mine) == 2

        await wait_for(both)
        assert [line["event"].strip('"') for line in mine] == [event, "request"]
        assert str(mine[-1]["status"]) == status
        assert mine[-1]["route"] == "/login"


async def test_a_name_with_control_characters_stays_on_its_line(logged: Logged) -> None:
    before = len(logged.text.splitlines())
    client = visitor(logged.service)
    name = 'ana\r\n{"level": "error"}\x1b[2J\u2028level=error'
    await client.post("/login", json={"username": name, "password": PASSWORD}, headers={"X-Forwarded-For": "1.2.3.4"})
    written = logged.text
    assert "\x1b" not in written
    assert "\u2028" not in written
    assert not [line for line in logged.lines()[before:] if line["level"] == "error"]


@pytest.mark.parametrize(("level", "kept"), [("warning", False), ("info", True)])
async def test_a_level_says_what_is_left_out(tmp_path: Path, level: str, kept: bool) -> None:
    service = Service(tmp_path, {"RECADO_LOG_LEVEL": level})
    try:
        service.start()
        await (await somebody(service)).device()
        written = service.log.read_text()
        assert ('"signed in"' in written) == kept
        assert '"request"' not in written
    finally:
        service.stop()
    assert ('"stopping"' in service.log.read_text()) == kept
