"""The default stack's routes over prepared statements, one Redis round trip each, and no response models."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import uuid4

import asyncpg
import jwt
import orjson
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, Field
from redis.asyncio import Redis

ACCESS_SECRET = os.environ["ACCESS_SECRET"]
REFRESH_SECRET = os.environ["REFRESH_SECRET"]
ACCESS_LIFE, REFRESH_LIFE = 15 * 60, 7 * 24 * 3600
CREATE = "INSERT INTO todos (user_id, title, done) VALUES ($1, $2, FALSE) RETURNING id, created_at"
LIST = "SELECT id, user_id, title, done, created_at FROM todos WHERE user_id = $1 ORDER BY id LIMIT $2"

redis = Redis.from_url(os.environ["REDIS_URL"])
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open a pool whose connections keep their statements prepared, and close it."""
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=20) as pool:
        app.state.pool = pool
        yield
    await redis.aclose()


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


def answer(content: Any, status: int = 200) -> Response:
    """Build a JSON answer without going over a model."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def unauthorized() -> HTTPException:
    """Build the 401."""
    return HTTPException(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})


def verify(token: str, secret: str) -> dict[str, Any]:
    """Return the claims of a valid token; raises the 401."""
    try:
        return jwt.decode(token, secret, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise unauthorized() from None


async def authenticated(authorization: Annotated[str, Header()] = "") -> int:
    """Return whose token it is, after asking Redis whether it lives."""
    claims = verify(authorization.removeprefix("Bearer "), ACCESS_SECRET)
    if await redis.get(claims["jti"]) != claims["sub"].encode():
        raise unauthorized()
    return int(claims["sub"])


Caller = Annotated[int, Depends(authenticated)]


async def issue(user_id: int) -> dict[str, str]:
    """Make a pair and remember both ids in one round trip."""
    access, refresh, now = str(uuid4()), str(uuid4()), int(time.time())
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(access, user_id, ex=ACCESS_LIFE)
        pipeline.set(refresh, user_id, ex=REFRESH_LIFE)
        await pipeline.execute()
    subject = str(user_id)
    return {
        "access_token": jwt.encode({"sub": subject, "jti": access, "exp": now + ACCESS_LIFE}, ACCESS_SECRET),
        "refresh_token": jwt.encode({"sub": subject, "jti": refresh, "exp": now + REFRESH_LIFE}, REFRESH_SECRET),
    }


@app.post("/login")
async def login(request: Request, body: Credentials) -> Response:
    """Verify the password in a thread and open a session."""
    user = await request.app.state.pool.fetchrow(
        "SELECT id, password_hash FROM users WHERE username = $1", body.username
    )
    if user is None:
        raise unauthorized()
    try:
        await asyncio.to_thread(hasher.verify, user["password_hash"], body.password)
    except VerifyMismatchError:
        raise unauthorized() from None
    return answer(await issue(user["id"]))


@app.post("/todo")
async def create(request: Request, body: NewTodo, caller: Caller) -> Response:
    """Store a to-do of the caller."""
    row = await request.app.state.pool.fetchrow(CREATE, caller, body.title)
    stored = {"id": row["id"], "user_id": caller, "title": body.title, "done": False, "created_at": row["created_at"]}
    return answer(stored, 201)


@app.get("/todo")
async def listing(request: Request, caller: Caller, limit: int = 50) -> Response:
    """List the caller's to-dos, the oldest first."""
    rows = await request.app.state.pool.fetch(LIST, caller, min(limit, 200))
    return answer([dict(row) for row in rows])


@app.get("/todo/{todo_id}")
async def single(request: Request, todo_id: int, caller: Caller) -> Response:
    """Return one to-do."""
    row = await request.app.state.pool.fetchrow(
        "SELECT id, user_id, title, done, created_at FROM todos WHERE id = $1 AND user_id = $2", todo_id, caller
    )
    if row is None:
        raise HTTPException(404)
    return answer(dict(row))


@app.post("/token/refresh")
async def refresh(body: RefreshRequest) -> Response:
    """Spend the refresh token and give a new pair."""
    claims = verify(body.refresh_token, REFRESH_SECRET)
    if await redis.delete(claims["jti"]) == 0:
        raise unauthorized()
    return answer(await issue(int(claims["sub"])), 201)
