"""What `recado doctor` asks each Redis node."""

# pyright: reportUnknownMemberType=false
# (redis-py leaves the keyword arguments of its commands untyped; nothing here passes any)

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from recado.cli.findings import Finding, clock_finding


async def redis_findings(url: str) -> AsyncIterator[Finding]:
    """Ask one node whether it answers, whether it may forget, and what time it is."""
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 6379}"
    client = Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3)
    try:
        begun = time.perf_counter()
        await client.ping()
        took = (time.perf_counter() - begun) * 1000
        yield Finding("ok", "redis", f"{place} answers in {took:.1f} ms")
        yield await _policy(client, place)
        seconds, micros = await client.time()
        yield clock_finding("Redis's", seconds + micros / 1_000_000 - time.time())
    except (RedisError, OSError) as error:
        advice = "Check that it runs, and what REDIS_DSN says. Until then every session is asked of the database."
        yield Finding("wrong", "redis", f"{place} does not answer ({error})", advice)
    finally:
        await client.aclose()


async def _policy(client: Redis, place: str) -> Finding:
    """A tombstone that is evicted gives a signed-out access token up to 30 s more."""
    try:
        policy = (await client.config_get("maxmemory-policy")).get("maxmemory-policy", "noeviction")
    except RedisError:
        return Finding("note", "redis", f"{place} does not tell its maxmemory-policy", "It should be noeviction.")
    if policy == "noeviction":
        return Finding("ok", "redis", f"{place} forgets nothing before its time")
    return Finding("note", "redis", f"{place} may forget early ({policy})", "CONFIG SET maxmemory-policy noeviction")
