"""Passkeys (WebAuthn, Level 3): kept by their public half. Owns the table `passkey`.

A passkey belongs to one host name (its RP id). It proves possession and, since user verification is always asked for,
a finger, a face or a PIN as well; so it is a second factor, and may stand alone.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recado.accounts.challenges import SECONDS, raw_of
from recado.accounts.totp import Spend
from recado.db import Reader, Row, Tx

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

MOST, LONGEST_NAME = 20, 100
_LONGEST_ID = 1400  # 1,023 bytes (WebAuthn, 4, Credential ID) in base64url

_COLUMNS = (
    "user_id, id, credential_id, public_key, sign_count, rp_id, transports, name, synced, created_at, last_used_at"
)
_ADD = f"""
INSERT INTO passkey ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)
ON CONFLICT DO NOTHING RETURNING id"""
_ALL = f"SELECT {_COLUMNS} FROM passkey WHERE user_id = $1 ORDER BY id"
_COUNT = "SELECT COUNT(*) FROM passkey WHERE user_id = $1"
_FIND = f"SELECT {_COLUMNS} FROM passkey WHERE credential_id = $1"
_SPEND = """
UPDATE passkey SET sign_count = $3, synced = $4, last_used_at = $5
WHERE user_id = $1 AND id = $2 AND (sign_count < $3 OR sign_count = 0 AND $3 = 0) RETURNING id"""
_RENAME = f"UPDATE passkey SET name = $3 WHERE user_id = $1 AND id = $2 RETURNING {_COLUMNS}"
_REMOVE = "DELETE FROM passkey WHERE user_id = $1 AND id = $2 RETURNING name"
_ERASE = "DELETE FROM passkey WHERE user_id = $1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody meets the service: the host name, and the origins whose pages may ask."""

    rp_id: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey. Instants are in epoch microseconds; `synced` tells that it is kept on several devices."""

    user_id: int
    id: str
    credential_id: str
    public_key: str = field(repr=False)
    sign_count: int
    rp_id: str
    transports: tuple[str, ...]
    name: str
    synced: bool
    created_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that was used: whose, and what notes that."""

    user_id: int
    spend: Spend


def handle_of(user_id: int, created_at: int) -> bytes:
    """Return what an authenticator keeps an account by: always the same, and nothing that names a person."""
    return hashlib.sha256(f"recado user handle\0{user_id}\0{created_at}".encode()).digest()


def shown_handle(user_id: int, created_at: int) -> str:
    """Return that handle as a browser writes it, in base64url."""
    return base64.urlsafe_b64encode(handle_of(user_id, created_at)).rstrip(b"=").decode()


async def mine(reader: Reader, user_id: int) -> list[Passkey]:
    """Return a user's passkeys, oldest first."""
    return [_passkey(row) for row in await reader.all(_ALL, user_id)]


async def count(reader: Reader, user_id: int) -> int:
    """Return how many passkeys a user has."""
    row = await reader.one(_COUNT, user_id)
    return row[0] if row else 0


async def add(tx: Tx, made: Passkey) -> bool:
    """Keep a new passkey; False when somebody has it already."""
    return bool(
        await tx.change(
            _ADD,
            made.user_id,
            made.id,
            made.credential_id,
            made.public_key,
            made.sign_count,
            made.rp_id,
            " ".join(made.transports),
            made.name,
            int(made.synced),
            made.created_at,
        )
    )


async def rename(tx: Tx, user_id: int, id: str, name: str) -> Passkey | None:
    """Give a passkey another name."""
    rows = await tx.change(_RENAME, user_id, id, name)
    return _passkey(rows[0]) if rows else None


async def remove(tx: Tx, user_id: int, id: str) -> str | None:
    """Forget a passkey and return its name."""
    rows = await tx.change(_REMOVE, user_id, id)
    return rows[0][0] if rows else None


def erase(tx: Tx, user_id: int) -> None:
    """Forget a user's passkeys."""
    tx.put(_ERASE, user_id)


