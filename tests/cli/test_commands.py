"""The commands of the operator, run as people run them, over each kind of database."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from recado.accounts import accounts, resets
from recado.accounts.passwords import Passwords
from recado.db import Database, Tx, open_database
from recado.db.ids import uuid7
from recado.messages import outbox
from recado.messages.outbox import NewMessage
from revocable.sessions import microseconds
from tests.conftest import SECRETS
from tests.running import command, environment

PASSWORD = "correct horse battery staple"


class Operator:
    """Runs `recado` in one folder over one database."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.settings = {"DATABASE_URL": database, "RECADO_DATA": str(folder / "data"), **SECRETS}

    def run(self, *arguments: str, stdin: str = "", code: int = 0, **more: str) -> str:
        """Run one command; return what it printed, on both channels."""
        done = subprocess.run(
            command(*arguments),
            cwd=self.folder,
            env=environment(self.settings | more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == code, printed
        assert "Traceback" not in printed
        return printed


@pytest.fixture
def operator(tmp_path: Path, db_url: str) -> Operator:
    return Operator(tmp_path, db_url)


def test_the_first_account_made_is_the_operators(operator: Operator) -> None:
    assert "user 1, the operator" in operator.run("user", "add", "Ana", stdin=PASSWORD)
    assert "is user 2." in operator.run("user", "add", "bia", "--locale", "pt-BR", stdin=PASSWORD)
    listed = operator.run("user", "list")
    assert re.search(r"1\s+Ana\s+\d{4}-\d\d-\d\d\s+never\s+operator", listed)
    assert re.search(r"2\s+bia", listed)


def test_a_name_is_given_once(operator: Operator) -> None:
    operator.run("user", "add", "ana", stdin=PASSWORD)
    assert "taken" in operator.run("user", "add", "ANA", stdin=PASSWORD, code=1)


def test_a_weak_password_is_refused(operator: Operator) -> None:
    operator.run("user", "add", "ana", stdin="short", code=1)
    operator.run("user", "add", "ana", stdin="", code=1)


def test_who_is_disabled_is_listed_as_such_until_enabled(operator: Operator) -> None:
    operator.run("user", "add", "ana", stdin=PASSWORD)
    assert "ana is out" in operator.run("user", "disable", "ana")
    assert "disabled" in operator.run("user", "list")
    operator.run("user", "enable", "ana")
    assert "disabled" not in operator.run("user", "list")


@pytest.mark.parametrize("what", ["disable", "enable", "reset"])
def test_somebody_who_is_not_there_is_one_sentence(operator: Operator, what: str) -> None:
    assert operator.run("user", what, "nobody", code=1) == "recado: There is no user 'nobody'.\n"


async def test_a_reset_prints_a_link_whose_code_sets_a_new_password(operator: Operator, db_url: str) -> None:
    operator.run("user", "add", "ana", stdin=PASSWORD)
    printed = operator.run("user", "reset", "ana", RECADO_PUBLIC_URL="https://todo.example")
    link = re.search(r"https://todo\.example/app/reset#(\S+)", printed)
    body = json.loads(printed.rpartition("-d '")[2].rstrip("'\n"))
    assert link
    assert link[1] == body["code"]

    async def nothing(_tx: Tx, user_id: int) -> int:
        return user_id

    db = await open_database(db_url)
    passwords = Passwords(threads=1)
    try:
        now = 4_000_000_000_000_000  # far too late
        with pytest.raises(Exception, match="no longer"):
            await resets.redeem_reset(db, passwords, link[1], f"{PASSWORD} 2", address="", now=now, then=nothing)
        assert await resets.redeem_reset(db, passwords, link[1], f"{PASSWORD} 2", address="", now=1, then=nothing) == 1
    finally:
        passwords.close()
        await db.close()


async def test_an_invite_lets_one_person_in(operator: Operator, db: Database) -> None:
    printed = operator.run("user", "invite")
    code = json.loads(printed.rpartition("-d '")[2].rstrip("'\n"))["invite"]
    passwords = Passwords(threads=1)

    async def nothing(_tx: Tx, _user_id: int) -> None:
        return

    async def come(name: str) -> None:
        await accounts.sign_up(
            db, passwords, username=name, password=PASSWORD, policy="invite", invite=code, now=1, then=nothing
        )

    try:
        await come("ana")
        with pytest.raises(Exception, match="invitation"):
            await come("bia")
    finally:
        passwords.close()


def test_migrating_twice_does_nothing_the_second_time(operator: Operator) -> None:
    assert "is up to date" in operator.run("migrate")
    assert operator.run("migrate").count("\n") == 1


async def test_delivering_alone_sends_what_waits_until_a_signal(operator: Operator, db: Database) -> None:
    text = NewMessage(1, uuid7(microseconds), "phone_code", "+5511987654321", "Olá", microseconds())

    async def queue(tx: Tx) -> None:
        outbox.put(tx, text)

    await db.write(queue)
    process = subprocess.Popen(  # noqa: ASYNC220  (the test has nothing else to do meanwhile)
        command("deliver"),
        cwd=operator.folder,
        env=environment(operator.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        seen = ""
        while "Olá" not in seen:
            line = process.stdout.readline()
            assert line, seen
            seen += line
        assert "987654321" not in seen
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()
    (message,) = await outbox.page(db, 1, 10)
    assert message.state == "sent"


def test_the_doctor_finds_nothing_wrong(operator: Operator) -> None:
    printed = operator.run("doctor")
    assert "ok    database" in printed
    assert "WRONG" not in printed


async def test_the_doctor_compares_the_versions_of_database_and_program(operator: Operator) -> None:
    assert re.search(r"at version (\d+), this program's at \1", operator.run("doctor"))
    db = await open_database(operator.settings["DATABASE_URL"])
    try:
        await db.change("INSERT INTO schema_version (version, name) VALUES ($1, $2)", 9999, "later")
        assert "older than the database" in operator.run("doctor", code=1)
        await db.change("DELETE FROM schema_version WHERE version >= $1", 3)
        assert "Run `recado migrate`" in operator.run("doctor", code=1)
    finally:
        await db.close()


def test_the_doctor_names_a_misspelt_setting(operator: Operator) -> None:
    assert "Did you mean RECADO_SIGNUP?" in operator.run("doctor", RECADO_SINGUP="open")


def test_the_doctor_leaves_alone_what_is_for_people(operator: Operator) -> None:
    assert "RECADO_PROFILE" not in operator.run("doctor", RECADO_PROFILE="work")


def test_the_doctor_tells_a_wrong_setting_with_exit_code_2(operator: Operator) -> None:
    assert "WRONG settings" in operator.run("doctor", PORT="x", code=2)


def test_the_doctor_tells_a_database_and_a_redis_that_do_not_answer(operator: Operator) -> None:
    printed = operator.run(
        "doctor",
        code=1,
        DATABASE_URL="postgresql://ana:hunter2@127.0.0.1:1/x",
        REDIS_DSN="redis://:hunter2@127.0.0.1:1",
    )
    assert "WRONG database" in printed
    assert "WRONG redis" in printed
    assert "hunter2" not in printed


def test_the_doctor_looks_after_the_keys(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "access.key").write_text("short")
    operator = Operator(tmp_path, "")
    del operator.settings["ACCESS_SECRET"]
    assert "access.key holds no usable key" in operator.run("doctor", code=1)
    (data / "access.key").write_text("k" * 8 + "0123456789abcdef" * 3)
    (data / "access.key").chmod(0o644)
    assert "chmod 600" in operator.run("doctor", code=1)
    (data / "access.key").chmod(0o600)
    operator.run("doctor")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["serve", "--help"], ["deliver", "--help"], ["user", "--help"], ["user", "add", "--help"]]
)
def test_every_help_tells_the_exit_codes(tmp_path: Path, arguments: list[str]) -> None:
    assert "Exit codes: 0 done" in Operator(tmp_path, "").run(*arguments)


@pytest.mark.parametrize("arguments", [["dance"], ["user", "add"], ["serve", "--fast"], ["user", "list", "ana"]])
def test_wrong_usage_has_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    Operator(tmp_path, "").run(*arguments, code=2)


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", Operator(tmp_path, "").run("--version"))


async def test_who_is_erased_leaves_nothing_and_their_name_is_free_again(operator: Operator, db: Database) -> None:
    operator.run("user", "add", "ana", stdin=PASSWORD)
    operator.run("user", "add", "bia", stdin=PASSWORD)
    text = NewMessage(2, uuid7(microseconds), "created", "+5511987654321", "planted", microseconds())

    async def queue(tx: Tx) -> None:
        outbox.put(tx, text)

    await db.write(queue)
    assert "another name" in operator.run("user", "erase", "bia", stdin="ana\n", code=1)
    assert "bia" in operator.run("user", "list")
    assert "bia is erased" in operator.run("user", "erase", "bia", stdin="bia\n")
    assert "bia" not in operator.run("user", "list")
    for table in ("message", "list", "list_member", "security_event"):
        column = "owner_id" if table == "list" else "user_id"
        assert await db.all(f"SELECT * FROM {table} WHERE {column} = 2") == []
    assert operator.run("user", "erase", "bia", "--yes", code=1) == "recado: There is no user 'bia'.\n"
    assert "is user 3." in operator.run("user", "add", "bia", stdin=PASSWORD)


def test_events_are_listed_newest_first_and_by_kind(operator: Operator) -> None:
    operator.run("user", "add", "ana", stdin=PASSWORD)
    operator.run("user", "disable", "ana")
    operator.run("user", "enable", "ana")
    listed = operator.run("events").splitlines()
    assert [line.split()[2] for line in listed[1:]] == ["enabled", "disabled"]
    assert all("ana" in line for line in listed[1:])
    assert len(operator.run("events", "--kind", "disabled").splitlines()) == 2
    assert len(operator.run("events", "--limit", "1").splitlines()) == 2
