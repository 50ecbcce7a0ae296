"""E-mail over a real SMTP server: under TLS, to one person, and what each reply means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.messages.channel import Failed, Halt, Outcome, Outgoing, Retry, Sent, Unknown
from recado.messages.smtp import Server, Smtp
from tests.servers import free_port
from tests.ways.mail import PASSWORD, SENDER, USER, MailServer, mail_server

MAIL = Outgoing("01936f00-0000-7000-8000-000000000001", "ana@example.org", "Reminder: pão (15:00)\nsecond line")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        yield running


def channel(server: MailServer, *, password: str = PASSWORD, tls: bool = False, plain: bool = False) -> Smtp:
    user, password = ("", "") if plain else (USER, password)
    return Smtp(Server("localhost", server.port, user, password, tls, plain), SENDER, step_seconds=0.5)


async def test_an_e_mail_goes_to_one_person_under_starttls(server: MailServer) -> None:
    assert await channel(server).send(MAIL) == Sent(None)
    ((recipients, mail),) = server.took
    assert recipients == ["ana@example.org"]
    assert (mail["From"], mail["To"]) == (SENDER, "ana@example.org")
    assert mail["Subject"] == "Reminder: pão (15:00) second line"
    assert mail["Message-ID"] == f"<{MAIL.id}@example.org>"
    assert mail.get_content().splitlines() == MAIL.text.splitlines()


@pytest.mark.parametrize("tls", ["smtps", "none"])
async def test_an_e_mail_goes_under_tls_from_the_start_and_plainly_to_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    with mail_server(tmp_path, tls) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        assert await channel(server, tls=tls == "smtps", plain=tls == "none").send(MAIL) == Sent(None)
        assert len(server.took) == 1


async def test_a_certificate_that_nobody_vouches_for_stops_e_mail(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome = await channel(server).send(MAIL)
    assert isinstance(outcome, Halt), outcome
    assert server.took == []


async def test_no_password_leaves_without_tls(tmp_path: Path) -> None:
    with mail_server(tmp_path, "none") as server:
        outcome = await channel(server).send(MAIL)
    assert isinstance(outcome, Halt)
    assert "STARTTLS" in outcome.reason


async def test_a_wrong_password_stops_e_mail_and_is_not_told(server: MailServer) -> None:
    outcome = await channel(server, password="another password").send(MAIL)
    assert isinstance(outcome, Halt)
    assert "another" not in outcome.reason


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("451 try later", Retry),
        ("452 no room", Retry),
        ("554 spam", Failed),
        ("hang", Unknown),
        ("drop", Unknown),
    ],
)
async def test_what_a_reply_to_the_text_means(server: MailServer, reply: str, expected: type[Outcome]) -> None:
    server.script(reply)
    assert isinstance(await channel(server).send(MAIL), expected)


@pytest.mark.parametrize(("reply", "expected"), [("450 busy", Retry), ("550 no such mailbox", Failed)])
async def test_what_a_reply_to_the_recipient_means(server: MailServer, reply: str, expected: type[Outcome]) -> None:
    server.script_rcpt(reply)
    outcome = await channel(server).send(MAIL)
    assert isinstance(outcome, expected)
    assert server.took == []


async def test_no_server_is_tried_again() -> None:
    nowhere = Smtp(Server("127.0.0.1", free_port(), plain=True), SENDER)
    assert isinstance(await nowhere.send(MAIL), Retry)


@pytest.mark.parametrize(
    "text",
    [
        "hello\r\nBcc: eve@example.org\r\n\r\nbody",
        "a\nb\rc\x00d\u2028e",
        "x" * 5000,
        "ana left you: =?utf-8?q?a=0D=0ABcc=3A_eve=40example.org?= hi",
        "ana left you: =?utf-8?b?YQ0KQmNjOiBldmVAZXhhbXBsZS5vcmc=?= hi",
        "pão =\u200b?utf-8?q?=0ABcc=3A_eve=40example.org?=",
    ],
)
async def test_a_text_cannot_become_a_header(server: MailServer, text: str) -> None:
    assert await channel(server).send(Outgoing(MAIL.id, MAIL.recipient, text)) == Sent(None)
    ((recipients, mail),) = server.took
    assert recipients == ["ana@example.org"]
    assert mail["Bcc"] is None
    assert len(str(mail["Subject"])) <= 73


async def test_a_code_does_not_stand_in_the_subject(server: MailServer) -> None:
    await channel(server).send(Outgoing(MAIL.id, MAIL.recipient, "Your recado code is 123456.", secret=True))
    assert server.took[0][1]["Subject"] == "recado"


async def test_a_link_cannot_hide_in_a_subject(server: MailServer) -> None:
    await channel(server).send(Outgoing(MAIL.id, MAIL.recipient, "=?utf-8?b?ZXZpbC5leGFtcGxl?= hi"))
    assert "evil.example" not in str(server.took[0][1]["Subject"])


async def test_a_refusal_does_not_tell_the_mailbox(server: MailServer) -> None:
    server.script_rcpt("550 5.1.1 <ana@example.org>: Recipient address rejected")
    outcome = await channel(server).send(MAIL)
    assert isinstance(outcome, Failed)
    assert "ana@" not in outcome.reason
    assert "Recipient address rejected" in outcome.reason
