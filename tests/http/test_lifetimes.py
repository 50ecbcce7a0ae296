"""How long things live, on services whose access tokens live 3 s, sessions 5 s without and 7 s with refreshes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.conftest import SECRETS
from tests.http import stored
from tests.http.people import Device, kind, somebody
from tests.running import Service
from tests.servers import Postgres, Redis

SHORT = {
    "RECADO_ACCESS_TTL": "3s",
    "RECADO_REFRESH_TTL": "5s",
    "RECADO_SESSION_TTL": "7s",
    "RECADO_REFRESH_GRACE": "1s",
}


@pytest.fixture(scope="module", params=["embedded", "scaled"])
def brief(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = dict(SHORT)
    if request.param == "scaled":
        server: Postgres = request.getfixturevalue("postgres_server")
        index: Redis = request.getfixturevalue("redis_server")
        database = asyncio.run(server.new_database(request.getfixturevalue("template")))
        settings |= {"DATABASE_URL": database, "REDIS_DSN": index.url, "RECADO_WORKERS": "2", **SECRETS}
    service = Service(tmp_path_factory.mktemp("brief"), settings)
    try:
        yield service.start()
    finally:
        service.stop()


async def test_tokens_and_sessions_end_to_the_second(brief: Service) -> None:
    """One story, since each line has to wait: what is refreshed, what is left alone, what is refreshed to its end."""
    ana, rui = await somebody(brief), await (await somebody(brief, "rui")).device()
    made = await rui.ask("POST", "/access-token", json={"name": "lives on", "scopes": ["read"], "expires_in": 60})
    script = Device(rui.client, made.json())
    _skip_to_a_second_begun()
    left_alone, kept_up, refreshed = await asyncio.gather(*map(ana.device, ("left alone", "kept up", "refreshed")))
    signed_in = time.monotonic()
    assert left_alone.tokens["expires_in"] == 3
    first = Device(refreshed.client, refreshed.tokens)
    await refreshed.refresh()
    assert await first.status() == 200

    await asyncio.sleep(1.1)
    assert kind(await first.ask("GET", "/me")) == (401, "token-expired")  # the grace is over, the token's life is not
    same = await first.client.post("/token/refresh", json={"refresh_token": first.tokens["refresh_token"]})
    assert same.json()["refresh_token"] == refreshed.tokens["refresh_token"]  # nobody has used its successor
    assert await refreshed.status() == 200
    await asyncio.sleep(0.3)  # the use is noted in the background
    reused = await first.client.post("/token/refresh", json={"refresh_token": first.tokens["refresh_token"]})
    assert kind(reused) == (401, "session-ended")
    assert kind(await refreshed.refresh()) == (401, "session-ended")
    assert await refreshed.status() == 401
    assert "reuse" in await stored.events(brief, ana.user_id)

    await _until(signed_in + 3.1)
    assert kind(await kept_up.ask("GET", "/me")) == (401, "token-expired")
    assert (await kept_up.refresh()).status_code == 201
    assert await kept_up.status() == 200
    assert len((await kept_up.ask("GET", "/session")).json()["items"]) == 2

    await _until(signed_in + 5.1)
    expired = await left_alone.refresh()
    assert (kind(expired), expired.json()["detail"]) == ((401, "token-expired"), "Refresh token expired")
    assert (await kept_up.refresh()).status_code == 201
    assert kept_up.tokens["expires_in"] in (1, 2)  # never past the end of the session
    listed = (await kept_up.ask("GET", "/session")).json()["items"]
    assert [row["device"] for row in listed] == ["kept up"]

    await _until(signed_in + 7.1)
    assert (await kept_up.refresh()).status_code == 401
    assert await kept_up.status() == 401
    assert [await rui.status(), await script.status()] == [401, 200]


def _skip_to_a_second_begun() -> None:
    """Tokens count in whole seconds: begin where one has just begun."""
    time.sleep(1.02 - time.time() % 1)


async def _until(instant: float) -> None:
    await asyncio.sleep(max(0, instant - time.monotonic()))
