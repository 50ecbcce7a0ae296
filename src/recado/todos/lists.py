"""Lists and who takes part in them. Owns the tables `list` and `list_member`.

Everyone has one personal list. Its id is computed from the user's id (docs/decisions/0006), so that the most frequent
question, "which list, and may I?", costs no look-up.
"""

from __future__ import annotations

from functools import lru_cache

from recado.db import Reader, Tx
from recado.errors import NotFound

OWNER = "owner"

_OPEN = "INSERT INTO list (list_id, owner_id, personal, name, created_at) VALUES ($1, $2, 1, $3, $4)"
_JOIN = "INSERT INTO list_member (list_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)"
_ROLE = "SELECT role FROM list_member WHERE list_id = $1 AND user_id = $2"
_ERASE_MEMBER = "DELETE FROM list_member WHERE user_id = $1"
_ERASE = "DELETE FROM list WHERE list_id = $1"


@lru_cache(maxsize=4096)
def personal_list_id(user_id: int) -> str:
    """Return the id of a user's personal list: a UUIDv7 of the year 1970 whose random part is the user's id."""
    return f"00000000-0000-7000-8{user_id >> 48:03x}-{user_id & 0xFFFFFFFFFFFF:012x}"


async def open_personal(tx: Tx, user_id: int, now: int) -> None:
    """Give a new user their personal list."""
    list_id = personal_list_id(user_id)
    tx.put(_OPEN, list_id, user_id, "", now)
    tx.put(_JOIN, list_id, user_id, OWNER, now)


async def is_member(reader: Reader, list_id: str, user_id: int) -> bool:
    """Tell whether a user takes part in a list."""
    return list_id == personal_list_id(user_id) or await reader.one(_ROLE, list_id, user_id) is not None


async def require_member(reader: Reader, list_id: str, user_id: int) -> None:
    """Raise `NotFound` when the user is no member of the list, or there is no such list."""
    if not await is_member(reader, list_id, user_id):
        raise NotFound("There is no such list.")


async def erase(tx: Tx, user_id: int) -> str:
    """Delete a user's personal list and memberships; return that list's id."""
    list_id = personal_list_id(user_id)
    tx.put(_ERASE_MEMBER, user_id)
    tx.put(_ERASE, list_id)
    return list_id
