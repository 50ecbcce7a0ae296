"""How the service logs: one JSON object a line on standard error, plain tracebacks, never a variable's value."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """Set logging up for this process. Control characters are escaped, so no text can forge a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
