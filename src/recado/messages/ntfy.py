"""ntfy: a push to whoever subscribes to a topic of its server (`POST /TOPIC`, https://docs.ntfy.sh/publish/)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from recado.messages import texts
from recado.messages.channel import ChannelKind, Failed, Halt, Outcome, Outgoing, Retry, Sent, Throttled, Unknown
from recado.messages.vonage import content_of, seconds_of

if TYPE_CHECKING:
    import httpx2

_TEXT_LIMIT = 3500  # ntfy turns more than 4,096 bytes into an attachment


class Ntfy:
    """Pushes by one server. Neither the topic nor the token ever gets into a log."""

    kind: ChannelKind = "ntfy"

    def __init__(self, url: str, *, connect_seconds: float = 3, read_seconds: float = 10) -> None:
        """Only remember. `url` may hold `user:password@`, or `:token@` with an access token of the server."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._address = f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        self._credentials = (user, password) if user else None
        self._token = password if not user else ""
        self.name = f"ntfy-{hashlib.sha256(self._address.encode()).hexdigest()[:12]}"
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._client: httpx2.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def send(self, message: Outgoing) -> Outcome:
        """Push one text; ends within half a minute. A topic that is empty is one whose key is gone."""
        if not message.recipient:
            return Failed("The ntfy topic went with a key that was changed; make a new one.")
        client = await self._opened()
        import httpx2  # noqa: PLC0415  (a start without a push to send never pays for it)

        body = _cut(texts.one_line(message.text, _TEXT_LIMIT))
        request = client.build_request("POST", f"{self._address}/{message.recipient}", content=body)
        try:
            async with asyncio.timeout(2 * self._connect_seconds + self._read_seconds):
                response = await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Retry("The ntfy server cannot be reached.")
        except (httpx2.TransportError, TimeoutError) as error:
            return Unknown(f"No answer came from the ntfy server ({type(error).__name__}).")
        await content_of(response, self._read_seconds)
        return judge(response.status_code, response.headers.get("retry-after"))

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _opened(self) -> httpx2.AsyncClient:
        async with self._opening:
            if self._client is None:  # in a thread: it reads modules and certificates for a tenth of a second
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> httpx2.AsyncClient:
        import httpx2  # noqa: PLC0415  (see `send`)

        headers = {"Title": "recado", "Content-Type": "text/plain; charset=utf-8", "Accept-Encoding": "identity"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return httpx2.AsyncClient(
            auth=self._credentials,
            headers=headers,
            timeout=httpx2.Timeout(self._read_seconds, connect=self._connect_seconds, pool=self._connect_seconds),
            follow_redirects=False,
            trust_env=False,
        )


def judge(status: int, retry_after: str | None) -> Outcome:
    """Return what an answer means."""
    outcome: Outcome
    match status:
        case 200:
            outcome = Sent(None)
        case 429:
            outcome = Throttled(seconds_of(retry_after))
        case 502 | 503 | 507:
            outcome = Retry(f"The ntfy server is not available ({status}).")
        case 403:
            outcome = Failed("The ntfy server does not take this topic (403).")
        case 401 | 404:
            outcome = Halt(f"The ntfy server answered {status}; see NTFY_URL.")
        case _ if 300 <= status < 400:
            outcome = Halt(f"The ntfy server answered {status}, a redirect; NTFY_URL is not its address.")
        case _ if 400 <= status < 500 and status not in (408, 425):
            outcome = Failed(f"The ntfy server refused it ({status}).")
        case _:
            outcome = Unknown(f"The ntfy server answered {status}.")
    return outcome


def _cut(text: str) -> bytes:
    return text.encode()[:_TEXT_LIMIT].decode(errors="ignore").encode()
