"""The routes of the default stack: log in, create, list, log out, refresh."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.default_stack.tables import Todo, User, engine, session
from bench.default_stack.tokens import ACCESS_SECRET, REFRESH_SECRET, TokenPair, issue, verify

redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Close what was opened."""
    yield
    await redis.aclose()
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


class Credentials(BaseModel):
    """The body of a login."""

    username: str
    password: str


class RefreshRequest(BaseModel):
    """The body of a refresh."""

    refresh_token: str


class NewTodo(BaseModel):
    """The body of a create."""

    title: str = Field(min_length=1, max_length=500)


class TodoOut(BaseModel):
    """A to-do as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    user_id: int
    title: str
    done: bool
    created_at: datetime


@dataclass
class Caller:
    """Whose token it is, and its uuid."""

    user_id: int
    uuid: str


def unauthorized(detail: str = "unauthorized") -> HTTPException:
    """Build the 401."""
    return HTTPException(status.HTTP_401_UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


async def authenticated(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> Caller:
    """Check the signature, then ask Redis whether the token still lives and whose it is."""
    try:
        claims = verify(bearer.credentials, ACCESS_SECRET)
    except jwt.InvalidTokenError:
        raise unauthorized() from None
    if await redis.get(claims["jti"]) != claims["sub"]:
        raise unauthorized()
    return Caller(int(claims["sub"]), claims["jti"])


Signed = Annotated[Caller, Depends(authenticated)]
Database = Annotated[AsyncSession, Depends(session)]


@app.post("/login")
async def login(body: Credentials, db: Database) -> TokenPair:
    """Verify the password in a thread and open a session."""
    user = await db.scalar(select(User).where(User.username == body.username))
    if user is None:
        raise unauthorized("Please provide valid login details")
    try:
        await run_in_threadpool(hasher.verify, user.password_hash, body.password)
    except VerifyMismatchError:
        raise unauthorized("Please provide valid login details") from None
    return await issue(redis, user.id)


@app.post("/todo", status_code=status.HTTP_201_CREATED, response_model=TodoOut)
async def create(body: NewTodo, caller: Signed, db: Database) -> Todo:
    """Store a to-do of the caller."""
    todo = Todo(user_id=caller.user_id, title=body.title)
    db.add(todo)
    await db.commit()
    return todo


@app.get("/todo", response_model=list[TodoOut])
async def listing(caller: Signed, db: Database, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Sequence[Todo]:
    """List the caller's to-dos, the oldest first."""
    found = await db.scalars(select(Todo).where(Todo.user_id == caller.user_id).order_by(Todo.id).limit(limit))
    return found.all()


@app.post("/logout")
async def logout(caller: Signed) -> str:
    """Forget the access token."""
    await redis.delete(caller.uuid)
    return "Successfully logged out"


@app.post("/token/refresh", status_code=status.HTTP_201_CREATED)
async def refresh(body: RefreshRequest) -> TokenPair:
    """Spend the refresh token and give a new pair, as the seed does."""
    try:
        claims = verify(body.refresh_token, REFRESH_SECRET)
    except jwt.InvalidTokenError:
        raise unauthorized("Refresh token expired") from None
    if await redis.delete(claims["jti"]) == 0:
        raise unauthorized()
    return await issue(redis, int(claims["sub"]))
