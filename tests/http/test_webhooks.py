"""Callbacks under attack and in disorder: what may get in, and what an honest one does exactly once."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx2
import pytest

from tests.http.conftest import PREVIOUS_SECRET, Texted
from tests.http.people import kind, visitor, wait_for
from tests.http.stored import rows
from tests.http.test_texting import texter
from tests.running import Service
from tests.vonage.callbacks import APPLICATION, INBOUND, SIGNATURE_SECRET, STATUS, Caller, inbound_body, token
from tests.vonage.server import KEY

HOUR = 3600


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(body: bytes, **changed: Any) -> dict[str, Any]:
    told = {
        "iat": int(time.time()),
        "jti": str(uuid.uuid4()),
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": KEY,
        "application_id": APPLICATION,
    } | changed
    return {name: value for name, value in told.items() if value is not None}


def made(header: Any, payload: Any, key: bytes | None, digest: str = "sha256") -> str:
    """A token of these parts; text is taken as it is."""
    parts = [part if isinstance(part, str) else packed(json.dumps(part).encode()) for part in (header, payload)]
    signed = ".".join(parts)
    return f"{signed}.{packed(hmac.digest(key, signed.encode(), digest)) if key is not None else ''}"


def forgeries(body: bytes) -> dict[str, str]:
    """Tokens for a body that each have exactly one thing wrong with them."""
    now, key = int(time.time()), SIGNATURE_SECRET.encode()
    head = {"alg": "HS256", "typ": "JWT"}
    good = made(head, claims(body), key)
    signed, _, signature = good.rpartition(".")
    public = b"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n"
    changed = {
        "too old": {"iat": now - 25 * HOUR - 5},
        "of the future": {"iat": now + 120},
        "no iat": {"iat": None},
        "iat is text": {"iat": str(now)},
        "iat is true": {"iat": True},
        "iat is a fraction": {"iat": now + 0.5},
        "no jti": {"jti": None},
        "empty jti": {"jti": ""},
        "jti is a number": {"jti": 7},
        "huge jti": {"jti": "j" * 201},
        "no iss": {"iss": None},
        "another issuer": {"iss": "vonage"},
        "no api_key": {"api_key": None},
        "another account": {"api_key": "other123"},
        "no application": {"application_id": None},
        "another application": {"application_id": str(uuid.uuid4())},
        "application is a list": {"application_id": [APPLICATION]},
        "no hash": {"payload_hash": None},
        "hash of another body": {"payload_hash": hashlib.sha256(body + b" ").hexdigest()},
        "hash is base64": {"payload_hash": base64.b64encode(hashlib.sha256(body).digest()).decode()},
        "hash is no ASCII": {"payload_hash": "é" * 64},
    }
    return {
        **{name: made(head, claims(body, **change), key) for name, change in changed.items()},
        **{f"alg {alg}": made({**head, "alg": alg}, claims(body), None) for alg in ("none", "None", "nOnE", "")},
        "alg none with the right signature": made({**head, "alg": "none"}, claims(body), key),
        "no alg": made({"typ": "JWT"}, claims(body), key),
        "alg is a list": made({**head, "alg": ["HS256"]}, claims(body), key),
        "RS256 named, signed with the secret": made({**head, "alg": "RS256"}, claims(body), key),
        "RS256 named, signed with a public key": made({**head, "alg": "RS256"}, claims(body), public),
        "HS512": made({**head, "alg": "HS512"}, claims(body), key, "sha512"),
        "HS256 named, HS512 used": made(head, claims(body), key, "sha512"),
        "crit": made({**head, "crit": ["exp"]}, claims(body), key),
        "an embedded key": made({**head, "jwk": {"kty": "oct", "k": packed(b"k" * 32)}}, claims(body), b"k" * 32),
        "another secret": made(head, claims(body), b"a-signature-secret-of-somebody-else"),
        "the API secret": made(head, claims(body), b"a-Vonage-secret-of-the-tests"),
        "an empty secret": made(head, claims(body), b""),
        "no signature": f"{signed}.",
        "signature altered": f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}",
        "signature padded": f"{good}=",
        "two parts": signed,
        "four parts": f"{good}.x",
        "payload is a list": made(head, [claims(body)], key),
        "payload is no JSON": made(head, packed(b"iss=Vonage"), key),
        "a claim stands twice": made(
            head, packed(json.dumps(claims(body)).replace("{", '{"iss": "x", ', 1).encode()), key
        ),
        "no JWT": "Vonage",
        "10 kB": f"{good}{'A' * 10_000}",
    }


async def _stored(texted: Texted) -> int:
    """How many callbacks the service keeps."""
    return (await rows(texted.service, "SELECT COUNT(*) FROM callback"))[0][0]


async def _post(client: httpx2.AsyncClient, path: str, body: bytes, authorization: str | None) -> httpx2.Response:
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    return await client.post(path, content=body, headers=headers)


@pytest.mark.parametrize("path", [STATUS, INBOUND])
async def test_a_forged_callback_is_401_and_leaves_no_trace(texted: Texted, path: str) -> None:
    device, phone = await texter(texted)
    client = visitor(texted.service)
    body, before = inbound_body(phone, "buy bread"), await _stored(texted)
    log = len(texted.service.log.read_text())
    for name, forged in forgeries(body).items():
        answer = await _post(client, path, body, f"Bearer {forged}")
        assert (name, *kind(answer)) == (name, 401, "token-invalid")
    for scheme in ("Basic", "JWT", "Token"):
        assert (await _post(client, path, body, f"{scheme} {token(body, KEY)}")).status_code == 401
    assert await _stored(texted) == before
    assert texted.service.log.read_text()[log:] == ""
    await asyncio.sleep(0.3)
    assert (await device.ask("GET", "/todo")).json()["items"] == []


@pytest.mark.parametrize("path", [STATUS, INBOUND])
async def test_one_without_a_signature_is_503_so_that_vonage_sends_it_again(texted: Texted, path: str) -> None:
    client, before = visitor(texted.service), await _stored(texted)
    log = len(texted.service.log.read_text())
    answer = await _post(client, path, inbound_body("351912000000", "hi"), None)
    assert kind(answer) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert await _stored(texted) == before
    assert texted.service.log.read_text()[log:] == ""


async def test_an_altered_body_is_refused(texted: Texted) -> None:
    client = visitor(texted.service)
    body = inbound_body("351912000000", "buy bread")
    told = f"Bearer {token(body, KEY)}"
    for altered in (body.replace(b"bread", b"breads"), body + b" ", body[:-1], b"", b" " + body):
        assert (await _post(client, INBOUND, altered, told)).status_code == 401


async def test_too_large_a_body_is_413_whatever_its_signature(texted: Texted) -> None:
    client = visitor(texted.service)
    body = inbound_body("351912000000", "a" * 3000)
    body = body[:-1] + b' , "more": "' + b"a" * (64 * 1024) + b'"}'
    assert (await _post(client, INBOUND, body, f"Bearer {token(body, KEY)}")).status_code == 413
    assert (await _post(client, INBOUND, body, None)).status_code == 413


async def test_a_signed_body_that_cannot_be_read_is_422_and_not_sent_again(texted: Texted) -> None:
    client, before = visitor(texted.service), await _stored(texted)
    for body in (b"", b"[]", b"{", b"{}", b'{"message_uuid": 7, "from": "1"}', b'{"message_uuid": "x", "from": null}'):
        assert (await _post(client, INBOUND, body, f"Bearer {token(body, KEY)}")).status_code == 422
    assert await _stored(texted) == before


async def test_no_session_token_opens_a_webhook_and_no_webhook_token_a_session(texted: Texted) -> None:
    device, phone = await texter(texted)
    body = inbound_body(phone, "buy bread")
    answer = await _post(device.client, INBOUND, body, f"Bearer {device.tokens['access_token']}")
    assert kind(answer) == (401, "token-invalid")
    headers = {"Authorization": f"Bearer {token(b'', KEY)}"}
    assert kind(await device.client.get("/me", headers=headers)) == (401, "token-invalid")


@pytest.mark.parametrize("age", [0, 24 * HOUR, 25 * HOUR - 60, -50])
async def test_one_that_is_sent_again_may_keep_its_time_for_a_day(texted: Texted, age: int) -> None:
    body = inbound_body("351912000001", "hi")
    assert await asyncio.to_thread(texted.caller.post, INBOUND, body, iat=int(time.time()) - age) == 204


async def test_during_a_change_of_secret_both_are_good(texted: Texted) -> None:
    _, phone = await texter(texted)
    for n, secret in enumerate((SIGNATURE_SECRET, PREVIOUS_SECRET), 1):
        caller = Caller(texted.service.base_url, KEY, secret)
        before = len(texted.sent(phone))
        await asyncio.to_thread(caller.text, phone, f"number {n}")
        assert await texted.next_text(phone, before) == f"Added {n}: number {n}"


async def test_a_replayed_callback_changes_nothing(texted: Texted) -> None:
    device, phone = await texter(texted)
    body = inbound_body(phone, "buy bread")
    told = token(body, KEY)
    answers = [await _post(device.client, INBOUND, body, f"Bearer {told}") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [204] * 5
    assert await texted.next_text(phone, 1) == "Added 1: buy bread"
    await asyncio.sleep(0.3)
    assert len((await device.ask("GET", "/todo")).json()["items"]) == 1
    assert len(texted.sent(phone)) == 2  # the code and one answer


async def test_a_jti_cannot_be_used_for_another_body(texted: Texted) -> None:
    device, phone = await texter(texted)
    jti = str(uuid.uuid4())
    for title in ("first", "second"):
        body = inbound_body(phone, title)
        assert await asyncio.to_thread(texted.caller.post, INBOUND, body, jti=jti) == 204
    await texted.next_text(phone, 1)
    await asyncio.sleep(0.3)
    assert [item["title"] for item in (await device.ask("GET", "/todo")).json()["items"]] == ["first"]


async def test_the_same_text_in_many_callbacks_at_once_acts_once(texted: Texted) -> None:
    device, phone = await texter(texted)
    body = inbound_body(phone, "buy bread")
    posts = [asyncio.to_thread(texted.caller.post, INBOUND, body) for _ in range(12)]
    assert set(await asyncio.gather(*posts)) == {204}
    await texted.next_text(phone, 1)
    await asyncio.sleep(0.5)
    assert len((await device.ask("GET", "/todo")).json()["items"]) == 1
    assert len(texted.sent(phone)) == 2


async def test_texts_of_one_person_act_in_the_order_they_came(texted: Texted) -> None:
    device, phone = await texter(texted)
    for n in range(1, 9):
        await texted.text(phone, f"number {n}")

    async def all_there() -> bool:
        return len((await device.ask("GET", "/todo")).json()["items"]) == 8

    await wait_for(all_there)
    titles = [item["title"] for item in (await device.ask("GET", "/todo?sort=created")).json()["items"]]
    assert titles == [f"number {n}" for n in range(8, 0, -1)]


async def test_without_a_signature_secret_there_are_no_webhooks(embedded: Service) -> None:
    client, body = visitor(embedded), inbound_body("351912000000", "hi")
    for path in (STATUS, INBOUND):
        answer = await _post(client, path, body, f"Bearer {token(body, KEY)}")
        assert kind(answer) == (404, "not-found")
