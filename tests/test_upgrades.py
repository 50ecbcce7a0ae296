"""Every earlier version of the database: filled as a program of then left it, brought up to date, and used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from recado import settings as reading
from recado.accounts.passwords import Passwords
from recado.app import opened
from recado.db import Database, open_database
from recado.db.ids import uuid7
from recado.db.migrate import migrations
from recado.http.endpoint import Endpoints
from recado.http.routes import ROUTES
from recado.settings import Settings
from recado.signing import tokens
from recado.todos import lists
from revocable.sessions import microseconds
from revocable.tokens import Claims
from tests.conftest import SECRETS
from tests.db.test_migrations import columns, up_to
from tests.http.people import PASSWORD
from tests.servers import Postgres

VERSIONS = [step.version for step in migrations("sqlite")[:-1]]
NOW = microseconds()
LATER = NOW + 86_400_000_000
SID, OPEN, DONE, GONE = [uuid7(lambda n=n: NOW - 50_000_000 + n) for n in range(4)]
TEXT, SHARED = [uuid7(lambda n=n: NOW - 40_000_000 + n) for n in range(2)]
OWN = lists.personal_list_id(1)


@pytest.fixture(scope="module")
def password_hash() -> str:
    passwords = Passwords(threads=1)
    try:
        return asyncio.run(passwords.hash(PASSWORD))
    finally:
        passwords.close()


def row(**columns: Any) -> dict[str, Any]:
    return columns


def rows(password_hash: str, kid: str) -> dict[str, list[dict[str, Any]]]:
    """What a household left, with every column that there ever was; a version gets those that it had."""
    session = row(sub="1", sid=SID, gen=3, used=1, rotated_at=NOW - 1, kid=kid, idle_expires_at=LATER, expires_at=LATER)
    session |= row(last_seen_at=NOW, kind="app", scopes="", device="phone", user_agent="u", ip="::1", created_at=1)
    account = row(user_id=1, username="Ana", password_hash=password_hash, operator=1, phone="+351912000001")
    account |= row(phone_verified_at=5, locale="pt-BR", time_zone="America/Sao_Paulo", created_at=1, signed_in_at=2)
    account |= {f"notify_{what}": 1 for what in ("created", "assigned", "reminders", "security")}
    account |= row(email="ana@example.org", email_verified_at=5, ntfy=None, channels="email sms", digest="08:00")
    todo = row(list_id=OWN, user_id=1, notes="n", created_at=1, updated_at=2, version=1, priority=2, labels="")
    todos = [
        todo | row(id=OPEN, title="regar as plantas", position="m"),
        todo | row(id=GONE, title="gone", position="n"),
    ]
    todos[1] |= row(deleted_at=NOW)
    todos += [todo | row(id=DONE, title="pagar a luz", position="o", done_at=7, done_by=1)]
    message = row(user_id=1, id=TEXT, todo_id=OPEN, kind="created", recipient="+351912000001", text="t", state="failed")
    message |= row(attempts=1, doubts=0, created_at=1, channel="sms", tried="", error="e")
    change = row(list_id=OWN, version=1, at=1, user_id=1, kind="created", changes="")
    member = row(list_id=OWN, user_id=1, role="owner", joined_at=1, position="", hidden=0)
    return {
        "session": [session],
        "account": [account],
        "username": [row(name_key="ana", user_id=1)],
        "operator_seat": [row(seat=1, taken_at=1)],
        "invite": [row(code_hash="0" * 64, created_by=1, expires_at=LATER)],
        "password_reset": [row(user_id=1, origin="operator", code_hash="0" * 64, expires_at=LATER)],
        "security_event": [
            row(user_id=1, id=SID, at=1, kind="login", session_id=SID, address="::1", network="::", detail="app")
        ],
        "message": [message],
        "message_count": [row(scope="all", day=1, sent=1)],
        "list": [
            row(list_id=OWN, owner_id=1, personal=1, name="", created_at=1),
            row(list_id=SHARED, owner_id=1, personal=0, name="Casa", created_at=1),
        ],
        "list_member": [member, member | row(list_id=SHARED)],
        "todo": todos,
        "idempotency": [row(user_id=1, key="k", fingerprint="f", answer="{}", created_at=NOW)],
        "todo_change": [change | row(todo_id=one) for one in (OPEN, DONE, GONE)],
        "feed": [row(token_hash="0" * 64, user_id=1, id=SID, list_id=None, contents="all", name="f", created_at=1)],
        "inbound_text": [row(message_uuid="m", acted_at=NOW)],
        "stopped_number": [row(number="0" * 64, stopped_at=1)],
        "short_number": [row(user_id=1, number=1, todo_id=OPEN, said_at=NOW, asked=1)],
    }


async def fill(db: Database, version: int, every: dict[str, list[dict[str, Any]]]) -> None:
    await db.write(up_to, db.engine, version)
    there = await columns(db)
    for table, made in every.items():
        for one in made if table in there else []:
            mine = {name: value for name, value in one.items() if name in there[table] and value is not None}
            places = ", ".join(f"${n}" for n in range(1, len(mine) + 1))
            await db.change(f"INSERT INTO {table} ({', '.join(mine)}) VALUES ({places})", *mine.values())
    if db.engine == "postgres" and version >= 2:  # as sign-ups would have
        await db.one("SELECT setval(pg_get_serial_sequence('account', 'user_id'), 1)")


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    given = {"RECADO_DATA": str(tmp_path), "RECADO_SIGNUP": "open", **SECRETS}
    if request.param == "sqlite":
        yield reading.load(given, None)
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database())
        yield reading.load(given | {"DATABASE_URL": url}, None)
        asyncio.run(server.drop_database(url))


@asynccontextmanager
async def client(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """The service of today over the database, which it brings up to date as it starts."""
    async with opened(settings) as house:
        transport = httpx2.ASGITransport(app=Endpoints(house, ROUTES), client=("127.0.0.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", trust_env=False) as asking:
            yield asking


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_database_of_an_earlier_version_is_brought_up_to_date_and_everything_works(
    settings: Settings, password_hash: str, version: int
) -> None:
    signing = tokens(settings)
    db = await open_database(settings.database_url)
    await fill(db, version, rows(password_hash, signing.refresh_kid))
    await db.close()
    seconds = NOW // 1_000_000
    old = signing.sign_refresh(Claims("1", SID, 3, f"{SID}.3", seconds, LATER // 1_000_000), signing.refresh_kid)
    async with client(settings) as ask:
        assert (await ask.get("/readyz")).json()["status"] != "unready"
        pair = await ask.post("/token/refresh", json={"refresh_token": old})
        assert pair.status_code == 201, "who was signed in is so still"
        ask.headers["Authorization"] = f"Bearer {pair.json()['access_token']}"
        if version >= 2:
            await their_account_works(ask)
        if version >= 3:
            found = {one["id"]: one["state"] for one in (await ask.get("/message")).json()["items"]}
            assert found[TEXT] == "failed"
        if version >= 4:
            await their_todos_work(ask)
        del ask.headers["Authorization"]
        await a_newcomer_can_do_everything(ask)


async def their_account_works(ask: httpx2.AsyncClient) -> None:
    me = (await ask.get("/me")).json()
    assert (me["user_id"], me["username"], me["operator"], me["phone_verified"]) == (1, "Ana", True, True)
    assert (await ask.post("/login", json={"username": "ana", "password": PASSWORD})).status_code == 200
    assert (await ask.get("/operator/user")).json()["items"][0]["username"] == "Ana"
    assert (await ask.get("/operator/event")).status_code == 200


async def their_todos_work(ask: httpx2.AsyncClient) -> None:
    assert [one["title"] for one in (await ask.get("/todo")).json()["items"]] == ["regar as plantas"]
    for state, title in (("done", "pagar a luz"), ("trash", "gone")):
        assert [one["title"] for one in (await ask.get(f"/todo?state={state}")).json()["items"]] == [title]
    assert [one["name"] for one in (await ask.get("/list")).json()["items"] if not one["personal"]] == ["Casa"]
    assert [one["id"] for one in (await ask.get("/todo?q=plantas")).json()["items"]] == [OPEN]
    assert (await ask.post(f"/todo/{GONE}/restore")).status_code == 200
    changed = await ask.patch(f"/todo/{OPEN}", json={"done": True, "due": "2030-01-01T09:00", "labels": ["casa"]})
    assert changed.json()["done"]
    assert (await ask.get(f"/todo/{OPEN}/history")).json()["items"][0]["kind"]
    assert not (await ask.post(f"/todo/{OPEN}/undo")).json()["done"]
    whole = (await ask.get("/me/export")).text
    assert all(title in whole for title in ("regar as plantas", "pagar a luz"))


async def a_newcomer_can_do_everything(ask: httpx2.AsyncClient) -> None:
    person = {"username": "bia", "password": PASSWORD}
    made = await ask.post("/user", json=person)
    assert made.status_code == 201, made.text
    access = (await ask.post("/login", json=person)).json()["access_token"]
    ask.headers["Authorization"] = f"Bearer {access}"
    todo = (await ask.post("/todo", json={"quick": "comprar pão amanhã 9h !1 #casa"})).json()
    assert [one["id"] for one in (await ask.get("/todo?q=pao")).json()["items"]] == [todo["id"]]
    assert (await ask.post("/feed", json={})).status_code == 201
    assert (await ask.request("DELETE", "/me", json={"password": PASSWORD})).status_code == 204
