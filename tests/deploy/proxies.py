"""nginx and Caddy from Debian's packages, with what deploy/ holds for them, on free ports and with a certificate."""

from __future__ import annotations

import os
import re
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx2
import pytest

from tests.servers import free_port, wait_until

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
NAME = "todo.example"
Kind = Literal["nginx", "caddy"]


@dataclass
class Proxy:
    """A proxy in front of one or several services on this machine, which it calls by their ports."""

    kind: Kind
    folder: Path
    upstreams: Sequence[int]
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def trust(self) -> ssl.SSLContext:
        """Trusts this proxy's certificate, and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def client(self, address: str) -> httpx2.Client:
        """A browser-like client that asks for the name, whatever the port; it comes from its own address."""
        transport = httpx2.HTTPTransport(verify=self.trust, local_address=address)
        asked = {"Host": NAME, "Sec-Fetch-Site": "same-origin"}
        return _Named(transport=transport, base_url=f"https://127.0.0.1:{self.port}", headers=asked, timeout=15)

    def start(self) -> None:
        make_certificate(self.folder)
        command = self._nginx() if self.kind == "nginx" else self._caddy()
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        wait_until(self._answers, self.kind, self.process, log, 20)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)

    def _answers(self) -> bool:
        try:
            with self.client("127.0.0.1") as client:
                return client.get("/healthz").status_code == 200
        except httpx2.TransportError:
            return False

    def _environment(self) -> dict[str, str]:
        to = " ".join(f"127.0.0.1:{port}" for port in self.upstreams)
        own = {"RECADO_HOST": f"{NAME}:{self.port}", "RECADO_UPSTREAMS": to, "HOME": str(self.folder)}
        return own | {
            "PATH": os.environ["PATH"],
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
        }

    def _caddy(self) -> list[str]:
        """The file as it is, but for the ports and the certificate, which would come from Let's Encrypt."""
        text = (DEPLOY / "Caddyfile").read_text("utf-8")
        own = f"tls {self.certificate} {self.folder / 'key.pem'}"
        text = replaced(text, r"^(\{\$RECADO_HOST.*\{\n)", rf"\1\t{own}\n")
        head = f"{{\n\tadmin off\n\thttp_port {self.plain_port}\n\thttps_port {self.port}\n}}\n"
        (self.folder / "Caddyfile").write_text(head + text, "utf-8")
        return [needed("caddy"), "run", "--config", str(self.folder / "Caddyfile"), "--adapter", "caddyfile"]

    def _nginx(self) -> list[str]:
        text = (DEPLOY / "nginx.conf").read_text("utf-8")
        server = r"^    server 127\.0\.0\.1:8080( .*;\n)"
        text = replaced(text, server, "".join(rf"    server 127.0.0.1:{port}\1" for port in self.upstreams))
        text = replaced(text, r"listen( \[::\]:| )80;", rf"listen\g<1>{self.plain_port};")
        text = replaced(text, r"listen( \[::\]:| )443 ", rf"listen\g<1>{self.port} ")
        text = replaced(text, r"/etc/letsencrypt/live/todo\.example/fullchain\.pem", str(self.certificate))
        text = replaced(text, r"/etc/letsencrypt/live/todo\.example/privkey\.pem", str(self.folder / "key.pem"))
        paths = "".join(
            f"    {name}_temp_path {self.folder};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = (
            f"daemon off;\npid {self.folder}/pid;\nerror_log stderr;\nevents {{}}\n"
            f"http {{\n    access_log off;\n{paths}\n{text}}}\n"
        )
        if os.geteuid() == 0:
            whole = "user root;\n" + whole  # the folder of a test is its owner's
        (self.folder / "nginx.conf").write_text(whole, "utf-8")
        return [needed("nginx"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]


class _Named(httpx2.Client):
    """Connects by address, and asks TLS for the name."""

    def build_request(self, *args: object, **options: object) -> httpx2.Request:
        given = options.get("extensions") or {}
        options["extensions"] = {**given, "sni_hostname": NAME}  # type: ignore[dict-item]
        return super().build_request(*args, **options)  # type: ignore[arg-type]


@contextmanager
def in_front_of(kind: Kind, folder: Path, upstreams: Sequence[int]) -> Iterator[Proxy]:
    """A running proxy for the length of the block; the test is skipped where it cannot be installed."""
    needed(kind)
    folder.mkdir()
    proxy = Proxy(kind, folder, upstreams)
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.stop()


def needed(program: str) -> str:
    """Return where a program is. Without it the test is skipped, with the command that installs it."""
    path = os.environ["PATH"] + ":/usr/sbin"
    found = shutil.which(program, path=path)
    if found is None:
        pytest.skip(f"{program} is not installed: sudo sh .ci/tools {program}")
    return found


def make_certificate(folder: Path) -> None:
    """Make a certificate for the name, signed by itself."""
    subject = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2")
    files = ("-keyout", folder / "key.pem", "-out", folder / "certificate.pem")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)


def replaced(text: str, pattern: str, by: str) -> str:
    """Replace what the pattern finds, which must be there."""
    text, count = re.subn(pattern, by, text, flags=re.MULTILINE)
    assert count, pattern
    return text
