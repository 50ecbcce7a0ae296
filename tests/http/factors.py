"""What people have beside their password, as tests need it: an app that shows codes, and a browser with passkeys."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pyotp.totp import TOTP

from tests.http import people, stored
from tests.http.authenticator import Authenticator
from tests.http.people import Device, Person
from tests.running import Service

STEP = 30


def by_name(service: Service) -> dict[str, str]:
    """What a browser says that came by the name `localhost`, where passkeys are possible."""
    return {"Host": f"localhost:{service.port}"}


def authenticator(service: Service) -> Authenticator:
    return Authenticator(f"http://localhost:{service.port}")


@dataclass
class App:
    """An authenticator app. Each code is one that was not shown before, of the three that are good now."""

    secret: str
    shown: int = 0

    def code(self) -> str:
        step = max(self.shown + 1, _now_safely() // STEP - 1)
        assert step <= _now_safely() // STEP + 1, "all codes of this moment were shown"
        self.shown = step
        return TOTP(self.secret).generate_otp(step)

    def wrong(self) -> str:
        good = {TOTP(self.secret).generate_otp(_now_safely() // STEP + offset) for offset in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in good)


def _now_safely() -> int:
    """The time, not in the last second before all codes change."""
    left = STEP - time.time() % STEP
    if left < 1:
        time.sleep(left)
    return int(time.time())


@dataclass
class Secured:
    """Somebody with a second factor, and the device that set it up."""

    person: Person
    device: Device
    app: App | None = None
    codes: list[str] = field(default_factory=list)
    passkey: Authenticator | None = None


async def with_app(service: Service, name: str = "ana") -> Secured:
    """Sign somebody up who has an authenticator app."""
    person = await people.somebody(service, name)
    device = await person.device()
    app, codes = await add_app(device)
    return Secured(person, device, app, codes)


async def add_app(device: Device) -> tuple[App, list[str]]:
    begun = await device.ask("POST", "/me/totp")
    assert begun.status_code == 201, begun.text
    app = App(begun.json()["secret"])
    done = await device.ask("POST", "/me/totp/verify", json={"code": app.code()})
    assert done.status_code == 200, done.text
    return app, done.json()["recovery_codes"] or []


async def with_passkey(service: Service, name: str = "ana") -> Secured:
    """Sign somebody up who has a passkey."""
    person = await people.somebody(service, name)
    device = await person.device()
    passkey, added = await add_passkey(service, device)
    return Secured(person, device, passkey=passkey, codes=added["recovery_codes"] or [])


async def add_passkey(service: Service, device: Device, name: str = "laptop") -> tuple[Authenticator, dict[str, Any]]:
    begun = await device.ask("POST", "/me/passkey/challenge", headers=by_name(service))
    assert begun.status_code == 201, begun.text
    made = authenticator(service)
    body = {"challenge": begun.json()["challenge"], "credential": made.create(begun.json()["passkey"]), "name": name}
    added = await device.ask("POST", "/me/passkey", json=body, headers=by_name(service))
    assert added.status_code == 201, added.text
    return made, added.json()


async def first_step(person: Person, **more: Any) -> httpx2.Response:
    """Give the right password of somebody who has a second factor."""
    answer = await people.visitor(person.service).post("/login", json=person.credentials, **more)
    assert people.kind(answer) == (401, "second-factor-required"), answer.text
    return answer


async def second_step(
    service: Service, challenge: str, *, address: str | None = None, **answer: Any
) -> httpx2.Response:
    """Answer a challenge, from an address of one's own where none is given."""
    client = people.visitor(service, address)
    return await client.post("/login/factor", json={"challenge": challenge, **answer}, headers=by_name(service))


async def age(person: Person) -> None:
    """Make it long ago that somebody proved who they are."""
    async with stored.database(person.service) as db:
        await db.change("UPDATE proof SET at = at - 601000000 WHERE user_id = $1", person.user_id)
