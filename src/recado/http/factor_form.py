"""How second factors stand in requests and answers, and where passkeys can be used."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from recado.accounts.factors import Given, Kind, Overview, no_passkeys
from recado.accounts.passkeys import Passkey, Place
from recado.http.call import Call
from recado.http.instants import instant
from recado.http.reading import WrongShape


def place(call: Call) -> Place | None:
    """Return where passkeys are used by this address; None where browsers allow none (WebAuthn, 5.1, and 13.4.9).

    That takes https, or localhost; and a host name, since an IP address is none.
    """
    guard = call.house.guard
    host = guard.host(call.scope)
    local = host == "localhost"
    if not local and (guard.scheme(call.scope) != "https" or _is_address(host)):
        return None
    return Place(host, tuple(one for one in guard.origins(call.scope) if urlsplit(one).hostname == host))


def required_place(call: Call) -> Place:
    """Return where passkeys are used. Raises `Refused` where none can be."""
    found = place(call)
    if found is None:
        raise no_passkeys()
    return found


def given(
    call: Call,
    challenge: str,
    *,
    passkey: dict[str, Any] | msgspec.UnsetType,
    totp: str | msgspec.UnsetType,
    recovery: str | msgspec.UnsetType,
) -> Given:
    """Return the one answer that was given. Raises `WrongShape` for none or several."""
    answers: list[tuple[Kind, Any]] = [("passkey", passkey), ("totp", totp), ("recovery", recovery)]
    found = [one for one in answers if one[1] is not msgspec.UNSET]
    if len(found) != 1:
        raise WrongShape("", "Give one of passkey, totp and recovery.")
    kind, value = found[0]
    return Given(challenge, kind, value, call.house.guard.client_address(call.scope), place(call))


def shown(call: Call, found: Overview) -> dict[str, Any]:
    """Return what somebody has set up, as an answer shows it."""
    app = found.app
    return {
        "enabled": app is not None or bool(found.passkeys),
        "totp": {"created_at": instant(app.created_at), "last_used_at": _maybe(app.last_used_at)} if app else None,
        "passkeys": [passkey_shown(one) for one in found.passkeys],
        "recovery_codes": found.recovery_codes,
        "passkeys_possible": place(call) is not None,
    }


def passkey_shown(one: Passkey) -> dict[str, Any]:
    """Return a passkey as an answer shows it; `host` is where it can be used."""
    return {
        "id": one.id,
        "name": one.name,
        "host": one.rp_id,
        "synced": one.synced,
        "created_at": instant(one.created_at),
        "last_used_at": _maybe(one.last_used_at),
    }


def _maybe(at: int | None) -> str | None:
    return instant(at) if at is not None else None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
