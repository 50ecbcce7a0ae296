"""Lists and who takes part in them. Owns the tables `list` and `list_member`.

Everyone has one personal list. Its id is computed from the user's id (docs/decisions/0006), so that the most frequent
question, "which list, and may I?", costs no look-up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, cast

from recado.accounts import accounts
from recado.db import Reader, Tx
from recado.errors import NotFound, Refused

Role = Literal["owner", "editor", "viewer"]
"""An owner may do everything, an editor what concerns to-dos, a viewer only look."""
OWNER: Role = "owner"

_OPEN = "INSERT INTO list (list_id, owner_id, personal, name, created_at) VALUES ($1, $2, 1, $3, $4)"
_JOIN = "INSERT INTO list_member (list_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)"
_ROLE = "SELECT role FROM list_member WHERE list_id = $1 AND user_id = $2 AND hidden = 0"
_OF_USER = "SELECT list_id FROM list_member WHERE user_id = $1 AND hidden = 0 ORDER BY list_id"
_SHARED = """
SELECT other.user_id, other.list_id FROM list_member me
JOIN list_member other ON other.list_id = me.list_id AND other.user_id <> me.user_id
WHERE me.user_id = $1 AND me.role <> 'viewer' AND me.hidden = 0
ORDER BY (SELECT COUNT(*) FROM list_member everybody WHERE everybody.list_id = me.list_id) DESC, other.list_id DESC"""
_ADD = """
INSERT INTO list (list_id, owner_id, personal, name, created_at) VALUES ($1, $2, 0, $3, $4)
ON CONFLICT DO NOTHING RETURNING list_id"""
_MINE = """
SELECT list.list_id, list.name, list.personal, list_member.role, list_member.position, list.deleted_at
FROM list_member JOIN list ON list.list_id = list_member.list_id WHERE list_member.user_id = $1"""
_MEMBERS = "SELECT user_id, role FROM list_member WHERE list_id = $1 ORDER BY joined_at, user_id"
_AUDIENCE = "SELECT user_id, hidden FROM list_member WHERE list_id = $1"
_COUNT_OF_USER = "SELECT COUNT(*) FROM list_member WHERE user_id = $1"
_LOCK = "UPDATE list SET name = name WHERE list_id = $1 AND deleted_at IS NULL RETURNING personal"
_RENAME = "UPDATE list SET name = $2 WHERE list_id = $1"
_PLACE = "UPDATE list_member SET position = $3 WHERE list_id = $1 AND user_id = $2"
_SET_ROLE = "UPDATE list_member SET role = $3 WHERE list_id = $1 AND user_id = $2"
_SET_OWNER = "UPDATE list SET owner_id = $2 WHERE list_id = $1"
_LEAVE = "DELETE FROM list_member WHERE list_id = $1 AND user_id = $2"
_TRASH = "UPDATE list SET deleted_at = $2 WHERE list_id = $1"
_HIDE = "UPDATE list_member SET hidden = $2 WHERE list_id = $1"
_RESTORE = """
UPDATE list SET deleted_at = NULL WHERE list_id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL RETURNING list_id"""
_GONE = "UPDATE list SET name = name WHERE deleted_at <= $1 RETURNING list_id"
_HOLD = "UPDATE list SET name = name WHERE list_id = $1 AND owner_id = $2 RETURNING list_id"
_OWNED = "SELECT list_id FROM list WHERE owner_id = $1"
_FORGET_MEMBERS = "DELETE FROM list_member WHERE list_id = $1"
_FORGET = "DELETE FROM list WHERE list_id = $1"


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
    """Return the ids of the lists that a user takes part in, their personal one (which is of the year 1970) first."""
    return [row[0] for row in await reader.all(_OF_USER, user_id)]


async def shared_with(reader: Reader, user_id: int) -> dict[str, tuple[int, str]]:
    """Return whom a user may leave to-dos for: the folded user name → their id and the list to leave it in.

    Of several lists it is the one with the fewest members, then the oldest.
    """
    found: dict[int, str] = {row[0]: row[1] for row in await reader.all(_SHARED, user_id)}
    names = await accounts.names(reader, list(found))
    return {names[other].casefold(): (other, list_id) for other, list_id in found.items() if other in names}


class Member(NamedTuple):
    """Somebody who takes part in a list."""

    user_id: int
    role: Role


class Audience(NamedTuple):
    """Who takes part in a list, by user id; and who of them sees what is in it."""

    members: frozenset[int]
    seeing: frozenset[int]


class Membership(NamedTuple):
    """A list as one who takes part in it sees it. `position` is where it stands among theirs."""

    list_id: str
    name: str
    personal: int
    role: Role
    position: str
    deleted_at: int | None


async def memberships(reader: Reader, user_id: int) -> list[Membership]:
    """Return every list of a user, also those in the trash, their personal one first, then by position and age."""
    found = [Membership(*row) for row in await reader.all(_MINE, user_id)]
    return sorted(found, key=lambda one: (not one.personal, one.position, one.list_id))


async def members(reader: Reader, list_id: str) -> list[Member]:
    """Return who takes part in a list, in the order they joined."""
    return [Member(*row) for row in await reader.all(_MEMBERS, list_id)]


async def audience(reader: Reader, list_id: str) -> Audience:
    """Return who takes part in a list and who of them sees what is in it: nobody while it is in the trash."""
    found = await reader.all(_AUDIENCE, list_id)
    return Audience(frozenset(row[0] for row in found), frozenset(row[0] for row in found if not row[1]))


async def count_of(reader: Reader, user_id: int) -> int:
    """Return in how many lists a user takes part."""
    row = await reader.one(_COUNT_OF_USER, user_id)
    return row[0] if row else 0


async def add(tx: Tx, list_id: str, user_id: int, name: str, now: int) -> bool:
    """Store a new list of a user; False when its id is taken."""
    if not await tx.change(_ADD, list_id, user_id, name, now):
        return False
    tx.put(_JOIN, list_id, user_id, OWNER, now)
    return True


async def lock(tx: Tx, list_id: str) -> bool | None:
    """Make others who would change the list wait; tell if it is personal, None if there is no such list."""
    locked = await tx.change(_LOCK, list_id)
    return bool(locked[0][0]) if locked else None


def rename(tx: Tx, list_id: str, name: str) -> None:
    """Store a new name."""
    tx.put(_RENAME, list_id, name)


def place(tx: Tx, list_id: str, user_id: int, position: str) -> None:
    """Store where a list stands among those of one who takes part."""
    tx.put(_PLACE, list_id, user_id, position)


def join(tx: Tx, list_id: str, user_id: int, role: Role, now: int) -> None:
    """Let somebody take part who does not yet."""
    tx.put(_JOIN, list_id, user_id, role, now)


def set_role(tx: Tx, list_id: str, user_id: int, role: Role) -> None:
    """Store somebody's role; an owner's also with the list."""
    tx.put(_SET_ROLE, list_id, user_id, role)
    if role == OWNER:
        tx.put(_SET_OWNER, list_id, user_id)


def leave(tx: Tx, list_id: str, user_id: int) -> None:
    """Let somebody take part no longer."""
    tx.put(_LEAVE, list_id, user_id)


def trash(tx: Tx, list_id: str, now: int) -> None:
    """Put a list in the trash: nobody sees it."""
    tx.put(_TRASH, list_id, now)
    tx.put(_HIDE, list_id, 1)


async def restore(tx: Tx, list_id: str, user_id: int) -> bool:
    """Take a list out of the trash; False when it is not the user's own, or not there."""
    if not await tx.change(_RESTORE, list_id, user_id):
        return False
    tx.put(_HIDE, list_id, 0)
    return True


async def hold(tx: Tx, list_id: str, owner_id: int) -> bool:
    """Make others who would change a list wait, also one in the trash; False when its owner is another one."""
    return bool(await tx.change(_HOLD, list_id, owner_id))


async def gone(tx: Tx, before: int) -> list[str]:
    """Return the lists that went to the trash before an instant, so that nobody restores them meanwhile."""
    return [row[0] for row in await tx.change(_GONE, before)]


async def owned(reader: Reader, user_id: int) -> list[str]:
    """Return the lists that a user owns, also those in the trash."""
    return [row[0] for row in await reader.all(_OWNED, user_id)]


def forget(tx: Tx, list_id: str) -> None:
    """Delete a list and who takes part in it for good."""
    tx.put(_FORGET_MEMBERS, list_id)
    tx.put(_FORGET, list_id)
