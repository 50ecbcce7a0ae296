"""The seed's contract, row by row. Its flaws are in `test_flaws.py`."""

from __future__ import annotations

import re

import httpx2
import pytest

from recado.settings import load
from tests.http.conformance import CONTRACT
from tests.http.forgery import claims_of, header_of, secret, signed_with
from tests.http.people import NOBODYS_ID, PASSWORD, Person, kind, somebody, somebody_on, visitor
from tests.running import Service

GUARDED = [
    (method.upper(), path.replace("{id}", NOBODYS_ID))
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
    if method != "parameters" and {} not in operation.get("security", CONTRACT["security"])
]


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


async def test_row_1_logging_in_gives_both_tokens(service: Service, ana: Person) -> None:
    answer = await visitor(service).post("/login", json={"username": ana.username, "password": PASSWORD})
    assert answer.status_code == 200
    assert {"access_token", "refresh_token"} <= answer.json().keys()


async def test_row_1_a_malformed_login_is_422_and_a_wrong_one_401(service: Service, ana: Person) -> None:
    client = visitor(service)
    malformed = await client.post("/login", content=b"{", headers={"Content-Type": "application/json"})
    assert (kind(malformed), malformed.json()["detail"]) == ((422, "invalid-json"), "Invalid json provided")
    for wrong in ({"password": "not this one"}, {"username": "nobody.at.all"}):
        refused = await client.post("/login", json=ana.credentials | wrong)
        assert kind(refused) == (401, "bad-credentials")
        assert refused.json()["detail"] == "Please provide valid login details"


async def test_row_2_a_user_has_a_whole_number_a_name_and_a_phone_and_never_shows_a_password(ana: Person) -> None:
    answer = await (await ana.device()).ask("GET", "/me")
    user = answer.json()
    assert (user["user_id"], user["username"], user["phone"]) == (ana.user_id, ana.username, None)
    assert type(user["user_id"]) is int
    assert "password" not in answer.text


async def test_rows_3_and_4_tokens_are_hs256_under_two_secrets_for_15_minutes_and_7_days(
    service: Service, ana: Person
) -> None:
    one, two = await ana.device(), await ana.device()
    for name, seconds in (("access", 15 * 60), ("refresh", 7 * 24 * 3600)):
        token, twin = one.tokens[f"{name}_token"], two.tokens[f"{name}_token"]
        claims = claims_of(token)
        assert header_of(token)["alg"] == "HS256"
        assert signed_with(token, secret(service, name))
        assert claims["exp"] - claims["iat"] == seconds
        assert claims["sub"] == str(ana.user_id)
        assert claims["jti"] != claims_of(twin)["jti"]
    assert one.tokens["expires_in"] == 15 * 60


async def test_row_5_devices_live_side_by_side_and_one_can_be_ended(ana: Person) -> None:
    phone, laptop, tablet = [await ana.device(name) for name in ("phone", "laptop", "tablet")]
    assert (await phone.ask("POST", "/logout")).status_code == 200
    assert [await device.status() for device in (phone, laptop, tablet)] == [401, 200, 200]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_row_6_the_word_bearer_may_be_written_in_any_case(ana: Person, scheme: str) -> None:
    device = await ana.device()
    told = {"Authorization": f"{scheme} {device.tokens['access_token']}"}
    assert (await device.client.get("/me", headers=told)).status_code == 200


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_row_7_every_guarded_route_is_401_without_a_valid_token(service: Service, method: str, path: str) -> None:
    client = visitor(service)
    without = await client.request(method, path, headers={"Content-Type": "application/json"})
    assert kind(without) == (401, "token-missing")
    assert (without.json()["detail"], without.headers["www-authenticate"]) == ("unauthorized", "Bearer")
    told = {"Authorization": "Bearer abc", "Content-Type": "application/json"}
    wrong = await client.request(method, path, headers=told)
    assert kind(wrong) == (401, "token-invalid")
    assert wrong.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_row_8_a_todo_is_201_with_its_title_and_the_callers_id_whoever_the_body_names(ana: Person) -> None:
    device = await ana.device()
    created = await device.ask("POST", "/todo", json={"title": "buy bread", "user_id": ana.user_id + 1})
    assert created.status_code == 201
    assert (created.json()["user_id"], created.json()["title"]) == (ana.user_id, "buy bread")


async def test_row_8_a_malformed_todo_is_422_and_one_without_a_live_token_401(ana: Person) -> None:
    device = await ana.device()
    told = {"Content-Type": "application/json"}
    malformed = await device.ask("POST", "/todo", content=b'{"title":', headers=told)
    assert (kind(malformed), malformed.json()["detail"]) == ((422, "invalid-json"), "Invalid json provided")
    assert kind(await device.client.post("/todo", json={"title": "x"})) == (401, "token-missing")
    await device.ask("POST", "/logout")
    assert kind(await device.ask("POST", "/todo", json={"title": "x"})) == (401, "session-ended")


async def test_row_9_logging_out_says_so_as_a_json_string_and_the_token_is_dead(ana: Person) -> None:
    device = await ana.device()
    answer = await device.ask("POST", "/logout")
    assert (answer.status_code, answer.content) == (200, b'"Successfully logged out"')
    assert await device.status() == 401


async def test_row_10_a_refresh_is_201_with_a_new_pair(ana: Person) -> None:
    device = await ana.device()
    before = device.tokens
    answer = await device.refresh()
    assert answer.status_code == 201
    assert device.tokens["refresh_token"] != before["refresh_token"]
    assert device.tokens["access_token"] != before["access_token"]
    assert await device.status() == 200


async def test_row_10_a_malformed_refresh_is_422_and_an_unknown_or_spent_token_401(ana: Person) -> None:
    device = await ana.device()
    first = device.tokens["refresh_token"]
    assert kind(await device.client.post("/token/refresh", json={"refresh_token": 1})) == (422, "invalid-value")
    assert kind(await device.client.post("/token/refresh", json={"refresh_token": "x.y.z"})) == (401, "token-invalid")
    await device.refresh()
    await device.refresh()
    spent = await device.client.post("/token/refresh", json={"refresh_token": first})
    assert kind(spent) == (401, "session-ended")


def test_row_12_the_port_is_8080_unless_told_otherwise() -> None:
    assert load({}, dotenv_path=None).port == 8080


async def test_row_13_a_browser_gets_its_tokens_in_httponly_cookies_only(ana: Person) -> None:
    client = await ana.browser()
    again = await client.post("/login", json={**ana.credentials, "cookie": True})
    assert set(again.json()) == {"expires_in", "session_id"}
    cookies = {re.split("[=;]", line)[0]: line for line in again.headers.get_list("set-cookie")}
    assert "HttpOnly" in cookies["recado_access"]
    assert "HttpOnly" in cookies["recado_refresh"]
    assert (await client.get("/me")).json()["user_id"] == ana.user_id


async def test_row_14_users_and_todos_are_in_a_real_database(service: Service) -> None:
    device = await somebody_on(service)
    todo = await device.create("water the plants")
    read: httpx2.Response = await device.ask("GET", f"/todo/{todo['id']}")
    assert read.json() == todo
