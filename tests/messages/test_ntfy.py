"""Pushes over a real HTTP server: where they go, and what each answer means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recado.messages.channel import Failed, Halt, Outcome, Outgoing, Retry, Sent, Throttled, Unknown
from recado.messages.ntfy import Ntfy
from tests.servers import free_port
from tests.ways.ntfy import NtfyServer, ntfy_server

PUSH = Outgoing("01936f00-0000-7000-8000-000000000001", "recado-a-topic", "Reminder: pão (15:00)")


@pytest.fixture
def ntfy() -> Iterator[NtfyServer]:
    with ntfy_server() as running:
        yield running


async def sent(ntfy: NtfyServer, url: str | None = None, push: Outgoing = PUSH) -> Outcome:
    channel = Ntfy(url or ntfy.url, read_seconds=0.5)
    try:
        return await channel.send(push)
    finally:
        await channel.close()


async def test_a_push_goes_to_its_topic(ntfy: NtfyServer) -> None:
    assert await sent(ntfy) == Sent(None)
    assert ntfy.took == [("recado-a-topic", "Reminder: pão (15:00)", None)]


@pytest.mark.parametrize(("login", "header"), [(":tk_secret@", "Bearer tk_secret"), ("ana:pw@", "Basic YW5hOnB3")])
async def test_the_server_is_signed_in_to(ntfy: NtfyServer, login: str, header: str) -> None:
    assert await sent(ntfy, ntfy.url.replace("http://", f"http://{login}")) == Sent(None)
    assert ntfy.took[0][2] == header


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("429", Throttled(20)),
        ("503", Retry),
        ("403", Failed),
        ("400", Failed),
        ("401", Halt),
        ("404", Halt),
        ("302", Halt),
        ("500", Unknown),
        ("hang", Unknown),
        ("hang_up", Unknown),
    ],
)
async def test_what_an_answer_means(ntfy: NtfyServer, answer: str, expected: Outcome | type[Outcome]) -> None:
    ntfy.script(answer)
    outcome = await sent(ntfy)
    assert isinstance(outcome, expected) if isinstance(expected, type) else outcome == expected


async def test_no_server_is_tried_again(ntfy: NtfyServer) -> None:
    assert isinstance(await sent(ntfy, f"http://127.0.0.1:{free_port()}"), Retry)


async def test_a_topic_whose_key_is_gone_gets_nothing(ntfy: NtfyServer) -> None:
    assert isinstance(await sent(ntfy, push=Outgoing(PUSH.id, "", "x")), Failed)
    assert ntfy.took == []


async def test_a_long_text_is_cut_between_characters(ntfy: NtfyServer) -> None:
    assert await sent(ntfy, push=Outgoing(PUSH.id, PUSH.recipient, "ã" * 5000)) == Sent(None)
    assert set(ntfy.took[0][1]) <= {"ã", "…"}
    assert len(ntfy.took[0][1].encode()) <= 3500
