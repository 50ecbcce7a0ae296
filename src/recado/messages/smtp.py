"""E-mail by SMTP (RFC 5321), always under TLS but to this very machine, and what each reply means for a message."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import formatdate
from typing import TYPE_CHECKING

from recado.messages import texts
from recado.messages.channel import ChannelKind, Failed, Halt, Outcome, Outgoing, Retry, Sent, Unknown

if TYPE_CHECKING:
    import aiosmtplib

_MAILBOX = re.compile(r"[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+")
"""What a server repeats of an address when it refuses one."""
_SUBJECT_LIMIT = 70
_TEXT_LIMIT = 3200


@dataclass(frozen=True, slots=True)
class Server:
    """Where e-mail is handed over. `tls` is from the first byte on; else `STARTTLS` is demanded, unless `plain`."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    plain: bool = False


class _Refused(Exception):
    """The server said no at some step; what that means is already decided."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Smtp:
    """Sends from one address by one server, each message on a connection of its own."""

    kind: ChannelKind = "email"

    def __init__(self, server: Server, sender: str, *, connect_seconds: float = 5, step_seconds: float = 10) -> None:
        """Only remember. `sender` is one address."""
        self.name = f"smtp-{hashlib.sha256(f'{server.host}:{server.port}'.encode()).hexdigest()[:12]}"
        self._server, self._sender = server, sender
        self._connect_seconds, self._step_seconds = connect_seconds, step_seconds
        self._context: ssl.SSLContext | None = None

    async def send(self, message: Outgoing) -> Outcome:
        """Hand over one message to one recipient; ends within 45 seconds, before its lease does."""
        import aiosmtplib  # noqa: PLC0415  (a start without an e-mail to send never pays for it)

        handing_over = False
        client = await self._client()
        try:
            async with asyncio.timeout(4 * self._step_seconds + self._connect_seconds):
                await self._open(client)
                await self._envelope(client, message)
                handing_over = True
                await self._data(client, message)
            return Sent(None)
        except _Refused as refused:
            return refused.outcome
        except (ssl.SSLError, ssl.CertificateError) as error:
            return Halt(f"The mail server's TLS cannot be trusted ({type(error).__name__}).")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                return Halt("The mail server's certificate cannot be trusted.")
            if handing_over:
                return Unknown(f"The mail server did not say whether it took it ({type(error).__name__}).")
            return Retry(f"The mail server cannot be reached ({type(error).__name__}).")
        finally:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=1)
            client.close()

    async def close(self) -> None:
        return

    async def _client(self) -> aiosmtplib.SMTP:
        import aiosmtplib  # noqa: PLC0415  (see `send`)

        if self._context is None:
            self._context = await asyncio.to_thread(ssl.create_default_context)
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=False,
            tls_context=self._context,
            timeout=self._step_seconds,
        )

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        """Connect, under TLS, and sign in."""
        import aiosmtplib  # noqa: PLC0415  (see `send`)

        await client.connect(timeout=self._connect_seconds)
        server = self._server
        if not (server.tls or server.plain):
            await client.ehlo()
            if not client.supports_extension("starttls"):
                raise _Refused(Halt("The mail server offers no STARTTLS; write smtps:// if it speaks TLS at once."))
            await client.starttls(tls_context=self._context)
        if server.user:
            try:
                await client.login(server.user, server.password)
            except aiosmtplib.SMTPAuthenticationError as error:
                raise _Refused(_of_account(error.code, "sign-in")) from error
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
                raise
            except aiosmtplib.SMTPException as error:
                raise _Refused(Halt("The mail server offers no sign-in that is known here.")) from error

    async def _envelope(self, client: aiosmtplib.SMTP, message: Outgoing) -> None:
        import aiosmtplib  # noqa: PLC0415  (see `send`)

        try:
            await client.mail(self._sender)
        except aiosmtplib.SMTPResponseException as error:
            raise _Refused(_of_account(error.code, "RECADO_MAIL_FROM")) from error
        try:
            await client.rcpt(message.recipient)
        except aiosmtplib.SMTPResponseException as error:
            raise _Refused(_of_message(error.code, error.message)) from error

    async def _data(self, client: aiosmtplib.SMTP, message: Outgoing) -> None:
        import aiosmtplib  # noqa: PLC0415  (see `send`)

        try:
            await client.data(written(message, self._sender).as_bytes())
        except aiosmtplib.SMTPServerDisconnected:
            raise
        except aiosmtplib.SMTPResponseException as error:
            raise _Refused(_of_message(error.code, error.message)) from error


def written(message: Outgoing, sender: str) -> EmailMessage:
    """Return a message as an e-mail. Its `Message-ID` is always the same, so that a second one can be told for one."""
    mail = EmailMessage(policy=WIRE)
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = "recado" if message.secret else _subject(message.text)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Date"] = formatdate()
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text[:_TEXT_LIMIT], cte="quoted-printable")
    return mail


def _subject(text: str) -> str:
    """Return a text's first words for a header. Python decodes what looks like an encoded word (RFC 2047) in a header
    that it writes, line breaks and all, so that none may be there.
    """
    return texts.neutral(text, _SUBJECT_LIMIT).replace("=?", "= ?")


def _of_account(code: int, what: str) -> Outcome:
    """Judge a refusal that would meet every message alike."""
    if 400 <= code < 500:
        return Retry(f"The mail server is not available ({code}).")
    return Halt(f"The mail server refused the {what} ({code}).")


def _of_message(code: int, reason: str) -> Outcome:
    if 400 <= code < 500:
        return Retry(f"The mail server put it off ({code}).")
    if code in (530, 534, 535, 538):
        return Halt(f"The mail server wants a sign-in ({code}).")
    told = texts.neutral(_MAILBOX.sub(lambda found: texts.masked(found[0]), reason), 200)
    return Failed(f"The mail server refused it ({code}). {texts.without_numbers(told)}".strip())
