"""The gate in front of a channel: the pace, pauses and stops that all workers of one key share. Owns `message_gate`."""

from __future__ import annotations

from dataclasses import dataclass

from recado.db import Reader, Tx

_LONGEST = 2 * 3600 * 1_000_000
"""A gate that is shut for longer was shut by a clock that went wrong, and is taken for open (microseconds)."""

_READ = "SELECT free_at, trouble FROM message_gate WHERE name = $1"
_ENTER = """
INSERT INTO message_gate (name, free_at, trouble) VALUES ($1, $3, NULL)
ON CONFLICT (name) DO UPDATE SET
    free_at = CASE WHEN message_gate.trouble IS NULL THEN excluded.free_at ELSE CAST($4 AS BIGINT) END
WHERE message_gate.free_at <= $2 OR message_gate.free_at > $5
RETURNING free_at"""
_SHUT = """
INSERT INTO message_gate (name, free_at, trouble) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at, trouble = excluded.trouble"""
_PAUSE = """
INSERT INTO message_gate (name, free_at, trouble) VALUES ($1, $2, NULL)
ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at, trouble = NULL"""
_REOPEN = "UPDATE message_gate SET free_at = $2, trouble = NULL WHERE name = $1 AND trouble IS NOT NULL"
_PROBE_NOW = "UPDATE message_gate SET free_at = $2 WHERE name = $1 AND trouble IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Gate:
    """When the next text may go (epoch microseconds), and what the operator must mend, if anything."""

    free_at: int = 0
    trouble: str | None = None

    def shut_for(self, now: int) -> int:
        """Return for how many more microseconds it is shut; 0 when it is open."""
        rest = self.free_at - now
        return rest if 0 < rest <= _LONGEST else 0


class Shut(Exception):
    """No text may go yet."""


async def read(reader: Reader, name: str) -> Gate:
    """Return how the gate of a channel stands."""
    row = await reader.one(_READ, name)
    return Gate(row[0], row[1]) if row else Gate()


async def enter(tx: Tx, name: str, now: int, *, gap: int, probe_gap: int) -> None:
    """Let one text through and shut the gate behind it for `gap`, or `probe_gap` while there is trouble (microseconds).

    Raises `Shut`. All who share the gate pass one after the other: the next one waits for this transaction's end.
    """
    if not await tx.change(_ENTER, name, now, now + gap, now + probe_gap, now + _LONGEST):
        raise Shut


def pause(tx: Tx, name: str, until: int) -> None:
    """Let nothing through until an instant: the channel asked for it."""
    tx.put(_PAUSE, name, until)


def halt(tx: Tx, name: str, until: int, trouble: str) -> None:
    """Stop until the trouble is mended; one text may try from `until` on."""
    tx.put(_SHUT, name, until, trouble)


def reopen(tx: Tx, name: str, now: int) -> None:
    """The trouble is over."""
    tx.put(_REOPEN, name, now)


async def probe_now(tx: Tx, name: str, now: int) -> None:
    """Let one text try at once although there is trouble: somebody may have mended it."""
    tx.put(_PROBE_NOW, name, now)
