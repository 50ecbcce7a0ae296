"""Deletes what has had its time in this room."""

from __future__ import annotations

from recado.accounts import allowances, audit, challenges, emails, invites, phones, proofs, resets, sign_ins, totp
from recado.db import Database


async def housekeep(db: Database, now: int) -> None:
    """Delete expired codes and invitations, unused counts and old failures. Once an hour is plenty."""
    for room in (allowances, audit, challenges, emails, invites, phones, proofs, resets, sign_ins, totp):
        await db.write(room.purge, now)
