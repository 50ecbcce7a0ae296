"""News of sign-ins by text, and KILL, which ends exactly the one it is about."""

from __future__ import annotations

import asyncio

from recado.messages import segments
from tests.http import factors
from tests.http.conftest import Texted
from tests.http.people import Device, Person, somebody, visitor, wait_for
from tests.http.stored import database, events, rows
from tests.http.test_texting import a_number, silence

HOUR = 3600 * 1_000_000
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER = FIREFOX.replace("140", "141")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


async def ana_with_phone(texted: Texted, locale: str = "en") -> tuple[Person, Device, str]:
    ana, phone = await somebody(texted.service), a_number()
    device = await ana.device("old phone")
    await texted.with_phone(device, phone)
    settings = {"locale": locale, "notify": {"created": False}, "time_zone": "Europe/Lisbon"}
    assert (await device.ask("PATCH", "/me", json=settings)).status_code == 200
    return ana, device, phone


async def sign_in(texted: Texted, ana: Person, address: str, agent: str = FIREFOX, name: str = "") -> Device:
    client = visitor(texted.service, address, headers={"User-Agent": agent})
    answer = await client.post("/login", json={**ana.credentials, "device": name})
    assert answer.status_code == 200, answer.text
    return Device(client, answer.json())


async def test_a_new_device_is_told_and_kill_ends_exactly_its_session(texted: Texted) -> None:
    ana, old, phone = await ana_with_phone(texted)
    before = len(texted.sent(phone))
    thief = await sign_in(texted, ana, "127.99.1.1")
    told = await texted.next_text(phone, before)
    assert told.startswith(f"recado: new sign-in as {ana.username} on Firefox Linux at ")
    assert told.endswith(". Not you? Reply KILL within an hour to end it.")
    assert segments.count(told) == 1
    other = await sign_in(texted, ana, "127.99.1.1")  # the same network and kind of device: known by now
    answer = await texted.ask(phone, "kill")
    assert answer == "Signed out: Firefox Linux. If it was not you, change your password."
    assert [await device.status() for device in (thief, old, other)] == [401, 200, 200]
    noted = await rows(texted.service, "SELECT kind FROM callback WHERE jti = $1", f"ended {thief.session_id}")
    assert noted == [("ended",)]  # for an index that the process died before telling
    assert (await thief.refresh()).status_code == 401
    assert "session_ended" in await events(texted.service, ana.user_id)
    assert await texted.ask(phone, "KILL") == "There is no new sign-in of the last hour."
    assert len(texted.sent(phone)) == before + 3


