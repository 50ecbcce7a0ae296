"""The guard: bearer header and cookies, the cross-site rule, hosts, schemes and proxies. Over plain ASGI scopes."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revocable import (
    CrossSite,
    Guard,
    KeyRing,
    RevocableError,
    SessionEnded,
    Sessions,
    TokenInvalid,
    TokenMissing,
    TokenPair,
    Tokens,
    UnknownHost,
)
from revocable.sql import SCHEMA, SqliteConnection, SqlSessionStore

PUBLIC = "https://todo.example"


def request(
    method: str = "GET", *, scheme: str = "http", client: str | None = "192.0.2.1", **headers: Any
) -> dict[str, Any]:
    """An ASGI scope. `sec_fetch_site="…"` is a header; a list of values is as many headers; None is none."""
    given = {"host": "192.0.2.9:8080"} | headers
    fields = [
        (name.replace("_", "-").encode(), value if isinstance(value, bytes) else value.encode("latin-1"))
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
        if value is not None
    ]
    address = (client, 50_000) if client else None
    return {"type": "http", "method": method, "scheme": scheme, "client": address, "path": "/", "headers": fields}


def jar(headers: list[tuple[bytes, bytes]]) -> str:
    """The `Cookie` header of a browser that was sent these `set-cookie` headers."""
    return "; ".join(value.decode().partition(";")[0] for _, value in headers)


@pytest.fixture
def sessions(sqlite_truth: SqlSessionStore, sessions_of: Callable[..., Sessions]) -> Sessions:
    return sessions_of(sqlite_truth)


@pytest.fixture
def guard(sessions: Sessions) -> Guard:
    return Guard(sessions, cookie_prefix="recado")


@pytest.fixture
def public(sessions: Sessions) -> Guard:
    """A guard that knows its public URL and a proxy."""
    return Guard(sessions, public_url=PUBLIC, trusted_proxies=["10.0.0.0/8", "::1"], cookie_prefix="recado")


@pytest.fixture
async def pair(sessions: Sessions) -> TokenPair:
    return await sessions.open("ana")


# The bearer header


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  "])
async def test_the_scheme_word_may_be_in_any_case(guard: Guard, pair: TokenPair, scheme: str):
    state = await guard.authenticate(request(authorization=f"{scheme} {pair.access_token}"))
    assert state.sid == pair.session_id


@pytest.mark.parametrize("scheme", ["Basic", "Token", "JWT", "Bearers", "Bearer:", "Bearer\t", "DPoP", "", "Bea rer"])
async def test_no_other_scheme_is_accepted(guard: Guard, pair: TokenPair, scheme: str):
    with pytest.raises(TokenMissing):
        await guard.authenticate(request(authorization=f"{scheme} {pair.access_token}"))


async def test_without_a_token_none_is_found(guard: Guard):
    for authorization in (None, "Bearer", "Bearer ", "bearer   ", ""):
        with pytest.raises(TokenMissing):
            await guard.authenticate(request(authorization=authorization))


async def test_strange_headers_are_refused_cleanly(guard: Guard, pair: TokenPair):
    good = f"Bearer {pair.access_token}"
    for bad in (
        f"{good} x",
        f"{good},",
        f'Bearer "{pair.access_token}"',
        "Bearer \xff\xfe",
        "Bearer \0",
        "Bearer " + "a" * 99_999,
    ):
        with pytest.raises(TokenInvalid):
            await guard.authenticate(request(authorization=bad))
    with pytest.raises(TokenInvalid):
        await guard.authenticate(request(authorization=[good, good]))


async def test_a_refresh_token_opens_no_door(guard: Guard, pair: TokenPair):
    with pytest.raises(TokenInvalid):
        await guard.authenticate(request(authorization=f"Bearer {pair.refresh_token}"))


async def test_an_ended_session_is_refused(guard: Guard, pair: TokenPair, sessions: Sessions):
    await sessions.end("ana", pair.session_id)
    with pytest.raises(SessionEnded):
        await guard.authenticate(request(authorization=f"Bearer {pair.access_token}"))


async def test_a_bearer_header_wins_over_cookies(guard: Guard, pair: TokenPair):
    cookie, bearer = f"recado_access={pair.access_token}", f"Bearer {pair.access_token}"
    with pytest.raises(TokenInvalid):
        await guard.authenticate(request(cookie=cookie, authorization="Bearer x"))
    await guard.authenticate(
        request("POST", cookie="recado_access=x", authorization=bearer, sec_fetch_site="cross-site")
    )
    await guard.authenticate(
        request(cookie=cookie, authorization="Basic YTpi")
    )  # of a proxy with a password of its own


# Cookies


async def test_on_plain_http_three_cookies_are_set(guard: Guard, pair: TokenPair):
    life = "Path=/; Max-Age=604800; SameSite=Strict"
    assert guard.set_cookies(request(), pair) == [
        (b"set-cookie", f"recado_access={pair.access_token}; {life}; HttpOnly".encode()),
        (b"set-cookie", f"recado_refresh={pair.refresh_token}; {life}; HttpOnly".encode()),
        (b"set-cookie", f"recado_hint={pair.session_id}.0; {life}".encode()),
    ]


async def test_on_https_they_are_secure_and_bound_to_the_host(guard: Guard, pair: TokenPair):
    life = "Path=/; Max-Age=604800; SameSite=Strict; Secure"
    assert guard.set_cookies(request(scheme="https"), pair) == [
        (b"set-cookie", f"__Host-recado_access={pair.access_token}; {life}; HttpOnly".encode()),
        (b"set-cookie", f"__Host-recado_refresh={pair.refresh_token}; {life}; HttpOnly".encode()),
        (b"set-cookie", f"__Host-recado_hint={pair.session_id}.0; {life}".encode()),
    ]


async def test_clearing_names_the_same_cookies_with_no_life(guard: Guard, pair: TokenPair):
    for scheme in ("http", "https"):
        set_, cleared = guard.set_cookies(request(scheme=scheme), pair), guard.clear_cookies(request(scheme=scheme))
        assert [value.partition(b"=")[0] for _, value in set_] == [value.partition(b"=")[0] for _, value in cleared]
        assert all(b"=; Path=/; Max-Age=0; SameSite=Strict" in value for _, value in cleared)
        assert all((b"; Secure" in value) is (scheme == "https") for _, value in cleared)


async def test_the_hint_changes_with_each_refresh_and_is_no_secret(guard: Guard, pair: TokenPair, sessions: Sessions):
    next_ = await sessions.refresh(pair.refresh_token)
    again = await sessions.refresh(pair.refresh_token)
    hints = [guard.set_cookies(request(), one)[2][1] for one in (pair, next_, again)]
    assert hints[0] != hints[1] == hints[2]
    for one in (pair, next_):
        assert not any(part.encode() in b"".join(hints) for part in (one.access_token + one.refresh_token).split("."))


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_browser_that_sends_them_back_is_let_in(guard: Guard, pair: TokenPair, scheme: str):
    cookie = f"theme=dark; {jar(guard.set_cookies(request(scheme=scheme), pair))}; x"
    scope = request(scheme=scheme, cookie=cookie)
    assert (await guard.authenticate(scope)).sid == pair.session_id
    assert guard.refresh_cookie(scope) == pair.refresh_token
    assert guard.cookie_tokens(scope) == [pair.access_token, pair.refresh_token]


async def test_cookies_may_come_on_several_lines(guard: Guard, pair: TokenPair):
    lines = ["a=b", f"recado_access={pair.access_token}", f"recado_refresh={pair.refresh_token}"]
    assert guard.cookie_tokens(request(cookie=lines)) == [pair.access_token, pair.refresh_token]


async def test_a_cookie_of_plain_http_counts_for_nothing_on_https(guard: Guard, pair: TokenPair):
    cookie = jar(guard.set_cookies(request(), pair))
    with pytest.raises(TokenMissing):
        await guard.authenticate(request(scheme="https", cookie=cookie))
    assert guard.cookie_tokens(request(scheme="https", cookie=cookie)) == []


async def test_after_clearing_there_is_no_token(guard: Guard):
    scope = request("POST", cookie=jar(guard.clear_cookies(request())))
    with pytest.raises(TokenMissing):
        await guard.authenticate(scope)
    assert guard.refresh_cookie(scope) is None
    assert guard.cookie_tokens(scope) == []


async def test_strange_cookies_are_refused_cleanly(guard: Guard, pair: TokenPair):
    token = pair.access_token
    for cookie in (
        f"recado_access={token}; recado_access=x",
        f"recado_access=x; recado_access={token}",
        [f"recado_access={token}", f"recado_access={token}"],
        f'recado_access="{token}"',
        f"recado_access={token}é",
        f"recado_access={token},x",
        "recado_access=\xff\0",
    ):
        with pytest.raises(TokenInvalid):
            await guard.authenticate(request(cookie=cookie))
    for cookie in (
        "recado_access",
        "recado_access=",
        "=recado_access",
        "xrecado_access=1",
        "Recado_access=1",
        ";;;==;",
    ):
        with pytest.raises(TokenMissing):
            await guard.authenticate(request(cookie=cookie))


# The cross-site rule


OWN = "http://192.0.2.9:8080"
PAGES = [
    (True, {"sec_fetch_site": "same-origin"}),
    (True, {"sec_fetch_site": "same-origin", "origin": OWN}),
    (True, {"origin": OWN}),
    (True, {"origin": "http://192.0.2.9:80", "host": "192.0.2.9"}),
    (True, {"origin": "http://Recado.local:8080", "host": "recado.LOCAL:8080"}),
    (True, {"origin": "http://[::1]:8080", "host": "[::1]:8080"}),
    (False, {}),
    (False, {"sec_fetch_site": "cross-site"}),
    (False, {"sec_fetch_site": "same-site"}),
    (False, {"sec_fetch_site": "none"}),
    (False, {"sec_fetch_site": ""}),
    (False, {"sec_fetch_site": "Same-Origin"}),
    (False, {"sec_fetch_site": ["same-origin", "cross-site"]}),
    (False, {"sec_fetch_site": ["same-origin", "same-origin"]}),
    (False, {"sec_fetch_site": "cross-site", "origin": OWN}),
    (False, {"origin": "null"}),
    (False, {"origin": ""}),
    (False, {"origin": "http://192.0.2.9"}),
    (False, {"origin": "http://192.0.2.9:8081"}),
    (False, {"origin": "https://192.0.2.9:8080"}),
    (False, {"origin": "http://192.0.2.10:8080"}),
    (False, {"origin": "http://evil.example"}),
    (False, {"origin": "http://192.0.2.9:8080.evil.example"}),
    (False, {"origin": "http://evil.example@192.0.2.9:8080"}),
    (False, {"origin": OWN + "/"}),
    (False, {"origin": f"{OWN}, http://evil.example"}),
    (False, {"origin": f"{OWN} {OWN}"}),
    (False, {"origin": [OWN, OWN]}),
    (False, {"origin": "file://"}),
    (False, {"origin": PUBLIC}),
    (False, {"origin": b"http://\xff"}),
    (False, {"referer": OWN + "/"}),
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "PROPFIND"])
@pytest.mark.parametrize(("ours", "headers"), PAGES, ids=str)
async def test_a_cookie_counts_on_changes_only_for_our_own_pages(
    guard: Guard, pair: TokenPair, method: str, ours: bool, headers: dict[str, Any]
):
    scope = request(method, cookie=jar(guard.set_cookies(request(), pair)), **headers)
    if ours:
        assert (await guard.authenticate(scope)).sid == pair.session_id
        assert guard.refresh_cookie(scope) == pair.refresh_token
        assert len(guard.cookie_tokens(scope)) == 2
        guard.require_same_origin(scope)
        return
    with pytest.raises(CrossSite):
        await guard.authenticate(scope)
    for method_ in (guard.refresh_cookie, guard.cookie_tokens, guard.require_same_origin):
        with pytest.raises(CrossSite):
            method_(scope)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_asks_for_no_origin(guard: Guard, pair: TokenPair, method: str):
    cookie = jar(guard.set_cookies(request(), pair))
    assert await guard.authenticate(request(method, cookie=cookie))


async def test_without_cookies_the_rule_does_not_apply(guard: Guard, pair: TokenPair):
    bearer = f"Bearer {pair.access_token}"
    assert await guard.authenticate(request("POST", authorization=bearer, sec_fetch_site="cross-site"))
    with pytest.raises(TokenMissing):
        await guard.authenticate(request("POST", sec_fetch_site="cross-site"))
    assert guard.refresh_cookie(request("POST", sec_fetch_site="cross-site")) is None


async def test_behind_a_proxy_the_public_url_alone_is_enough(public: Guard, pair: TokenPair):
    for host in ("todo.example", "todo.example:443", "todo.example:8080", "127.0.0.1:8080"):
        public.check_host(request(host=host))
        public.require_same_origin(request("POST", host=host, origin=PUBLIC))
        with pytest.raises(CrossSite):
            public.require_same_origin(request("POST", host=host, origin="http://todo.example"))
    cookies = public.set_cookies(request(host="todo.example"), pair)
    assert all(value.startswith(b"__Host-recado_") and b"; Secure" in value for _, value in cookies)
    scope = request("POST", host="todo.example", cookie=jar(cookies), origin=PUBLIC)
    assert await public.authenticate(scope)


# Host, scheme, address


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "192.168.1.7:9000",
        "[::1]",
        "[fe80::1]:8080",
        "localhost",
        "LOCALHOST:8080",
        "localhost.",
        "nas.local",
    ],
)
def test_addresses_and_local_names_are_answered_for(guard: Guard, host: str):
    guard.check_host(request(host=host))


@pytest.mark.parametrize(
    "host",
    [
        *(
            None,
            "",
            "todo.example",
            "local",
            ".local",
            "evil.local.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
        ),
        *("127.1", "2130706433", "0x7f.1", "localhost:x", "localhost:99999", "user@localhost", "localhost/x", "::1"),
        *(
            "[::1",
            "[::1]x",
            "[127.0.0.1",
            "a" * 99_999,
            b"\xff\xfe",
            "localhost\0",
            "localhost\n",
            ".local\r\nx:",
            "::",
        ),
        ["localhost", "localhost"],
    ],
    ids=lambda host: re.sub(r"[^\w.]", "~", str(host)[:30]),  # mutmut names tests one by one
)
def test_other_hosts_are_not(guard: Guard, host: Any):
    with pytest.raises(UnknownHost):
        guard.check_host(request(host=host))


def test_configured_hosts_are_answered_for(public: Guard, sessions: Sessions):
    for host in ("todo.example", "TODO.example:8443", "todo.example.", "localhost", "10.1.2.3"):
        public.check_host(request(host=host))
    with pytest.raises(UnknownHost):
        public.check_host(request(host="www.todo.example"))
    Guard(sessions, hosts=["nas"]).check_host(request(host="nas:8080"))


def test_the_scheme_is_the_public_urls_for_its_host_else_the_connections(public: Guard, guard: Guard):
    assert public.scheme(request(host="todo.example")) == "https"
    assert public.scheme(request(host="192.0.2.9")) == "http"
    assert public.scheme(request(host="192.0.2.9", scheme="https")) == "https"
    assert public.scheme(request(host=None)) == "http"
    assert guard.scheme(request(scheme="wss")) == "https"
    assert guard.scheme(request(scheme="ws")) == "http"
    plain = Guard(guard.sessions, public_url="http://todo.example:8080")
    assert plain.scheme(request(host="todo.example:8080", scheme="https")) == "http"


@pytest.mark.parametrize(
    ("client", "forwarded", "scheme"),
    [
        ("10.1.2.3", "https", "https"),
        ("::1", "HTTPS", "https"),
        ("::ffff:10.1.2.3", "https", "https"),
        ("10.1.2.3", "http", "http"),
        ("10.1.2.3", "ftp", "http"),
        ("10.1.2.3", None, "http"),
        ("10.1.2.3", "http, https", "https"),
        ("10.1.2.3", ["https", "http"], "http"),
        ("192.0.2.1", "https", "http"),
        (None, "https", "http"),
    ],
)
def test_a_forwarded_scheme_counts_only_from_known_proxies(public: Guard, client: str, forwarded: Any, scheme: str):
    assert public.scheme(request(client=client, x_forwarded_proto=forwarded)) == scheme


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("10.1.2.3", None, "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "203.0.113.9, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("10.1.2.3", "198.51.100.1:4711", "198.51.100.1"),
        ("10.1.2.3", "2001:db8::7", "2001:db8::7"),
        ("10.1.2.3", "[2001:DB8::7]:4711", "2001:db8::7"),
        ("10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "203.0.113.9, unknown, 10.9.9.9", "10.9.9.9"),
        ("10.1.2.3", "nonsense", "10.1.2.3"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", b"\xff, \xfe", "10.1.2.3"),
        ("10.1.2.3", ", ".join(["203.0.113.9"] * 9_999 + ["198.51.100.1"]), "198.51.100.1"),
        ("::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:192.0.2.1", None, "192.0.2.1"),
        (None, "198.51.100.1", ""),
        ("/run/socket", "198.51.100.1", ""),
    ],
)
def test_a_forwarded_address_counts_only_from_known_proxies(public: Guard, client: str, forwarded: Any, address: str):
    assert public.client_address(request(client=client, x_forwarded_for=forwarded)) == address


def test_without_proxies_no_forwarded_header_counts(guard: Guard):
    scope = request(
        client="127.0.0.1", x_forwarded_for="198.51.100.1", x_forwarded_proto="https", forwarded="proto=https"
    )
    assert guard.client_address(scope) == "127.0.0.1"
    assert guard.scheme(scope) == "http"


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_url": "todo.example"},
        {"public_url": "ftp://todo.example"},
        {"public_url": "https://"},
        {"public_url": "https://user:sekrit@todo.example"},
        {"trusted_proxies": ["proxy"]},
        {"trusted_proxies": ["10.0.0.0/64"]},
        {"cookie_prefix": ""},
        {"cookie_prefix": "a;b"},
        {"cookie_prefix": "ç"},
    ],
    ids=str,
)
def test_wrong_settings_are_refused_at_the_start(sessions: Sessions, wrong: dict[str, Any]):
    with pytest.raises(ValueError):  # noqa: PT011  (ipaddress says it in its own words)
        Guard(sessions, **wrong)


_NAMES = ["host", "authorization", "cookie", "origin", "sec-fetch-site", "x-forwarded-for", "x-forwarded-proto"]
_PIECES = [
    "Bearer ",
    "recado_access=",
    "recado_refresh=",
    "localhost",
    "http://",
    "[",
    "]",
    ":",
    "80",
    ";",
    "=",
    ",",
    ".",
]
_values = st.binary(max_size=40) | st.lists(st.sampled_from(_PIECES), max_size=6).map(
    lambda parts: "".join(parts).encode()
)


@given(
    st.lists(st.tuples(st.sampled_from(_NAMES).map(str.encode), _values), max_size=6),
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(["10.1.2.3", "x", None]),
)
def test_no_header_whatsoever_raises_anything_but_a_clean_refusal(
    headers: list[tuple[bytes, bytes]], method: str, client: str | None
):
    scope = request(method, client=client) | {"headers": headers}
    scope["client"] = (client, 1) if client else None
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    tokens = Tokens(KeyRing(b"a" * 32), KeyRing(b"r" * 32))
    guard = Guard(
        Sessions(SqlSessionStore(SqliteConnection(connection)), tokens),
        public_url=PUBLIC,
        trusted_proxies=["10.0.0.0/8"],
        cookie_prefix="recado",
    )
    with pytest.raises(RevocableError):
        asyncio.run(guard.authenticate(scope))
    for ask in (guard.check_host, guard.require_same_origin, guard.refresh_cookie, guard.cookie_tokens):
        try:
            ask(scope)
        except RevocableError:
            continue
    assert guard.scheme(scope) in ("http", "https")
    assert isinstance(guard.client_address(scope), str)
    assert len(guard.clear_cookies(scope)) == 3
    connection.close()
