"""Keys that are replaced while the service runs: nobody is signed out, and no machine serves without one of them."""

from __future__ import annotations

import asyncio
import itertools
import stat
import time
from pathlib import Path

import jwt as pyjwt
import pytest

from recado import keyfile, signing
from recado.keyfile import with_keys
from recado.settings import Settings, SettingsError, load
from revocable import Claims, TokenInvalid, UnknownKey
from tests.conftest import CLIENTS, SECRETS
from tests.http.people import Device, kind, leave, somebody_on, wait_for
from tests.running import Service
from tests.servers import Postgres

DAY = 86400


def settings_of(folder: Path, **given: str) -> Settings:
    return load({"RECADO_DATA": str(folder), **given}, None)


def prepared(folder: Path, **given: str) -> Settings:
    return with_keys(settings_of(folder, **given))


def kid(token: str) -> str:
    return pyjwt.get_unverified_header(token)["kid"]


def test_a_new_key_is_announced_then_signs_and_the_old_one_is_dropped_when_its_last_token_is_over(tmp_path: Path):
    settings = prepared(tmp_path)
    (first,) = [one for one in signing.held(settings, int(time.time())) if one.kind == "refresh"]
    since = signing.rotate(settings, "refresh", 0)
    assert 9 <= since - time.time() <= 10

    def state(now: int) -> list[tuple[bool, bool]]:
        return [
            (one.key.kid == first.key.kid, one.signs) for one in signing.held(settings, now) if one.kind == "refresh"
        ]

    assert state(since - 1) == [(True, True), (False, False)], "announced: it verifies, and does not sign"
    assert state(since) == [(False, True), (True, False)]
    last_token = since + settings.refresh_ttl
    assert state(last_token) == [(False, True), (True, False)]
    assert state(last_token + keyfile.MARGIN) == [(False, True)]


def test_old_access_keys_verify_as_long_as_the_longest_token(tmp_path: Path):
    settings = prepared(tmp_path)
    since = signing.rotate(settings, "access", 365 * DAY)
    old = [one for one in signing.held(settings, since) if one.kind == "access" and not one.signs]
    assert [one.until for one in old] == [since + 365 * DAY + keyfile.MARGIN]


def test_key_files_are_for_their_owner_only_and_begin_with_the_text_for_the_setting(tmp_path: Path):
    settings = prepared(tmp_path)
    for one in signing.KINDS:
        signing.rotate(settings, one, 0)
    for path in tmp_path.glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.glob("*.key")} == {"access.key", "refresh.key", "codes.key"}
    text = (tmp_path / "access.key").read_text().split()[0]
    given = prepared(tmp_path / "elsewhere", ACCESS_SECRET=text)
    newest = keyfile.kept(settings, "access")[0]
    assert signing.held(given, 0)[0].key.kid == signing.name_of(newest)


def test_codes_and_topics_do_not_change_with_the_refresh_key(tmp_path: Path):
    before = with_keys(settings_of(tmp_path)).refresh_secret
    for _ in range(2):
        signing.rotate(settings_of(tmp_path), "refresh", 0)
        assert with_keys(settings_of(tmp_path)).refresh_secret == before


def test_a_key_file_of_before_is_read_as_it_is(tmp_path: Path):
    (tmp_path / "access.key").write_text("an old key with blanks, since=when 0123456789\n")
    (tmp_path / "refresh.key").write_text("k7Qe6vTn4oKj2Bx9Wm5LrYz8Cs3Fd7HgUa-refresh")
    assert with_keys(settings_of(tmp_path)).access_secret == b"an old key with blanks, since=when 0123456789"


@pytest.mark.parametrize("line", ["short", "x" * 40, "k7Qe6vTn4oKj2Bx9Wm5LrYz8Cs3Fd7HgUa alg=none", "", "ã" * 40])
def test_a_damaged_line_stops_the_start(tmp_path: Path, line: str):
    settings = prepared(tmp_path)
    path = tmp_path / "access.key"
    path.write_text(line + "\n" + path.read_text() * (line != ""), "utf-8")
    with pytest.raises(SettingsError, match=r"access.key holds no usable key"):
        signing.tokens(settings)


