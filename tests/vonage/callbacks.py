"""Callbacks as Vonage makes them: bodies as its description says, signed, sent over HTTP. No code under test is here.

A callback is sent again on 429 and 5xx, as Vonage does, only sooner.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import yaml
from joserfc import jwt
from joserfc.jwk import OctKey

SIGNATURE_SECRET = "a-signature-secret-of-the-tests-4711"
APPLICATION = "78d335fa-323d-0114-9c3d-d6f0d48968cf"
STATUS, INBOUND = "/webhook/vonage/status", "/webhook/vonage/inbound"
_AGAIN = (0.05, 0.1, 0.2, 0.4, 0.8)
_SCHEMAS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("messages-sms.openapi.yml").read_text("utf-8"))[
    "components"
]["schemas"]


def token(body: bytes, api_key: str, secret: str = SIGNATURE_SECRET, **claims: Any) -> str:
    """The JWT that Vonage sends along with a body; a claim that is None is left out."""
    told: dict[str, Any] = {
        "iat": int(time.time()),
        "jti": str(uuid.uuid4()),
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": api_key,
        "application_id": APPLICATION,
        **claims,
    }
    known = {name: value for name, value in told.items() if value is not None}
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, known, OctKey.import_key(secret))


def status_body(request: Mapping[str, Any], status: str, **more: Any) -> bytes:
    """What becomes of a text that the stand-in took; `request` is one of its `requests`."""
    body = {
        "message_uuid": request["message_uuid"],
        "to": request["to"],
        "from": request["body"]["from"],
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": status,
        "channel": "sms",
        "client_ref": request["client_ref"],
        "destination": {"network_code": "26801"},
        "sms": {"count_total": "1"},
        **more,
    }
    return _checked("MessageStatusSms", body)


def problem(code: str) -> dict[str, Any]:
    """Why a text was not delivered."""
    return {
        "type": f"https://developer.vonage.com/api-errors/messages#{code}",
        "title": code,
        "detail": "It did not arrive.",
        "instance": uuid.uuid4().hex,
    }


def inbound_body(sender: str, text: str, to: str = "14155550100", **more: Any) -> bytes:
    """A text that somebody sends; `sender` is E.164, with or without `+`."""
    first = text.split(maxsplit=1)[0].upper() if text.split() else ""
    body = {
        "channel": "sms",
        "message_uuid": str(uuid.uuid4()),
        "to": to,
        "from": sender.removeprefix("+"),
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": text,
        "sms": {"num_messages": str(1 + len(text) // 153), "keyword": first},
        "usage": {"price": "0.0057", "currency": "EUR"},
        **more,
    }
    return _checked("InboundSms", body)


def _checked(name: str, body: dict[str, Any]) -> bytes:
    """Hold a body to Vonage's own description."""
    schema = {**_SCHEMAS[name], "components": {"schemas": _SCHEMAS}}
    jsonschema_rs.validator_for(schema).validate(body)
    return json.dumps(body).encode()


@dataclass
class Caller:
    """Vonage, as it calls a service back. `answers` are the statuses it got, in order."""

    service_url: str
    api_key: str
    secret: str = SIGNATURE_SECRET
    answers: list[int] = field(default_factory=list)

    def post(self, path: str, body: bytes, authorization: str | None = None, **claims: Any) -> int:
        """Deliver one callback, again while it is answered 429 or 5xx; return the last status."""
        sent = authorization if authorization is not None else f"Bearer {self.token(body, **claims)}"
        headers = {"Content-Type": "application/json"} | ({"Authorization": sent} if sent else {})
        for pause in (*_AGAIN, None):
            answer = httpx2.post(self.service_url + path, content=body, headers=headers, trust_env=False, timeout=15)
            self.answers.append(answer.status_code)
            if pause is None or not (answer.status_code == 429 or answer.status_code >= 500):
                return answer.status_code
            time.sleep(pause)
        raise AssertionError("unreachable")

    def token(self, body: bytes, **claims: Any) -> str:
        """The JWT for a body."""
        return token(body, self.api_key, **{"secret": self.secret, **claims})

    def report(self, request: Mapping[str, Any], *statuses: str, times: int = 1, delay: float = 0, **more: Any) -> None:
        """Deliver receipts for a text in the order given, each so many times, after a delay; each must get 204."""
        time.sleep(delay)
        for status in statuses:
            for _ in range(times):
                assert self.post(STATUS, status_body(request, status, **more)) == 204

    def text(self, sender: str, text: str, times: int = 1, **more: Any) -> None:
        """Deliver a text that somebody sends, so many times, each time as a callback of its own."""
        body = inbound_body(sender, text, **more)
        for _ in range(times):
            assert self.post(INBOUND, body) == 204

    def report_later(self, request: Mapping[str, Any], *statuses: str, delay: float) -> threading.Thread:
        """The same as `report`, from a thread of its own."""
        thread = threading.Thread(target=self.report, args=(request, *statuses), kwargs={"delay": delay})
        thread.start()
        return thread
