"""The second step of signing in or proving oneself: a code of the authenticator app, or a recovery code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from recado.cli.use.connection import Answer, Connection, good
from recado.cli.use.failures import Failure, Misused
from recado.cli.use.session import Session

_TRIES = 3


def entered(connection: Connection, body: Mapping[str, str], code: str | None) -> Any:
    """Sign in and return what hands the tokens out. Without a `code`, it is asked for if one is needed.

    Raises `Failure` for a wrong password or code, and `Misused` where nobody can be asked.
    """
    answer = connection.send("POST", "/login", json=body, again=False)

    def second_step(given: dict[str, str]) -> Answer:
        given |= {"device": body.get("device", "")}
        return connection.send("POST", "/login/factor", json=given, again=False)

    return good(_through(answer, second_step, code), connection.server).json()


def prove(session: Session, password: str) -> None:
    """Prove once more that it is them, for what the server does for nobody else. Raises as `entered`."""

    def ask(body: dict[str, str]) -> Answer:
        tokens = session.profile.tokens
        bearer = tokens.access if tokens else ""
        return session.connection.send("POST", "/session/proof", bearer=bearer, json=body, again=False)

    answer = _through(ask({"password": password}), ask, None)
    if answer.kind == "bad-credentials":
        raise Failure("That is not your password.")
    good(answer, session.connection.server)


def _through(answer: Answer, second_step: Callable[[dict[str, str]], Answer], code: str | None) -> Answer:
    """Take the second step, if the answer to the first asks for it; return the last answer."""
    if answer.kind != "second-factor-required":
        return answer
    asked = answer.problem
    for _ in range(_TRIES if code is None else 1):
        typed = code if code is not None else _typed(asked)
        plain = "".join(typed.split())
        kind = "totp" if plain.isdecimal() and len(plain) == 6 else "recovery"
        answer = second_step({"challenge": asked["challenge"], kind: typed[:100]})
        if answer.kind != "second-factor-wrong":
            return answer
        print("That is wrong, or was used before.", file=sys.stderr)
    raise Failure("The code is wrong, or was used before.")


def _typed(asked: Mapping[str, Any]) -> str:
    """Return the code that somebody types, or the next line of standard input."""
    if sys.stdin.isatty():
        app = "totp" in asked.get("factors", ())
        print(
            "Code of your app, or a recovery code: " if app else "Recovery code: ", end="", file=sys.stderr, flush=True
        )
    code = sys.stdin.readline().strip()
    if not code:
        raise Misused("A second factor is on: its code is needed as well, with --code or on the next line.")
    return code
