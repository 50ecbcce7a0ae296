"""What a token is worth now, told to other services (RFC 7662), and whose session one belongs to (for RFC 7009).

Who may ask is for the host to check first, with `revocable.clients`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from revocable.errors import InvalidRequest, SessionEnded, TokenExpired, TokenInvalid
from revocable.sessions import Sessions
from revocable.store import SessionState
from revocable.tokens import Claims, Kind

__all__ = ["INACTIVE", "introspect", "session_of", "token_of"]

INACTIVE: dict[str, Any] = {"active": False}


def token_of(form: Mapping[str, str]) -> str:
    """Return the token that a form asks about. Raises `InvalidRequest`. `token_type_hint` is not needed: its header
    says of which kind a token is.
    """
    if "token" not in form:
        raise InvalidRequest("the parameter token is missing")
    return form["token"]


async def introspect(sessions: Sessions, token: str) -> dict[str, Any]:
    """Return the answer for a token of either kind: `active` and, when it is, what it says (RFC 7662, 2.2).

    An access token is judged as on a request, and counts as used; a refresh token is active while a refresh with it
    would succeed, and is not spent. Of anything else nothing is told. Raises `StoreUnavailable`.
    """
    try:
        claims = sessions.claims(token)
    except TokenExpired:
        return INACTIVE
    except TokenInvalid:
        return await _refresh(sessions, token)
    try:
        state = await sessions.authenticate(token)
    except (TokenExpired, SessionEnded):
        return INACTIVE
    return {**_told(sessions, "access", claims, state), "token_type": "Bearer"}


async def _refresh(sessions: Sessions, token: str) -> dict[str, Any]:
    try:
        claims, state = await sessions.look_at(token)
    except (TokenInvalid, TokenExpired, SessionEnded):
        return INACTIVE
    return _told(sessions, "refresh", claims, state)


def session_of(sessions: Sessions, token: str) -> tuple[str, str] | None:
    """Return `sub` and `sid` of the session that a token, when it is revoked, ends with all its tokens (RFC 7009, 2.1).

    None for what is no validly signed, unexpired token of ours: the answer is 200 all the same (RFC 7009, 2.2).
    """
    try:
        claims = sessions.read_either(token)
    except (TokenInvalid, TokenExpired):
        return None
    return claims.sub, claims.sid


def _told(sessions: Sessions, kind: Kind, claims: Claims, state: SessionState) -> dict[str, Any]:
    tokens = sessions.tokens
    told: dict[str, Any] = {"active": True, "iss": tokens.issuer, "aud": tokens.audience(kind), "sub": claims.sub}
    told |= {"sid": claims.sid, "jti": claims.jti, "iat": claims.iat, "exp": claims.exp}
    return told | {"scope": state.scopes} if state.scopes else told
