"""One request and its answer, as the handlers see them: no ASGI below this line of the house."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qsl

import msgspec

from recado.errors import Invalid
from recado.http import scopes

if TYPE_CHECKING:
    from starlette.types import Scope

    from recado.db import Reader
    from recado.http.house import House
    from revocable import Claims, SessionState
    from revocable.sql import Connection

Headers = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """What goes back: a status, a body (already JSON) and headers of this route's own. One is made for each request."""

    status: int
    body: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ()
    content_type: bytes = b"application/json"
    stream: AsyncGenerator[bytes, None] | None = None
    """What follows the body, for as long as the client stays."""


@dataclass(slots=True)
class Call:
    """One request. `body` is the decoded struct of the route; `session` is there on guarded routes.

    On those that ask late (see `Route`), `token` and `claims` are there first, and `admit` fills in `session`. `needs`
    is the scope that lets an access token in; None lets in none.
    """

    house: House
    scope: Scope
    path: dict[str, str]
    needs: str | None
    raw: bytes = b""
    body: Any = None
    session: SessionState | None = None
    token: str | None = None
    claims: Claims | None = None

    @property
    def user_id(self) -> int:
        """The caller. Only guarded routes ask."""
        who = self.session or self.claims
        if who is None:
            raise AssertionError("this route is not guarded")
        return int(who.sub)

    async def admit(self, reader: Reader) -> None:
        """Ask whether the session lives, unless that was done, in the transaction that `reader` is.

        Raises what the guard raises, and `InsufficientScope`. A route that asks late must come here before it reads or
        writes anything.
        """
        if self.session is None and self.token is not None:
            connection = None if reader is self.house.db else reader
            session = await self.house.sessions.authenticate(self.token, cast("Connection | None", connection))
            self.session = scopes.let_in(session, self.needs)

    def header(self, name: bytes) -> str | None:
        """Return the first header of this lower-case name."""
        for key, value in self.scope["headers"]:
            if key == name:
                return value.decode("latin-1")
        return None

    def query(self) -> dict[str, str]:
        """Return the query's parameters. Raises `Invalid` for one that is there twice or is not UTF-8."""
        raw: bytes = self.scope["query_string"]
        try:
            pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
        except ValueError as error:
            raise Invalid("/query", "The query is malformed.") from error
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Invalid("/query", "A query parameter is there twice.")
        if any("\0" in value for value in found.values()):
            raise Invalid("/query", "A query parameter holds a NUL character.")
        return found


Handler = Callable[[Call], Any]
_encode = msgspec.json.Encoder().encode


def json_answer(status: int, value: object, headers: Headers | None = None) -> Answer:
    """Return an answer whose body is `value` as JSON."""
    return Answer(status, _encode(value), headers or ())
