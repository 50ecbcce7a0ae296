"""Vonage's Messages API, version 1, and what each of its answers means for a text (`POST /v1/messages`)."""

from __future__ import annotations

import asyncio
import hashlib
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING

import msgspec

from recado.messages import texts
from recado.messages.channel import ChannelKind, Failed, Halt, Outcome, Outgoing, Retry, Sent, Throttled, Unknown

if TYPE_CHECKING:
    import httpx2

ANSWER_LIMIT = 64 * 1024
_PERHAPS = (408, 425)
"""Refusals that some proxy may have made up after it passed the request on."""
_DEFAULT_RETRY_AFTER, _LONGEST_RETRY_AFTER = 10, 3600


class _Accepted(msgspec.Struct):
    message_uuid: str


class _Parameter(msgspec.Struct):
    name: str = ""
    reason: str = ""


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    invalid_parameters: list[_Parameter] = []


class Vonage:
    """Sends from `sender` with one API key. Neither the key, the secret nor a whole number ever gets into a log."""

    kind: ChannelKind = "sms"

    def __init__(
        self, url: str, key: str, secret: str, sender: str, *, connect_seconds: float = 3, read_seconds: float = 10
    ) -> None:
        """Only remember; the client and its certificates are loaded for the first text. `url` has no path."""
        self.name = f"vonage-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        self._address = f"{url.rstrip('/')}/v1/messages"
        self._credentials = (key, secret)
        self._sender = sender.removeprefix("+")
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._client: httpx2.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def send(self, message: Outgoing) -> Outcome:
        """Send one text. With the default times this ends within half a minute, however slowly the answer drips in."""
        client = await self._opened()
        import httpx2  # noqa: PLC0415  (a start without a text to send never pays for it)

        request = client.build_request("POST", self._address, json=self._body(message))
        try:
            async with asyncio.timeout(2 * self._connect_seconds + self._read_seconds):
                response = await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Retry("Vonage cannot be reached.")
        except (httpx2.TransportError, TimeoutError) as error:
            return Unknown(f"No answer came from Vonage ({type(error).__name__}).")
        content = await content_of(response, self._read_seconds)
        return judge(response.status_code, response.headers.get("retry-after"), content)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _body(self, message: Outgoing) -> dict[str, str]:
        return {
            "message_type": "text",
            "channel": "sms",
            "to": message.recipient.removeprefix("+"),
            "from": self._sender,
            "text": message.text,
            "client_ref": message.id,
        }

    async def _opened(self) -> httpx2.AsyncClient:
        async with self._opening:
            if self._client is None:  # in a thread: it reads modules and certificates for a tenth of a second
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> httpx2.AsyncClient:
        import httpx2  # noqa: PLC0415  (see `send`)

        return httpx2.AsyncClient(
            auth=self._credentials,
            headers={"Accept": "application/json, application/problem+json", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self._read_seconds, connect=self._connect_seconds, pool=self._connect_seconds),
            follow_redirects=False,
            trust_env=False,
        )


def judge(status: int, retry_after: str | None, content: bytes) -> Outcome:
    """Return what an answer means. `content` is empty when it was too long or broke off: the status alone decides."""
    outcome: Outcome
    match status:
        case 202:
            outcome = Sent(_message_uuid(content))
        case 429:
            outcome = Throttled(seconds_of(retry_after))
        case 503:
            outcome = Retry("Vonage is not available (503).")
        case 401 | 402 | 403 | 404:
            outcome = Halt(f"Vonage answered {status}. {_reason(content)}".strip())
        case _ if 300 <= status < 400:
            outcome = Halt(f"Vonage answered {status}, a redirect; VONAGE_URL is not the address of its API.")
        case _ if 400 <= status < 500 and status not in _PERHAPS:
            outcome = Failed(f"Vonage refused it ({status}). {_reason(content)}".strip())
        case _:
            outcome = Unknown(f"Vonage answered {status}.")
    return outcome


async def content_of(response: httpx2.Response, seconds: float) -> bytes:
    """Return the answer's body, or nothing when it is longer than 64 KiB, too slow or breaks off."""
    import httpx2  # noqa: PLC0415  (see `send`)

    content = b""
    try:
        async with asyncio.timeout(seconds):
            async for part in response.aiter_raw():
                content += part
                if len(content) > ANSWER_LIMIT:
                    return b""
    except (httpx2.TransportError, TimeoutError):
        return b""
    finally:
        await response.aclose()
    return content


def _message_uuid(content: bytes) -> str | None:
    try:
        return msgspec.json.decode(content, type=_Accepted).message_uuid[:100]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _reason(content: bytes) -> str:
    """Return the sentence of a problem (RFC 9457), as far as there is one, without long numbers."""
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    wrong = ", ".join(f"{parameter.name} {parameter.reason}" for parameter in problem.invalid_parameters)
    parts = (part.rstrip(" .") for part in (problem.title, problem.detail, wrong) if part)
    return texts.without_numbers(texts.neutral(". ".join(parts), 300))


def seconds_of(retry_after: str | None) -> int:
    """Read `Retry-After` (RFC 9110, 10.2.3): seconds or a date; between 1 and 3,600."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(max(int(text[:9]), 1), _LONGEST_RETRY_AFTER)
    try:
        return min(max(round(parsedate_to_datetime(text).timestamp() - time()), 1), _LONGEST_RETRY_AFTER)
    except ValueError:
        return _DEFAULT_RETRY_AFTER
