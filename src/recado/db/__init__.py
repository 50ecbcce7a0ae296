"""The database room: one `Database` over SQLite or PostgreSQL, group commit, migrations, idempotency and ids."""

from __future__ import annotations

from recado.db.database import Database, Reader, Row, Tx, Value
from recado.db.migrate import DatabaseNewer, migrate
from recado.db.opening import open_database

__all__ = ["Database", "DatabaseNewer", "Reader", "Row", "Tx", "Value", "migrate", "open_database"]
