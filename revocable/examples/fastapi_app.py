"""An app with FastAPI and SQLAlchemy: people and sign-ins are its models, the sessions join its unit of work.

DATABASE=sqlite+aiosqlite:///app.db ACCESS_KEY=… REFRESH_KEY=… uvicorn --app-dir examples fastapi_app:app
"""

from __future__ import annotations

import os
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from passwords import hashed, matches
from pydantic import BaseModel
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from revocable import Guard, KeyRing, Protect, RevocableError, Sessions, Tokens, current_session, refusal
from revocable.sql import SqlSessionStore
from revocable.sqlalchemy import SqlalchemyConnection, session_table


class Base(DeclarativeBase):
    """The app's tables."""


class Person(Base):
    __tablename__ = "person"
    name: Mapped[str] = mapped_column(primary_key=True)
    password: Mapped[str]


class SignIn(Base):
    __tablename__ = "sign_in"
    sid: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.name"))
    device: Mapped[str] = mapped_column(CheckConstraint("device <> ''"))


class Credentials(BaseModel):
    name: str
    password: str
    device: str


class Spent(BaseModel):
    refresh_token: str


engine = create_async_engine(os.environ["DATABASE"])
work = async_sessionmaker(engine)


@asynccontextmanager
async def tables(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with work.begin() as db:
        if not await db.get(Person, "ana"):
            db.add(Person(name="ana", password=hashed("correct horse")))
    yield
    await engine.dispose()


async def known(given: Credentials) -> Credentials:
    """Return what one of the app's people sent; 401 for anybody else."""
    async with work() as db:
        person = await db.get(Person, given.name)
    if not await to_thread(matches, given.password, person and person.password):
        raise HTTPException(401, "wrong name or password")
    return given


app = FastAPI(lifespan=tables)


@app.get("/hello")
async def hello(request: Request) -> dict[str, str]:
    return {"hello": current_session(request.scope).sub}


# protect
session_table(Base.metadata)
access_key, refresh_key = (KeyRing(bytes.fromhex(os.environ[name])) for name in ("ACCESS_KEY", "REFRESH_KEY"))
sessions = Sessions(SqlSessionStore(SqlalchemyConnection(engine)), Tokens(access_key, refresh_key))
app.add_middleware(Protect, guard=Guard(sessions), public=["/login", "/refresh"])
app.exception_handler(RevocableError)(lambda _, error: Response(*refusal(error)))


@app.post("/login")
async def login(given: Annotated[Credentials, Depends(known)]) -> dict[str, Any]:
    async with work.begin() as db:  # one transaction: the session is there if the app's own row is
        pair = await sessions.within(SqlalchemyConnection(db)).open(given.name)
        db.add(SignIn(person=given.name, sid=pair.session_id, device=given.device))
    return pair._asdict()


@app.post("/refresh")
async def refresh(spent: Spent) -> dict[str, Any]:
    return (await sessions.refresh(spent.refresh_token))._asdict()


@app.post("/logout", status_code=204)
async def logout(request: Request) -> None:
    session = current_session(request.scope)
    await sessions.end(session.sub, session.sid)
