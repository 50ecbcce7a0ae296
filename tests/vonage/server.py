"""A real HTTP server in Vonage's place: `POST /v1/messages`, judged as Vonage's own description demands.

Run it alone with `python -m tests.vonage.server --port N [--key K] [--secret S]`, or inside a test with `stand_in()`.

    GET    /_requests   every request to the API, oldest first: {at, to, client_ref, message_uuid, body, authorized,
                        unmet, answer}
    DELETE /_requests   forget them
    POST   /_script     {"next": [answer, …], "to": {"447700900001": answer, …}, "always": answer}; members are optional
    DELETE /_script     back to normal: 202 for what is right, 401 or 422 for what is not

An answer is one word or `{"answer": word, "retry_after": seconds, "delay": seconds}`; the word is a status ("202",
"401", "429", …) or one of

    garbage   bytes that are no HTTP         broken   202 whose body is no JSON
    huge      202 with a body of 10 MB       hang     the request is read, and nothing is ever said
    hang_up   the request is read, then the connection is closed

Scripted answers come in the order `next` (each once), `to`, `always`; a request that breaks a demand is refused first.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.vonage import demands

KEY, SECRET = "abcd1234", "a-Vonage-secret-of-the-tests"
_HUGE = 10 * 1024 * 1024
_TITLES = {
    400: ("Bad request", "The request body is malformed."),
    401: ("You did not provide correct credentials.", "Check that you're using the correct credentials"),
    402: ("Low balance", "This request could not be performed due to your account balance being low."),
    403: ("Forbidden", "Your account does not have permission to perform this action."),
    404: ("Not Found", ""),
    422: ("Invalid params", "The value of one or more parameters is invalid."),
    429: ("Rate Limit Hit", "Please wait, then retry your request"),
}

Answer = str | Mapping[str, Any]


class StandIn(ThreadingHTTPServer):
    """The server. `requests` and `script` may be used from the test's own thread."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0, key: str = KEY, secret: str = SECRET) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.key, self.secret = key, secret
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()
        self._script: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """What `VONAGE_URL` is to be."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def script(self, *next: Answer, to: Mapping[str, Answer] | None = None, always: Answer | None = None) -> None:
        """Replace the script."""
        with self._lock:
            self._script = {"next": list(next), "to": dict(to or {}), "always": always}

    def took(self, request: dict[str, Any]) -> dict[str, Any]:
        """Choose the answer to a request to the API, and record both."""
        with self._lock:
            request["message_uuid"] = str(uuid.uuid4())
            request["answer"] = self._choose(request)
            self.requests.append(request)
            return request["answer"]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours."""

    def _choose(self, request: dict[str, Any]) -> dict[str, Any]:
        if not request["authorized"]:
            return {"answer": "401"}
        if request["unmet"]:
            return {"answer": "422"}
        queue: list[Answer] = self._script.get("next", [])
        chosen = queue.pop(0) if queue else self._script.get("to", {}).get(request["to"]) or self._script.get("always")
        return {"answer": chosen} if isinstance(chosen, str) else dict(chosen or {"answer": "202"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn  # pyright: ignore[reportIncompatibleVariableOverride] - no other server has this handler

    def do_GET(self) -> None:
        if self.path == "/_requests":
            self._json(200, self.server.requests)
        else:
            self._problem(404)

    def do_DELETE(self) -> None:
        if self.path == "/_requests":
            self.server.requests.clear()
        elif self.path == "/_script":
            self.server.script()
        else:
            self._problem(404)
            return
        self._json(200, {})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_script":
            script = json.loads(raw)
            self.server.script(*script.get("next", []), to=script.get("to"), always=script.get("always"))
            self._json(200, {})
        elif self.path == "/v1/messages":
            self._message(raw)
        else:
            self._problem(404)

    def _message(self, raw: bytes) -> None:
        headers = {name.title(): value for name, value in self.headers.items()}
        body, unmet = demands.unmet(headers, raw)
        known = body if isinstance(body, dict) else {}
        taken: dict[str, Any] = {
            "at": time.time(),
            "to": known.get("to"),
            "client_ref": known.get("client_ref"),
            "body": body,
            "authorized": demands.authorized(headers, self.server.key, self.server.secret),
            "unmet": unmet,
        }
        answer = self.server.took(taken)
        time.sleep(answer.get("delay", 0))
        self._answer(answer, unmet, taken["message_uuid"])

    def _answer(self, answer: dict[str, Any], unmet: list[dict[str, str]], message_uuid: str) -> None:
        match answer["answer"]:
            case "garbage":
                self.wfile.write(b"\x00\xff\x16\x03 this is no HTTP\r\n\r\n" * 3)
                self.close_connection = True
            case "broken":
                self._bytes(202, b"<html>Accepted?", "text/html")
            case "huge":
                self._bytes(202, b'{"message_uuid": "' + b"a" * _HUGE + b'"}', "application/json")
            case "hang":
                self.server.closing.wait()
                self.close_connection = True
            case "hang_up":
                self.close_connection = True
            case "202":
                self._json(202, {"message_uuid": message_uuid}, {"X-Request-Id": str(uuid.uuid4())})
            case status:
                self._problem(int(status), unmet, answer.get("retry_after"), answer.get("location"))

    def _problem(
        self,
        status: int,
        unmet: list[dict[str, str]] | None = None,
        retry_after: float | str | None = None,
        location: str | None = None,
    ) -> None:
        title, detail = _TITLES.get(status, ("Internal error", "There was an error processing your request."))
        problem = {"type": f"https://developer.vonage.com/api-errors#{status}", "title": title, "detail": detail}
        problem |= {"instance": uuid.uuid4().hex} | ({"invalid_parameters": unmet} if unmet else {})
        extra = {} if retry_after is None else {"Retry-After": str(retry_after), "X-RateLimit-Limit": "30"}
        extra |= {} if location is None else {"Location": location}
        self._json(status, problem, extra, "application/problem+json")

    def _json(
        self, status: int, body: Any, extra: Mapping[str, str] | None = None, content_type: str = "application/json"
    ) -> None:
        self._bytes(status, json.dumps(body).encode(), content_type, extra or {})

    def _bytes(self, status: int, body: bytes, content_type: str, extra: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        headers = {"Content-Type": content_type, "Content-Length": str(len(body)), **(extra or {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; `GET /_requests` tells everything."""


@contextmanager
def stand_in(port: int = 0, key: str = KEY, secret: str = SECRET) -> Iterator[StandIn]:
    """A running server on a free port, in a thread, for the length of the block."""
    server = StandIn(port, key, secret)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.vonage.server", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--port", type=int, default=4010)
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--secret", default=SECRET)
    given = parser.parse_args()
    with StandIn(given.port, given.key, given.secret) as server:
        print(f"Vonage's stand-in listens on {server.url}; key {server.key}, secret {server.secret}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.closing.set()


if __name__ == "__main__":
    main()
