"""Lists and who takes part in them. Owns the tables `list`, `list_member` and `list_invite`.

Everyone has one personal list. Its id is computed from the user's id (docs/decisions/0006), so that the most frequent
question, "which list, and may I?", costs no look-up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

from recado.accounts import accounts
from recado.db import Reader, Tx
from recado.errors import NotFound, Refused

Role = Literal["owner", "editor", "viewer"]
"""An owner may do everything, an editor what concerns to-dos, a viewer only look."""
OWNER: Role = "owner"

_OPEN = "INSERT INTO list (list_id, owner_id, personal, name, created_at) VALUES ($1, $2, 1, $3, $4)"
_JOIN = "INSERT INTO list_member (list_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)"
_ROLE = """
SELECT list_member.role FROM list_member JOIN list ON list.list_id = list_member.list_id
WHERE list_member.list_id = $1 AND list_member.user_id = $2 AND list.deleted_at IS NULL"""
_OF_USER = """
SELECT list_member.list_id FROM list_member JOIN list ON list.list_id = list_member.list_id
WHERE list_member.user_id = $1 AND list.deleted_at IS NULL ORDER BY list.personal DESC, list_member.list_id"""
_SHARED = """
SELECT other.user_id, other.list_id FROM list_member me
JOIN list ON list.list_id = me.list_id
JOIN list_member other ON other.list_id = me.list_id AND other.user_id <> me.user_id
WHERE me.user_id = $1 AND me.role <> 'viewer' AND list.deleted_at IS NULL
ORDER BY (SELECT COUNT(*) FROM list_member everybody WHERE everybody.list_id = me.list_id) DESC, other.list_id DESC"""
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


async def role(reader: Reader, list_id: str, user_id: int) -> Role | None:
    """Return what a user is in a list; None when they take no part in it or there is no such list."""
    if list_id == personal_list_id(user_id):
        return OWNER
    row = await reader.one(_ROLE, list_id, user_id)
    return cast("Role", row[0]) if row else None


async def require(reader: Reader, list_id: str, user_id: int, *, to_write: bool = False) -> Role:
    """Return the user's role in a list. Raises `NotFound` for strangers, `Refused` for a viewer who would write."""
    found = await role(reader, list_id, user_id)
    if found is None:
        raise NotFound("There is no such list.")
    if to_write and found == "viewer":
        raise Refused("You may look at this list, and not change what is in it.")
    return found


async def of_user(reader: Reader, user_id: int) -> list[str]:
    """Return the ids of the lists that a user takes part in, their personal one first."""
    return [row[0] for row in await reader.all(_OF_USER, user_id)]


async def shared_with(reader: Reader, user_id: int) -> dict[str, tuple[int, str]]:
    """Return whom a user may leave to-dos for: the folded user name → their id and the list to leave it in.

    Of several lists it is the one with the fewest members, then the oldest.
    """
    found: dict[int, str] = {row[0]: row[1] for row in await reader.all(_SHARED, user_id)}
    names = await accounts.names(reader, list(found))
    return {names[other].casefold(): (other, list_id) for other, list_id in found.items() if other in names}


async def erase(tx: Tx, user_id: int) -> str:
    """Delete a user's personal list and memberships; return that list's id."""
    list_id = personal_list_id(user_id)
    tx.put(_ERASE_MEMBER, user_id)
    tx.put(_ERASE, list_id)
    return list_id
