"""The service behind nginx and Caddy, by the files of deploy/: TLS, cookies, live changes, whose address counts."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import SECRETS
from tests.deploy.held import Held
from tests.deploy.proxies import DEPLOY, NAME, Kind, Proxy, in_front_of, needed
from tests.deploy.visiting import asked_while, assert_nobody_noticed
from tests.running import Service
from tests.servers import Postgres, Redis

BEHIND = {"RECADO_PUBLIC_URL": f"https://{NAME}", "RECADO_TRUSTED_PROXIES": "127.0.0.1", "RECADO_SIGNUP": "open"}
PASSWORD = "a long walk along the tagus river"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that is set up for a proxy on this machine."""
    service = Service(tmp_path_factory.mktemp("behind"), {**BEHIND, "RECADO_WORKERS": "2"})
    try:
        yield service.start()
    finally:
        service.stop()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, behind: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    kind: Kind = request.param
    with in_front_of(kind, tmp_path_factory.mktemp(kind) / "own", [behind.port]) as running:
        yield running


@pytest.fixture
def page(proxy: Proxy) -> Iterator[httpx2.Client]:
    """A page of the service that somebody has signed in on, with cookies."""
    with proxy.client("127.0.7.7") as client:
        someone = {"username": f"{proxy.kind}.{time.monotonic_ns()}", "password": PASSWORD}
        assert client.post("/user", json=someone).status_code == 201
        answer = client.post("/login", json={**someone, "cookie": True})
        assert answer.status_code == 200, answer.text
        assert "access_token" not in answer.json()
        client.headers["Cookie"] = "; ".join(line.partition(";")[0] for line in cookies(answer))
        yield client


def cookies(answer: httpx2.Response) -> list[str]:
    return answer.headers.get_list("set-cookie")


def test_signing_in_over_tls_sets_cookies_that_only_this_host_gets(page: httpx2.Client) -> None:
    answer = page.post("/token/refresh")
    assert answer.status_code == 201, answer.text
    lines = cookies(answer)
    names = [line.partition("=")[0] for line in lines]
    assert names == ["__Host-recado_access", "__Host-recado_refresh", "__Host-recado_hint"]
    assert all("; Secure" in line and "; Path=/" in line and "domain" not in line.lower() for line in lines)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_page_of_this_host_may_change_things_and_one_of_another_may_not(page: httpx2.Client) -> None:
    assert page.post("/todo", json={"title": "ours"}).status_code == 201
    assert page.post("/todo", json={"title": "theirs"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    del page.headers["Sec-Fetch-Site"]
    assert page.post("/todo", json={"title": "ours"}, headers={"Origin": f"https://{NAME}"}).status_code == 201
    for origin in (f"http://{NAME}", "https://evil.example", f"https://{NAME}:444", "null"):
        assert page.post("/todo", json={"title": "theirs"}, headers={"Origin": origin}).status_code == 403, origin
    assert page.post("/todo", json={"title": "theirs"}).status_code == 403
    assert [todo["title"] for todo in page.get("/todo").json()["items"]] == ["ours", "ours"]


def test_the_page_itself_comes_through(page: httpx2.Client) -> None:
    answer = page.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_live_changes_are_not_held_back(page: httpx2.Client) -> None:
    with page.stream("GET", "/todo/events") as stream:
        lines = stream.iter_lines()
        assert first(lines, "event: ") == "event: ready"

        def create() -> None:
            page.post("/todo", json={"title": "at once"})

        begun = time.monotonic()
        creating = threading.Timer(0.2, create)
        creating.start()
        assert first(lines, "event: ") == "event: todo"
        assert "at once" in first(lines, "data: ")
        assert time.monotonic() - begun < 5  # the stream is quiet for 15 s otherwise
        creating.join()


def test_the_address_is_the_one_that_the_proxy_saw(page: httpx2.Client, behind: Service) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9"}
    page.get("/me", headers=forged)
    who = {"username": page.get("/me").json()["username"], "password": PASSWORD}
    page.post("/login", json={**who, "device": "forged"}, headers=forged)
    straight = httpx2.HTTPTransport(local_address="127.0.9.9")
    with httpx2.Client(transport=straight, base_url=behind.base_url) as stranger:
        answer = stranger.post("/login", json={**who, "device": "straight"}, headers=forged)
        assert answer.status_code == 200, answer.text
    addresses = {one["device"]: one["ip"] for one in page.get("/session").json()["items"] if one["device"]}
    assert addresses == {"forged": "127.0.7.7", "straight": "127.0.9.9"}


def test_an_upload_may_be_as_large_as_the_service_takes(page: httpx2.Client) -> None:
    answer = page.post("/import", content=b"x" * 10_000_000, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["skipped"]) == (200, 1)
    assert page.post("/import", content=b"x" * 12_000_000, headers={"Content-Type": "text/plain"}).status_code == 413


def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    address = f"http://127.0.0.1:{proxy.plain_port}/app/"
    answer = httpx2.get(address, headers={"Host": NAME}, trust_env=False)
    assert answer.status_code in (301, 308)
    assert answer.headers["location"].startswith(f"https://{NAME}")


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
async def test_behind_a_proxy_too_a_restart_fails_no_request(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    service = Held(tmp_path / "service", BEHIND)
    try:
        service.start()
        with in_front_of(kind, tmp_path / "proxy", [service.port]) as running:
            people = await asked_while(service, service.restart, port=running.port, trust=running.trust, name=NAME)
            await assert_nobody_noticed(service, people)
    finally:
        service.kill9()


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
async def test_two_services_behind_a_proxy_restart_one_by_one_and_no_request_fails(
    kind: Kind, tmp_path: Path, postgres_server: Postgres, redis_server: Redis, template: str
) -> None:
    # Up to 2.11.1 Caddy loses the body of a request that it sends to the next service (caddyserver/caddy#7546), and
    # Debian's is older: there only what has no body goes through.
    settings = {"DATABASE_URL": await postgres_server.new_database(template), "REDIS_DSN": redis_server.url}
    both = [Service(tmp_path / name, {**BEHIND, **SECRETS, **settings}) for name in ("one", "two")]
    needed(kind)

    def restart() -> None:
        for service in both:
            service.restart()

    try:
        for service in both:
            service.folder.mkdir()
            service.start()
        with in_front_of(kind, tmp_path / "proxy", [service.port for service in both]) as running:
            through: dict[str, Any] = {"port": running.port, "trust": running.trust, "name": NAME}
            people = await asked_while(both[0], restart, reads=kind == "caddy", **through)
            await assert_nobody_noticed(both[0], people)
    finally:
        for service in both:
            if service.process:
                service.kill9()


def test_the_caddyfile_is_as_caddy_writes_it(tmp_path: Path) -> None:
    file = DEPLOY / "Caddyfile"
    for command in (("validate", "--adapter", "caddyfile", "--config", file), ("fmt", file)):
        done = subprocess.run([needed("caddy"), *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def first(lines: Iterator[str], start: str) -> str:
    """Return the next line that begins so."""
    return next(line for line in lines if line.startswith(start))
