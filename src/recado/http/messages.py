"""Routes of text messages: what was sent to the caller, and trying a failed one again."""

from __future__ import annotations

from recado.db import Tx
from recado.db.ids import is_uuid7
from recado.errors import NotFound
from recado.http import pages
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant, instant_or_none
from recado.http.once import Shown, once
from recado.messages import outbox
from recado.messages.outbox import Message


async def listing(call: Call) -> Answer:
    """`GET /message`."""
    query = call.query()
    most = pages.limit(query)
    rows = await outbox.page(call.house.db, call.user_id, limit=most + 1, before=pages.before(query))
    return json_answer(200, pages.page(rows, [show(row) for row in rows], most))


async def retry(call: Call) -> Answer:
    """`POST /message/{id}/retry`."""
    message_id = call.path["id"]
    if not is_uuid7(message_id):
        raise NotFound("There is no such message.")
    now = call.house.clock()

    async def queue(tx: Tx) -> Shown:
        return show(await outbox.retry(tx, call.user_id, message_id, now))

    shown = await once(call, queue)
    call.house.wake()
    return json_answer(200, shown)


def show(message: Message) -> Shown:
    """Show a message to its user."""
    return {
        "id": message.id,
        "to": message.to,
        "text": message.text,
        "state": message.state,
        "error": message.error,
        "price": message.price,
        "currency": message.currency,
        "created_at": instant(message.created_at),
        "sent_at": instant_or_none(message.sent_at),
        "delivered_at": instant_or_none(message.delivered_at),
        "todo_id": message.todo_id,
    }
