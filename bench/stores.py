"""PostgreSQL and Redis for one run: the tests' throw-away servers, which stay on the core that starts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests import servers


@dataclass(frozen=True, slots=True)
class Stores:
    """Where both listen. Each peer takes a PostgreSQL database and a numbered Redis database of its own."""

    postgres_server: servers.Postgres
    redis_server: servers.Redis

    def postgres(self, database: str) -> str:
        """Return the URL of this database, which may not exist yet."""
        return self.postgres_server.url(database)

    def redis(self, number: int) -> str:
        """Return the URL of this Redis database."""
        return f"redis://127.0.0.1:{self.redis_server.port}/{number}"


@contextmanager
def running_stores() -> Iterator[Stores]:
    """Start both; stop and remove them at the end."""
    try:
        with servers.postgres() as postgres, servers.redis() as redis:
            yield Stores(postgres, redis)
    except servers.Missing as missing:
        raise SystemExit(str(missing)) from missing
