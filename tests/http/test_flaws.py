"""The seed's fourteen flaws, each shown to be gone. Stores that are down (1 and 11) are in `test_faults.py`."""

from __future__ import annotations

import re
import time

import pytest

from tests.http import forgery, stored
from tests.http.conftest import DOTENV, Carried
from tests.http.people import Device, kind, somebody, somebody_on, visitor, wait_for
from tests.running import Service


@pytest.fixture
async def device(service: Service) -> Device:
    return await somebody_on(service)


async def test_flaw_2_logging_out_kills_the_refresh_token_too(device: Device) -> None:
    await device.ask("POST", "/logout")
    assert kind(await device.refresh()) == (401, "session-ended")


async def test_flaw_2_logging_out_after_a_refresh_kills_the_access_token_before_it(device: Device) -> None:
    first = Device(device.client, device.tokens)
    await device.refresh()
    assert await first.status() == 200  # within the grace, for requests that were on their way
    await device.ask("POST", "/logout")
    assert [await first.status(), await device.status()] == [401, 401]


async def test_flaw_3_a_refresh_whose_answer_was_lost_can_be_sent_again(device: Device) -> None:
    lost = Device(device.client, device.tokens)
    assert (await lost.refresh()).status_code == 201
    await device.refresh()
    assert device.tokens["refresh_token"] == lost.tokens["refresh_token"]
    assert await device.status() == 200


async def test_flaw_3_a_replayed_token_ends_the_session_and_raises_an_alarm(service: Service) -> None:
    ana = await somebody(service)
    device, other = await ana.device(), await ana.device()
    stolen = device.tokens["refresh_token"]
    await device.refresh()
    await device.refresh()
    assert kind(await device.client.post("/token/refresh", json={"refresh_token": stolen})) == (401, "session-ended")
    assert [await device.status(), await other.status()] == [401, 200]
    assert "reuse" in await stored.events(service, ana.user_id)


async def test_flaw_4_a_refresh_token_is_no_access_token_and_the_reverse(device: Device) -> None:
    access, refresh = device.tokens["access_token"], device.tokens["refresh_token"]
    told = {"Authorization": f"Bearer {refresh}"}
    assert kind(await device.client.get("/me", headers=told)) == (401, "token-invalid")
    assert kind(await device.client.post("/token/refresh", json={"refresh_token": access})) == (401, "token-invalid")


async def test_flaw_4_the_user_in_the_token_must_be_the_sessions(device: Device, service: Service) -> None:
    other = await somebody(service)
    access = device.tokens["access_token"]
    claims = forgery.claims_of(access) | {"sub": str(other.user_id)}
    bent = forgery.token(forgery.header_of(access), claims, forgery.secret(service, "access"))
    assert kind(await device.client.get("/me", headers={"Authorization": f"Bearer {bent}"})) == (401, "session-ended")


async def test_flaw_5_a_revoked_token_passes_no_guard(service: Service) -> None:
    ana = await somebody(service)
    phone, laptop = await ana.device(), await ana.device()
    await phone.ask("DELETE", f"/session/{laptop.session_id}")
    assert kind(await laptop.ask("POST", "/todo", json={"title": "x"})) == (401, "session-ended")


async def test_flaw_6_the_operators_secrets_sign_the_very_first_token(carried: Carried) -> None:
    told = dict(re.findall(r"(\w+_SECRET)=(.+)", DOTENV))
    device = await somebody_on(carried.service)
    assert forgery.signed_with(device.tokens["access_token"], told["ACCESS_SECRET"].encode())
    assert forgery.signed_with(device.tokens["refresh_token"], told["REFRESH_SECRET"].encode())


def test_flaw_6_an_empty_secret_keeps_the_service_from_starting(embedded: Service) -> None:
    done = embedded.run("serve", ACCESS_SECRET="", REFRESH_SECRET="")
    assert done.returncode != 0
    assert "ACCESS_SECRET is empty" in done.stderr


async def test_flaw_7_a_token_with_one_thing_wrong_is_401_whatever_it_is(device: Device, service: Service) -> None:
    honest = device.tokens["access_token"]
    for name, bent in forgery.forgeries(honest, service).items():
        begun = time.monotonic()
        answer = await device.client.get("/me", headers={"Authorization": f"Bearer {bent}"})
        assert answer.status_code == 401, name
        assert answer.json()["type"].partition("#")[2] in ("token-invalid", "token-expired", "session-ended"), name
        assert time.monotonic() - begun < 1, name
    assert await device.status() == 200


async def test_flaw_7_a_refresh_token_with_one_thing_wrong_is_401_whatever_it_is(
    device: Device, service: Service
) -> None:
    for name, bent in forgery.forgeries(device.tokens["refresh_token"], service, "refresh").items():
        answer = await device.client.post("/token/refresh", json={"refresh_token": bent})
        assert answer.status_code == 401, name
    assert (await device.refresh()).status_code == 201


@pytest.mark.parametrize("path", ["/login", "/todo", "/token/refresh", "/logout", "/user"])
async def test_flaw_7_a_null_body_is_422(device: Device, path: str) -> None:
    answer = await device.ask("POST", path, content=b"null", headers={"Content-Type": "application/json"})
    assert kind(answer) == (422, "invalid-json")


