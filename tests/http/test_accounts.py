"""Accounts over HTTP: signing up, settings, passwords, deletion."""

from __future__ import annotations

import asyncio
import re

import pytest

from recado.todos.lists import personal_list_id
from tests.http import stored
from tests.http.people import (
    OTHER_PASSWORD,
    PASSWORD,
    Device,
    Person,
    code_from_log,
    kind,
    somebody,
    somebody_on,
    visitor,
    wait_for,
    with_phone,
)
from tests.running import Service

NAMES_REFUSED = {
    **{f"nothing but {name!r}": name for name in ("", " ", ".", "-_-", "\u200b", "\u0301")},
    "a space": "ana maria",
    "65 characters": "a" * 65,
    "two scripts": "аna",
    "two scripts in one word": "mikro\u03bc",
    "a zero-width space": "an\u200ba",
    "a zero-width joiner": "an\u200da",
    "an override": "an\u202ea",
    "a soft hyphen": "an\u00ada",
    "a line break": "ana\r\nbia",
    "an escape": "ana\x1b[31m",
    "an emoji": "ana🍞",
    "an address": "ana@example.org",
    "markup": "<ana>",
    "a quotation mark": "ana'--",
    "a path": "../ana",
}
PASSWORDS_REFUSED = {
    "nothing": "",
    "9 characters": "x9!kQz7#p",
    "14 that are easy": "passwordpasswo",
    "a common one": "passwordpassword",
    "one letter": "a" * 30,
    "129 characters": f"{PASSWORD} " * 5,
    "over 1,024 bytes": "\U0001f35e" * 300,
}


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


@pytest.fixture
async def device(ana: Person) -> Device:
    return await ana.device()


async def test_signing_up_gives_the_account_and_no_session(service: Service) -> None:
    body = {"username": "Bia.1", "password": PASSWORD, "locale": "pt-BR", "time_zone": "America/Sao_Paulo"}
    answer = await visitor(service).post("/user", json=body)
    assert answer.status_code == 201
    assert "set-cookie" not in answer.headers
    account = answer.json()
    assert account == {
        "user_id": account["user_id"],
        "username": "Bia.1",
        "phone": None,
        "phone_verified": False,
        "locale": "pt-BR",
        "time_zone": "America/Sao_Paulo",
        "notify": account["notify"],
        "quiet_hours": None,
        "email": None,
        "email_verified": False,
        "ntfy": None,
        "channels": ["sms", "email", "ntfy"],
        "digest": None,
        "operator": account["user_id"] == 1,
    }
    assert account["notify"]["created"] is False
    device = await Person(service, "bia.1", account["user_id"]).device()
    assert (await device.ask("GET", "/me")).json() == account


async def test_a_bad_user_name_is_422_at_its_member(service: Service) -> None:
    client = visitor(service)
    for name, username in NAMES_REFUSED.items():
        answer = await client.post("/user", json={"username": username, "password": PASSWORD})
        assert (name, *kind(answer)) == (name, 422, "invalid-value")
        assert answer.json()["errors"][0]["pointer"] == "/username"


async def test_a_bad_password_is_422_at_its_member(service: Service) -> None:
    client = visitor(service)
    refused = PASSWORDS_REFUSED | {"like the user name": "rosalinda.rosalinda"}
    for name, password in refused.items():
        answer = await client.post("/user", json={"username": "rosalinda", "password": password})
        assert (name, *kind(answer)) == (name, 422, "invalid-value")
        assert answer.json()["errors"][0]["pointer"] == "/password"


async def test_a_hard_password_of_11_characters_or_of_any_unicode_is_taken_whole(service: Service) -> None:
    client = visitor(service)
    for number, password in enumerate(("qzvkpjxwhfm", "água pão céu lição à beira", "🍞🚪🌊 quatro pães à porta 海")):
        body = {"username": f"rui.{number}", "password": password}
        assert (password, (await client.post("/user", json=body)).status_code) == (password, 201)
        assert (await client.post("/login", json=body)).status_code == 200
        for other in (password[:-1], password.swapcase(), f"{password} "):
            assert (await client.post("/login", json=body | {"password": other})).status_code == 401
        assert (await client.post("/login", json=body)).status_code == 200


async def test_a_taken_name_is_409_in_every_spelling(service: Service) -> None:
    client = visitor(service)
    assert (await client.post("/user", json={"username": "Straße", "password": PASSWORD})).status_code == 201
    for same in ("Straße", "straße", "STRASSE", "strasse", "ｓｔｒａｓｓｅ"):
        answer = await client.post("/user", json={"username": same, "password": PASSWORD})
        assert (same, *kind(answer)) == (same, 409, "conflict")


