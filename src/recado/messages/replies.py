"""Whether people can answer texts. Owns the table `reply_way`.

A text says "Reply DONE 3" only where a reply would get here. That is a setting of the service, and features know no
settings; so the service writes it down when it starts.
"""

from __future__ import annotations

from recado.db import Reader, Tx

_SET = """
INSERT INTO reply_way (seat, opened) VALUES (1, $1)
ON CONFLICT (seat) DO UPDATE SET opened = $1 WHERE reply_way.opened <> $1 RETURNING seat"""
_OPENED = "SELECT opened FROM reply_way WHERE seat = 1"


async def announce(tx: Tx, opened: bool) -> None:
    """Write down whether replies get here."""
    await tx.change(_SET, int(opened))


async def are_possible(reader: Reader) -> bool:
    """Tell whether replies get here."""
    row = await reader.one(_OPENED)
    return row is not None and row[0] == 1
