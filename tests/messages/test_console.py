from __future__ import annotations

import pytest

from recado.messages.channel import Outgoing, Sent
from recado.messages.console import Console


async def test_the_console_writes_one_line_with_the_code_and_a_masked_number() -> None:
    lines: list[str] = []
    outcome = await Console(lines.append).send(Outgoing("id", "+5511987654321", "Your recado code is 271828."))
    assert outcome == Sent(None)
    assert lines == ["[text message] to +55*********21: Your recado code is 271828."]


async def test_control_characters_stay_on_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    await Console().send(Outgoing("id", "+5511987654321", "one\r\n[text message] to +1: two\x1b[2J\u2028three"))
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written
    assert "11987654321" not in written
