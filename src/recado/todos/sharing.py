"""What people do with lists: make, rename, share, leave, hand over, delete and bring back.

Whatever depends on who takes part locks the list first, so that two people at once never leave it with no owner or two.
"""

from __future__ import annotations

from recado.db import Reader, Tx
from recado.errors import Conflict, Invalid, NotFound, Refused
from recado.todos import history, list_invites, lists, positions, rows
from recado.todos.lists import OWNER, Member, Membership, Role

MAX_NAME = 100
MOST_LISTS, MOST_MEMBERS, MOST_INVITES = 200, 50, 50
TRASH_KEPT = 30 * 24 * 3600 * 1_000_000
"""How long a deleted list can be restored, in microseconds."""


async def create(tx: Tx, user_id: int, name: str, *, list_id: str, now: int) -> Membership:
    """Make a list of a user's own. An id that is one of their lists already gives that one.

    Raises `Invalid`, also for an id that cannot be used, or `Conflict` when they have too many.
    """
    checked = _name(name)
    if await lists.count_of(tx, user_id) >= MOST_LISTS:
        raise Conflict(f"Nobody can be in more than {MOST_LISTS} lists.")
    if await lists.add(tx, list_id, user_id, checked, now):
        history.record_list(tx, list_id, now, user_id)
    try:
        return await get(tx, user_id, list_id)
    except NotFound:
        raise Invalid("/id", "This id cannot be used; make a new UUIDv7.") from None


async def get(reader: Reader, user_id: int, list_id: str) -> Membership:
    """Return a list that the user takes part in. Raises `NotFound`."""
    for one in await lists.memberships(reader, user_id):
        if one.list_id == list_id and one.deleted_at is None:
            return one
    raise NotFound("There is no such list.")


async def mine(reader: Reader, user_id: int) -> list[Membership]:
    """Return the lists that the user takes part in, the personal one first."""
    return [one for one in await lists.memberships(reader, user_id) if one.deleted_at is None]


async def trashed(reader: Reader, user_id: int) -> list[Membership]:
    """Return the user's own lists that are in the trash, which they can restore, last deleted first."""
    found = [
        one for one in await lists.memberships(reader, user_id) if one.deleted_at is not None and one.role == OWNER
    ]
    return sorted(found, key=lambda one: one.deleted_at or 0, reverse=True)


async def change(tx: Tx, user_id: int, list_id: str, *, name: str | None, position: str | None, now: int) -> Membership:
    """Rename a list for all, or place it among one's own. Raises `NotFound`, `Refused`, `Invalid` or `Conflict`."""
    await lists.require(tx, list_id, user_id, to_write=name is not None)
    if position is not None:
        positions.check(position)
        lists.place(tx, list_id, user_id, position)
    if name is not None:
        await _lock(tx, list_id)
        lists.rename(tx, list_id, _name(name))
    history.record_list(tx, list_id, now, user_id)
    return await get(tx, user_id, list_id)


async def trash(tx: Tx, user_id: int, list_id: str, now: int) -> None:
    """Put a list in the trash for 30 days. Raises `NotFound`, `Refused` or, for the personal one, `Conflict`."""
    await _lock_as_owner(tx, user_id, list_id)
    lists.trash(tx, list_id, now)
    list_invites.forget(tx, list_id)
    history.record_list(tx, list_id, now, user_id)


async def restore(tx: Tx, user_id: int, list_id: str, now: int) -> Membership:
    """Take one's own list out of the trash; one that is not there is returned as it is. Raises `NotFound`."""
    if await lists.restore(tx, list_id, user_id):
        history.record_list(tx, list_id, now, user_id)
    return await get(tx, user_id, list_id)


async def invite(tx: Tx, user_id: int, list_id: str, role: Role, now: int) -> tuple[str, int]:
    """Return a one-time code to join a list with, and when it expires. Raises `NotFound`, `Refused` or `Conflict`."""
    await _lock_as_owner(tx, user_id, list_id)
    if await list_invites.count(tx, list_id, now) >= MOST_INVITES:
        raise Conflict(f"A list has at most {MOST_INVITES} invitations that nobody has used.")
    return list_invites.create(tx, list_id, role, user_id, now)


async def take_invites_back(tx: Tx, user_id: int, list_id: str) -> None:
    """Make every unused code of a list useless. Raises `NotFound`, `Refused` or `Conflict`."""
    await _lock_as_owner(tx, user_id, list_id)
    list_invites.forget(tx, list_id)


