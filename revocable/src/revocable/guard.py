"""The guard at an app's door: which session a request belongs to, by bearer header or by cookies.

It reads plain ASGI scopes, so it goes with any framework. A browser sends a cookie whoever asked for the request, so on
methods that change state it counts only for the service's own pages.
"""

from __future__ import annotations

from collections.abc import Iterable

from revocable.cookies import Cookies, Headers
from revocable.errors import CrossSite, TokenInvalid, TokenMissing
from revocable.origin import Scope, Surroundings, headers, split_origin, written
from revocable.sessions import Sessions, TokenPair
from revocable.store import SessionState

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Judges requests. Its methods raise errors of `revocable.errors` and nothing else."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        public_url: str | None = None,
        hosts: Iterable[str] = (),
        trusted_proxies: Iterable[str] = (),
        cookie_prefix: str = "revocable",
    ) -> None:
        """`public_url`: the address people use, if it is a name; `hosts`: further names; `trusted_proxies`: addresses
        or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count. Raises ValueError for one that is none.
        """
        self.sessions = sessions
        self._cookies = Cookies(cookie_prefix)
        self._surroundings = Surroundings(public_url, hosts, trusted_proxies)

    def check_host(self, scope: Scope) -> None:
        """Raise `UnknownHost` unless the request names an IP address, `localhost`, `*.local` or a configured host."""
        self._surroundings.check_host(scope)

    def scheme(self, scope: Scope) -> str:
        """Return `http` or `https`: the public URL's for its host, else a known proxy's word, else the connection's."""
        return self._surroundings.scheme(scope)

    def host(self, scope: Scope) -> str:
        """Return the name or address the request was sent to, without its port. Raises `UnknownHost`."""
        return self._surroundings.host(scope)[0]

    def origins(self, scope: Scope) -> list[str]:
        """Return the origins whose pages are the service's own, as browsers write them: the request's, the public one.

        Raises `UnknownHost` when the request names no host.
        """
        return [written(origin) for origin in sorted(self._surroundings.own_origins(scope))]

    def client_address(self, scope: Scope) -> str:
        """Return who sent the request: the last address that is no configured proxy; "" where there is none."""
        return self._surroundings.client_address(scope)

    async def authenticate(self, scope: Scope) -> SessionState:
        """Return the live session of a request, by its bearer header, else by its cookies.

        Raises `TokenMissing`, `TokenInvalid`, `TokenExpired`, `SessionEnded`, `StoreUnavailable`; with cookies also
        `CrossSite` and `UnknownHost`.
        """
        return await self.sessions.authenticate(self.access_token(scope))

    def access_token(self, scope: Scope) -> str:
        """Return the access token of a request, by its bearer header, else by its cookies; it is not judged yet.

        Raises `TokenMissing`, `TokenInvalid`; with cookies also `CrossSite` and `UnknownHost`.
        """
        token = self.bearer_token(scope)
        if token is None:
            token = self._of_our_pages(scope, self._cookies.access(self.scheme(scope), scope))
            if token is None:
                raise TokenMissing("no token was sent")
        return token

    def bearer_token(self, scope: Scope) -> str | None:
        """Return the token of `Authorization: Bearer …` (RFC 6750, 2.1), or None when there is no such header.

        Another scheme is none of ours: None. Raises `TokenInvalid` for several headers or a malformed one, and
        `TokenMissing` for the scheme without a token.
        """
        value = None
        for name, content in scope["headers"]:
            if name == b"authorization":
                if value is not None:
                    raise TokenInvalid("there are several Authorization headers")
                value = content
        if value is None:
            return None
        scheme, _, token = value.partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            text = token.strip(b" ").decode("ascii")
        except UnicodeDecodeError:
            raise TokenInvalid("not a token") from None
        if not text:
            raise TokenMissing("the header has no token")
        return text

    def refresh_cookie(self, scope: Scope) -> str | None:
        """Return the refresh token of the request's cookies. Raises `CrossSite`, `UnknownHost`, `TokenInvalid`."""
        return self._of_our_pages(scope, self._cookies.refresh(self.scheme(scope), scope))

    def cookie_tokens(self, scope: Scope) -> list[str]:
        """Return the access and the refresh token of the request's cookies, as far as they are there.

        Raises `CrossSite`, `UnknownHost`, `TokenInvalid`.
        """
        scheme = self.scheme(scope)
        tokens = (self._cookies.access(scheme, scope), self._cookies.refresh(scheme, scope))
        return [token for token in tokens if token is not None and self._of_our_pages(scope, token)]

    def require_same_origin(self, scope: Scope) -> None:
        """Raise `CrossSite` unless the request comes from the service's own pages.

        `Sec-Fetch-Site` must be `same-origin`; where it is absent, `Origin` must be the request's own scheme and host
        (with its port), or the public URL's. Raises `UnknownHost` when the request names no host.
        """
        site = headers(scope, b"sec-fetch-site")
        if site:
            if site != [b"same-origin"]:
                raise CrossSite("another site's page made this request")
            return
        origin = headers(scope, b"origin")
        if len(origin) != 1 or split_origin(origin[0]) not in self._surroundings.own_origins(scope):
            raise CrossSite("nothing tells that a page of this service made this request")

    def set_cookies(self, scope: Scope, pair: TokenPair) -> Headers:
        """Return the `set-cookie` headers that hand a pair to a browser."""
        return self._cookies.set(self.scheme(scope), pair)

    def clear_cookies(self, scope: Scope) -> Headers:
        """Return the `set-cookie` headers that make a browser forget its session."""
        return self._cookies.clear(self.scheme(scope))

    def _of_our_pages(self, scope: Scope, token: str | None) -> str | None:
        """Return a cookie's token, after the cross-site rule where it is needed."""
        if token is not None and scope.get("method") not in SAFE_METHODS:  # a WebSocket has no method, and no CORS
            self.require_same_origin(scope)
        return token
