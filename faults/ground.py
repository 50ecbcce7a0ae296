"""What the rows stand on: throw-away servers, services over them, and folders; gone at the end."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers
from tests.running import Service
from tests.servers import Postgres, Redis
from tests.vonage.callbacks import APPLICATION, SIGNATURE_SECRET
from tests.vonage.server import KEY, SECRET, StandIn

SECRETS = {
    "ACCESS_SECRET": "nB5xq9dRk2Yv7Tg4Wm8Jc1Hs6Lf3ZpUe-access",
    "REFRESH_SECRET": "Vc8rt1Mz6Pd4Xw9Kb2Ng7Qj5Ys3HfLoa-refresh",
}


@dataclass
class Ground:
    """Made once for a run. A server starts when a row first asks for it."""

    stack: ExitStack
    folder: Path
    _postgres: Postgres | None = field(default=None, repr=False)
    _redis: Redis | None = field(default=None, repr=False)

    @property
    def postgres(self) -> Postgres:
        """A PostgreSQL server that a row may kill, if it starts it again."""
        if self._postgres is None:
            self._postgres = self.stack.enter_context(servers.postgres())
        return self._postgres

    @property
    def redis(self) -> Redis:
        """The same for Redis."""
        if self._redis is None:
            self._redis = self.stack.enter_context(servers.redis())
        return self._redis

    def place(self, name: str) -> Path:
        """Return a new folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    def open_place(self, name: str) -> Path:
        """Return a new folder that PostgreSQL's own user can reach."""
        self.folder.chmod(0o755)
        made = self.place(name)
        made.chmod(0o755)
        return made

    def settings(self, stores: str) -> dict[str, str]:
        """Return the settings that choose the stores: a fresh database, and Redis emptied."""
        chosen = dict(SECRETS)
        if stores.startswith("postgres"):
            chosen["DATABASE_URL"] = asyncio.run(self.postgres.new_database())
        if stores.endswith("+redis"):
            chosen["REDIS_DSN"] = self.redis.url
        return chosen

    @contextmanager
    def service(self, stores: str, workers: int = 1, **more: str) -> Iterator[Service]:
        """A running service for the length of the block; with several server processes on request."""
        settings = self.settings(stores) | {"RECADO_WORKERS": str(workers)} | more
        service = Service(self.place("service"), settings)
        try:
            yield service.start()
        finally:
            service.stop()
            shutil.rmtree(service.folder, ignore_errors=True)


def texted(vonage: StandIn) -> dict[str, str]:
    """Return the settings of a service that texts by way of a stand-in of Vonage."""
    return {
        "VONAGE_URL": vonage.url,
        "NEXMO_API_KEY": KEY,
        "NEXMO_API_SECRET": SECRET,
        "VONAGE_FROM": "14155550100",
        "VONAGE_SIGNATURE_SECRET": SIGNATURE_SECRET,
        "VONAGE_APPLICATION_ID": APPLICATION,
    }


@contextmanager
def ground() -> Iterator[Ground]:
    """The ground of one run."""
    with tempfile.TemporaryDirectory(prefix="recado-faults-") as folder, ExitStack() as stack:
        yield Ground(stack, Path(folder))
