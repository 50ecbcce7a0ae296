"""What is logged, line by line: forms, what is hidden, what other libraries say."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

SCRIPT = """
import logging, structlog
from recado import logs
logs.configure({level!r}, {form!r}, [b"key-of-the-tests", "pass word", None])
log = structlog.get_logger()
{lines}
"""


def written(lines: str, level: str = "info", form: str = "json") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(level=level, form=form, lines=lines)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("form", ["json", "logfmt"])
def test_secrets_tokens_and_what_signs_in_are_hidden_wherever_they_stand(form: str) -> None:
    lines = written(
        "log.error('x key-of-the-tests y', a={'b': ['pass word']}, u='redis://:hunter2@h eyJhbGciOi.eyJh.c2ln')\n"
        "try:\n    raise ValueError('postgresql://ana:hunter2@h/x')\n"
        "except ValueError:\n    log.exception('key-of-the-tests')\n"
        "logging.getLogger('asyncio').error('pass %s', 'word hunter3://:hunter2@x')",
        form=form,
    )
    assert len(lines) == 3
    for hidden in ("key-of", "pass word", "hunter2", "eyJhbGciOi", "c2ln"):
        assert hidden not in "\n".join(lines)
    assert all("[hidden]" in line for line in lines)


@pytest.mark.parametrize("form", ["json", "logfmt"])
def test_no_text_begins_a_line_or_moves_the_cursor(form: str) -> None:
    (line,) = written("log.warning('a\\r\\nb\\x1b[2J\\u2028\\u202e', name='x\\ny=\"z')", form=form)
    assert line.isprintable()
    if form == "logfmt":
        assert 'name="x\\ny=\\"z"' in line
    else:
        assert json.loads(line)["name"] == 'x\ny="z'


def test_what_libraries_say_comes_in_the_same_form_from_warning_on() -> None:
    lines = written(
        "logging.getLogger('httpx2').info('GET https://ntfy.sh/topic')\n"
        "logging.getLogger('asyncio').warning('slow %d', 3)\n"
        "logging.getLogger('asyncio').error('gone', exc_info=ValueError('v'))",
        level="debug",
    )
    told = [json.loads(line) for line in lines]
    assert [(line["level"], line["logger"], line["event"]) for line in told] == [
        ("warning", "asyncio", "slow 3"),
        ("error", "asyncio", "gone"),
    ]
    assert "ValueError: v" in told[1]["exception"]


@pytest.mark.parametrize(("level", "kept"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_a_level_keeps_itself_and_what_is_above(level: str, kept: int) -> None:
    lines = written("log.debug('d'); log.info('i'); log.warning('w'); log.error('e')", level=level)
    assert len(lines) == kept
    assert logging.getLevelNamesMapping()[level.upper()] > 0
