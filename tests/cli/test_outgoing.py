"""What the operator sees of messages, and one real text to try the carrier."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.messages import outbox
from recado.messages.outbox import Kind, NewMessage
from revocable.sessions import microseconds
from tests.cli.test_commands import Operator
from tests.http.people import wait_for
from tests.running import command, environment
from tests.servers import free_port
from tests.vonage.server import KEY, SECRET, StandIn, stand_in

NUMBER = "+351912345678"


@pytest.fixture
def operator(tmp_path: Path, db_url: str) -> Operator:
    return Operator(tmp_path, db_url)


async def stored(
    db: Database, state: str, *, kind: Kind = "created", to: str = NUMBER, price: str | None = None
) -> str:
    """A message that has come so far."""
    message = NewMessage(7, uuid7(microseconds), kind, to, "buy bread", microseconds())

    async def put(tx: Tx) -> None:
        outbox.put(tx, message)
        sent = microseconds() if state in ("sent", "delivered") else None
        await tx.change(
            "UPDATE message SET state = $2, due_at = NULL, sent_at = $3, price = $4, currency = $5, error = $6 "
            "WHERE id = $1",
            message.id,
            state,
            sent,
            price,
            price and "EUR",
            "Vonage refused it (422)." if state == "failed" else None,
        )

    await db.write(put)
    return message.id


async def test_messages_are_listed_without_what_they_say(operator: Operator, db: Database) -> None:
    sent, failed = await stored(db, "sent"), await stored(db, "failed", to="ana@example.org")
    printed = operator.run("messages", "list")
    assert printed.index(failed) < printed.index(sent)
    assert "+35********78" in printed
    assert "a***@example.org  Vonage refused it (422)." in printed
    assert "bread" not in printed
    assert sent not in operator.run("messages", "list", "--state", "failed")
    assert failed not in operator.run("messages", "list", "--channel", "sms")
    operator.run("messages", "list", "--state", "lost", code=2)


async def test_failed_messages_are_sent_again(operator: Operator, db: Database) -> None:
    one, other, code = await stored(db, "failed"), await stored(db, "failed"), await stored(db, "failed", kind="reset")
    assert operator.run("messages", "retry", one) == "1 queued again.\n"
    assert "Only a message that failed" in operator.run("messages", "retry", one, code=1)
    assert "There is no message" in operator.run("messages", "retry", "nothing", code=1)
    assert "A code is not sent again" in operator.run("messages", "retry", code, code=1)
    assert operator.run("messages", "retry", "--failed-within", "1h") == "1 queued again.\n"
    assert "not both" in operator.run("messages", "retry", code=1)
    found = await db.all("SELECT id FROM message WHERE state = 'queued'")
    assert {row[0] for row in found} == {one, other}


async def test_what_may_have_arrived_and_what_had_its_moment_is_not_among_what_failed_within_a_time(
    operator: Operator, db: Database
) -> None:
    surely, doubtful = await stored(db, "failed"), await stored(db, "failed")
    moments = [await stored(db, "failed", kind=kind) for kind in ("answer", "digest")]
    old = await stored(db, "failed")
    await db.change("UPDATE message SET doubts = 1 WHERE id = $1", doubtful)
    await db.change("UPDATE message SET created_at = created_at - 7200000000 WHERE id = $1", old)
    assert operator.run("messages", "retry", "--failed-within", "1h") == "1 queued again.\n"
    assert await _queued(db) == {surely}
    assert operator.run("messages", "retry", doubtful, moments[1]) == "2 queued again.\n"  # by their ids they are
    assert await _queued(db) == {surely, doubtful, moments[1]}


async def _queued(db: Database) -> set[str]:
    return {row[0] for row in await db.all("SELECT id FROM message WHERE state = 'queued'")}


async def test_states_and_costs_are_counted(operator: Operator, db: Database) -> None:
    for price in ("0.0333", "0.0333", "0.1", None):
        await stored(db, "delivered", price=price)
    await stored(db, "failed", to="ana@example.org")
    printed = operator.run("messages", "stats")
    lines = [line.split() for line in printed.splitlines()]
    assert ["sms", "0", "0", "4", "0"] in lines
    assert ["email", "0", "0", "0", "1"] in lines
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert [today, "sms", "3", "3", "0.1666", "EUR"] in lines
    assert [today, "sms", "1", "0", "unknown"] in lines


def carried(vonage: StandIn) -> dict[str, str]:
    return {
        "NEXMO_API_KEY": KEY,
        "NEXMO_API_SECRET": SECRET,
        "VONAGE_FROM": "14155550100",
        "VONAGE_URL": vonage.url,
    }


async def test_the_doctor_sends_one_text_and_waits_for_its_receipt(operator: Operator, db: Database) -> None:
    with stand_in() as vonage:
        doctor = subprocess.Popen(  # noqa: ASYNC220  (the test has nothing else to do meanwhile)
            command("doctor", "--send", "+351 912 345 678", "--wait", "20"),
            cwd=operator.folder,
            env=environment(operator.settings | carried(vonage)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert doctor.stdout
        try:
            seen = ""
            while "sent" not in seen.splitlines()[-1:] and not seen.rstrip().endswith(" sent"):
                line = doctor.stdout.readline()
                assert line, seen
                seen += line
            await db.change("UPDATE message SET state = 'delivered', price = '0.03', currency = 'EUR'")
            rest, _ = doctor.communicate(timeout=20)
        finally:
            doctor.kill()
            doctor.communicate()
        assert "delivered, for 0.03 EUR" in rest
        assert doctor.returncode == 0
        assert NUMBER not in seen
        assert [request["to"] for request in vonage.requests] == [NUMBER.removeprefix("+")]


@pytest.mark.parametrize(
    ("answer", "told"), [("422", "failed: Vonage refused it (422)"), ("401", "Vonage answered 401")]
)
def test_the_doctor_tells_why_a_text_did_not_go(operator: Operator, answer: str, told: str) -> None:
    with stand_in() as vonage:
        vonage.script(always=answer)
        printed = operator.run("doctor", "--send", NUMBER, "--wait", "5", code=1, **carried(vonage))
    assert told in printed


def test_the_doctor_says_when_no_receipt_came(operator: Operator) -> None:
    with stand_in() as vonage:
        printed = operator.run("doctor", "--send", NUMBER, "--wait", "2", **carried(vonage))
    assert "no receipt came in time" in printed


def test_the_doctor_sends_nothing_without_a_carrier_or_to_no_number(operator: Operator) -> None:
    assert "there is no carrier" in operator.run("doctor", "--send", NUMBER, code=1)
    assert "Give a phone number" in operator.run("doctor", "--send", "0800", code=1)


@contextmanager
def delivering(operator: Operator, **more: str) -> Iterator[None]:
    """`recado deliver`, until a signal ends it well."""
    process = subprocess.Popen(command("deliver"), cwd=operator.folder, env=environment(operator.settings | more))
    try:
        yield
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


async def metrics(port: int, *wanted: str) -> str:
    """Ask the operations port until it tells all of that, and return what it tells."""
    told = ""

    async def there() -> bool:
        nonlocal told
        with suppress(httpx2.TransportError):
            told = (await client.get("/metrics")).text
        return all(line in told for line in wanted)

    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        await wait_for(there, 15)
    return told


async def test_a_delivery_worker_of_its_own_tells_states_costs_and_a_stop(operator: Operator, db: Database) -> None:
    for price in ("0.03", "0.04"):
        await stored(db, "delivered", price=price)
    port = free_port()
    with stand_in() as vonage:
        vonage.script(always="402")
        with delivering(operator, RECADO_OPS_PORT=str(port), **carried(vonage)):
            told = await metrics(port, 'recado_channel_stopped{channel="sms"} 0.0')
            assert 'recado_messages{channel="sms",state="delivered"} 2.0' in told
            assert 'recado_messages_cost_today{channel="sms",currency="EUR"} 0.07' in told
            await queued(db)
            told = await metrics(port, 'recado_channel_stopped{channel="sms"} 1.0')
            assert 'recado_message_attempts_total{channel="sms",outcome="halt"} 1.0' in told
            assert 'recado_messages{channel="sms",state="queued"} 1.0' in told
            assert 'recado_store_up{store="sql"} 1.0' in told
            assert NUMBER not in told


async def test_a_delivery_worker_whose_port_is_taken_delivers_all_the_same(operator: Operator, db: Database) -> None:
    await queued(db)
    with stand_in() as vonage, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with delivering(operator, RECADO_OPS_PORT=port, **carried(vonage)):

            async def sent() -> bool:
                return len(vonage.requests) == 1

            await wait_for(sent, 15)


async def queued(db: Database) -> None:
    """A message that goes to its one address, whoever has it."""

    async def put(tx: Tx) -> None:
        outbox.put(tx, NewMessage(7, uuid7(microseconds), "test", NUMBER, "a try", microseconds()))

    await db.write(put)