async def creation(place: Place, challenge: str, username: str, handle: bytes, known: Sequence[Passkey]) -> Any:
    """Return the options for a new passkey, as `PublicKeyCredential.parseCreationOptionsFromJSON` reads them."""

    def make() -> Any:
        from webauthn import generate_registration_options  # noqa: PLC0415 - 130 ms that no start waits for
        from webauthn.helpers import options_to_json_dict  # noqa: PLC0415 - the same
        from webauthn.helpers.structs import (  # noqa: PLC0415 - the same
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = generate_registration_options(
            rp_id=place.rp_id,
            rp_name="recado",
            user_name=username,
            user_id=handle,
            challenge=raw_of(challenge),
            timeout=SECONDS * 1000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(place, known),
        )
        return options_to_json_dict(options)

    return await asyncio.to_thread(make)


async def request(place: Place, challenge: str, known: Sequence[Passkey] = ()) -> Any:
    """Return the options for using a passkey, as `parseRequestOptionsFromJSON` reads them; without `known`, any."""

    def make() -> Any:
        from webauthn import generate_authentication_options  # noqa: PLC0415 - see `creation`
        from webauthn.helpers import options_to_json_dict  # noqa: PLC0415 - the same
        from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415 - the same

        options = generate_authentication_options(
            rp_id=place.rp_id,
            challenge=raw_of(challenge),
            timeout=SECONDS * 1000,
            allow_credentials=_descriptors(place, known) or None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    return await asyncio.to_thread(make)


async def made(
    place: Place, challenge: str, credential: Mapping[str, Any], *, user_id: int, id: str, name: str, now: int
) -> Passkey | None:
    """Return the passkey that an authenticator has made for a challenge; None for what is none."""

    def verify() -> Passkey | None:
        from webauthn import verify_registration_response  # noqa: PLC0415 - see `creation`
        from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415 - the same

        try:
            found = verify_registration_response(
                credential=dict(credential),
                expected_challenge=raw_of(challenge),
                expected_rp_id=place.rp_id,
                expected_origin=list(place.origins),
                require_user_verification=True,
            )
        except Exception:  # what comes from outside breaks the parsers of CBOR and COSE in many ways
            return None
        credential_id = bytes_to_base64url(found.credential_id)
        if len(credential_id) > _LONGEST_ID:
            return None
        return Passkey(
            user_id,
            id,
            credential_id,
            bytes_to_base64url(found.credential_public_key),
            found.sign_count,
            place.rp_id,
            _transports(credential),
            name,
            found.credential_backed_up,
            now,
            None,
        )

    return await asyncio.to_thread(verify)


async def judge(
    reader: Reader, place: Place, challenge: str, credential: Mapping[str, Any], *, user_id: int | None, now: int
) -> Shown | None:
    """Return whose passkey answers a challenge, and what notes its use; None for a wrong one.

    With a `user_id` only that user's counts. What is noted gives False when it was used for a later answer meanwhile,
    as its counter tells (WebAuthn, 6.1.1).
    """
    named = credential.get("id")
    row = await reader.one(_FIND, named) if isinstance(named, str) and len(named) <= _LONGEST_ID else None
    known = _passkey(row) if row else None
    if known is None or known.rp_id != place.rp_id or user_id not in (None, known.user_id):
        return None

    def verify() -> tuple[int, bool] | None:
        from webauthn import base64url_to_bytes, verify_authentication_response  # noqa: PLC0415 - see `creation`

        try:
            found = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=raw_of(challenge),
                expected_rp_id=place.rp_id,
                expected_origin=list(place.origins),
                credential_public_key=base64url_to_bytes(known.public_key),
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        except Exception:  # as in `made`
            return None
        return found.new_sign_count, found.credential_backed_up

    good = await asyncio.to_thread(verify)
    if good is None:
        return None
    count, synced = good

    async def spend(tx: Tx) -> bool:
        return bool(await tx.change(_SPEND, known.user_id, known.id, count, int(synced), now))

    return Shown(known.user_id, spend)


def handle_in(credential: Mapping[str, Any]) -> str | None:
    """Return the user handle that an authenticator gave along, in base64url."""
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON from outside
    return handle if isinstance(handle, str) else None


def _descriptors(place: Place, known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn import base64url_to_bytes  # noqa: PLC0415 - see `creation`
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor  # noqa: PLC0415 - same

    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.credential_id), transports=[AuthenticatorTransport(t) for t in one.transports]
        )
        for one in known
        if one.rp_id == place.rp_id
    ]


def _transports(credential: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how a browser says it reaches the authenticator, as far as the words are known."""
    from webauthn.helpers.structs import AuthenticatorTransport  # noqa: PLC0415 - see `creation`

    response = credential.get("response")
    named = response.get("transports") if isinstance(response, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON from outside
    words = {one.value for one in AuthenticatorTransport}
    return tuple(sorted(words & {word for word in named if isinstance(word, str)})) if isinstance(named, list) else ()  # pyright: ignore[reportUnknownVariableType] - the same


def _passkey(row: Row) -> Passkey:
    user_id, id_, credential_id, public_key, sign_count, rp_id, transports, name, synced, created_at, used_at = row
    return Passkey(
        user_id,
        id_,
        credential_id,
        public_key,
        sign_count,
        rp_id,
        tuple(transports.split()),
        name,
        synced == 1,
        created_at,
        used_at,
    )
