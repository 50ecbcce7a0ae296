"""The second step of signing in, where somebody has a second factor: a code of their app, or a recovery code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from recado.cli.use.connection import Answer, Connection, good
from recado.cli.use.failures import Failure, Misused

_TRIES = 3


def entered(connection: Connection, body: Mapping[str, str], code: str | None) -> Any:
    """Sign in and return what hands the tokens out. Without a `code`, it is asked for if one is needed.

    Raises `Failure` for a wrong password or code, and `Misused` where nobody can be asked.
    """
    answer = connection.send("POST", "/login", json=body, again=False)
    if answer.kind != "second-factor-required":
        return good(answer, connection.server).json()
    asked, given = answer.problem, code is not None
    for _ in range(1 if given else _TRIES):
        typed = code if code is not None else _typed(asked)
        answer = _second_step(connection, asked, typed, body.get("device", ""))
        if answer.kind != "second-factor-wrong":
            return good(answer, connection.server).json()
        print("That is wrong, or was used before.", file=sys.stderr)
    raise Failure("The code is wrong, or was used before.")


def _second_step(connection: Connection, asked: Mapping[str, Any], typed: str, device: str) -> Answer:
    plain = "".join(typed.split())
    kind = "totp" if plain.isdecimal() and len(plain) == 6 else "recovery"
    body = {"challenge": asked["challenge"], kind: typed[:100], "device": device}
    return connection.send("POST", "/login/factor", json=body, again=False)


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
