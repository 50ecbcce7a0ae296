"""An app with Starlette and sqlite3: its people, their sign-ins and the sessions, in one file and one transaction.

DATABASE=app.db ACCESS_KEY=… REFRESH_KEY=… uvicorn --app-dir examples starlette_app:app
"""

from __future__ import annotations

import os
import sqlite3
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import contextmanager

from passwords import hashed, matches
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from revocable import Guard, KeyRing, Protect, RevocableError, Sessions, Tokens, current_session, refusal
from revocable.sql import SCHEMA, SqliteConnection, SqlSessionStore

OWN = """
CREATE TABLE person (name TEXT PRIMARY KEY, password TEXT NOT NULL);
CREATE TABLE sign_in (person TEXT NOT NULL REFERENCES person, sid TEXT NOT NULL, device TEXT CHECK (device <> ''));
"""

db = sqlite3.connect(os.environ["DATABASE"], isolation_level=None)
if not db.execute("SELECT 1 FROM sqlite_schema").fetchone():
    db.executescript(OWN + SCHEMA)
    db.execute("INSERT INTO person VALUES ('ana', ?)", [hashed("correct horse")])


async def fields(request: Request, *names: str) -> list[str]:
    """Return what a JSON body says under these names; 400 unless each is text."""
    try:
        given = await request.json()
        values = [given[name] for name in names]
    except (ValueError, LookupError, TypeError):
        values = []
    if not values or not all(isinstance(value, str) for value in values):
        raise HTTPException(400, f"send a JSON object with {', '.join(names)}")
    return values


async def known(request: Request) -> tuple[str, str]:
    """Return the name and device of one of the app's people; 401 for anybody else."""
    name, password, device = await fields(request, "name", "password", "device")
    row = db.execute("SELECT password FROM person WHERE name = ?", [name]).fetchone()
    if not await to_thread(matches, password, row and row[0]):
        raise HTTPException(401, "wrong name or password")
    return name, device


@contextmanager
def transaction() -> Iterator[None]:
    with db:
        db.execute("BEGIN IMMEDIATE")
        yield


async def hello(request: Request) -> Response:
    return JSONResponse({"hello": current_session(request.scope).sub})


app = Starlette(routes=[Route("/hello", hello)])


# protect
access_key, refresh_key = (KeyRing(bytes.fromhex(os.environ[name])) for name in ("ACCESS_KEY", "REFRESH_KEY"))
sessions = Sessions(SqlSessionStore(SqliteConnection(db)), Tokens(access_key, refresh_key))


async def login(request: Request) -> Response:
    name, device = await known(request)
    with transaction():  # the session is there if the app's own row is; nothing else is awaited in between
        pair = await sessions.open(name)
        db.execute("INSERT INTO sign_in VALUES (?, ?, ?)", [name, pair.session_id, device])
    return JSONResponse(pair._asdict())


async def refresh(request: Request) -> Response:
    return JSONResponse((await sessions.refresh(*await fields(request, "refresh_token")))._asdict())


async def logout(request: Request) -> Response:
    session = current_session(request.scope)
    await sessions.end(session.sub, session.sid)
    return Response(status_code=204)


app.add_middleware(Protect, guard=Guard(sessions), public=["/login", "/refresh"])
app.add_exception_handler(RevocableError, lambda _, error: Response(*refusal(error)))
app.router.routes += [Route(f"/{do.__name__}", do, methods=["POST"]) for do in (login, refresh, logout)]
