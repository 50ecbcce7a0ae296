"""How the service logs: one line an event on standard error, JSON or logfmt, with the request's name and no secrets.

Levels mean what somebody has to do about it, which docs/operations.md explains: error, it stays broken until somebody
mends it; warning, something was put off or refused and heals by itself, or should be looked at by day; info, what the
service or a person's sign-in did once; debug, every request.

What other libraries say is let through from warning on, since at info some write addresses that open something.
"""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Literal, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Level = Literal["debug", "info", "warning", "error"]
Form = Literal["json", "logfmt"]

REQUEST: ContextVar[str] = ContextVar("request")
"""The name of the request that is being answered; each has a context of its own."""

HIDDEN = "[hidden]"
_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,2}")
_LEAST = 8
"""A shorter text stands in other words too: what is struck out there would give it away."""
_SIGN_IN = re.compile(r"(://)[^/@\s'\"]*@")


def configure(level: Level = "info", form: Form = "json", secrets: Iterable[bytes | str | None] = ()) -> None:
    """Set logging up for this process. A text among `secrets` is written as `[hidden]`, wherever it stands.

    Control characters are escaped, so that no text can forge a line. Tracebacks hold no values of variables.
    """
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_request,
        structlog.processors.format_exc_info,
        _Hiding(secrets),
    ]
    written = structlog.processors.JSONRenderer() if form == "json" else _logfmt
    structlog.configure(
        processors=[*shared, written],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _take_over([*shared, _from_library], written, level)


def _take_over(shared: list[Processor], written: Processor, level: Level) -> None:
    """Let what libraries log come in the same form."""
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, written]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))


def _with_request(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if "request_id" not in event and (request := REQUEST.get("")):
        event["request_id"] = request
    return event


def _from_library(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is not None:
        event["logger"] = record.name
    return event


class _Hiding:
    """Takes secrets out: those it was told of, tokens, and what signs in at an address."""

    def __init__(self, secrets: Iterable[bytes | str | None]) -> None:
        told = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in secrets if one]
        told = [one for one in told if len(one) >= _LEAST]
        self._known = re.compile("|".join(map(re.escape, sorted(told, key=len, reverse=True))) or r"(?!)")

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {name: self._clean(value) for name, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return _SIGN_IN.sub(rf"\1{HIDDEN}@", _TOKEN.sub(HIDDEN, self._known.sub(HIDDEN, value)))
        if isinstance(value, dict):
            return {name: self._clean(inner) for name, inner in cast("dict[Any, Any]", value).items()}
        if isinstance(value, list | tuple):
            return [self._clean(inner) for inner in cast("list[Any]", value)]
        return value


_render = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)


def _logfmt(logger: WrappedLogger, name: str, event: EventDict) -> str:
    return _render(logger, name, {key: _one_line(str(value)) for key, value in event.items() if value is not None})


def _one_line(text: str) -> str:
    """Escape what would begin a line, or move a terminal's cursor; the renderer escapes quotes and newlines itself."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in _NOT_PLAIN else repr(char)[1:-1] for char in text
    )


_NOT_PLAIN = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
