"""Cookie mode: what a browser is given, and that other sites' pages cannot use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.http.conformance import CONTRACT
from tests.http.people import NOBODYS_ID, SAME_ORIGIN, Person, kind, somebody, visitor
from tests.running import Service

COOKIES = {"recado_access", "recado_refresh", "recado_hint"}
CHANGING = [
    (method, path)
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
    if method not in ("get", "parameters")
    and {name for way in operation.get("security", CONTRACT["security"]) for name in way} & {"cookie", "refreshCookie"}
]
BODIES: dict[str, dict[str, Any]] = {
    "/me": {"locale": "pt-BR", "password": "x"},
    "/me/password": {"current": "x", "new": "a bridge of nine lanterns"},
    "/me/phone": {"phone": "+351912345678"},
    "/me/phone/verify": {"code": "123456"},
    "/todo": {"title": "from another site"},
    "/import": {"todos": []},
    "/todo/{id}": {"title": "from another site"},
}
OF_OTHERS = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of this site": {"Sec-Fetch-Site": "same-site"},
    "no page at all": {"Sec-Fetch-Site": "none"},
    "a word of its own": {"Sec-Fetch-Site": "SAME-ORIGIN"},
    "an empty word": {"Sec-Fetch-Site": ""},
    "another site that forges Origin": {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
    "a foreign Origin": {"Origin": "https://evil.example"},
    "a null Origin": {"Origin": "null"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "another scheme": {"Origin": "https://{host}"},
    "a longer name": {"Origin": "{own}.evil.example"},
    "neither header": {},
}
FOREIGN_HOSTS = [
    *("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.local.example", "evil-local", "1.2.3"),
    *("user@localhost", "localhost:x", "localhost:99999", "local host", "localhost/", "[::1", "", f"{'a' * 400}.local"),
]


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


@pytest.fixture
async def page(ana: Person) -> httpx2.AsyncClient:
    return await ana.browser()


def cookies(answer: httpx2.Response) -> dict[str, list[str]]:
    """Return what an answer sets: the value first, then the attributes, by name."""
    lines = [line.split("; ") for line in answer.headers.get_list("set-cookie")]
    return {first.partition("=")[0]: [first.partition("=")[2], *sorted(rest)] for first, *rest in lines}


async def test_signing_in_sets_three_cookies_and_keeps_the_tokens_out_of_the_body(
    service: Service, ana: Person
) -> None:
    answer = await visitor(service, headers=SAME_ORIGIN).post("/login", json={**ana.credentials, "cookie": True})
    found = cookies(answer)
    assert set(answer.json()) == {"expires_in", "session_id"}
    assert found.keys() == COOKIES
    everywhere = ["Max-Age=604800", "Path=/", "SameSite=Strict"]
    assert found["recado_access"][1:] == found["recado_refresh"][1:] == ["HttpOnly", *everywhere]
    assert found["recado_hint"][1:] == everywhere
    assert found["recado_hint"][0] not in (found["recado_access"][0], found["recado_refresh"][0], "")
    assert "strict-transport-security" not in answer.headers


async def test_the_hint_changes_with_each_refresh_and_the_body_stays_without_tokens(page: httpx2.AsyncClient) -> None:
    hints, refreshes = [page.cookies["recado_hint"]], [page.cookies["recado_refresh"]]
    for _ in range(3):
        answer = await page.post("/token/refresh")
        assert (answer.status_code, set(answer.json())) == (201, {"expires_in", "session_id"})
        assert cookies(answer).keys() == COOKIES
        hints.append(page.cookies["recado_hint"])
        refreshes.append(page.cookies["recado_refresh"])
        assert (await page.get("/me")).status_code == 200
    assert len(set(hints)) == len(set(refreshes)) == 4


async def test_a_losing_refresh_never_clears_cookies(page: httpx2.AsyncClient) -> None:
    lost = {"Cookie": f"recado_refresh={page.cookies['recado_refresh']}"}
    await page.post("/token/refresh")
    await page.post("/token/refresh")
    page.cookies.clear()
    answer = await page.post("/token/refresh", headers=lost)
    assert kind(answer) == (401, "session-ended")
    assert "set-cookie" not in answer.headers


async def test_a_refresh_by_body_answers_in_the_body_whatever_cookies_come(page: httpx2.AsyncClient) -> None:
    answer = await page.post("/token/refresh", json={"refresh_token": page.cookies["recado_refresh"]})
    assert {"access_token", "refresh_token"} <= answer.json().keys()
    assert "set-cookie" not in answer.headers


async def test_signing_out_and_deleting_the_account_clear_the_cookies(ana: Person) -> None:
    page = await ana.browser()
    await page.post("/logout")
    assert not page.cookies
    page = await ana.browser()
    answer = await page.request("DELETE", "/me", json={"password": ana.password})
    assert (answer.status_code, len(page.cookies)) == (204, 0)


async def test_a_cookie_that_is_there_twice_is_refused(page: httpx2.AsyncClient) -> None:
    token = page.cookies["recado_access"]
    page.cookies.clear()
    answer = await page.get("/me", headers={"Cookie": f"recado_access={token}; recado_access={token}"})
    assert kind(answer) == (401, "token-invalid")


@pytest.mark.parametrize("name", ["__Host-recado_access", "recado_hint", "recado_refresh", "Recado_Access", "access"])
async def test_no_other_cookie_signs_in(page: httpx2.AsyncClient, name: str) -> None:
    token = page.cookies["recado_access"]
    page.cookies.clear()
    assert kind(await page.get("/me", headers={"Cookie": f"{name}={token}"})) == (401, "token-missing")


@pytest.mark.parametrize(("method", "path"), CHANGING)
async def test_a_page_of_another_site_changes_nothing(ana: Person, method: str, path: str) -> None:
    page = await ana.browser()
    del page.headers["Sec-Fetch-Site"]
    host = page.base_url.netloc.decode()
    place = path.replace("{id}", NOBODYS_ID)
    for name, template in OF_OTHERS.items():
        headers = {key: value.format(own=f"http://{host}", host=host) for key, value in template.items()}
        answer = await page.request(method.upper(), place, headers=headers, json=BODIES.get(path))
        assert kind(answer) == (403, "cross-site"), name
        assert "set-cookie" not in answer.headers, name
    assert (await page.get("/me")).json()["locale"] == "en"
    assert (await page.get("/todo")).json()["items"] == []
    assert (await page.post("/token/refresh", headers=SAME_ORIGIN)).status_code == 201


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
async def test_what_a_form_can_send_is_415(page: httpx2.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type, "Sec-Fetch-Site": "cross-site"}
    answer = await page.post("/todo", content=b'{"title": "from a form"}', headers=headers)
    assert kind(answer) == (415, "unsupported-media-type")


@pytest.mark.parametrize("headers", list(OF_OTHERS.values()), ids=list(OF_OTHERS))
async def test_signing_in_for_cookies_from_another_site_is_403(
    service: Service, ana: Person, headers: dict[str, str]
) -> None:
    host = f"127.0.0.1:{service.port}"
    told = {key: value.format(own=f"http://{host}", host=host) for key, value in headers.items()}
    answer = await visitor(service).post("/login", json={**ana.credentials, "cookie": True}, headers=told)
    assert kind(answer) == (403, "cross-site")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "192.168.1.20:{port}", "tin.local", "[::1]:80"]
)
async def test_our_own_page_is_known_by_its_origin_where_a_browser_says_no_more(
    service: Service, ana: Person, host: str
) -> None:
    host = host.format(port=service.port)
    client = visitor(service, headers={"Host": host, "Origin": f"http://{host}"})
    assert (await client.post("/login", json={**ana.credentials, "cookie": True})).status_code == 200
    tokens = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    client.cookies.clear()
    created = await client.post("/todo", json={"title": "ours"}, headers={"Cookie": tokens})
    assert created.status_code == 201


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
async def test_an_unknown_host_is_421_on_every_path(service: Service, host: str) -> None:
    for path in ("/healthz", "/me", "/nowhere"):
        answer = await visitor(service).get(path, headers={"Host": host})
        assert kind(answer) == (421, "unknown-host")


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that people know by a name, behind a proxy at 127.0.0.1."""
    settings = {
        "RECADO_PUBLIC_URL": "https://todo.example",
        "RECADO_TRUSTED_PROXIES": "127.0.0.1/32",
        "RECADO_SIGNUP": "open",
    }
    service = Service(tmp_path_factory.mktemp("named"), settings)
    try:
        yield service.start()
    finally:
        service.stop()