async def test_of_many_who_want_one_name_at_once_one_gets_it(service: Service) -> None:
    clients = [visitor(service) for _ in range(8)]
    body = {"username": "wanted.by.all", "password": PASSWORD}
    answers = await asyncio.gather(*(client.post("/user", json=body) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_a_language_or_time_zone_that_there_is_not_is_422(service: Service, device: Device) -> None:
    for member, values in {
        "locale": ("pt", "EN", "xx", ""),
        "time_zone": (
            "Mars/Olympus",
            "UTC+3",
            "../../etc/passwd",
            "/etc/localtime",
            "america/sao_paulo",
            "",
            "posixrules",
        ),
    }.items():
        for value in values:
            body = {"username": "nobody.yet", "password": PASSWORD, member: value}
            for answer in (
                await visitor(service).post("/user", json=body),
                await device.ask("PATCH", "/me", json={member: value}),
            ):
                assert (value, *kind(answer)) == (value, 422, "invalid-value")
                assert answer.json()["errors"][0]["pointer"] == f"/{member}"


async def test_settings_change_one_by_one_and_the_rest_stays(device: Device) -> None:
    before = (await device.ask("GET", "/me")).json()
    changes = [
        {"locale": "pt-BR"},
        {"time_zone": "Europe/Lisbon"},
        {"notify": {"security": False}},
        {"quiet_hours": {"from": "22:30", "to": "07:00"}},
        {},
        {"user_id": 1, "username": "somebody.else", "phone": "+351912345678", "phone_verified": True},
    ]
    answers = [await device.ask("PATCH", "/me", json=change) for change in changes]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[-1].json() == (await device.ask("GET", "/me")).json()
    assert answers[-1].json() == before | {
        "locale": "pt-BR",
        "time_zone": "Europe/Lisbon",
        "notify": before["notify"] | {"security": False},
        "quiet_hours": {"from": "22:30", "to": "07:00"},
    }
    assert (await device.ask("PATCH", "/me", json={"quiet_hours": None})).json()["quiet_hours"] is None


async def test_a_new_password_ends_all_other_sessions_at_once(ana: Person, device: Device) -> None:
    others = [await ana.device() for _ in range(3)]
    answer = await device.ask("PUT", "/me/password", json={"current": PASSWORD, "new": OTHER_PASSWORD})
    assert (answer.status_code, answer.content) == (204, b"")
    assert await device.status() == 200
    for other in others:
        assert kind(await other.ask("GET", "/me")) == (401, "session-ended")
        assert kind(await other.refresh()) == (401, "session-ended")
    assert (await visitor(ana.service).post("/login", json=ana.credentials)).status_code == 401
    ana.password = OTHER_PASSWORD
    assert await (await ana.device()).status() == 200
    assert "password_changed" in await stored.events(ana.service, ana.user_id)


async def test_a_new_password_needs_the_current_one_and_must_be_good(ana: Person, device: Device) -> None:
    other = await ana.device()
    wrong = await device.ask("PUT", "/me/password", json={"current": "wrong", "new": OTHER_PASSWORD})
    assert kind(wrong) == (401, "bad-credentials")
    weak = await device.ask("PUT", "/me/password", json={"current": PASSWORD, "new": "passwordpassword"})
    assert (kind(weak), weak.json()["errors"][0]["pointer"]) == ((422, "invalid-value"), "/new")
    assert [await device.status(), await other.status()] == [200, 200]


async def test_guessing_the_current_password_is_limited(device: Device) -> None:
    body = {"current": "guess", "new": OTHER_PASSWORD}
    answers = [await device.ask("PUT", "/me/password", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    right = await device.ask("DELETE", "/me", json={"password": PASSWORD})
    assert kind(right) == (429, "too-many-attempts")


async def test_a_reset_by_the_operator_sets_a_password_once_and_ends_all_sessions(ana: Person, device: Device) -> None:
    service, client = ana.service, visitor(ana.service)
    void, code = [_reset_code(service, ana.username) for _ in range(2)]
    weak = await client.post("/password/reset", json={"code": code, "new": "short"})
    assert (kind(weak), weak.json()["errors"][0]["pointer"]) == ((422, "invalid-value"), "/new")
    assert await device.status() == 200
    assert (await client.post("/password/reset", json={"code": code, "new": OTHER_PASSWORD})).status_code == 204
    assert kind(await device.ask("GET", "/me")) == (401, "session-ended")
    assert kind(await device.refresh()) == (401, "session-ended")
    for used in (code, void, "x", "", f"{ana.user_id}-{'A' * 43}"):
        answer = await client.post("/password/reset", json={"code": used, "new": PASSWORD})
        assert (kind(answer), answer.json()["errors"][0]["pointer"]) == ((422, "invalid-value"), "/code")
    ana.password = OTHER_PASSWORD
    assert await (await ana.device()).status() == 200
    assert {"reset_created", "password_reset"} <= set(await stored.events(service, ana.user_id))


async def test_disabling_by_the_operator_ends_every_session_and_keeps_out_like_a_wrong_password(
    ana: Person, device: Device
) -> None:
    assert ana.service.run("user", "disable", ana.username).returncode == 0
    assert kind(await device.ask("GET", "/me")) == (401, "session-ended")
    assert kind(await device.refresh()) == (401, "session-ended")
    kept_out = await visitor(ana.service).post("/login", json=ana.credentials)
    assert kind(kept_out) == (401, "bad-credentials")
    assert ana.service.run("user", "enable", ana.username).returncode == 0
    assert await (await ana.device()).status() == 200


async def test_a_thief_of_the_database_finds_no_password_token_or_code(service: Service, ana: Person) -> None:
    device = await ana.device()
    await device.refresh()
    before = len(service.log.read_text())
    await device.ask("POST", "/me/phone", json={"phone": "+351912345605"})
    phone_code = await code_from_log(service, before, "05")
    reset_code = _reset_code(service, ana.username)
    found = await stored.dump(service)
    assert stored.where(found, ana.username)  # it does look
    tokens = (device.tokens["access_token"], device.tokens["refresh_token"])
    for secret in (*tokens, PASSWORD, reset_code, reset_code.partition("-")[2]):
        assert stored.where(found, secret) == set()
    own = [row for table in ("message", "phone_verification") for row in found[table] if row[0] == ana.user_id]
    assert own
    assert not any(phone_code in str(value) for row in own for value in row)


async def test_deleting_an_account_needs_its_password(device: Device) -> None:
    assert kind(await device.ask("DELETE", "/me", json={"password": "wrong"})) == (401, "bad-credentials")
    assert kind(await device.ask("DELETE", "/me", json={})) == (422, "invalid-value")
    assert await device.status() == 200


async def test_deleting_an_account_leaves_nothing_behind(service: Service, ana: Person) -> None:
    device, other, neighbour = await ana.device(), await ana.device(), await somebody_on(service)
    kept = await neighbour.create("of somebody else")
    await with_phone(device, service, "+351912345606")
    todos = [await device.create(f"private-{ana.username}-{i}") for i in range(3)]
    await device.ask("POST", "/todo", json={"title": "once"}, headers={"Idempotency-Key": f"key-of-{ana.username}"})
    await device.ask("DELETE", f"/todo/{todos[0]['id']}")
    _reset_code(service, ana.username)
    assert (await device.ask("DELETE", "/me", json={"password": PASSWORD})).status_code == 204

    for dead in (device, other):
        assert kind(await dead.ask("GET", "/me")) == (401, "session-ended")
        assert kind(await dead.refresh()) == (401, "session-ended")
        assert (await dead.ask("POST", "/logout")).status_code == 200
    assert kind(await visitor(service).post("/login", json=ana.credentials)) == (401, "bad-credentials")
    await asyncio.sleep(0.3)  # a text that was on its way

    async def out_of_the_search() -> bool:  # its words go within seconds
        return not {"search_doc", "search_word"} & stored.where(await stored.dump(service), todos[0]["id"])

    await wait_for(out_of_the_search)
    found = await stored.dump(service)
    for trace in (
        *(ana.username, "+351912345606", personal_list_id(ana.user_id)),
        f"key-of-{ana.username}",
    ):
        assert (trace, stored.where(found, trace)) == (trace, set())
    for session in (device.session_id, other.session_id):  # told to other services while a token may be about
        assert stored.where(found, session) == {"session_end"}
    for todo in todos:  # for a day the log tells that something is gone, and only that
        assert stored.where(found, todo["id"]) == {"todo_change"}
        assert [row[-2:] for row in found["todo_change"] if todo["id"] in row] == [("gone", "")]
    for table in ("account", "security_event", "message", "idempotency", "password_reset", "phone_verification"):
        assert not [row for row in found[table] if row[0] == ana.user_id], table
    assert not [row for row in found["session"] if row[0] == str(ana.user_id)]
    assert (await neighbour.ask("GET", f"/todo/{kept['id']}")).status_code == 200


async def test_the_name_of_a_deleted_account_is_free_and_its_id_is_not_given_out_again(ana: Person) -> None:
    device = await ana.device()
    await device.create("before")
    await device.ask("DELETE", "/me", json={"password": PASSWORD})
    again = await visitor(ana.service).post("/user", json=ana.credentials)
    assert again.status_code == 201
    assert again.json()["user_id"] > ana.user_id
    new = await Person(ana.service, ana.username, again.json()["user_id"]).device()
    assert (await new.ask("GET", "/todo?state=all")).json()["items"] == []
    assert kind(await device.ask("GET", "/me")) == (401, "session-ended")


def _reset_code(service: Service, username: str) -> str:
    done = service.run("user", "reset", username)
    assert done.returncode == 0, done.stderr
    return re.findall(r"/app/reset#(\S+)", done.stdout)[0]