def test_a_setting_that_asks_for_another_algorithm_announces_a_key_of_it(tmp_path: Path):
    now = int(time.time())
    before = signing.tokens(prepared(tmp_path))
    claims = Claims("1", "s", 0, "j", now, now + 900)
    settings = prepared(tmp_path, RECADO_ACCESS_ALG="ES256")
    signing.follow_algorithm(settings, 0)
    signing.follow_algorithm(settings, 0)
    announced = signing.tokens(settings)
    assert len(announced.access.jwks()["keys"]) == 1, "it stands among the public keys before it signs"
    assert announced.access.current.alg == "HS256"
    later = signing.tokens(settings, now + signing.LEAD["ES256"] + 5)
    assert later.access.current.alg == "ES256"
    assert later.read("access", before.sign_access(claims), now) == claims
    assert before.access.jwks() == {"keys": []}


def test_given_secrets_rotate_by_hand_in_steps_that_sign_nobody_out(tmp_path: Path):
    old, new = SECRETS["ACCESS_SECRET"], "Zc8Vb2Nm6Qw1Er5Ty9Ui3Op7As0Df4Gh-access"
    now = int(time.time())
    claims = Claims("1", "s", 0, "j", now, now + 900)
    steps = [
        {"ACCESS_SECRET": old},
        {"ACCESS_SECRET": old, "ACCESS_SECRET_PREVIOUS": new},
        {"ACCESS_SECRET": new, "ACCESS_SECRET_PREVIOUS": old},
        {"ACCESS_SECRET": new},
    ]
    machines = [signing.tokens(prepared(tmp_path, **step)) for step in steps]
    for one, other in itertools.pairwise(machines):
        assert other.read("access", one.sign_access(claims), now) == claims
        assert one.read("access", other.sign_access(claims), now) == claims
    with pytest.raises(UnknownKey):
        machines[3].read("access", machines[0].sign_access(claims), now)


@pytest.fixture
async def people_leave():
    yield
    await leave()


async def _use(device: Device, until: float, seen: list[int]) -> None:
    """Ask and refresh all the time, as a page would; note every status."""
    while time.time() < until:
        seen.append(await device.status())
        seen.append((await device.refresh()).status_code)


async def test_keys_are_replaced_while_processes_serve_and_nobody_is_signed_out(
    tmp_path: Path, people_leave: None
) -> None:
    """Over one SQLite file two processes serve; each learns by itself of the new keys."""
    service = Service(tmp_path, {"RECADO_WORKERS": "2", "RECADO_ACCESS_ALG": "ES256", **CLIENTS}).start()
    try:
        devices = [await somebody_on(service) for _ in range(4)]
        idle = await somebody_on(service)
        seen = list[int]()
        using = [asyncio.create_task(_use(device, time.time() + 7, seen)) for device in devices]
        done = await asyncio.to_thread(service.run, "keys", "rotate", "--after", "3s")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("is announced, and signs from") == 2
        await asyncio.gather(*using)
        assert set(seen) == {200, 201}, seen
        assert len(seen) > 50
        listed = (await asyncio.to_thread(service.run, "keys", "list")).stdout.splitlines()
        kids = {line.split()[1]: line for line in listed}
        for device in devices:
            assert kids[kid(device.tokens["access_token"])].endswith("signs")
            assert kids[kid(device.tokens["refresh_token"])].endswith("signs")
        for name in ("access_token", "refresh_token"):
            assert "verifies until" in kids[kid(idle.tokens[name])]
        assert await idle.status() == 200
        assert (await idle.refresh()).status_code == 201
        service.restart()
        assert await idle.status() == 200
        await _old_keys_are_dropped_by_running_processes(service, devices[0])
    finally:
        service.stop()


