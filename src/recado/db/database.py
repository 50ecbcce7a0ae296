"""What the features may ask of a database: the protocols that SQLite and PostgreSQL both keep.

SQL is written once, in what SQLite ≥ 3.40 and PostgreSQL ≥ 15 share: TEXT and BIGINT columns, instants as epoch
microseconds, `$1` placeholders, `INSERT … ON CONFLICT`, `… RETURNING`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")

Value = str | int | float | bytes | None
Row = Sequence[Any]


class Reader(Protocol):
    """Anything that can be read from: a `Database` or an open `Tx`."""

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        """Return the first row of a SELECT, or None. Over a `Database`, concurrent calls may share one query."""
        ...

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        """Return every row of a SELECT."""
        ...


class Tx(Reader, Protocol):
    """One transaction. A feature that takes a `tx` joins it and awaits nothing else.

    A statement that fails dooms the unit: every later one fails too, and if the feature returns all the same, `write`
    raises what failed. So a constraint is met with `ON CONFLICT`, not with `except`.
    """

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        """Run an INSERT, UPDATE or DELETE; return the rows of its RETURNING clause."""
        ...

    def put(self, sql: str, /, *args: Value) -> None:
        """Record a write whose answer nobody needs. It is part of the transaction, and may be sent at its end."""
        ...


class Database(Reader, Protocol):
    """A database that many requests share. Every method raises `Unavailable` when it cannot be reached."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        ...

    @property
    def waiting(self) -> int:
        """How many calls of this process wait for their turn now."""
        ...

    async def write(self, feature: Callable[Concatenate[Tx, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `feature(tx, …)` in one transaction and return its result after COMMIT.

        What the feature raises is raised here, and then nothing of it is stored. Units of several callers may share
        one commit; a unit that fails, fails alone. The feature may be run again when another unit of its group
        failed, so it must have no effect outside `tx`. When the database is lost in the middle of a commit,
        `Unavailable` is raised though it may be stored: what must not happen twice needs an id or key of the caller's.
        """
        ...

    async def write_after(self, ask: Callable[[Reader], Awaitable[A]], feature: Callable[[Tx, A], Awaitable[R]]) -> R:
        """Run `ask(reader)`, then `feature(tx, what it returned)`, as `write` runs a feature.

        What is asked is read within the same transaction or just before it, whichever costs less: on SQLite the one
        that writes has the pages at hand, on PostgreSQL the questions of many callers share a query. So what must hold
        when it is written is for `feature` to see to; `ask` is for what may have changed a moment ago in any case.
        """
        ...

    async def read(
        self, feature: Callable[Concatenate[Reader, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `feature(reader, …)` over one consistent snapshot of what is committed."""
        ...

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        """Run one writing statement as a unit of its own; return its RETURNING rows after COMMIT."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then close."""
        ...
