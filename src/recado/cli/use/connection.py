"""One connection to a server: requests, what their answers mean, and the second try after an answer was lost."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, cast

import httpx2

from recado.cli.use.address import here
from recado.cli.use.failures import Failure, Missing, Misused, Refused, Unreachable

_TIMEOUT = httpx2.Timeout(20, connect=5)
_LONGEST_PAUSE = 3.0
_BEFORE_SENDING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: `kind` is the end of a problem's type, such as `token-expired`, and empty otherwise."""

    status: int
    body: bytes
    kind: str
    problem: Mapping[str, Any]
    retry_after: float

    def json(self) -> Any:
        """What the body says. Raises `Failure` when that is not JSON: no recado answers there."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            raise Failure("What answers there is no recado: check the address.") from None

    def sentence(self) -> str:
        """What went wrong, in the server's words, and by which name it stands in the server's log."""
        told = str(self.problem.get("detail") or self.problem.get("title") or f"The server answered {self.status}.")
        wrong: list[dict[str, str]] = self.problem.get("errors") or []
        more = [one["detail"] for one in wrong if one.get("detail") and one["detail"] not in told]
        request_id = self.problem.get("request_id")
        traced = f" (request {request_id})" if self.status >= 500 and request_id else ""
        return " ".join([told, *more]) + traced


class Connection:
    """A client of one server. `send` gives the answer whatever it is; `demand` only a good one."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._client = httpx2.Client(
            base_url=server,
            headers={"User-Agent": f"recado-cli/{version('recado')}", "Accept": "application/json"},
            timeout=_TIMEOUT,
            trust_env=not here(server),
            verify=ssl.create_default_context() if server.startswith("https:") else False,
        )

    def close(self) -> None:
        self._client.close()

    def send(self, method: str, path: str, *, bearer: str = "", again: bool = True, **parts: Any) -> Answer:
        """Ask, and once more when the answer is lost or a store is down, unless `again` is false.

        `parts` are those of an httpx request: json, params, content, headers, timeout. Raises `Unreachable`.
        """
        headers = dict(parts.pop("headers", {}))
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        answer = None
        try:
            answer = self._once(method, path, headers=headers, **parts)
        except Unreachable as lost:
            if not (again and lost.sent):
                raise
        if answer is None or (answer.status == 503 and again):
            time.sleep(min(answer.retry_after if answer else 0.2, _LONGEST_PAUSE))
            answer = self._once(method, path, headers=headers, **parts)
        return answer

    def demand(self, method: str, path: str, **parts: Any) -> Any:
        """Ask and return what the answer says. Raises `Failure` when the server refuses."""
        return good(self.send(method, path, **parts), self.server).json()

    def _once(self, method: str, path: str, **parts: Any) -> Answer:
        try:
            got = self._client.request(method, path, **parts)
        except httpx2.TransportError as error:
            sent = not isinstance(error, _BEFORE_SENDING)
            raise Unreachable(self._unreached(error, sent=sent), sent=sent) from error
        except UnicodeEncodeError as error:
            raise Misused("What was typed is not whole UTF-8, so nothing is sent.") from error
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise Failure(f"{self.server} is no address that can be asked ({error}).") from error
        return _answer(got)

    def _unreached(self, error: Exception, *, sent: bool) -> str:
        why = str(error).strip().rstrip(".") or type(error).__name__
        if isinstance(error, httpx2.TimeoutException):
            return f"{self.server} did not answer in time. Check that it runs, and try again."
        if sent:
            return f"The connection to {self.server} broke ({why}). Try again: nothing is done twice."
        return f"{self.server} cannot be reached ({why}). Check the address and that the server runs."


def good(answer: Answer, server: str) -> Answer:
    """Return an answer that is one. Raises the failure that stands for its status."""
    status = answer.status
    if status < 300:
        return answer
    if status in (502, 503, 504):
        raise Unreachable(f"{server} cannot do its work now: {answer.sentence()} Try again in a moment.")
    if not answer.kind:
        raise Failure(f"{server} answered {status} as no recado would: check the address.")
    if status == 404:
        raise Missing(answer.sentence())
    raise Refused(answer.sentence() + _advice(answer), answer.kind, status)


def _advice(answer: Answer) -> str:
    if answer.kind == "too-many-attempts":
        return f" Try again in {answer.retry_after:.0f} s."
    if answer.kind == "unknown-host":
        return " Whoever runs it sets RECADO_PUBLIC_URL to the address that people use."
    return ""


def _answer(got: httpx2.Response) -> Answer:
    problem: Mapping[str, Any] = {}
    if got.headers.get("content-type", "").startswith("application/problem+json"):
        with suppress(ValueError):
            told: Any = got.json()
            problem = cast("Mapping[str, Any]", told) if isinstance(told, dict) else {}
    kind = str(problem.get("type", "")).rpartition("#")[2]
    after = got.headers.get("retry-after", "")
    return Answer(got.status_code, got.content, kind, problem, float(after) if after.isdecimal() else 1.0)
