"""What somebody was told of a text must stay true: random steps over the outbox, next to a model of the promises.

Two workers over one SQLite file, one of which may die with texts in its hands; answers that are lost, refused or
throttled; receipts early, late and twice; a clock that moves. Set `RECADO_STATE_MACHINES=long` for many more steps, as
`make faults` does.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from recado.db import Database, migrate, open_database
from recado.errors import Conflict, NotFound
from recado.messages import outbox
from recado.messages.channel import ChannelKind, Failed, Outcome, Outgoing, Retry, Sent, Throttled, Unknown
from tests.messages.workers import ANA, FakeClock, new, worker

LONG = os.environ.get("RECADO_STATE_MACHINES") == "long"
STEPS = settings(
    max_examples=250 if LONG else 20,
    stateful_step_count=40 if LONG else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
ANSWERS = ["sent", "retry", "throttled", "unknown but sent", "unknown", "failed"]


@dataclass
class Carrier:
    """A channel that answers as it is told, and knows what truly reached the phone."""

    answers: list[str] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    """How often each text truly left."""
    asked: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    sure: set[str] = field(default_factory=set)
    """What Vonage said yes to, and the worker heard it."""
    blind: list[str] = field(default_factory=list)
    """What was sent although it was sure to have left."""
    dying: bool = False
    name: str = "carrier"
    kind: ChannelKind = "sms"

    async def send(self, message: Outgoing) -> Outcome:
        if message.id in self.sure:  # an assertion here would only make a worker stumble
            self.blind.append(message.id)
        self.asked[message.id] += 1
        answer = self.answers.pop(0) if self.answers else "sent"
        if answer in ("sent", "unknown but sent") or self.dying:
            self.taken[message.id] += 1
        if self.dying:
            self.doubts[message.id] += 1
            raise asyncio.CancelledError  # the process is gone, after Vonage took the text
        match answer:
            case "sent":
                self.sure.add(message.id)
                return Sent(f"v-{message.id}-{self.asked[message.id]}")
            case "retry":
                return Retry("nobody listens")
            case "throttled":
                return Throttled(3)
            case "failed":
                return Failed("no such number")
            case _:
                self.doubts[message.id] += 1
                return Unknown("the answer was lost")

    async def close(self) -> None: ...


class OutboxMachine(RuleBasedStateMachine):
    texts = Bundle("texts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="outbox-", dir=_template.parent))
        shutil.copy(_template, self.folder / "recado.db")
        self.runner, self.clock, self.carrier = asyncio.Runner(), FakeClock(), Carrier()
        self.db: Database = self.run(open_database(f"sqlite:///{self.folder}/recado.db"))
        self.queued: list[str] = []
        self.told: dict[str, str] = {}
        self.retried: Counter[str] = Counter()

    def run(self, call: Any) -> Any:
        return self.runner.run(call)

    def teardown(self) -> None:
        self.run(self.db.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(target=texts)
    def queue(self) -> str:
        message = new(self.clock)

        async def put(tx: Any) -> None:
            outbox.put(tx, message)

        self.run(self.db.write(put))
        self.queued.append(message.id)
        return message.id

    @rule()
    def a_transaction_that_fails_leaves_no_text(self) -> None:
        message = new(self.clock)

        async def put(tx: Any) -> None:
            outbox.put(tx, message)
            raise NotFound("the to-do is gone")

        with pytest.raises(NotFound):
            self.run(self.db.write(put))

    @rule(
        answers=st.lists(st.sampled_from(ANSWERS), max_size=4) | st.sampled_from(ANSWERS).map(lambda word: [word] * 20),
        workers=st.integers(1, 2),
        after=st.sampled_from([0, 1, 61, 301, 1900]),
    )
    def deliver(self, answers: list[str], workers: int, after: int) -> None:
        self.clock.move(after)
        self.carrier.answers = list(answers)

        async def at_once() -> None:
            made = [worker(self.db, self.carrier, self.clock) for _ in range(workers)]
            await asyncio.gather(*(each.deliver_due() for each in made))

        self.run(at_once())

    @rule()
    def a_worker_dies_with_texts_in_its_hands(self) -> None:
        async def until_it_dies() -> None:
            dying = worker(self.db, self.carrier, self.clock, patient=False)
            self.carrier.dying = True
            deadline = asyncio.timeout(2)
            try:
                async with deadline:
                    await dying.deliver_due()
            finally:
                self.carrier.dying = False

        self.run(until_it_dies())

    @rule(seconds=st.sampled_from([1, 16, 59, 61, 301, 600, 1900]))
    def time_goes_by(self, seconds: float) -> None:
        self.clock.move(seconds)

    @rule(text=texts, well=st.booleans())
    def a_receipt_comes(self, text: str, *, well: bool) -> None:
        """For something that truly left; it may be late, early or a repetition."""
        if not self.carrier.taken[text]:
            return
        vonage_id = f"v-{text}-{self.carrier.asked[text]}"

        async def act(tx: Any) -> None:
            if well:
                await outbox.delivered(tx, ANA, text, vonage_id, self.clock())
            else:
                await outbox.confirmed(tx, ANA, text, vonage_id, self.clock())

        self.run(self.db.write(act))
        if well:
            self.carrier.sure.add(text)

    @rule(text=texts)
    def somebody_tries_a_failed_one_again(self, text: str) -> None:
        async def again(tx: Any) -> None:
            await outbox.retry(tx, ANA, text, self.clock())

        if self.told.get(text) == "failed":
            self.run(self.db.write(again))
            self.retried[text] += 1
            self.told[text] = "queued"
            self.carrier.sure.discard(text)  # they asked for it
        else:
            with pytest.raises(Conflict):
                self.run(self.db.write(again))

    @invariant()
    def what_was_told_stays_true(self) -> None:
        shown = {message.id: message for message in self.run(outbox.page(self.db, ANA, 200))}
        assert shown.keys() == set(self.queued), "each text that was queued is there, and no other"
        for id_, message in shown.items():
            before, state = self.told.get(id_, "queued"), message.state
            assert state in _NEXT[before], f"{id_} was told to be {before}, and is {state}"
            if state in ("sent", "delivered"):
                assert self.carrier.taken[id_], "it is said to have left, and never did"
            if state == "delivered":
                assert message.delivered_at is not None
            self.told[id_] = state

    @invariant()
    def nothing_is_sent_again_blindly(self) -> None:
        assert not self.carrier.blind, "a text that was known to have left is sent again"
        for id_, times in self.carrier.taken.items():
            allowed = 2 * (1 + self.retried[id_])
            assert times <= allowed, f"{id_} left {times} times"
            assert times <= 1 + self.retried[id_] or self.carrier.doubts[id_], "a second text without a doubt"


_NEXT = {
    "queued": {"queued", "sent", "delivered", "failed"},
    "sent": {"sent", "delivered"},
    "delivered": {"delivered"},
    "failed": {"failed", "sent", "delivered"},  # a receipt may know better
}
_template = Path()


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A migrated file that each run of the machine gets a copy of."""
    global _template  # noqa: PLW0603 - hypothesis makes the machines, and hands them nothing
    _template = tmp_path_factory.mktemp("outbox") / "template.db"

    async def make() -> None:
        db = await open_database(f"sqlite:///{_template}")
        await migrate(db)
        await db.close()

    asyncio.run(make())


OutboxMachine.TestCase.settings = STEPS
TestOutboxMachine = OutboxMachine.TestCase
