"""Stands in for Vonage: takes texts to the phones, tells what became of them, and brings back what the phones answer.

What it sends is formed and signed as Vonage's Messages API forms and signs it, so the service runs as with an account.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx2

from recado.cli.demo.phones import Phones

SENDER = "447700900000"
"""Of the numbers that Ofcom keeps for films; it belongs to nobody, and neither do the household's."""
_AGAIN = (0.2, 0.5, 1, 2, 4)
_RIDE = 0.7
"""Seconds that a text is on its way, so that one sees it go."""
_USAGE = {"price": "0.0333", "currency": "EUR"}


class Carrier:
    """An account of its own, made up anew each time. `service_url` is set once the service has said where it is."""

    def __init__(self, phones: Phones) -> None:
        self.phones = phones
        self.service_url = ""
        self._key, self._secret, self._signature_secret = (secrets.token_hex(n) for n in (4, 16, 32))
        # One line for each kind, so that receipts do not hold up an answer and each stay in order.
        self._receipts, self._answers = ThreadPoolExecutor(1), ThreadPoolExecutor(4)

    def settings(self, url: str) -> dict[str, str]:
        """Return what the service must be told to use this account at this address."""
        return {
            "NEXMO_API_KEY": self._key,
            "NEXMO_API_SECRET": self._secret,
            "VONAGE_FROM": SENDER,
            "VONAGE_URL": url,
            "VONAGE_SIGNATURE_SECRET": self._signature_secret,
        }

    def accepts(self, authorization: str | None) -> bool:
        """Tell whether these are the account's Basic credentials (RFC 7617)."""
        expected = "Basic " + base64.b64encode(f"{self._key}:{self._secret}".encode()).decode()
        return hmac.compare_digest(expected.encode(), (authorization or "").encode())

    def take(self, body: dict[str, Any]) -> str:
        """Take one text to its phone and return its `message_uuid`; receipts follow. Raises `KeyError`."""
        sent = {"message_uuid": str(uuid.uuid4()), "to": body["to"], "from": body["from"]}
        self.phones.show(body["to"], body["text"], mine=False)
        self._receipts.submit(self._report, {**sent, "channel": "sms", "client_ref": body["client_ref"]})
        return sent["message_uuid"]

    def answer(self, number: str, text: str) -> bool:
        """Send what a phone's owner writes to the service; tell whether it took it."""
        self.phones.show(number, text, mine=True)
        body = {
            "channel": "sms",
            "message_uuid": str(uuid.uuid4()),
            "to": SENDER,
            "from": number,
            "timestamp": _now(),
            "text": text,
            "sms": {"num_messages": "1"},
        }
        return self._answers.submit(self._post, "inbound", body).result()

    def close(self) -> None:
        """Drop what is still to be told."""
        for pool in (self._receipts, self._answers):
            pool.shutdown(wait=False, cancel_futures=True)

    def _report(self, sent: dict[str, Any]) -> None:
        for state, more in (("submitted", {}), ("delivered", {"usage": _USAGE})):
            time.sleep(_RIDE)
            self._post("status", {**sent, "timestamp": _now(), "status": state, **more})

    def _post(self, kind: str, body: dict[str, Any]) -> bool:
        """Deliver a callback, again while the service is not ready, as Vonage does."""
        raw = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._signed(raw)}"}
        address = f"{self.service_url}/webhook/vonage/{kind}"
        for pause in (*_AGAIN, None):
            try:
                status = httpx2.post(address, content=raw, headers=headers, trust_env=False, timeout=10).status_code
            except httpx2.TransportError:
                status = HTTPStatus.SERVICE_UNAVAILABLE
            if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
                return status == HTTPStatus.NO_CONTENT
            if pause is None or self.phones.closed:
                break
            time.sleep(pause)
        return False

    def _signed(self, raw: bytes) -> str:
        claims = {
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(raw).hexdigest(),
            "api_key": self._key,
            "application_id": str(uuid.uuid4()),
        }
        signed = b".".join(_url64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        seal = hmac.digest(self._signature_secret.encode(), signed, "sha256")
        return (signed + b"." + _url64(seal)).decode()


def _url64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
