"""The ASGI app: finds the route, judges the request in the contract's order, runs the handler, writes the answer.

Order of judgement: host, path and method, size and content type, token, members. It is plain ASGI: a middleware stack
costs more than everything else a request does here (docs/decisions/0007).
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import structlog
from starlette.routing import compile_path

from recado.accounts import accounts
from recado.errors import NotFound
from recado.http import scopes, streaming
from recado.http.call import Answer, Call
from recado.http.problems import MethodNotAllowed, problem
from recado.http.reading import MAX_BODY, Disconnected, check_upload, decode, read_body, require_json
from recado.logs import REQUEST

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from recado.http.house import House

_ROUTE = "recado.route"
"""Where a request's scope says which route took it: its number, from 1."""
_LEFT = 499
"""What is counted for a client that left before its answer."""
_log = structlog.get_logger()

_EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
)
_PRIVATE = (b"cache-control", b"no-store")
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `body` is the struct its JSON becomes; `guarded` routes need a live session.

    A route with the body `bytes` takes a file of up to `most` bytes, of a type it `accepts` or, where the query names
    a `format`, of any. Such a body is read only for somebody who is signed in, and one person's one after the other;
    where nobody has to be, it is read as it comes, and the handler judges it.

    With `asks_late` the token is checked first, and whether its session lives by the handler, within the transaction
    that writes; if it comes to nothing before that, it is asked all the same, since 401 goes before 422.

    A route for `operators` is for everybody else as if it were not there.
    """

    method: str
    path: str
    handler: Callable[[Call], Awaitable[Answer]]
    body: type[Any] | None = None
    guarded: bool = True
    body_optional: bool = False
    accepts: frozenset[str] = frozenset()
    most: int = MAX_BODY
    asks_late: bool = False
    operators: bool = False
    needs: str | None = field(init=False)
    """The scope that lets an access token in; None on routes that none reaches."""

    def __post_init__(self) -> None:
        if self.operators and (self.asks_late or self.body is bytes):
            raise ValueError(f"{self.path}: who is the operator is not asked on this way")
        object.__setattr__(self, "needs", scopes.needed(self.method, self.path) if self.guarded else None)


class Endpoints:
    """An ASGI app over a table of routes.

    `answered` is told of every request: the route's number in the table, from 1 (0 is none), its status, and when it
    began, as `perf_counter` has it. With `logged`, each request is a line in the log.
    """

    def __init__(
        self,
        house: House,
        routes: Sequence[Route],
        answered: Callable[[int, int, float], None] | None = None,
        *,
        logged: bool = False,
    ) -> None:
        self._house = house
        self._answered, self._logged = answered, logged
        self._numbers = {id(route): number for number, route in enumerate(routes, 1)}
        self._paths = ["unknown", *(route.path for route in routes)]
        self._start, self._count = secrets.token_hex(6), itertools.count(1)
        self._exact: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[Any, dict[str, Route]]] = []
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            by_path.setdefault(route.path, {})[route.method] = route
        for path, methods in by_path.items():
            if "{" in path:
                self._patterns.append((compile_path(path)[0], methods))
            else:
                self._exact[path] = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = f"{self._start}-{next(self._count):x}"
        REQUEST.set(request_id)
        begun = perf_counter()
        try:
            answer = await self._answer(scope, receive)
        except Disconnected:
            self._note(scope, _LEFT, begun)
            return
        except Exception as error:
            answer = problem(error, request_id, token_in_header=_sent_bearer(scope))
        await self._send(scope, send, answer, request_id)
        self._note(scope, answer.status, begun)
        if answer.stream is not None:
            await streaming.send_on(answer.stream, scope, receive, send)

    def _note(self, scope: Scope, status: int, begun: float) -> None:
        if self._answered is not None:
            self._answered(scope.get(_ROUTE, 0), status, begun)
        if self._logged:
            path = self._paths[cast("int", scope.get(_ROUTE, 0))]
            took = round((perf_counter() - begun) * 1000, 3)
            _log.debug("request", method=scope["method"][:10], route=path, status=status, ms=took)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        house = self._house
        house.guard.check_host(scope)
        route, path = self._find(scope)
        call = Call(house, scope, path, route.needs)
        if route.body is bytes:
            if not route.guarded:
                call.body = await read_body(scope, receive, route.most)
                return await route.handler(call)
            check_upload(scope, route.accepts, route.most)
            call.session = scopes.let_in(await house.guard.authenticate(scope), route.needs)
            async with house.uploads.turn(call.session.sub):
                call.body = await read_body(scope, receive, route.most)
                return await route.handler(call)
        if route.body is not None:
            call.raw = await read_body(scope, receive)
            if call.raw:
                require_json(scope)
        if route.asks_late:
            return await self._answer_late(route, call)
        if route.guarded:
            call.session = scopes.let_in(await house.guard.authenticate(scope), route.needs)
        if route.operators:
            await accounts.require_operator(house.db, call.user_id)
        if route.body is not None and (call.raw or not route.body_optional):
            call.body = decode(call.raw, route.body)
        return await route.handler(call)

    async def _answer_late(self, route: Route, call: Call) -> Answer:
        house = self._house
        call.token = house.guard.access_token(call.scope)
        call.claims = house.sessions.claims(call.token)
        try:
            if route.body is not None:
                call.body = decode(call.raw, route.body)
            answer = await route.handler(call)
        except Exception:
            await call.admit(house.db)
            raise
        if call.session is None:
            raise AssertionError(f"{route.path} never asked whether the session lives")
        return answer

    def _find(self, scope: Scope) -> tuple[Route, dict[str, str]]:
        path, values = scope["path"], dict[str, str]()
        methods = self._exact.get(path)
        if methods is None:
            for pattern, candidates in self._patterns:
                match = pattern.match(path)
                if match:
                    methods, values = candidates, match.groupdict()
                    break
            else:
                raise NotFound
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        route = methods.get(method)
        if route is None:
            raise MethodNotAllowed(", ".join([*methods, *(["HEAD"] if "GET" in methods else [])]))
        scope[_ROUTE] = self._numbers[id(route)]
        return route, values

    async def _send(self, scope: Scope, send: Send, answer: Answer, request_id: str) -> None:
        headers = [*answer.headers, *_EVERYWHERE, (b"x-request-id", request_id.encode())]
        if b"cache-control" not in dict(answer.headers):
            headers.append(_PRIVATE)
        if answer.status not in _BODILESS and answer.stream is None:
            headers.append((b"content-length", b"%d" % len(answer.body)))
        if answer.body or answer.stream is not None:
            headers.append((b"content-type", answer.content_type))
        if self._house.guard.scheme(scope) == "https":
            headers.append(_HSTS)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body, "more_body": answer.stream is not None})


def _sent_bearer(scope: Scope) -> bool:
    return any(name == b"authorization" and value[:7].lower() == b"bearer " for name, value in scope["headers"])