async def _old_keys_are_dropped_by_running_processes(service: Service, device: Device) -> None:
    path = service.folder / "data/access.key"
    before = path.read_text()
    assert (await asyncio.to_thread(service.run, "keys", "rotate", "access", "--after", "0s")).returncode == 0
    await asyncio.sleep(2)
    assert await device.status() == 200
    newest, mine, *_ = path.read_text().splitlines()
    assert mine.split()[0] == before.split()[0]
    old = mine.rpartition(" until=")[0]
    path.write_text(f"{newest}\n{old} until={int(time.time()) + 3}\n")
    assert await device.status() == 200

    async def dropped() -> bool:
        return kind_of(await device.ask("GET", "/me")) == (401, "token-invalid")

    await wait_for(dropped)
    await asyncio.sleep(1.2)
    assert {kind_of(await device.ask("GET", "/me")) for _ in range(20)} == {(401, "token-invalid")}, "in each process"
    assert (await device.refresh()).status_code == 201, "whoever refreshes is still signed in"
    assert await device.status() == 200


def kind_of(answer: object) -> tuple[int, str]:
    status: int = answer.status_code  # type: ignore[attr-defined]
    return (status, "") if status < 400 else kind(answer)  # type: ignore[arg-type]


def test_a_given_secret_is_told_how_to_be_replaced(tmp_path: Path) -> None:
    service = Service(tmp_path, SECRETS)
    done = service.run("keys", "rotate")
    assert done.returncode == 1
    for name in ("ACCESS_SECRET", "REFRESH_SECRET"):
        assert f"The {name.partition('_')[0].lower()} key comes from {name}" in done.stdout
        assert f"{name}_PREVIOUS" in done.stdout
    assert not list((tmp_path / "data").glob("*.key"))
    listed = service.run("keys", "list").stdout
    assert listed.count("signs") == 2
    assert not any(secret in listed for secret in SECRETS.values())


def test_the_key_that_signs_cannot_be_dropped_and_an_old_one_can(tmp_path: Path) -> None:
    service = Service(tmp_path)
    assert service.run("keys", "rotate", "--after", "0s").returncode == 0
    lines = service.run("keys", "list").stdout.splitlines()
    signs, old = ([line.split()[1] for line in lines if ends(line)] for ends in (_signs, lambda line: not _signs(line)))
    assert (len(signs), len(old)) == (2, 2)
    refused = service.run("keys", "drop", signs[0])
    assert (refused.returncode, "put another one in its place first" in refused.stderr) == (1, True)
    assert service.run("keys", "drop", old[0]).returncode == 0
    assert old[0] not in service.run("keys", "list").stdout
    assert service.run("keys", "drop", old[0]).returncode == 1


def _signs(line: str) -> bool:
    return line.endswith("signs")


def test_a_machine_without_a_key_that_another_one_has_refuses_to_start(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    database = {"DATABASE_URL": asyncio.run(postgres_server.new_database())}
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    one, two = Service(tmp_path / "one", database).start(), Service(tmp_path / "two", database)
    try:
        refused = two.run("serve")
        assert refused.returncode == 1
        assert "is missing on this machine" in refused.stderr
        assert "missing here" in two.run("doctor").stdout
        for path in (tmp_path / "one/data").glob("*.key"):
            (tmp_path / "two/data" / path.name).write_text(path.read_text())
        two.start()
        two.stop()
        assert one.run("keys", "rotate", "--after", "1h").returncode == 0
        assert "is missing on this machine" in two.run("serve").stderr, "announced already, and not copied yet"
        assert one.alive()
    finally:
        one.stop()
        two.stop()
    three = Service(tmp_path / "three", database)
    lost = three.run("serve").stderr
    while "recado keys drop" in lost:
        name = lost.partition("`recado keys drop ")[2].partition("`")[0]
        assert three.run("keys", "drop", name).returncode == 0
        lost = "" if _needed(three) == 0 else three.run("serve").stderr
    try:
        assert three.start().alive(), "an operator who lost the keys can go on"
    finally:
        three.stop()


def _needed(service: Service) -> int:
    return service.run("doctor").stdout.count("missing here")


def test_a_token_of_a_stranger_is_refused_though_it_names_our_key(tmp_path: Path) -> None:
    mine, strange = (signing.tokens(prepared(tmp_path / name)) for name in ("mine", "strange"))
    now = int(time.time())
    token = strange.sign_access(Claims("1", "s", 0, "j", now, now + 900))
    with pytest.raises(TokenInvalid):
        mine.read("access", token, now)
