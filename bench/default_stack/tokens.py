"""Pairs of JSON Web Tokens as the seed makes them: each token's uuid is kept in Redis until the token expires."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from pydantic import BaseModel
from redis.asyncio import Redis

ACCESS_SECRET = os.environ["ACCESS_SECRET"]
REFRESH_SECRET = os.environ["REFRESH_SECRET"]
ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=7)


class TokenPair(BaseModel):
    """What login and refresh answer."""

    access_token: str
    refresh_token: str


def sign(user_id: int, uuid: str, life: timedelta, secret: str) -> str:
    """Sign a token of this user that expires after `life`."""
    return jwt.encode({"sub": str(user_id), "jti": uuid, "exp": datetime.now(UTC) + life}, secret, algorithm="HS256")


def verify(token: str, secret: str) -> dict[str, Any]:
    """Return the claims of a valid token; raises `jwt.InvalidTokenError`."""
    return jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["sub", "jti", "exp"]})


async def issue(redis: Redis, user_id: int) -> TokenPair:
    """Make a pair and remember both uuids."""
    access_uuid, refresh_uuid = str(uuid4()), str(uuid4())
    await redis.set(access_uuid, user_id, ex=ACCESS_LIFE)
    await redis.set(refresh_uuid, user_id, ex=REFRESH_LIFE)
    return TokenPair(
        access_token=sign(user_id, access_uuid, ACCESS_LIFE, ACCESS_SECRET),
        refresh_token=sign(user_id, refresh_uuid, REFRESH_LIFE, REFRESH_SECRET),
    )