async def test_flaw_8_user_ids_are_whole_numbers_everywhere_and_text_in_tokens(device: Device) -> None:
    user_id = (await device.ask("GET", "/me")).json()["user_id"]
    assert forgery.claims_of(device.tokens["access_token"])["sub"] == str(user_id)
    assert (await device.create())["user_id"] == user_id


async def test_flaw_9_a_text_that_fails_changes_no_answer_and_goes_to_the_verified_number_only(
    carried: Carried,
) -> None:
    ana = await somebody(carried.service)
    device = await ana.device()
    assert (await device.create("before there is a phone"))["message"]["state"] == "none"
    await carried.verify(device, "+351 912 000 001")
    for refusal in ("422", "500", "hang_up"):
        carried.vonage.script(always=refusal)
        begun = time.monotonic()
        assert (await device.create(f"despite {refusal}"))["message"]["state"] == "queued"
        assert time.monotonic() - begun < 1
    assert len((await device.ask("GET", "/todo")).json()["items"]) == 4
    assert {request["to"] for request in carried.vonage.requests} <= {"351912000001"}


async def test_row_11_each_todo_texts_its_owner_with_the_seeds_words(carried: Carried) -> None:
    carried.vonage.script()
    ana = await somebody(carried.service)
    device = await ana.device()
    await carried.verify(device, "+351 912 000 002")
    todo = await device.create()

    async def sent() -> bool:
        return (await device.ask("GET", f"/todo/{todo['id']}")).json()["message"]["state"] == "sent"

    await wait_for(sent)
    request = carried.vonage.requests[-1]
    assert request["authorized"]
    assert request["unmet"] == []
    assert (request["to"], request["body"]["channel"]) == ("351912000002", "sms")
    assert request["body"]["text"] == f"Dear {ana.username}, a todo was created from your account just now."


async def test_flaw_10_passwords_are_argon2id_and_guessing_is_limited(service: Service) -> None:
    ana = await somebody(service)
    ((password_hash,),) = await stored.rows(
        service, "SELECT password_hash FROM account WHERE user_id = $1", ana.user_id
    )
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    client = visitor(service)
    answers = [await client.post("/login", json=ana.credentials | {"password": "guess"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_flaw_12_tokens_say_who_made_them_for_whom_of_which_kind_with_which_key(device: Device) -> None:
    for name, typ, audience in (("access", "at+jwt", "recado"), ("refresh", "rt+jwt", "recado/refresh")):
        token = device.tokens[f"{name}_token"]
        assert forgery.header_of(token).keys() == {"alg", "kid", "typ"}
        assert forgery.header_of(token)["typ"] == typ
        claims = forgery.claims_of(token)
        assert claims.keys() == {"iss", "aud", "sub", "sid", "gen", "jti", "iat", "exp"}
        assert (claims["iss"], claims["aud"]) == ("recado", audience)


@pytest.mark.parametrize("words", ["Basic {}", "Token {}", "{}", "Bearer{}", "Bearer {} {}", "Bearer\u00a0{}"])
async def test_flaw_12_no_other_word_in_the_header_passes(device: Device, words: str) -> None:
    told = [(b"Authorization", words.replace("{}", device.tokens["access_token"]).encode("latin-1"))]
    assert (await device.client.get("/me", headers=told)).status_code == 401


async def test_flaw_12_several_authorization_headers_are_refused(device: Device) -> None:
    told = [("Authorization", f"Bearer {device.tokens['access_token']}")] * 2
    assert kind(await device.client.get("/me", headers=told)) == (401, "token-invalid")


async def test_flaw_13_any_device_can_list_and_end_the_others(service: Service) -> None:
    ana = await somebody(service)
    phone, laptop = await ana.device("phone"), await ana.device("laptop")
    listed = (await phone.ask("GET", "/session")).json()["items"]
    assert {row["device"]: row["current"] for row in listed} == {"phone": True, "laptop": False}
    assert (await phone.ask("DELETE", "/session")).status_code == 204
    assert [await phone.status(), await laptop.status()] == [200, 401]


@pytest.mark.parametrize("title", ["", "   ", "\t\n", "\u2003"])
async def test_flaw_14_an_empty_title_is_refused(device: Device, title: str) -> None:
    answer = await device.ask("POST", "/todo", json={"title": title})
    assert kind(answer) == (422, "invalid-value")
    assert answer.json()["errors"][0]["pointer"] == "/title"


async def test_flaw_14_a_todo_can_be_listed_changed_finished_and_deleted(device: Device) -> None:
    place = f"/todo/{(await device.create())['id']}"
    assert (await device.ask("PATCH", place, json={"title": "buy milk"})).json()["title"] == "buy milk"
    assert (await device.ask("PATCH", place, json={"done": True})).json()["done"] is True
    assert [row["title"] for row in (await device.ask("GET", "/todo?state=done")).json()["items"]] == ["buy milk"]
    assert (await device.ask("DELETE", place)).status_code == 204
    assert (await device.ask("GET", "/todo?state=all")).json()["items"] == []
