"""The middleware: what it lets through, and what it answers instead."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from revocable import (
    Guard,
    InvalidClient,
    InvalidRequest,
    Protect,
    Sessions,
    TokenMissing,
    TokenPair,
    current_session,
    refusal,
)
from revocable.sql import SqlSessionStore
from revocable.testing import FakeClock


async def hello(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An app that says who asks, and may say how long its answer keeps."""
    who = scope["revocable"].sub if "revocable" in scope else "nobody"
    headers = [(b"Cache-Control", b"private")] if scope["path"] == "/kept" else []
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": who.encode()})


@pytest.fixture
def sessions(sqlite_truth: SqlSessionStore, sessions_of: Callable[..., Sessions]) -> Sessions:
    return sessions_of(sqlite_truth)


@pytest.fixture
def app(sessions: Sessions) -> Protect:
    return Protect(hello, Guard(sessions), public=["/login"])


@pytest.fixture
async def pair(sessions: Sessions) -> TokenPair:
    return await sessions.open("ana")


async def ask(app: Protect, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of an answer."""
    given = {"host": "localhost"} | headers
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "scheme": "http", "headers": fields, "client": None}
    await app(scope, None, send)  # type: ignore[arg-type]
    start, body = sent
    return start["status"], {name.decode().lower(): value.decode() for name, value in start["headers"]}, body["body"]


async def test_a_request_with_a_session_gets_through_and_its_answer_is_not_kept(app: Protect, pair: TokenPair):
    status, headers, body = await ask(app, authorization=f"Bearer {pair.access_token}")
    assert (status, body) == (200, b"ana")
    assert headers == {"cache-control": "no-store"}


async def test_the_app_may_say_itself_how_long_an_answer_keeps(app: Protect, pair: TokenPair):
    _, headers, _ = await ask(app, "/kept", authorization=f"Bearer {pair.access_token}")
    assert headers == {"cache-control": "private"}


async def test_a_public_path_needs_no_session_but_the_right_host(app: Protect):
    assert (await ask(app, "/login", "POST"))[::2] == (200, b"nobody")
    assert (await ask(app, "/login", "POST", host="evil.example"))[0] == 421


async def test_refusals_tell_what_was_wrong(app: Protect, pair: TokenPair, sessions: Sessions, clock: FakeClock):
    bearer = f"Bearer {pair.access_token}"
    cookie = f"revocable_access={pair.access_token}"
    expectations = [
        (401, "token-missing", await ask(app)),
        (401, "token-missing", await ask(app, authorization="Basic YTpi")),
        (401, "token-missing", await ask(app, authorization="Bearer ")),
        (401, "token-invalid", await ask(app, authorization="Bearer x")),
        (401, "token-invalid", await ask(app, cookie="revocable_access=x")),
        (403, "cross-site", await ask(app, method="POST", cookie=cookie, sec_fetch_site="cross-site")),
        (421, "unknown-host", await ask(app, host="evil.example", authorization=bearer)),
    ]
    await sessions.end("ana", pair.session_id)
    expectations.append((401, "session-ended", await ask(app, authorization=bearer)))
    clock.advance(900)
    expectations.append((401, "token-expired", await ask(app, authorization=bearer)))
    for status, name, (got, headers, body) in expectations:
        problem = json.loads(body)
        assert (got, problem["status"], problem["type"]) == (status, status, f"/problems#{name}")
        assert headers["content-type"] == "application/problem+json"
        assert headers["cache-control"] == "no-store"
        assert int(headers["content-length"]) == len(body)
        assert pair.access_token not in body.decode()


async def test_the_challenge_speaks_of_the_token_only_when_one_was_sent_in_the_header(app: Protect):
    """RFC 6750, 3.1."""
    for sent, challenge in [
        ({}, "Bearer"),
        ({"authorization": "Basic YTpi"}, "Bearer"),
        ({"authorization": "Bearer "}, "Bearer"),
        ({"cookie": "revocable_access=x"}, "Bearer"),
        ({"authorization": "Bearer x"}, 'Bearer error="invalid_token"'),
    ]:
        assert (await ask(app, **sent))[1]["www-authenticate"] == challenge


async def test_a_store_that_is_down_is_no_refusal(app: Protect, pair: TokenPair, sqlite_connection: sqlite3.Connection):
    sqlite_connection.execute("DROP TABLE session")
    status, headers, _ = await ask(app, authorization=f"Bearer {pair.access_token}")
    assert (status, headers["retry-after"]) == (503, "2")
    assert "www-authenticate" not in headers


async def test_head_is_refused_without_a_body(app: Protect):
    status, headers, body = await ask(app, method="HEAD")
    assert (status, body) == (401, b"")
    assert int(headers["content-length"]) > 0


async def test_a_websocket_needs_a_session_and_a_page_of_ours(app: Protect, pair: TokenPair):
    cookie = (b"cookie", f"revocable_access={pair.access_token}".encode())

    async def connect(*headers: tuple[bytes, bytes]) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        fields = [(b"host", b"localhost"), *headers]
        scope = {"type": "websocket", "path": "/", "scheme": "ws", "headers": fields}
        await app(scope, None, send)  # type: ignore[arg-type]
        return sent

    closed = [{"type": "websocket.close", "code": 1008}]
    assert await connect() == closed
    assert await connect(cookie) == closed
    assert await connect(cookie, (b"origin", b"http://evil.example")) == closed
    assert await connect(cookie, (b"origin", b"http://localhost")) != closed


async def test_start_and_stop_of_the_server_get_through(sessions: Sessions):
    seen: list[str] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await Protect(app, Guard(sessions))({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]


def test_what_another_service_did_wrong_is_told_in_the_words_of_oauth():
    """RFC 6749, 5.2."""
    body, status, fields = refusal(InvalidClient("unknown client"))
    assert (status, json.loads(body)) == (401, {"error": "invalid_client", "error_description": "unknown client"})
    assert (fields["www-authenticate"], fields["content-type"]) == ("Basic", "application/json")
    body, status, fields = refusal(InvalidRequest("the parameter token is missing"))
    assert (status, json.loads(body)["error"]) == (400, "invalid_request")
    assert "www-authenticate" not in fields


def test_an_error_of_somebody_else_is_raised_as_it_is():
    with pytest.raises(KeyError, match="mine"):
        refusal(KeyError("mine"))


def test_a_public_path_has_no_session():
    with pytest.raises(TokenMissing):
        current_session({"path": "/login"})
