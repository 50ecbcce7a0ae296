"""A signed-in profile that asks its server. Owns how tokens are refreshed when several processes do so at once.

The tokens in the file are the truth. Whoever needs new ones takes the profile's lock and reads the file again: tokens
that another process has put there meanwhile are used as they are, so of many processes one refreshes. An answer that is
lost, or a process that is killed before it wrote, leaves the spent refresh token in the file; sent again it gets the
same successor (docs/decisions/0002), so that nobody is signed out by it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from recado.cli.use import profiles
from recado.cli.use.connection import Answer, Connection, good
from recado.cli.use.failures import SignedOut
from recado.cli.use.options import Options
from recado.cli.use.profiles import Profile, Tokens

_MOST_TURNS = 4


class NobodyYet(SignedOut):
    """No profile was ever made: the person is new here."""


def profile_of(options: Options) -> Profile:
    """Return the profile to use: the one that is named, that of `RECADO_TOKEN`, else the usual one.

    Raises `SignedOut` when there is none, or nobody is signed in with it.
    """
    script = None if options.profile else profiles.of_script()
    if script:
        return script
    name = options.profile or profiles.current()
    profile = profiles.load(name or profiles.FIRST)
    if profile is None and name is None:
        raise NobodyYet("You are not signed in: `recado login SERVER`.")
    if profile is None:
        raise SignedOut(f"There is no profile {name!r}: `recado login SERVER --profile {name}` makes it.")
    if profile.tokens is None:
        raise SignedOut(f"You are signed out of {profile.server}: {sign_in(profile)}.")
    return profile


def sign_in(profile: Profile) -> str:
    """Return the command that signs in again."""
    return f"`recado login --profile {profile.name}`" if profile.name != profiles.FIRST else "`recado login`"


class Session:
    """One command's talk with the server of its profile."""

    def __init__(self, options: Options) -> None:
        self.profile = profile_of(options)
        self.connection = Connection(self.profile.server)
        self._learnt = False

    def __enter__(self) -> Session:
        if not self.profile.kept:
            try:
                self.learn()
            except BaseException:
                self.connection.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def ask(self, method: str, path: str, **parts: Any) -> Any:
        """Ask as the person who is signed in, and return what the answer says.

        Raises `SignedOut`, `Missing`, `Unreachable`, or another `Failure`.
        """
        return self.answer(method, path, **parts).json()

    def answer(self, method: str, path: str, **parts: Any) -> Answer:
        """Ask like `ask`, and return the whole answer, which is a good one."""
        tokens = self._tokens()
        for _ in range(_MOST_TURNS):
            answer = self.connection.send(method, path, bearer=tokens.access, **parts)
            if answer.status != 401 or answer.kind == "bad-credentials":  # a password that was sent along
                return good(answer, self.profile.server)
            tokens = self._other_tokens(tokens, answer)
        raise SignedOut(f"{self.profile.server} takes no token of this device: {sign_in(self.profile)}.")

    def all(self, path: str, params: Mapping[str, str], limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Follow the pages of a list; return up to `limit` items, and whether there are more."""
        items, cursor = list[dict[str, Any]](), None
        while True:
            asked = {
                **params,
                "limit": str(min(200, limit - len(items) or 1)),
                **({"cursor": cursor} if cursor else {}),
            }
            page = self.ask("GET", path, params=asked)
            items += page["items"]
            cursor = page["next"]
            if cursor is None or len(items) >= limit:
                return items, cursor is not None

    def learn(self) -> None:
        """Keep what listings need to know of the account: its time zone and its personal list."""
        me, lists = self.ask("GET", "/me"), self.ask("GET", "/list")["items"]
        personal = next((one["id"] for one in lists if one["personal"]), "")
        known = {"user_id": me["user_id"], "username": me["username"], "time_zone": me["time_zone"]}
        if not self.profile.kept:
            self.profile = replace(self.profile, **known, personal_list=personal)
            return
        with profiles.lock(self.profile.name):
            fresh = profiles.load(self.profile.name) or self.profile
            self.profile = replace(fresh, **known, personal_list=personal)
            profiles.save(self.profile)

    def _tokens(self) -> Tokens:
        tokens = self.profile.tokens
        if tokens is None:
            raise SignedOut(f"You are signed out of {self.profile.server}: {sign_in(self.profile)}.")
        return tokens if not tokens.refresh or tokens.expires_at > time.time() else self._other_tokens(tokens, None)

    def _other_tokens(self, spent: Tokens, refusal: Answer | None) -> Tokens:
        """Return tokens that are newer than `spent`: another process's, or fresh ones."""
        if not self.profile.kept and refusal:
            raise SignedOut(f"{_token_is(refusal, self.profile.server)}: set RECADO_TOKEN to another one.")
        with profiles.lock(self.profile.name):
            self.profile = profiles.load(self.profile.name) or self.profile.signed_out()
            found = self.profile.tokens
            if found is None:
                raise SignedOut(f"You are signed out of {self.profile.server}: {sign_in(self.profile)}.")
            if found.access != spent.access:
                return found
            if refusal is not None and (refusal.kind != "token-expired" or not found.refresh):
                raise self._over(refusal)
            tokens = self._refreshed(found)
        self._learn_once()
        return tokens

    def _refreshed(self, spent: Tokens) -> Tokens:
        answer = self.connection.send("POST", "/token/refresh", json={"refresh_token": spent.refresh})
        if answer.status == 401:
            raise self._over(answer)
        tokens = tokens_of(good(answer, self.profile.server).json())
        self.profile = replace(self.profile, tokens=tokens)
        profiles.save(self.profile)
        return tokens

    def _over(self, refusal: Answer) -> SignedOut:
        """Forget tokens that are of no use any more, and say so; keep those that a strange server does not know."""
        alone = self.profile.tokens is not None and not self.profile.tokens.refresh
        if refusal.kind != "token-invalid":
            self.profile = self.profile.signed_out()
            profiles.save(self.profile)
        if alone:
            return SignedOut(f"{_token_is(refusal, self.profile.server)}: `recado login --token` takes another one.")
        why = {
            "session-ended": "This device was signed out, here or from another one",
            "token-expired": "You were away for too long, so this device was signed out",
            "token-invalid": f"{self.profile.server} does not know this device (any more)",
        }.get(refusal.kind, refusal.sentence())
        return SignedOut(f"{why}: {sign_in(self.profile)}.")

    def _learn_once(self) -> None:
        """Time zones change seldom; asking beside a refresh is often enough."""
        if not self._learnt:
            self._learnt = True
            self.learn()


def _token_is(refusal: Answer, server: str) -> str:
    """Say why an access token for scripts is taken no more."""
    told = {
        "session-ended": "The access token was ended",
        "token-expired": "The access token has run out",
        "token-invalid": f"{server} does not know this access token",
    }
    return told.get(refusal.kind, refusal.sentence())


def tokens_of(body: Mapping[str, Any]) -> Tokens:
    """Read the answer that hands tokens out."""
    expires_at = time.time() + float(body["expires_in"])
    return Tokens(body["access_token"], body["refresh_token"], expires_at, body["session_id"])