async def accept(tx: Tx, user_id: int, code: str, now: int) -> Membership:
    """Join the list that a code is for, and use it up. Who is in it already stays what they are, and the code stays.

    Raises `NotFound` for a code that is not good, `Conflict` when the list or the user is full.
    """
    found = await list_invites.find(tx, code, now)
    if found is None or await lists.lock(tx, found.list_id) is None:
        raise NotFound("This invitation was used, has expired, or never was.")
    if await lists.role(tx, found.list_id, user_id) is None:
        if len(await lists.members(tx, found.list_id)) >= MOST_MEMBERS:
            raise Conflict(f"A list has at most {MOST_MEMBERS} members.")
        if await lists.count_of(tx, user_id) >= MOST_LISTS:
            raise Conflict(f"Nobody can be in more than {MOST_LISTS} lists.")
        if not await list_invites.use(tx, code, now):
            raise NotFound("This invitation was used, has expired, or never was.")
        lists.join(tx, found.list_id, user_id, found.role, now)
        history.record_list(tx, found.list_id, now, user_id)
    return await get(tx, user_id, found.list_id)


async def set_role(tx: Tx, user_id: int, list_id: str, other: int, *, role: Role, now: int) -> Membership:
    """Give somebody another role. To make somebody the owner hands the list over: the old owner becomes an editor.

    Raises `NotFound`, `Refused`, or `Conflict` for one's own role, since a list has an owner.
    """
    await _lock_as_owner(tx, user_id, list_id)
    if other == user_id:
        raise Conflict("A list has an owner: make somebody else the owner instead.")
    if await lists.role(tx, list_id, other) is None:
        raise NotFound("They do not take part in this list.")
    lists.set_role(tx, list_id, other, role)
    if role == OWNER:
        lists.set_role(tx, list_id, user_id, "editor")
    history.record_list(tx, list_id, now, user_id)
    return await get(tx, user_id, list_id)


async def remove(tx: Tx, user_id: int, list_id: str, other: int, now: int) -> None:
    """Leave a list, or as its owner let somebody take part no longer; what was left for them is for nobody then.

    Raises `NotFound`, `Refused`, or `Conflict` for the owner, who hands it over first.
    """
    await lists.require(tx, list_id, user_id)
    await _lock(tx, list_id)
    role = await lists.require(tx, list_id, user_id)
    if other != user_id and role != OWNER:
        raise Refused("Only the owner of a list can remove others.")
    if other == user_id and role == OWNER:
        raise Conflict("The owner hands a list over before leaving it, or deletes it.")
    if await lists.role(tx, list_id, other) is None:
        raise NotFound("They do not take part in this list.")
    lists.leave(tx, list_id, other)
    await _unassign(tx, list_id, other, user_id, now)
    history.record_list(tx, list_id, now, user_id, left=other)


async def erase(tx: Tx, user_id: int, now: int) -> None:
    """Delete a user's lists with everything in them, but hand over those that others take part in; leave the rest."""
    for list_id in await lists.owned(tx, user_id):
        if not await lists.hold(tx, list_id, user_id):
            continue  # handed over meanwhile
        heir = _heir(await lists.members(tx, list_id), user_id)
        if heir is None:
            await forget(tx, list_id, now)
        else:
            lists.set_role(tx, list_id, heir, OWNER)
    await rows.erase_list(tx, lists.personal_list_id(user_id), now)  # what was written since the list went
    for one in await lists.memberships(tx, user_id):
        lists.leave(tx, one.list_id, user_id)
        await _unassign(tx, one.list_id, user_id, user_id, now)
        history.record_list(tx, one.list_id, now, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete for good the lists that have lain in the trash for 30 days, and invitations that have expired."""
    for list_id in await lists.gone(tx, now - TRASH_KEPT):
        await forget(tx, list_id, now)
    list_invites.purge(tx, now)


async def forget(tx: Tx, list_id: str, now: int) -> None:
    """Delete a list with everything in it for good."""
    await rows.erase_list(tx, list_id, now)
    list_invites.forget(tx, list_id)
    lists.forget(tx, list_id)


def _heir(members: list[Member], user_id: int) -> int | None:
    """The longest-standing editor, else the longest-standing viewer."""
    others = [member for member in members if member.user_id != user_id]
    return next((one.user_id for one in others if one.role == "editor"), others[0].user_id if others else None)


async def _unassign(tx: Tx, list_id: str, other: int, by: int, now: int) -> None:
    for todo in await rows.left_for(tx, list_id, other):
        await rows.save(tx, todo, {"for_id": None, "message_id": None}, "changed", by=by, now=now)


async def _lock_as_owner(tx: Tx, user_id: int, list_id: str) -> None:
    await lists.require(tx, list_id, user_id)
    await _lock(tx, list_id)
    if await lists.role(tx, list_id, user_id) != OWNER:  # asked again: it may have been handed over meanwhile
        raise Refused("Only the owner of a list can do this.")


async def _lock(tx: Tx, list_id: str) -> None:
    personal = await lists.lock(tx, list_id)
    if personal is None:
        raise NotFound("There is no such list.")
    if personal:
        raise Conflict("Your personal list is yours alone: it is not shared, renamed or deleted.")


def _name(text: str) -> str:
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= MAX_NAME:
        raise Invalid("/name", f"A name has 1 to {MAX_NAME} characters, spaces around it not counted.")
    return trimmed
