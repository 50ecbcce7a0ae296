"""Recovery codes: ten at a time, each good once, for whoever has lost their second factor. Owns `recovery_code`.

A code's first character says which of the ten it is, the other eleven are 55 random bits. They are hashed like
passwords (NIST SP 800-63B-4, 3.1.2.2), and are shown once.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from recado.accounts.passwords import Passwords
from recado.accounts.totp import Spend
from recado.db import Reader, Tx

COUNT = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: without i, l, o, u
_ALIKE = str.maketrans("oil", "011")
_LENGTH = 12

_ADD = "INSERT INTO recovery_code (user_id, slot, code_hash) VALUES ($1, $2, $3)"
_COUNT = "SELECT COUNT(*) FROM recovery_code WHERE user_id = $1"
_READ = "SELECT code_hash FROM recovery_code WHERE user_id = $1 AND slot = $2"
_SPEND = "DELETE FROM recovery_code WHERE user_id = $1 AND slot = $2 AND code_hash = $3 RETURNING slot"
_ERASE = "DELETE FROM recovery_code WHERE user_id = $1"


def new_codes() -> list[str]:
    """Return ten codes such as `3k7m-q29d-xw4t`."""
    return [_shown(slot + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - 1))) for slot in _ALPHABET[:COUNT]]


async def hashes(passwords: Passwords, codes: Sequence[str]) -> list[str]:
    """Return what is kept of codes. Raises `Unavailable` when the queue is full."""
    return [await passwords.hash(_plain(code)) for code in codes]


def replace(tx: Tx, user_id: int, code_hashes: Sequence[str]) -> None:
    """Keep new codes; all earlier ones are void."""
    tx.put(_ERASE, user_id)
    for slot, code_hash in enumerate(code_hashes):
        tx.put(_ADD, user_id, slot, code_hash)


async def left(reader: Reader, user_id: int) -> int:
    """Return how many codes of a user are still good."""
    row = await reader.one(_COUNT, user_id)
    return row[0] if row else 0


async def judge(reader: Reader, passwords: Passwords, user_id: int, code: str) -> Spend | None:
    """Return what uses a code up, or None for a wrong or used one, at the same cost. Raises `Unavailable`.

    What is returned gives False when the code was used meanwhile.
    """
    plain = _plain(code)
    slot = _ALPHABET.find(plain[:1]) if plain else -1
    row = await reader.one(_READ, user_id, slot)
    right = await passwords.verify(row[0] if row else None, plain[: 2 * _LENGTH])
    if row is None or not right:
        return None

    async def spend(tx: Tx) -> bool:
        return bool(await tx.change(_SPEND, user_id, slot, row[0]))

    return spend


def erase(tx: Tx, user_id: int) -> None:
    """Make a user's codes void."""
    tx.put(_ERASE, user_id)


def _shown(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _plain(code: str) -> str:
    """Return a code without what people put between its characters, and with what they take for one another."""
    return "".join(code.split()).replace("-", "").lower().translate(_ALIKE)