async def test_under_its_public_name_cookies_are_secure_and_bound_to_the_host(named: Service) -> None:
    ana = await somebody(named)
    client = visitor(named, headers={"Host": "todo.example", "Origin": "https://todo.example"})
    answer = await client.post("/login", json={**ana.credentials, "cookie": True})
    found = cookies(answer)
    assert found.keys() == {f"__Host-{name}" for name in COOKIES}
    assert all("Secure" in attributes for attributes in found.values())
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    told = {"Cookie": f"__Host-recado_access={found['__Host-recado_access'][0]}"}
    assert (await client.get("/me", headers=told)).json()["username"] == ana.username
    told = {"Cookie": f"recado_access={found['__Host-recado_access'][0]}"}
    assert kind(await client.get("/me", headers=told)) == (401, "token-missing")


async def test_under_its_public_name_a_page_over_http_is_another_site(named: Service) -> None:
    ana = await somebody(named)
    client = visitor(named, headers={"Host": "todo.example", "Origin": "http://todo.example"})
    assert kind(await client.post("/login", json={**ana.credentials, "cookie": True})) == (403, "cross-site")


async def test_its_address_still_works_over_plain_http(named: Service) -> None:
    page = await (await somebody(named)).browser()
    assert set(page.cookies) == COOKIES
    assert (await page.post("/todo", json={"title": "at home"})).status_code == 201


@pytest.mark.parametrize(("peer", "seen"), [("127.0.0.1", "203.0.113.9"), ("127.0.0.9", "127.0.0.9")])
async def test_forwarded_addresses_count_only_from_configured_proxies(named: Service, peer: str, seen: str) -> None:
    ana = await somebody(named)
    client = visitor(named, peer, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    tokens = (await client.post("/login", json=ana.credentials)).json()
    told = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.get("/session", headers=told)).json()["items"][0]["ip"] == seen


@pytest.mark.parametrize(("peer", "prefix"), [("127.0.0.1", "__Host-"), ("127.0.0.9", "")])
async def test_a_forwarded_scheme_counts_only_from_configured_proxies(named: Service, peer: str, prefix: str) -> None:
    ana = await somebody(named)
    client = visitor(named, peer, headers={"X-Forwarded-Proto": "https", **SAME_ORIGIN})
    answer = await client.post("/login", json={**ana.credentials, "cookie": True})
    assert cookies(answer).keys() == {prefix + name for name in COOKIES}
    assert ("strict-transport-security" in answer.headers) == bool(prefix)
