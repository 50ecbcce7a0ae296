"""The connection that concurrent commands share, and the addresses it is opened with."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest

from revocable.address import Address, Tls, read_addresses
from revocable.pipeline import ErrorReply, NoAnswer, Pipeline


@pytest.fixture
async def redis(redis_node) -> AsyncIterator[Pipeline]:
    pipeline = Pipeline(Address("127.0.0.1", redis_node.port), 5.0)
    yield pipeline
    await pipeline.aclose()


async def test_everyone_gets_the_answer_to_their_own_question(redis: Pipeline):
    for _ in range(2):  # the first time while it is still connecting
        answers = await asyncio.gather(*(redis("ECHO", f"n{number}") for number in range(500)))
        assert answers == [b"n%d" % number for number in range(500)]


async def test_who_gave_up_waiting_does_not_shift_the_answers(redis: Pipeline):
    await redis("PING")
    tasks = [asyncio.ensure_future(redis("ECHO", str(number))) for number in range(100)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    assert await asyncio.gather(*tasks[1::2]) == [b"%d" % number for number in range(1, 100, 2)]
    assert await redis("ECHO", "last") == b"last"


async def test_a_refusal_reaches_only_who_asked(redis: Pipeline):
    answers = await asyncio.gather(redis("ECHO", "1"), redis("NONSENSE"), redis("ECHO", "2"), return_exceptions=True)
    assert (answers[0], answers[2]) == (b"1", b"2")
    assert isinstance(answers[1], ErrorReply)


async def test_only_so_many_may_wait(redis_node):
    redis = Pipeline(Address("127.0.0.1", redis_node.port), 5.0, most=10)
    await redis("PING")
    answers = await asyncio.gather(*(_ask(redis, number) for number in range(30)), return_exceptions=True)
    assert sum(isinstance(answer, NoAnswer) for answer in answers) == 20
    assert answers[:10] == [b"%d" % number for number in range(10)]
    assert await redis("ECHO", "again") == b"again"
    await redis.aclose()


async def _ask(redis: Pipeline, number: int) -> object:
    return await redis("ECHO", str(number))


async def test_large_and_binary_values_come_through_whole(redis: Pipeline, user: str):
    value = bytes(range(256)) * 2_000
    await redis("SET", user, value, "EX", 5)
    assert await redis("GET", user) == value


async def test_a_connection_that_broke_is_opened_again(redis: Pipeline, redis_node):
    number = await redis("CLIENT", "ID")
    assert isinstance(number, int)
    redis_node.cli("CLIENT", "KILL", "ID", str(number))
    await asyncio.sleep(0.05)
    again = await redis("CLIENT", "ID")
    assert again != number


async def test_after_a_late_answer_the_next_command_gets_its_own(redis_node):
    redis = Pipeline(Address("127.0.0.1", redis_node.port), timeout=0.5)
    await redis("PING")
    with pytest.raises(NoAnswer, match=r"within 0\.5 s"):
        await redis("BLPOP", "nothing-is-ever-here", "0.8")
    assert await redis("ECHO", "mine") == b"mine"
    await redis.aclose()


async def test_a_closed_pipeline_gives_no_answer_to_who_still_waits(redis_node):
    redis = Pipeline(Address("127.0.0.1", redis_node.port), 5.0)
    await redis("PING")
    waiting = asyncio.ensure_future(redis("BLPOP", "nothing-is-ever-here", "1"))
    await asyncio.sleep(0)
    await redis.aclose()
    with pytest.raises(NoAnswer):
        await waiting


@pytest.mark.parametrize(
    ("dsn", "addresses"),
    [
        ("redis.example:6380", [Address("redis.example", 6380)]),
        ("redis.example", [Address("redis.example", 6379)]),
        ("redis://h", [Address("h")]),
        ("redis://:p%40ss@h:1/2", [Address("h", 1, None, "p@ss", 2)]),
        ("redis://ana:p@[::1]:7/0", [Address("::1", 7, "ana", "p")]),
        ("rediss://h", [Address("h", tls=Tls())]),
        ("rediss://h?ssl_ca_certs=/a.pem&ssl_cert_reqs=none", [Address("h", tls=Tls("/a.pem", "none"))]),
        ("a:1, b:2,", [Address("a", 1), Address("b", 2)]),
        ("rediss://u:p@a:1,b:2", [Address("a", 1, "u", "p", 0, Tls()), Address("b", 2, "u", "p", 0, Tls())]),
        ("redis://a:1,redis://:p@b:2", [Address("a", 1), Address("b", 2, None, "p")]),
    ],
)
def test_addresses_are_read(dsn: str, addresses: list[Address]):
    assert read_addresses(dsn) == addresses


@pytest.mark.parametrize(
    "dsn",
    [
        *("", ",", "http://h", "redis://", "redis://:sekrit@", "redis://:sekrit@h:port", "redis://:sekrit@h/x"),
        *("redis://:sekrit@h/-1", "redis://:sekrit@h:99999", "redis://:sekrit@h?x=1", "rediss://h?ssl_cert_reqs=maybe"),
        *("redis://:sekrit@h?ssl_ca_certs", "redis://a/1,b", "unix:///run/redis.sock", "redis://[::1"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_its_password(dsn: str):
    with pytest.raises(ValueError, match="Redis") as refused:
        read_addresses(dsn)
    assert "sekrit" not in str(refused.value)


def test_a_password_is_not_printed():
    [address] = read_addresses("redis://:sekrit@h")
    assert "sekrit" not in f"{address!r} {address}"


def test_certificates_are_checked_unless_told_otherwise():
    assert Tls().context().verify_mode == ssl.CERT_REQUIRED
    assert Tls().context().check_hostname
    assert Tls(verify="none").context().verify_mode == ssl.CERT_NONE
