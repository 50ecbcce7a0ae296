"""`recado backup` while the service is written to, and `recado restore`: all is back, nothing happens twice."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.db.migrate import migrations
from tests.conftest import SECRETS
from tests.http import stored
from tests.http.people import PASSWORD, Person, kind, somebody, visitor, wait_for
from tests.http.test_events import listening
from tests.running import Service
from tests.servers import Postgres, Redis


@pytest.fixture(params=["embedded", "scaled"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service of its own that may be stopped."""
    settings = dict(SECRETS)
    if request.param == "scaled":
        server: Postgres = request.getfixturevalue("postgres_server")
        cache: Redis = request.getfixturevalue("redis_server")
        settings |= {"DATABASE_URL": asyncio.run(server.new_database()), "REDIS_DSN": cache.url, "RECADO_WORKERS": "2"}
    running = Service(tmp_path, settings)
    try:
        yield running.start()
    finally:
        running.stop()


def backed_up(service: Service, name: str = "backup") -> Path:
    file = service.folder / name
    done = service.run("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "checked" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def restored(service: Service, file: Path, *options: str) -> str:
    done = service.run("restore", str(file), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_a_restored_service_is_as_it_was_and_newer_tokens_are_401_without_an_alarm(service: Service) -> None:
    ana = await somebody(service)
    idle, busy, leaving = [await ana.device() for _ in range(3)]
    kept = await idle.create("kept")
    file = backed_up(service)
    lost = await idle.create("lost")
    for _ in range(3):
        assert (await busy.refresh()).status_code == 201
        await busy.status()
    late = await ana.device()
    assert (await leaving.ask("POST", "/logout")).status_code == 200
    before = await stored.events(service, ana.user_id)
    service.stop()
    restored(service, file)
    service.start()
    assert [todo["title"] for todo in (await idle.ask("GET", "/todo")).json()["items"]] == ["kept"]
    assert (await idle.ask("GET", f"/todo/{lost['id']}")).status_code == 404
    assert (await idle.ask("GET", "/todo?q=kept")).json()["items"][0]["id"] == kept["id"]
    assert (await idle.refresh()).status_code == 201
    for device in (busy, late):
        for _ in range(3):
            answer = await device.client.post("/token/refresh", json={"refresh_token": device.tokens["refresh_token"]})
            assert kind(answer) == (401, "session-ended")
    assert await late.status() == 401
    after = await stored.events(service, ana.user_id)
    assert "reuse" not in after
    assert after == before[: len(after)]
    again = await ana.device()
    created = await again.create("new")
    assert (await again.ask("GET", "/todo?q=new")).json()["items"][0]["id"] == created["id"]


async def test_ending_all_sessions_brings_no_device_back(service: Service) -> None:
    ana = await somebody(service)
    device, leaving = await ana.device(), await ana.device()
    file = backed_up(service)
    assert (await leaving.ask("POST", "/logout")).status_code == 200
    service.stop()
    assert "Sessions ended: 2." in restored(service, file, "--end-sessions")
    service.start()
    for one in (device, leaving):
        assert (await one.refresh()).status_code == 401
    assert (await visitor(service).post("/login", json=ana.credentials)).status_code == 200


async def test_a_copy_taken_under_writes_holds_all_that_was_acknowledged_before_it(service: Service) -> None:
    device = await (await somebody(service)).device()
    acknowledged = list[str]()
    running = True

    async def write() -> None:
        n = 0
        while running:
            acknowledged.append((await device.create(f"t{n}"))["id"])
            n += 1

    writers = [asyncio.create_task(write()) for _ in range(4)]
    await wait_for(lambda: _many(acknowledged, 20))
    must = list(acknowledged)
    file = await asyncio.to_thread(backed_up, service)
    running = False
    await asyncio.gather(*writers)
    assert len(acknowledged) > len(must)
    service.stop()
    restored(service, file)
    found = {row[0] for row in await stored.rows(service, "SELECT id FROM todo")}
    assert found >= set(must)
    assert len(found) <= len(acknowledged)


async def _many(found: list[str], many: int) -> bool:
    return len(found) >= many


async def test_what_was_waiting_to_be_sent_is_given_up_and_never_sent_twice(service: Service) -> None:
    ana = await somebody(service)
    put = """INSERT INTO message
        (user_id, id, kind, recipient, text, state, attempts, doubts, due_at, created_at, channel)
        VALUES ($1, $2, 'created', '+351912000001', 'planted', $3, 0, 0, $4, 1, 'sms')"""
    far = 1 << 52
    async with stored.database(service) as db:
        for n, state in enumerate(("queued", "sending", "unknown")):
            await db.change(put, ana.user_id, f"01936f00-0000-7000-8000-{n:012}", state, far)
    file = backed_up(service)
    service.stop()
    restored(service, file)
    rows = await stored.rows(service, "SELECT state, due_at, error FROM message")
    assert rows == [("failed", None, "A backup was restored: this may have been sent before.")] * 3
    assert "0 queued again" in service.run("messages", "retry", "--failed-within", "9999d").stdout


async def test_a_place_in_the_log_from_before_is_answered_with_a_reset(service: Service) -> None:
    ana = await somebody(service)
    device = await ana.device()
    await device.create("one")
    file = backed_up(service)
    for n in range(3):
        await device.create(f"lost {n}")
    async with listening(service, device) as listener:
        await listener.got("ready")
        place = listener.place
    service.stop()
    restored(service, file)
    service.start()
    for n in range(9):
        await device.create(f"after {n}")
    async with listening(service, device, place) as listener:
        await listener.got("ready")
        assert listener.events[0][0] == "reset"
        place = listener.place
    await device.create("seen")
    async with listening(service, device, place) as listener:
        assert [todo["todo"]["title"] for todo in await listener.got("todo")] == ["seen"]
        assert "reset" not in {name for name, _, _ in listener.events}


async def test_tables_of_others_in_the_same_database_are_neither_copied_nor_touched(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    service = Service(tmp_path, {**SECRETS, "DATABASE_URL": await postgres_server.new_database()})
    assert service.run("migrate").returncode == 0
    async with stored.database(service) as db:
        await db.change("CREATE TABLE neighbour (n BIGINT)")
        await db.change("INSERT INTO neighbour VALUES (1)")
    file = backed_up(service)
    async with stored.database(service) as db:
        await db.change("INSERT INTO neighbour VALUES (2)")
    restored(service, file)
    assert await stored.rows(service, "SELECT n FROM neighbour ORDER BY n") == [(1,), (2,)]
    assert service.run("user", "list").returncode == 0


async def test_restoring_is_refused_while_the_service_runs_and_changes_nothing(service: Service) -> None:
    ana = await somebody(service)
    file = backed_up(service)
    device = await ana.device()
    done = service.run("restore", str(file))
    assert done.returncode == 1
    assert re.search("in use by another recado|still runs", done.stderr)
    assert await device.status() == 200
    for wrong in (file, service.folder / "no" / "folder"):
        done = service.run("backup", str(wrong))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr


async def test_a_damaged_copy_is_refused_before_anything_is_changed(service: Service) -> None:
    device = await (await somebody(service)).device()
    for n in range(30):
        await device.create(f"todo {n} " + "x" * 400)
    file = backed_up(service)
    whole, middle = file.read_bytes(), file.stat().st_size // 2
    flipped = bytes(byte ^ 0xFF for byte in whole[middle : middle + 4096])
    service.stop()
    damages = [
        whole[: len(whole) * 2 // 3],
        whole[:middle] + flipped + whole[middle + 4096 :],
        b"a shopping list",
        None,
    ]
    for number, damage in enumerate(damages):
        wrong = service.folder / f"wrong{number}"
        if damage is not None:
            wrong.write_bytes(damage)
        done = service.run("restore", str(wrong))
        assert done.returncode == 1, (number, done.stdout)
        assert done.stderr.startswith("recado: ")
        assert "Traceback" not in done.stderr
    service.start()
    assert len((await device.ask("GET", "/todo")).json()["items"]) == 30


async def test_a_copy_of_a_newer_program_is_refused_and_of_an_older_one_brought_up_to_date(service: Service) -> None:
    await somebody(service)
    newest = migrations("sqlite")[-1].version
    async with stored.database(service) as db:
        await db.change("INSERT INTO schema_version (version, name) VALUES (9999, 'later')")
        newer = backed_up(service, "newer")
        await db.change("DELETE FROM schema_version WHERE version >= $1", newest)
        if db.engine == "postgres":
            await db.change("DROP FUNCTION session_end_told() CASCADE")
        else:
            await db.change("DROP TRIGGER session_ended")
            await db.change("DROP TRIGGER session_erased")
        await db.change("DROP TABLE session_end")
        await db.change("DROP TABLE signing_key")
        older = backed_up(service, "older")
    service.stop()
    assert "knows" in service.run("restore", str(newer)).stderr
    assert f"{newest:04} " in restored(service, older)
    service.start()
    assert (await visitor(service).get("/readyz")).status_code == 200


async def test_the_database_that_was_there_is_kept_aside(tmp_path: Path) -> None:
    service = Service(tmp_path, SECRETS)
    try:
        service.start()
        ana: Person = await somebody(service)
        file = backed_up(service)
        await (await ana.device()).create("only there")
    finally:
        service.stop()
    printed = restored(service, file)
    aside = re.search(r"kept in (\S+)\.\n", printed)
    assert aside
    with sqlite3.connect(aside[1]) as old:
        assert old.execute("SELECT title FROM todo").fetchall() == [("only there",)]
    (tmp_path / "data/recado.db").write_bytes(b"no database any more" * 999)
    restored(service, file)  # this is what a backup is for
    assert PASSWORD not in file.read_bytes().decode("latin-1")


async def test_the_password_of_the_database_is_on_no_command_line(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" "$PGPASSWORD" > {seen}\nexit 3\n')
    program.chmod(0o755)
    service = Service(tmp_path, {"DATABASE_URL": "postgresql://ana:hun%40ter2@h:1/x"})
    done = service.run("backup", str(tmp_path / "f"), PATH=f"{program.parent}:/usr/bin:/bin")
    assert done.returncode == 1
    arguments, password = seen.read_text().splitlines()
    assert "hun" not in arguments
    assert "postgresql://ana@h:1/x" in arguments
    assert password == "hun@ter2"
    assert not (tmp_path / "f").exists()
    assert not (tmp_path / "f.part").exists()
