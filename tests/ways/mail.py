"""A real SMTP server in a thread, with TLS and a sign-in; it keeps what it takes, and answers as a test wants.

script("451 later", "")   the replies to the next deliveries, each once; "" takes it
script_rcpt("550 no such mailbox")   the same for recipients
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.servers import free_port

USER, PASSWORD = "recado", "a mail password: of tests"
SENDER = "recado@example.org"


class MailServer:
    """What the server took, and what it will say."""

    def __init__(self, folder: Path, *, tls: str) -> None:
        """`tls` is `starttls`, `smtps` or `none`; `authority` is what a client has to trust."""
        self.authority = _certificate(folder)
        self.took: list[tuple[list[str], EmailMessage]] = []
        self._replies: list[str] = []
        self._recipients: list[str] = []
        self.port, self._tls = free_port(), tls
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def script(self, *replies: str) -> None:
        """Choose the replies to what follows DATA; `hang` says nothing for a while, `drop` hangs up."""
        self._replies = list(replies)

    def script_rcpt(self, *replies: str) -> None:
        """Choose the replies to RCPT."""
        self._recipients = list(replies)

    def url(self, password: str = PASSWORD) -> str:
        """What `SMTP_URL` is to be."""
        scheme = "smtps" if self._tls == "smtps" else "smtp"
        login = "" if self._tls == "none" else f"{USER}:{password.replace(' ', '%20').replace(':', '%3A')}@"
        return f"{scheme}://{login}localhost:{self.port}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        reply = self._recipients.pop(0) if self._recipients else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        parsed = message_from_bytes(envelope.original_content, policy=policy.default)
        self.took.append((list(envelope.rcpt_tos), parsed))
        reply = self._replies.pop(0) if self._replies else ""
        if reply == "hang":
            await asyncio.sleep(1.5)
        if reply == "drop":
            server.transport.abort()
        return reply if reply[:1].isdigit() else "250 OK"

    def session(self) -> SMTP:
        """What speaks with one client."""
        secure = self._tls != "none"
        return SMTP(
            self,
            hostname="localhost",
            tls_context=self._context if self._tls == "starttls" else None,
            require_starttls=self._tls == "starttls",
            auth_required=secure,
            auth_require_tls=self._tls == "starttls",
            authenticator=_authenticate if secure else None,
        )

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        """Answer until told to stop."""
        loop, tls = asyncio.get_running_loop(), self._context if self._tls == "smtps" else None
        server = await loop.create_server(self.session, "127.0.0.1", self.port, ssl=tls)
        ready.set()
        await stop.wait()
        server.close()


@contextmanager
def mail_server(folder: Path, tls: str = "starttls") -> Iterator[MailServer]:
    """A running server for the length of the block."""
    server, ready, stop = MailServer(folder, tls=tls), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(ready, stop),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


def _certificate(folder: Path) -> Path:
    """A certificate for localhost that signs itself."""
    path = folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(path), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return path
