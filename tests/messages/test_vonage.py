from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from recado.messages.channel import Failed, Halt, Outcome, Outgoing, Retry, Sent, Throttled, Unknown
from recado.messages.vonage import Vonage, judge
from tests.messages.workers import ANAS_NUMBER
from tests.messages.workers import vonage as channel_to
from tests.servers import free_port
from tests.vonage.server import KEY, SECRET, StandIn

TEXT = Outgoing("0190a1b2-0000-7000-8000-000000000001", ANAS_NUMBER, "Olá, a todo was created ✓")


async def test_a_text_is_sent_as_the_api_demands(server: StandIn, channel: Vonage) -> None:
    outcome = await channel.send(TEXT)
    assert isinstance(outcome, Sent)
    assert outcome.vonage_id
    (request,) = server.requests
    assert request["authorized"]
    assert request["unmet"] == []
    assert request["body"] == {
        "message_type": "text",
        "channel": "sms",
        "to": "5511987654321",
        "from": "14155550100",
        "text": "Olá, a todo was created ✓",
        "client_ref": TEXT.id,
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("400", Failed),
        ("401", Halt),
        ("402", Halt),
        ("403", Halt),
        ("404", Halt),
        ("422", Failed),
        ("429", Throttled),
        ("500", Unknown),
        ("502", Unknown),
        ("503", Retry),
        ("504", Unknown),
        ("301", Halt),
        ("200", Unknown),
        ("408", Unknown),
        ("413", Failed),
        ("garbage", Unknown),
        ("hang", Unknown),
        ("hang_up", Unknown),
    ],
)
async def test_each_answer_means_what_the_policy_says(
    server: StandIn, channel: Vonage, answer: str, kind: type[Outcome]
) -> None:
    server.script(answer)
    assert isinstance(await channel.send(TEXT), kind)
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", ["huge", "broken"])
async def test_an_acceptance_whose_body_cannot_be_read_is_still_one(
    server: StandIn, channel: Vonage, answer: str
) -> None:
    server.script(answer)
    assert await channel.send(TEXT) == Sent(None)


async def test_an_answer_of_ten_megabytes_is_not_read(server: StandIn, channel: Vonage) -> None:
    import tracemalloc  # noqa: PLC0415  (tracing is for this test only)

    await channel.send(TEXT)
    server.script("huge")
    tracemalloc.start()
    try:
        # The stand-in makes its 10 MB in this process, as one block; reading it would make a second.
        await channel.send(TEXT)
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


async def test_nobody_listening_is_worth_another_try() -> None:
    channel = Vonage(f"http://127.0.0.1:{free_port()}", KEY, SECRET, "recado")
    assert isinstance(await channel.send(TEXT), Retry)


async def test_a_host_that_swallows_connections_is_given_up_after_the_connect_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fill = [socket.socket() for _ in range(4)]
        for one in fill:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        channel = Vonage(f"http://127.0.0.1:{full.getsockname()[1]}", KEY, SECRET, "recado", connect_seconds=0.3)
        before = time.monotonic()
        outcome = await channel.send(TEXT)
        for one in fill:
            one.close()
    assert isinstance(outcome, Retry)
    assert time.monotonic() - before < 2


async def test_an_answer_that_drips_in_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener,), daemon=True).start()
        channel = Vonage(
            f"http://127.0.0.1:{listener.getsockname()[1]}", KEY, SECRET, "x", connect_seconds=0.2, read_seconds=0.5
        )
        before = time.monotonic()
        outcome = await channel.send(TEXT)
    assert isinstance(outcome, Unknown)
    assert time.monotonic() - before < 2.5


def _drip(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        for byte in b"HTTP/1.1 202 Accepted\r\nX-Slow: " + b"a" * 100:
            time.sleep(0.1)
            try:
                connection.send(bytes([byte]))
            except OSError:
                return


async def test_redirects_are_not_followed(server: StandIn, channel: Vonage) -> None:
    server.script({"answer": "307", "location": f"{server.url}/v1/messages"})
    outcome = await channel.send(TEXT)
    assert isinstance(outcome, Halt)
    assert "VONAGE_URL" in outcome.reason
    assert len(server.requests) == 1


async def test_the_environments_proxy_is_not_used(
    server: StandIn, channel: Vonage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert isinstance(await channel.send(TEXT), Sent)


@pytest.mark.parametrize(("key", "secret"), [("other", SECRET), (KEY, "other")])
async def test_wrong_credentials_stop_the_channel(server: StandIn, key: str, secret: str) -> None:
    outcome = await channel_to(server, key=key, secret=secret).send(TEXT)
    assert isinstance(outcome, Halt)
    assert "401" in outcome.reason


async def test_what_the_api_would_refuse_is_refused_with_the_reason(server: StandIn, channel: Vonage) -> None:
    outcome = await channel.send(Outgoing("id", "+55", "text"))
    assert isinstance(outcome, Failed)
    assert "422" in outcome.reason
    assert "Invalid params" in outcome.reason
    assert "to " in outcome.reason


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("7", 7), ("0", 1), ("999999999999", 3600), (None, 10), ("soon", 10), ("-3", 10), ("", 10), ("²", 10)],
)
def test_retry_after_is_read_within_reason(given: str | None, seconds: int) -> None:
    assert judge(429, given, b"") == Throttled(seconds)


def test_retry_after_may_be_a_date() -> None:
    outcome = judge(429, time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60)), b"")
    assert isinstance(outcome, Throttled)
    assert 57 <= outcome.retry_after <= 61


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"title": 7}', b"\xff", b"[" * 60_000, b'{"title": "x"'])
def test_a_strange_problem_is_still_a_refusal(body: bytes) -> None:
    assert judge(422, None, body) == Failed("Vonage refused it (422).")
    assert judge(202, None, body) == Sent(None)


def test_a_reason_holds_no_number_and_no_second_line() -> None:
    outcome = judge(422, None, b'{"title": "No\\r\\nway", "detail": "5511987654321 is wrong \\u001b[2J"}')
    assert outcome == Failed("Vonage refused it (422). No way. ******* is wrong [2J")


@pytest.mark.parametrize("answer", ["202", "401", "422", "garbage", "hang_up"])
async def test_no_log_at_any_level_holds_credentials_or_the_number(
    server: StandIn, channel: Vonage, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        server.script(answer)
        outcome = await channel.send(TEXT)
    import base64  # noqa: PLC0415  (only to know what to look for)

    said = " ".join(f"{record.getMessage()} {record.args}" for record in caplog.records) + repr(
        (outcome, TEXT, channel)
    )
    basic = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert not [secret for secret in (SECRET, KEY, basic, ANAS_NUMBER[1:], TEXT.text) if secret in said]
    assert "POST" in said  # something was logged at all


async def test_many_texts_travel_at_once(server: StandIn, channel: Vonage) -> None:
    server.script(always={"answer": "202", "delay": 0.2})
    before = time.monotonic()
    outcomes = await asyncio.gather(*(channel.send(TEXT) for _ in range(32)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert time.monotonic() - before < 3


def test_a_start_does_not_load_the_http_client() -> None:
    script = """if True:
        import sys
        from recado.messages import console, delivery, vonage
        vonage.Vonage("https://api.nexmo.com", "key", "secret", "recado")
        sys.exit("httpx2" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_workers_of_one_key_share_a_gate_and_its_name_does_not_tell_the_key() -> None:
    def name(key: str, **rest: Any) -> str:
        return Vonage("https://api.nexmo.com", key, "secret", "recado", **rest).name

    assert name("abcd1234") == name("abcd1234") != name("abcd1235")
    assert "abcd1234" not in name("abcd1234")
