"""Starts the real service over a temporary folder, lets the household move in, and takes everything down again."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import FrameType

from recado.cli.demo.carrier import Carrier
from recado.cli.demo.desk import Desk
from recado.cli.demo.house import RESIDENTS, House
from recado.cli.demo.phones import Phones
from recado.cli.use.failures import Failure
from recado.readings import whole
from recado.server.listening import CannotListen

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR", "TZ")
_STARTS_WITHIN, _STOPS_WITHIN = 30, 20
_PORT = 8080


def demonstrate() -> int:
    """Run until Ctrl+C or SIGTERM; return the exit code.

    The service listens on `PORT`, the phones on the port after it; without `PORT` on 8080 and 8081, or, where they are
    taken, on free ones. No other setting, no `.env` and no account is used. Raises `Failure`, `CannotListen` and
    `SettingsError`.
    """
    for ending in (signal.SIGINT, signal.SIGTERM):  # whoever is started in the background has SIGINT ignored
        signal.signal(ending, _interrupt)
    port, pane_port = _ports(os.environ.get("PORT", ""))
    phones = Phones()
    carrier = Carrier(phones)
    try:
        with TemporaryDirectory(prefix="recado-demo-") as folder, _desk(pane_port, carrier) as desk:
            settings = carrier.settings(f"http://127.0.0.1:{desk.port}") | {"PORT": str(port)}
            with _service(Path(folder), settings) as (process, url):
                carrier.service_url = url
                _open(desk, url)
                return _until_it_ends(process, Path(folder))
    except KeyboardInterrupt:
        return 0
    finally:
        phones.close()
        carrier.close()


def _open(desk: Desk, url: str) -> None:
    """Let the household move in, and say where all is."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    House(url, password, desk.carrier.phones).fill()
    # By this name, so that signing in here leaves alone who is signed in to another recado at 127.0.0.1.
    page = url.replace("127.0.0.1", "localhost")
    residents = [{"name": one.name, "locale": one.locale, "number": one.number} for one in RESIDENTS]
    desk.household = {"page": page, "password": password, "residents": residents}
    lines = (
        "The demonstration is up. All in it is temporary, and gone with Ctrl+C.",
        f"  phones    http://localhost:{desk.port}   texts arrive here; answer them",
        f"  to-dos    {page}   sign in as {', '.join(one.name for one in RESIDENTS)}",
        f"  password  {password}   everybody's",
    )
    print("\n".join(lines), flush=True)


@contextmanager
def _desk(port: int, carrier: Carrier) -> Generator[Desk]:
    try:
        desk = Desk(port, carrier)
    except OSError as error:
        raise CannotListen(f"Port {port}, for the phones, is taken: choose another with PORT.") from error
    Thread(target=desk.serve_forever, daemon=True).start()
    try:
        yield desk
    finally:
        carrier.phones.close()
        desk.shutdown()
        desk.server_close()


@contextmanager
def _service(folder: Path, settings: Mapping[str, str]) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """Run `recado serve` in the folder, where no `.env` is; yield it and its address. Stops it on the way out."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"HOST": "127.0.0.1", "RECADO_DATA": str(folder / "data"), "RECADO_SIGNUP": "open", **settings}
    with (folder / "log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "recado", "serve"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # Ctrl+C is for us: who stops the service is not left to chance
        )
    try:
        yield process, _address(process, folder)
    finally:
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Wait until the service says where it is."""
    for _ in range(_STARTS_WITHIN * 20):
        if found := re.search(r"^recado is at (\S+)$", _log(folder), re.MULTILINE):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise Failure(f"The service did not start: {_last_line(folder)}")


def _until_it_ends(process: subprocess.Popen[bytes], folder: Path) -> int:
    process.wait()
    raise Failure(f"The service ended by itself: {_last_line(folder)}")


def _log(folder: Path) -> str:
    return (folder / "log").read_text("utf-8", "replace")


def _last_line(folder: Path) -> str:
    return (_log(folder).strip().splitlines() or ["it said nothing"])[-1].removeprefix("recado: ")


def _ports(given: str) -> tuple[int, int]:
    """Return the ports of the service and of the phones."""
    if given.strip():
        port = whole("PORT", given.strip(), 0, 65535)
        return port, port + 1 if 0 < port < 65535 else 0
    return (_PORT, _PORT + 1) if _free(_PORT) and _free(_PORT + 1) else (0, 0)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
