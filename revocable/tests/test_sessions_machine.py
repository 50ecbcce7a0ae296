"""What a user was told must stay true: random steps over sessions, next to a model of the rules.

Two processes over one store, any token that was ever given out, clocks moved by seconds and by days. Set
`RECADO_STATE_MACHINES=long` for many more steps, as `make faults` does.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from revocable import (
    KeyRing,
    Lifetimes,
    RevocableError,
    SessionEnded,
    Sessions,
    TokenExpired,
    TokenPair,
    TokenReused,
    Tokens,
)
from revocable.sql import SCHEMA, SqliteConnection, SqlSessionStore
from revocable.testing import FakeClock

SECOND, DAY = 1_000_000, 86_400
LIVES = Lifetimes(access=900, idle=7 * DAY, absolute=30 * DAY, grace=10)
LONG = os.environ.get("RECADO_STATE_MACHINES") == "long"
STEPS = settings(
    max_examples=400 if LONG else 40,
    stateful_step_count=60 if LONG else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Told:
    """What the user of one session was told, and when (epoch microseconds)."""

    sub: str
    sid: str
    end: int
    gen: int = 0
    used: bool = False
    rotated: int = 0
    idle: int = 0
    out: bool = False
    refresh_tokens: list[str] = field(default_factory=list)

    def alive(self, now: int) -> bool:
        return not self.out and now < self.idle and now < self.end


@dataclass(frozen=True)
class Given:
    """A pair that was given out, and when both its tokens are over (epoch seconds)."""

    told: Told
    pair: TokenPair
    gen: int
    access_over: int
    refresh_over: int


class SessionsMachine(RuleBasedStateMachine):
    given = Bundle("given")
    processes = st.sampled_from([0, 1])

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.executescript(SCHEMA)
        store, self.clock = SqlSessionStore(SqliteConnection(self.connection)), FakeClock()
        rings = KeyRing(b"a" * 32), KeyRing(b"r" * 32)
        self.sessions = [Sessions(store, Tokens(*rings), LIVES, clock=self.clock) for _ in range(2)]
        self.told: list[Told] = []

    def teardown(self) -> None:
        for sessions in self.sessions:
            self.runner.run(sessions.settle())
        self.runner.close()
        self.connection.close()

    @property
    def seconds(self) -> int:
        return self.clock.now // SECOND

    def gave(self, told: Told, pair: TokenPair) -> Given:
        """Note a pair, and hold it to what it says of itself."""
        assert (pair.session_id, pair.gen) == (told.sid, told.gen)
        assert 0 < pair.expires_in <= LIVES.access
        assert 0 < pair.refresh_expires_in <= LIVES.idle
        over = self.seconds + pair.expires_in
        assert over <= told.end // SECOND
        return Given(told, pair, pair.gen, over, told.idle // SECOND)

    @rule(target=given, user=st.sampled_from(["1", "2"]), at=processes)
    def open(self, user: str, at: int) -> Given:
        pair = self.runner.run(self.sessions[at].open(user))
        now = self.clock.now
        assert pair.session_id not in {told.sid for told in self.told}
        told = Told(user, pair.session_id, now + LIVES.absolute * SECOND, rotated=now, idle=now + LIVES.idle * SECOND)
        told.refresh_tokens.append(pair.refresh_token)
        self.told.append(told)
        return self.gave(told, pair)

    @rule(given=given, at=processes)
    def authenticate(self, given: Given, at: int) -> None:
        told, now = given.told, self.clock.now
        in_grace = given.gen == told.gen - 1 and now < told.rotated + LIVES.grace * SECOND
        if self.seconds >= given.access_over:
            right: type[RevocableError] | None = TokenExpired
        elif not told.alive(now):
            right = SessionEnded
        else:
            right = None if given.gen == told.gen or in_grace else TokenExpired
        call = self.sessions[at].authenticate(given.pair.access_token)
        if right:
            with pytest.raises(right):
                self.runner.run(call)
            return
        assert self.runner.run(call).sid == told.sid
        self.runner.run(self.sessions[at].settle())
        told.used = told.used or given.gen == told.gen

    @rule(target=given, given=given, at=processes)
    def refresh(self, given: Given, at: int) -> Given:
        told, now = given.told, self.clock.now
        call = self.sessions[at].refresh(given.pair.refresh_token)
        again = given.gen == told.gen - 1 and (now < told.rotated + LIVES.grace * SECOND or not told.used)
        if self.seconds >= given.refresh_over:
            return self.refused(call, TokenExpired, given)
        if not told.alive(now):
            return self.refused(call, SessionEnded, given)
        if given.gen == told.gen:
            pair = self.runner.run(call)
            told.gen, told.used, told.rotated = told.gen + 1, False, now
            told.idle = min(now + LIVES.idle * SECOND, told.end)
            told.refresh_tokens.append(pair.refresh_token)
            return self.gave(told, pair)
        if again:
            pair = self.runner.run(call)
            assert pair.refresh_token == told.refresh_tokens[told.gen], "a lost answer is given again, byte for byte"
            return self.gave(told, pair)
        told.out = True
        return self.refused(call, TokenReused, given)

    def refused(self, call, error: type[RevocableError], given: Given) -> Given:
        with pytest.raises(error):
            self.runner.run(call)
        return given

    @rule(given=given, at=processes, by_refresh_token=st.booleans())
    def end_by_token(self, given: Given, at: int, *, by_refresh_token: bool) -> None:
        token = given.pair.refresh_token if by_refresh_token else given.pair.access_token
        over = given.refresh_over if by_refresh_token else given.access_over
        if self.seconds >= over:
            with pytest.raises(TokenExpired):
                self.runner.run(self.sessions[at].end_by_token(token))
        else:
            self.runner.run(self.sessions[at].end_by_token(token))
            given.told.out = True

    @rule(given=given, at=processes)
    def end_others(self, given: Given, at: int) -> None:
        keep = given.told
        ended = set(self.runner.run(self.sessions[at].end_others(keep.sub, keep.sid)))
        others = [told for told in self.told if told.sub == keep.sub and told is not keep]
        assert {told.sid for told in others if told.alive(self.clock.now)} <= ended
        for told in others:
            told.out = True

    @rule(seconds=st.sampled_from([1, 5, 9.999999, 10, 60, 899, 901, DAY, 6 * DAY]))
    def time_goes_by(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @invariant()
    def the_list_shows_who_is_signed_in(self) -> None:
        for user in ("1", "2"):
            listed = {record.state.sid for record in self.runner.run(self.sessions[0].list(user))}
            assert listed == {told.sid for told in self.told if told.sub == user and told.alive(self.clock.now)}


SessionsMachine.TestCase.settings = STEPS
TestSessionsMachine = SessionsMachine.TestCase
