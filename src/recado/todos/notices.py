"""Texts about to-dos that pass between people, and the one to who made a to-do: who gets which, in what words."""

from __future__ import annotations

from dataclasses import dataclass

from recado.accounts import accounts
from recado.accounts.accounts import Author
from recado.db import Reader, Tx
from recado.db.ids import NewId
from recado.messages import outbox, replies, texts
from recado.messages.outbox import NewMessage
from recado.todos import lists, numbers
from recado.todos.history import Kind
from recado.todos.todo import Todo


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that is ready, to be put with the change it tells of."""

    message: NewMessage

    def put(self, tx: Tx) -> str:
        """Queue it within the transaction and return its id."""
        outbox.put(tx, self.message)
        return self.message.id


def created(tx: Tx, author: Author, todo_id: str, now: int) -> None:
    """Queue the text to who made a to-do, if they want one. It has the to-do's id, which saves an index."""
    if author.texted:
        text = texts.todo_created(author.username, author.locale)
        outbox.put(tx, NewMessage(author.user_id, todo_id, "created", author.texted, text, now, todo_id))


async def left(tx: Tx, todo: Todo, *, by: int, new_id: NewId, now: int) -> Notice | None:
    """Return the text to whom a to-do is left for; None for oneself, or if they take no part in such texts.

    Where they can reply, it says the number by which they name the to-do.
    """
    if todo.for_id is None or todo.for_id == by:
        return None
    recipient = await accounts.recipient(tx, todo.for_id)
    author = await accounts.author(tx, by)
    if recipient is None or recipient.texted is None or author is None:
        return None
    number: int | None = None
    if await replies.are_possible(tx):
        number = (await numbers.give(tx, recipient.user_id, [todo.id], now, asked=True))[todo.id]
    text = texts.assigned(author.username, todo.title, recipient.locale, number=number)
    return Notice(NewMessage(recipient.user_id, new_id(), "assigned", recipient.texted, text, now, todo.id))


async def finished(reader: Reader, todo: Todo, kind: Kind, *, by: int, new_id: NewId, now: int) -> Notice | None:
    """Return the text to who left a to-do for somebody, once another one has done it and they may see it; else None."""
    if kind not in ("done", "moved_on") or todo.for_id is None or todo.user_id in (by, todo.for_id):
        return None
    if await lists.role(reader, todo.list_id, todo.user_id) is None:  # they left, or it went to another list
        return None
    recipient = await accounts.recipient(reader, todo.user_id)
    author = await accounts.author(reader, by)
    if recipient is None or recipient.texted is None or author is None:
        return None
    text = texts.finished(author.username, todo.title, recipient.locale)
    return Notice(NewMessage(recipient.user_id, new_id(), "finished", recipient.texted, text, now, todo.id))
