"""An app with Litestar and asyncpg: people and sign-ins in PostgreSQL, the sessions in the same transaction.

DATABASE=postgresql://… ACCESS_KEY=… REFRESH_KEY=… uvicorn --app-dir examples litestar_app:app
"""

from __future__ import annotations

import os
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import NotAuthorizedException
from passwords import hashed, matches

from revocable import Guard, KeyRing, Protect, RevocableError, Sessions, Tokens, current_session, refusal
from revocable.sql import SCHEMA, AsyncpgConnection, SqlSessionStore

OWN = """
CREATE TABLE person (name TEXT PRIMARY KEY, password TEXT NOT NULL);
CREATE TABLE sign_in (person TEXT NOT NULL REFERENCES person, sid TEXT NOT NULL, device TEXT CHECK (device <> ''));
"""


class Database:
    """The app's pool, which asyncpg makes only when the server runs."""

    pool: asyncpg.Pool

    async def fetch(self, sql: str, /, *args: Any) -> list[Any]:
        return await self.pool.fetch(sql, *args)


db = Database()


@dataclass
class Credentials:
    name: str
    password: str
    device: str


@dataclass
class Spent:
    refresh_token: str


@asynccontextmanager
async def tables(_: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE"], min_size=1) as pool:
        db.pool = pool
        if not await pool.fetchval("SELECT to_regclass('person')"):
            await pool.execute(OWN + SCHEMA)
            await pool.execute("INSERT INTO person VALUES ('ana', $1)", hashed("correct horse"))
        yield


@asynccontextmanager
async def transaction_of(given: Credentials) -> AsyncIterator[Any]:
    """Begin a transaction for one of the app's people; 401 for anybody else."""
    stored = await db.pool.fetchval("SELECT password FROM person WHERE name = $1", given.name)
    if not await to_thread(matches, given.password, stored):
        raise NotAuthorizedException("wrong name or password")
    async with db.pool.acquire() as tx, tx.transaction():
        yield tx


@get("/hello")
async def hello(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {"hello": current_session(request.scope).sub}


# protect
access_key, refresh_key = (KeyRing(bytes.fromhex(os.environ[name])) for name in ("ACCESS_KEY", "REFRESH_KEY"))
sessions = Sessions(SqlSessionStore(AsyncpgConnection(db)), Tokens(access_key, refresh_key))


@post("/login", status_code=200)
async def login(data: Credentials) -> dict[str, Any]:
    async with transaction_of(data) as tx:  # the session is there if the app's own row is
        pair = await sessions.within(AsyncpgConnection(tx)).open(data.name)
        await tx.execute("INSERT INTO sign_in VALUES ($1, $2, $3)", data.name, pair.session_id, data.device)
    return pair._asdict()


@post("/refresh", status_code=200)
async def refresh(data: Spent) -> dict[str, Any]:
    return (await sessions.refresh(data.refresh_token))._asdict()


@post("/logout", status_code=204)
async def logout(request: Request[Any, Any, Any]) -> None:
    session = current_session(request.scope)
    await sessions.end(session.sub, session.sid)


def refused(_: Request[Any, Any, Any], error: RevocableError) -> Response[bytes]:
    return Response(**refusal(error)._asdict())


inner = Litestar([hello, login, refresh, logout], lifespan=[tables], exception_handlers={RevocableError: refused})
app = Protect(inner, Guard(sessions), public=["/login", "/refresh"])
