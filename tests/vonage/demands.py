"""What Vonage's Messages API demands of each request, from its own description (`messages-sms.openapi.yml`)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

_DOCUMENT = yaml.safe_load(Path(__file__).with_name("messages-sms.openapi.yml").read_text("utf-8"))
_OUTBOUND = jsonschema_rs.validator_for(_DOCUMENT["components"]["schemas"]["OutboundSms"])


def authorized(headers: Mapping[str, str], key: str, secret: str) -> bool:
    """Tell whether the request carries Basic credentials of this account (RFC 7617)."""
    wanted = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return headers.get("Authorization") == f"Basic {wanted}"


def unmet(headers: Mapping[str, str], raw: bytes) -> tuple[Any, list[dict[str, str]]]:
    """Return the body as far as it can be read, and the demands it does not meet, as `invalid_parameters`."""
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        return None, [{"name": "Content-Type", "reason": "must be application/json."}]
    try:
        body = json.loads(raw)
    except ValueError:
        return None, [{"name": "body", "reason": "must be JSON."}]
    return body, [
        {"name": "/".join(map(str, error.instance_path)) or "body", "reason": error.message}
        for error in _OUTBOUND.iter_errors(body)
    ]
