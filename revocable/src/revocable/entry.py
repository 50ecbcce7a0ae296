"""What Redis keeps of a session: one key with a JSON list, or with a tombstone, and the scripts that replace it.

A key is tagged with the user (`revocable:{<sub>}:<sid>`), so all of a user's keys lie on one node of a cluster. The
list begins with generation, used and last_seen_at, which is what the scripts look at and change.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from revocable.store import SessionState

TOMBSTONE = b"x"
ENTRY_SECONDS = 30
"""How long an entry lives, and so how long it may be wrong when a tombstone was lost."""

ADVANCE = """
local old = redis.call('GET', KEYS[1])
if old == 'x' then return 0 end
local gen = old and tonumber(string.match(old, '^%[(%d+),'))
if gen and gen >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""
"""Put an entry (ARGV: generation, entry, seconds) unless there is a tombstone or a generation at least as new."""

SEEN = """
local gen, rest = string.match(redis.call('GET', KEYS[1]) or '', '^%[(%d+),%d,%d+,(.*)$')
if gen ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '[' .. gen .. ',1,' .. ARGV[2] .. ',' .. rest, 'KEEPTTL')
return 1
"""
"""Mark an entry as used (ARGV: generation, instant) if it still is of that generation. It lives no longer for it."""

BURY = """
for _, key in ipairs(KEYS) do redis.call('SET', key, 'x', 'EX', ARGV[1]) end
return #KEYS
"""
"""Put a tombstone (ARGV: seconds) in the place of each key."""

_text = json.encoder.encode_basestring_ascii
"""A text as JSON, without what `json.dumps` does before it: an entry is made for each refresh."""
_TYPES = [int, int, int, int, str, int, int, str, str, str, str]


def key(sub: str, sid: str) -> str:
    """Return the key of a session."""
    return f"revocable:{{{sub if sub.isalnum() else quote(sub, '', errors='surrogatepass')}}}:{sid}"


def encode(state: SessionState) -> bytes:
    """Return the entry of a session that was not ended."""
    sub, sid, gen, used, rotated_at, kid, idle, expires, _, last_seen_at, kind, scopes = state
    numbers = f"{gen},{used:d},{last_seen_at},{rotated_at},{_text(kid)},{idle},{expires}"
    return f"[{numbers},{_text(kind)},{_text(scopes)},{_text(sub)},{_text(sid)}]".encode()


@lru_cache(maxsize=2048)
def decode(raw: bytes) -> SessionState | None:
    """Return what an entry says, or None when it is none of ours. Cached: the bytes come from Redis each time."""
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, list) or [type(field) for field in cast("list[Any]", fields)] != _TYPES:
        return None
    gen, used, last_seen, rotated, kid, idle, expires, kind, scopes, sub, sid = cast("list[Any]", fields)
    return SessionState(sub, sid, gen, bool(used), rotated, kid, idle, expires, None, last_seen, kind, scopes)
