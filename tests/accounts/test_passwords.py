"""Which passwords are good enough, and Argon2 in its bounded pool."""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import time

import argon2
import pytest

from recado.accounts.guessing import score
from recado.accounts.passwords import PARAMETERS, Passwords
from recado.errors import Invalid, Unavailable
from tests.accounts.people import OTHER, PASSWORD, quick_passwords

GOOD = {
    "a sentence": "the night train leaves at dawn",
    "fifteen characters": "correct-horse-1",
    "no digits, no capitals": "correct horse battery",
    "the longest": "abcdefgh qrstuvw " * 7 + "xyz tuv 1",
    "any Unicode": "pão quente às seis 🥖",
    "controls and NUL": "a\0b\tc\nd e f g h i j k",
    "many bytes": "𝔘" * 3 + "漢字仮名交じり文の長い合い言葉です",
    "eleven, very hard to guess": "kX9#vQ2m!tz",
    "the name inside a sentence": "what ana.souza saw at sea in winter",
}
BAD = {
    "nine": "kX9漢Q2m!é",
    "fourteen, not very hard to guess": "supersecret202",
    "129 characters": "ab cd ef " * 14 + "xyz",
    "1,025 bytes": "漢" * 341 + "ab",
    "common": "passwordpassword",
    "common and long": "qwertyuiopasdfghjkl",
    "a sequence": "0123456789012345",
    "one character": "a" * 128,
    "common in Portuguese": "minhasenhasegura",
    "the user name": "ana.souza.ana.souza",
    "the user name and a year": "Ana-Souza-2024!",
    "the user name backwards": "azuos.ana azuos",
    "half a character": "a perfectly good one \ud800",
}


@pytest.mark.parametrize("password", GOOD.values(), ids=GOOD.keys())
async def test_a_password_that_is_hard_to_guess_is_accepted(passwords: Passwords, password: str) -> None:
    await passwords.check(password, "ana.souza")


@pytest.mark.parametrize("password", BAD.values(), ids=BAD.keys())
async def test_a_weak_or_overlong_password_is_refused_with_advice(passwords: Passwords, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        await passwords.check(password, "ana.souza", "/new")
    assert refused.value.pointer == "/new"
    assert any(word in refused.value.detail for word in ("Use", "use", "write"))


async def test_a_long_user_name_is_no_password() -> None:
    name = "maximiliano.bartolomeu.figueiredo-de-albuquerque"
    with pytest.raises(Invalid, match="user name"):
        await quick_passwords().check(name, name)


async def test_the_minimum_is_a_setting() -> None:
    strict, loose = quick_passwords(minimum=40), quick_passwords(minimum=10)
    with pytest.raises(Invalid, match="at least 40"):
        await strict.check("supersecretpassword", "ana")
    await strict.check("the night train leaves at dawn", "ana")
    await loose.check("supersecret202", "ana")


def test_judging_the_most_hostile_password_takes_a_moment_only() -> None:
    hostile = "".join(random.Random(1).choices("4@8({[<36901!|7l+$5%2", k=128))  # noqa: S311 - the same each time
    began = time.process_time()
    score("p" * 24 + hostile[:104], "4@8({[<36901")
    assert time.process_time() - began < 0.5


async def test_only_the_right_password_verifies_and_its_hash_is_argon2id() -> None:
    passwords = Passwords()
    stored = await passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(stored, PASSWORD)
    assert not await passwords.verify(stored, PASSWORD + " ")
    assert not await passwords.verify(None, PASSWORD)
    assert not passwords.needs_rehash(stored)


async def test_nothing_is_cut_off(passwords: Passwords) -> None:
    stored = await passwords.hash("é" * 127 + "a")
    assert not await passwords.verify(stored, "é" * 127 + "b")


async def test_a_password_is_the_same_from_every_keyboard(passwords: Passwords) -> None:
    assert await passwords.verify(await passwords.hash("pa\u0303o quente às seis"), "pão quente às seis")


@pytest.mark.parametrize("hopeless", ["", "x" * 100_000, "\ud800", "漢" * 342])
async def test_what_cannot_be_a_password_is_merely_wrong(passwords: Passwords, hopeless: str) -> None:
    assert not await passwords.verify(await passwords.hash(PASSWORD), hopeless)
    assert not await passwords.verify(await passwords.hash(""), hopeless or "x")


async def test_a_hash_with_other_parameters_asks_to_be_made_again(passwords: Passwords) -> None:
    assert Passwords().needs_rehash(await passwords.hash(PASSWORD))


async def test_a_damaged_hash_matches_nothing(passwords: Passwords) -> None:
    assert not await passwords.verify("$argon2id$damaged", PASSWORD)


@pytest.mark.parametrize("hopeless", [False, True])
async def test_a_user_who_does_not_exist_costs_the_same_work(hopeless: bool) -> None:
    passwords = Passwords(threads=1)
    stored = await passwords.hash(PASSWORD)
    tried = "x" * 5000 if hopeless else OTHER

    async def work(password_hash: str | None) -> float:
        began = time.process_time()
        await passwords.verify(password_hash, tried)
        return time.process_time() - began

    pairs = [(await work(stored), await work(None)) for _ in range(9)]
    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert 0.7 < known / unknown < 1.4


async def test_a_full_queue_is_told_at_once() -> None:
    passwords = Passwords(threads=1, queue=2)
    stored = await passwords.hash(PASSWORD)
    results = await asyncio.gather(*(passwords.verify(stored, PASSWORD) for _ in range(5)), return_exceptions=True)
    assert results[:3] == [True, True, True]
    assert all(isinstance(refused, Unavailable) for refused in results[3:])
    assert await passwords.verify(stored, PASSWORD)


async def test_a_caller_who_leaves_frees_the_place() -> None:
    passwords = Passwords(threads=1, queue=0)
    stored = await passwords.hash(PASSWORD)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await passwords.verify(stored, PASSWORD)
    assert await passwords.verify(stored, PASSWORD)


async def test_hashing_runs_beside_the_event_loop() -> None:
    passwords = Passwords()
    ticks = 0
    hashing = asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(4)))
    while not hashing.done():
        ticks += 1
        await asyncio.sleep(0.001)
    assert ticks > 4


def test_the_parameters_are_those_of_the_plan() -> None:
    assert argon2.extract_parameters(argon2.PasswordHasher.from_parameters(PARAMETERS).hash("x")) == PARAMETERS


_RESIDENT = """
import asyncio
from pathlib import Path
from recado.accounts.passwords import Passwords

def resident():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])

async def main():
    passwords = Passwords(threads=4)
    await passwords.check("a long walk along the tagus river", "ana")
    before = resident()
    await asyncio.gather(*(passwords.hash(str(n)) for n in range(12)))
    most = resident()
    for _ in range(100):  # it takes two seconds or so, and longer where others use the processor
        await asyncio.sleep(0.2)
        if resident() - before < 10_000:
            break
    print(most - before, resident() - before)
    passwords.close()

asyncio.run(main())
"""


def test_memory_of_the_hashes_goes_back_to_the_system() -> None:
    """In a process of its own, whose memory nobody else uses."""
    done = subprocess.run([sys.executable, "-c", _RESIDENT], capture_output=True, text=True, timeout=60, check=True)
    most, rest = map(int, done.stdout.split())
    assert most > 30_000, most  # a hash takes 19 MiB; four run at once, two of them where the machine is busy
    assert rest < 10_000, rest  # measured: 0.2 to 0.4 MB; with `malloc_trim` alone it stayed at 78 MB
