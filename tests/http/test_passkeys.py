"""Passkeys: made, used after a password, used alone, and every way in which one may be wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.http import stored
from tests.http.authenticator import Authenticator, b64
from tests.http.factors import (
    Secured,
    add_passkey,
    age,
    authenticator,
    by_name,
    first_step,
    second_step,
    with_passkey,
)
from tests.http.people import kind, somebody, visitor
from tests.running import Service


async def alone(service: Service) -> dict[str, Any]:
    """Begin to sign in with a passkey alone."""
    answer = await visitor(service).post("/login/challenge", headers=by_name(service))
    assert answer.status_code == 200
    return answer.json()


async def enter(service: Service, secured: Secured, **wrong: Any) -> httpx2.Response:
    """Sign in with a passkey alone."""
    assert secured.passkey
    begun = await alone(service)
    return await second_step(service, begun["challenge"], passkey=secured.passkey.get(begun["passkey"], **wrong))


async def test_a_passkey_alone_lets_in(service: Service) -> None:
    ana = await with_passkey(service)
    answer = await enter(service, ana)
    assert answer.status_code == 200, answer.text
    client = visitor(service)
    me = await client.get("/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["username"] == ana.person.username


async def test_a_passkey_is_the_second_factor_of_a_password(service: Service) -> None:
    ana = await with_passkey(service)
    asked = (await first_step(ana.person, headers=by_name(service))).json()
    assert asked["factors"] == ["passkey", "recovery"]
    assert [one["id"] for one in asked["passkey"]["allowCredentials"]] == [b64(ana.passkey.id)]
    answer = await second_step(service, asked["challenge"], passkey=ana.passkey.get(asked["passkey"]))
    assert answer.status_code == 200, answer.text
    assert kind(await second_step(service, asked["challenge"], passkey=ana.passkey.get(asked["passkey"]))) == (
        401,
        "challenge-over",
    )


async def test_somebody_elses_passkey_is_no_second_factor(service: Service) -> None:
    ana, eve = await with_passkey(service), await with_passkey(service, "eve")
    asked = (await first_step(ana.person, headers=by_name(service))).json()
    answer = await second_step(service, asked["challenge"], passkey=eve.passkey.get(asked["passkey"]))
    assert kind(answer) == (401, "second-factor-wrong")


async def test_passkeys_are_offered_only_where_browsers_allow_them(service: Service) -> None:
    ana = await with_passkey(service)
    by_address = await first_step(ana.person)
    assert (by_address.json()["factors"], "passkey" in by_address.json()) == (["recovery"], False)
    assert kind(await visitor(service).post("/login/challenge")) == (403, "refused")
    assert kind(await ana.device.ask("POST", "/me/passkey/challenge")) == (403, "refused")
    assert (await ana.device.ask("GET", "/me/factor")).json()["passkeys_possible"] is False
    seen = (await ana.device.ask("GET", "/me/factor", headers=by_name(service))).json()
    assert seen["passkeys_possible"] is True
    assert (seen["passkeys"][0]["host"], seen["passkeys"][0]["name"]) == ("localhost", "laptop")
    lan = {"Host": "recado.local"}
    assert (await ana.device.ask("GET", "/me/factor", headers=lan)).json()["passkeys_possible"] is False


async def test_what_a_signature_is_not_for_lets_nobody_in(service: Service) -> None:
    ana = await with_passkey(service)
    assert kind(await enter(service, ana, origin="https://evil.example")) == (401, "bad-credentials")
    assert kind(await enter(service, ana, origin="http://localhost:1")) == (401, "bad-credentials")
    assert kind(await enter(service, ana, rp_id="evil.example")) == (401, "bad-credentials")
    ana.passkey.verified = False
    assert kind(await enter(service, ana)) == (401, "bad-credentials")
    ana.passkey.verified = True
    one, other = await alone(service), await alone(service)
    crossed = await second_step(service, one["challenge"], passkey=ana.passkey.get(other["passkey"]))
    assert kind(crossed) == (401, "bad-credentials")
    handle, ana.passkey.handle = ana.passkey.handle, b"somebody else"
    assert kind(await enter(service, ana)) == (401, "bad-credentials")
    ana.passkey.handle = handle
    assert (await enter(service, ana)).status_code == 200


async def test_a_passkey_nobody_has_and_a_broken_one_are_told_alike(service: Service) -> None:
    ana = await with_passkey(service)
    begun = await alone(service)
    good = ana.passkey.get(begun["passkey"])
    stranger = authenticator(service)
    broken: list[dict[str, Any]] = [
        stranger.get(begun["passkey"]),
        {},
        {"id": 5},
        {**good, "id": "x" * 2000},
        {**good, "response": {}},
        {**good, "response": {**good["response"], "signature": "AA"}},
        {**good, "response": {**good["response"], "authenticatorData": "AA"}},
        {**good, "response": {**good["response"], "clientDataJSON": b64(b"[" * 5000)}},
        {**good, "response": {**good["response"], "userHandle": None}},
    ]
    answers = [await second_step(service, begun["challenge"], passkey=one) for one in broken]
    assert {kind(answer) for answer in answers} == {(401, "bad-credentials")}
    assert (await second_step(service, begun["challenge"], passkey=good)).status_code == 200


async def test_a_signature_lets_in_once_in_all_processes_and_spellings(service: Service) -> None:
    ana = await with_passkey(service)
    begun = await alone(service)
    signed = ana.passkey.get(begun["passkey"])
    answers = await asyncio.gather(*(second_step(service, begun["challenge"], passkey=signed) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(begun["challenge"][-1])
    respelled = [begun["challenge"][:-1] + alphabet[last // 16 * 16 + n] for n in range(16)]
    for spelling in (*respelled, begun["challenge"] + "==", begun["challenge"] + "!"):
        assert (await second_step(service, spelling, passkey=signed)).status_code == 401


async def test_a_signed_challenge_runs_out_and_cannot_be_made_up(service: Service) -> None:
    ana = await with_passkey(service)
    begun = await alone(service)
    altered = begun["challenge"][:30] + ("A" if begun["challenge"][30] != "A" else "B") + begun["challenge"][31:]
    options = {**begun["passkey"], "challenge": altered}
    answer = await second_step(service, altered, passkey=ana.passkey.get(options))
    assert kind(answer) == (401, "challenge-over")


async def test_a_counter_that_goes_back_is_a_copy_and_lets_nobody_in(service: Service) -> None:
    ana = await with_passkey(service)
    ana.passkey.count = 7
    assert (await enter(service, ana)).status_code == 200
    ana.passkey.count = 5
    assert kind(await enter(service, ana)) == (401, "bad-credentials")


async def test_a_disabled_account_is_not_entered_by_passkey(service: Service) -> None:
    ana = await with_passkey(service)
    assert service.run("user", "disable", ana.person.username).returncode == 0
    assert kind(await enter(service, ana)) == (401, "bad-credentials")


async def test_who_fails_with_passkeys_too_often_waits_and_others_do_not(embedded: Service) -> None:
    ana = await with_passkey(embedded)
    begun = await alone(embedded)
    client = visitor(embedded, "127.9.9.9")
    body = {"challenge": begun["challenge"], "passkey": {}}
    statuses = [
        (await client.post("/login/factor", json=body, headers=by_name(embedded))).status_code for _ in range(101)
    ]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert (await enter(embedded, ana)).status_code == 200


@pytest.mark.parametrize("wrong", ["origin", "verified", "challenge", "again"])
async def test_a_new_passkey_must_be_for_what_was_asked(service: Service, wrong: str) -> None:
    device = await (await somebody(service)).device()
    begun = (await device.ask("POST", "/me/passkey/challenge", headers=by_name(service))).json()
    made = authenticator(service)
    made.verified = wrong != "verified"
    credential = made.create(begun["passkey"], origin="https://evil.example" if wrong == "origin" else None)
    body = {"challenge": "x" * 43 if wrong == "challenge" else begun["challenge"], "credential": credential}
    answer = await device.ask("POST", "/me/passkey", json=body, headers=by_name(service))
    if wrong == "again":
        assert (answer.status_code, answer.json()["passkey"]["name"]) == (201, "Passkey")
        answer = await device.ask("POST", "/me/passkey", json=body, headers=by_name(service))
    expected = {"challenge": (401, "challenge-over"), "again": (401, "challenge-over")}
    assert kind(answer) == expected.get(wrong, (422, "invalid-value"))


async def test_a_passkey_of_one_person_cannot_be_added_by_another(service: Service) -> None:
    ana = await with_passkey(service)
    eve = await (await somebody(service, "eve")).device()
    begun = (await eve.ask("POST", "/me/passkey/challenge", headers=by_name(service))).json()
    credential = ana.passkey.create(begun["passkey"])
    body = {"challenge": begun["challenge"], "credential": credential}
    assert kind(await eve.ask("POST", "/me/passkey", json=body, headers=by_name(service))) == (409, "conflict")
    assert (await eve.ask("GET", "/me/factor")).json()["enabled"] is False


async def test_passkeys_are_renamed_listed_and_removed_by_their_owner_only(service: Service) -> None:
    ana, eve = await with_passkey(service), await (await somebody(service, "eve")).device()
    _, second = await add_passkey(service, ana.device, "key ring")
    assert second["recovery_codes"] is None  # those of the first factor stay good
    path = f"/me/passkey/{second['passkey']['id']}"
    assert kind(await eve.ask("PATCH", path, json={"name": "mine"})) == (404, "not-found")
    assert kind(await eve.ask("DELETE", path)) == (404, "not-found")
    assert kind(await ana.device.ask("DELETE", "/me/passkey/7")) == (404, "not-found")
    assert kind(await ana.device.ask("PATCH", path, json={"name": " "})) == (422, "invalid-value")
    assert (await ana.device.ask("PATCH", path, json={"name": " blue key "})).json()["name"] == "blue key"
    assert (await enter(service, ana)).status_code == 200
    first, renamed = (await ana.device.ask("GET", "/me/factor")).json()["passkeys"]
    assert (first["name"], renamed["name"]) == ("laptop", "blue key")
    assert (first["last_used_at"] is None, renamed["last_used_at"] is None) == (False, True)
    assert (await ana.device.ask("DELETE", path)).status_code == 204
    assert (await ana.device.ask("DELETE", f"/me/passkey/{first['id']}")).status_code == 204
    assert (await ana.device.ask("GET", "/me/factor")).json()["enabled"] is False
    assert kind(await enter(service, ana)) == (401, "bad-credentials")
    events = await stored.events(service, ana.person.user_id)
    assert (events.count("passkey_added"), events.count("passkey_removed")) == (2, 2)


async def test_a_passkey_alone_proves_once_more_who_somebody_is(service: Service) -> None:
    ana, eve = await with_passkey(service), await with_passkey(service, "eve")
    await age(ana.person)
    assert kind(await ana.device.ask("POST", "/me/recovery-code")) == (403, "step-up-required")
    for who, status in ((eve, 401), (ana, 204)):
        begun = await alone(service)
        body = {"challenge": begun["challenge"], "passkey": who.passkey.get(begun["passkey"])}
        answer = await ana.device.ask("POST", "/session/proof", json=body, headers=by_name(service))
        assert answer.status_code == status, answer.text
    assert (await ana.device.ask("POST", "/me/recovery-code")).status_code == 201


async def test_a_dump_of_the_database_makes_no_passkey(service: Service) -> None:
    ana = await with_passkey(service)
    private = ana.passkey.key.private_numbers().private_value.to_bytes(32, "big")
    assert stored.where(await stored.dump(service), b64(private)) == set()


async def test_behind_a_proxy_passkeys_belong_to_the_public_name(tmp_path: Path) -> None:
    """The proxy is left out: what it passes on is the name that people use."""
    service = Service(tmp_path, {"RECADO_PUBLIC_URL": "https://todo.example:8443", "RECADO_SIGNUP": "open"})
    service.start()
    try:
        public = {"Host": "todo.example"}
        person = await somebody(service)
        device = await person.device()
        begun = (await device.ask("POST", "/me/passkey/challenge", headers=public)).json()
        assert begun["passkey"]["rp"]["id"] == "todo.example"
        made = Authenticator("https://todo.example:8443")
        body = {"challenge": begun["challenge"], "credential": made.create(begun["passkey"])}
        added = await device.ask("POST", "/me/passkey", json=body, headers=public)
        assert added.status_code == 201, added.text
        asked = (await visitor(service).post("/login/challenge", headers=public)).json()
        client = visitor(service)
        for origin, status in (("http://todo.example:8443", 401), ("https://todo.example:8443", 200)):
            answer = {"challenge": asked["challenge"], "passkey": made.get(asked["passkey"], origin=origin)}
            assert (await client.post("/login/factor", json=answer, headers=public)).status_code == status
        by_name_of_the_machine = await first_step(person, headers=by_name(service))
        assert by_name_of_the_machine.json()["factors"] == ["recovery"]
    finally:
        service.stop()
