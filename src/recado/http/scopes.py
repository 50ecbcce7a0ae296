"""What an access token may do: the scope each route asks for, and the refusal.

`read` is what changes nothing, `write` is that and the changes of to-dos, lists, labels and messages. What outlives a
token, or decides about people, is for the person alone, on a device that they signed in: tokens, devices, the account,
who takes part in a list, and the addresses of calendars. A new route is so too until it is named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from recado.errors import RecadoError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revocable import SessionState

Scope = Literal["read", "write"]
READ: Scope = "read"
WRITE: Scope = "write"

_OPEN = frozenset({"todo", "list", "label", "message", "import", "export"})
"""The first parts of the paths that tokens reach."""
_SHARING = ("/list/{id}/invite", "/list/{id}/member/")
_READS = frozenset({("POST", "/todo/parse"), ("GET", "/me")})


class InsufficientScope(RecadoError):
    """An access token is good, and is not for this. `needs` is the scope that would be; None where none is."""

    def __init__(self, needs: str | None) -> None:
        super().__init__(
            f"This access token lacks the scope {needs!r}."
            if needs
            else "No access token may do this: sign in on a device."
        )
        self.needs = needs


def needed(method: str, path: str) -> Scope | None:
    """Return the scope that lets an access token use a guarded route; None where none does."""
    if (method, path) in _READS:
        return READ
    if path.split("/")[1] not in _OPEN or path.startswith(_SHARING):
        return None
    return READ if method == "GET" else WRITE


def granted(asked: Iterable[Scope]) -> list[Scope]:
    """Return the scopes that are given to who asks for these: whoever may write may read."""
    return [READ, WRITE] if WRITE in asked else [READ]


def let_in(session: SessionState, needs: str | None) -> SessionState:
    """Return a session that may use a route. One without scopes, as a sign-in opens it, may use every route.

    Raises `InsufficientScope`.
    """
    if session.scopes and needs not in session.scopes.split():
        raise InsufficientScope(needs)
    return session
