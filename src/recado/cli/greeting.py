"""What `recado serve` prints when it is up: where it is, and what to do next."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from recado.accounts import accounts, invites
from recado.cli.stores import place
from recado.db import Database
from recado.settings import Settings
from revocable.sessions import microseconds


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the operator needs to know. `invite` is a fresh one-time code, where the first account needs one."""

    settings: Settings
    accounts: int
    invite: str | None

    def say(self, address: str) -> None:
        """Print it."""
        print("\n".join([f"recado is at {address}", *self._facts(), *self._next(address)]), flush=True)

    def _facts(self) -> list[str]:
        settings = self.settings
        generated = f"  keys      in {settings.data}, generated; keep them with your backups"
        messages = (
            f"Vonage, from {settings.vonage_from}"
            if settings.nexmo_api_key
            else "written here, for want of NEXMO_API_KEY"
        )
        return [
            f"  data      {place(settings)}",
            *([generated] if (settings.data / "access.key").exists() else []),
            f"  messages  {messages}",
        ]

    def _next(self, address: str) -> list[str]:
        if self.settings.signup == "closed":
            return [] if self.accounts else ["Next: make the first account with `recado user add NAME`."]
        if self.accounts and self.settings.signup == "invite":
            return ["Next: invite somebody with `recado user invite`."]
        body = {"username": "ana", "password": _password(self.settings.password_min)}
        if self.invite:
            body["invite"] = self.invite
        invited = f" --invite {self.invite}" if self.invite else ""
        who = "sign up" if self.accounts else "sign up as the operator"
        return [
            f"Next: {who}, with a name and a password of your own:",
            f"  curl {address}/user -H 'Content-Type: application/json' -d '{json.dumps(body)}'",
            f"or, in another terminal, `recado signup {address}{invited}`.",
        ]


async def greeting(settings: Settings, db: Database) -> Greeting:
    """See whether there are accounts yet, and make the invite that the first one needs."""
    people = await accounts.listing(db)
    needs_invite = settings.signup == "invite" and not people
    invite = await invites.create(db, 0, microseconds()) if needs_invite else None
    return Greeting(settings, len(people), invite)


def _password(least: int) -> str:
    """Return a good password, so that whoever pastes the line as it is has one that nobody else knows."""
    return secrets.token_urlsafe(least)