async def test_what_makes_a_device_new_is_its_network_or_its_kind_but_no_update(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    await sign_in(texted, ana, "127.99.2.1")
    await texted.next_text(phone, 1)
    for agent in (FIREFOX, NEWER):
        await sign_in(texted, ana, "127.99.2.1", agent)
    await silence(texted, phone, 2)
    await sign_in(texted, ana, "127.99.2.1", IPHONE, "Ana's phone")
    assert " on Ana's phone at " in await texted.next_text(phone, 2)
    await sign_in(texted, ana, "127.99.2.2", NEWER)
    assert "Reply KILL 3 within" in await texted.next_text(phone, 3)


async def test_two_new_sign_ins_are_told_apart(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted, "pt-BR")
    first = await sign_in(texted, ana, "127.99.3.1", name="cozinha")
    assert (await texted.next_text(phone, 1)).endswith("Responda ENCERRAR em uma hora.")
    second = await sign_in(texted, ana, "127.99.3.2", name="sala")
    assert (await texted.next_text(phone, 2)).endswith("Responda ENCERRAR 2 em uma hora.")
    assert await texted.ask(phone, "encerrar 2") == "Encerrado: sala. Se nao foi voce, troque a senha."
    assert [await device.status() for device in (first, second)] == [200, 401]
    again = await texted.ask(phone, "encerrar 2")  # a number means one sign-in, also after that has ended
    assert again == "Qual? ENCERRAR e um numero: 1 cozinha"
    assert await first.status() == 200
    assert await texted.ask(phone, "ENCERRAR 7") == "Qual? ENCERRAR e um numero: 1 cozinha"
    assert await texted.ask(phone, "ENCERRAR") == "Encerrado: cozinha. Se nao foi voce, troque a senha."
    assert await first.status() == 401


async def test_kill_texted_twice_ends_no_other_sign_in(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    first = await sign_in(texted, ana, "127.99.12.1", name="one")
    await texted.next_text(phone, 1)
    second = await sign_in(texted, ana, "127.99.12.2", name="two")
    await texted.next_text(phone, 2)
    assert (await texted.ask(phone, "KILL")).startswith("Signed out: one.")
    assert await texted.ask(phone, "KILL") == "Which one? KILL and a number: 2 two"
    third = await sign_in(texted, ana, "127.99.12.3", name="three")
    assert "Reply KILL 3 within" in await texted.next_text(phone, 5)
    assert [await device.status() for device in (first, second, third)] == [401, 200, 200]


async def test_after_an_hour_kill_ends_nothing(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    device = await sign_in(texted, ana, "127.99.4.1")
    await texted.next_text(phone, 1)
    async with database(texted.service) as db:
        await db.change("UPDATE sign_in_notice SET told_at = told_at - $2 WHERE user_id = $1", ana.user_id, HOUR)
    assert await texted.ask(phone, "KILL") == "There is no new sign-in of the last hour."
    assert await device.status() == 200


async def test_kill_for_a_session_that_ended_already_says_so(texted: Texted) -> None:
    ana, old, phone = await ana_with_phone(texted)
    device = await sign_in(texted, ana, "127.99.5.1")
    await texted.next_text(phone, 1)
    assert (await old.ask("DELETE", f"/session/{device.session_id}")).status_code == 204
    assert await texted.ask(phone, "KILL") == "That session had ended already."
    assert await old.status() == 200


async def test_nobody_else_can_kill(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    _, _, others = await ana_with_phone(texted)
    device = await sign_in(texted, ana, "127.99.6.1")
    await texted.next_text(phone, 1)
    assert await texted.ask(others, "KILL") == "There is no new sign-in of the last hour."
    await texted.text(a_number(), "KILL")
    await asyncio.sleep(0.3)
    assert await device.status() == 200


async def test_whoever_has_it_switched_off_is_not_told(texted: Texted) -> None:
    ana, old, phone = await ana_with_phone(texted)
    assert (await old.ask("PATCH", "/me", json={"notify": {"security": False}})).status_code == 200
    await sign_in(texted, ana, "127.99.7.1")
    await silence(texted, phone, 1)
    assert await rows(texted.service, "SELECT number FROM sign_in_notice WHERE user_id = $1", ana.user_id) == []


async def test_a_device_name_cannot_smuggle_anything_into_the_text(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    await sign_in(texted, ana, "127.99.8.1", name="x\n\u202eevil.example/" + "y" * 60)
    told = await texted.next_text(phone, 1)
    assert "evil.example" not in told
    assert "\n" not in told
    assert segments.count(told) == 1
    assert told.endswith("Reply KILL within an hour to end it.")


async def test_whoever_signs_in_again_and_again_cannot_flood_a_phone(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    for n in range(9):
        await sign_in(texted, ana, f"127.99.9.{n + 1}")
    await asyncio.sleep(1)
    assert len(texted.sent(phone)) == 1 + 5


async def test_a_spent_token_used_again_is_told(texted: Texted) -> None:
    ana, device, phone = await ana_with_phone(texted)
    stolen = device.tokens["refresh_token"]
    for _ in range(2):
        assert (await device.refresh()).status_code == 201
        assert await device.status() == 200
    before = len(texted.sent(phone))
    assert (await device.client.post("/token/refresh", json={"refresh_token": stolen})).status_code == 401
    told = await texted.next_text(phone, before)
    assert told == (
        f"recado: an old key of a device of {ana.username} was used again, so it was signed out. "
        "If that goes on, change your password."
    )
    assert await device.status() == 401
    assert (await device.client.post("/token/refresh", json={"refresh_token": stolen})).status_code == 401
    await silence(texted, phone, before + 1)


async def test_news_of_a_sign_in_comes_in_quiet_hours_too(texted: Texted) -> None:
    ana, old, phone = await ana_with_phone(texted)
    quiet = {"quiet_hours": {"from": "00:00", "to": "23:59"}}
    assert (await old.ask("PATCH", "/me", json=quiet)).status_code == 200
    await sign_in(texted, ana, "127.99.10.1")
    assert "new sign-in" in await texted.next_text(phone, 1)


async def test_a_number_of_two_accounts_kills_for_the_one_that_was_told(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    rui = await somebody(texted.service, "rui")
    ruis = await rui.device()
    await texted.with_phone(ruis, phone)  # both have it; rui proved it last, and texts of it are his
    device = await sign_in(texted, ana, "127.99.11.1")
    await texted.next_text(phone, 2)
    assert (await texted.ask(phone, "KILL")).startswith("Signed out: ")
    assert await device.status() == 401

    async def his() -> bool:
        return [item["title"] for item in (await ruis.ask("GET", "/todo")).json()["items"]] == ["buy bread"]

    await texted.text(phone, "buy bread")
    await wait_for(his)


async def test_sign_ins_of_two_accounts_with_one_number_are_told_apart(texted: Texted) -> None:
    ana, _, phone = await ana_with_phone(texted)
    rui = await somebody(texted.service, "rui")
    await texted.with_phone(await rui.device(), phone)
    anas = await sign_in(texted, ana, "127.99.14.1", name="kitchen")
    assert "Reply KILL within" in await texted.next_text(phone, 2)
    ruis = await sign_in(texted, rui, "127.99.14.2", name="garage")
    assert "Reply KILL 2 within" in await texted.next_text(phone, 3)
    assert (await texted.ask(phone, "KILL")).startswith("Signed out: kitchen.")
    assert await texted.ask(phone, "KILL") == "Which one? KILL and a number: 2 garage"
    assert [await device.status() for device in (anas, ruis)] == [401, 200]
    assert (await texted.ask(phone, "KILL 2")).startswith("Signed out: garage.")
    assert await ruis.status() == 401


async def test_a_change_of_second_factors_is_told_and_so_is_a_recovery_code_that_was_used(texted: Texted) -> None:
    ana, device, phone = await ana_with_phone(texted)
    before = len(texted.sent(phone))
    _, codes = await factors.add_app(device)
    assert await texted.next_text(phone, before) == (
        f"recado, account {ana.username}: an authenticator app was set up. Not you? Change your password."
    )
    challenge = (await factors.first_step(ana)).json()["challenge"]
    assert (await factors.second_step(texted.service, challenge, recovery=codes[0])).status_code == 200
    told = {await texted.next_text(phone, before + n) for n in (1, 2)}  # the device is new as well
    assert f"recado, account {ana.username}: a recovery code was used. Not you? Change your password." in told
    assert texted.service.run("user", "reset", ana.username, "--factors").returncode == 0
    assert "the operator removed its second factors" in await texted.next_text(phone, before + 3)
