"""Who asks while schemathesis runs: hooks that sign people in afresh, each from an address of their own.

Loaded by `schemathesis run` (see `test_schemathesis.py`). Half of what is generated gets a real id, password or token
put in, since nobody guesses one.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import httpx2
import schemathesis
from schemathesis import AuthContext, Case, GenerationMode, HookContext, Response

PASSWORD = "a long walk along the tagus river"
SIGNING_OUT = {"logout", "endSession", "endOtherSessions", "refreshToken"}
PROVING = {"login", "changePassword", "deleteAccount"}
_numbers = itertools.count(1)
_turns = itertools.count(1)


@dataclass
class Person:
    """Somebody who has signed up and in, and knows everything that is needed to ask rightly."""

    username: str = field(init=False)
    address: str = field(init=False)
    tokens: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        number = next(_numbers)
        self.username, self.address = f"visitor.{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        self.post("/user", username=self.username, password=PASSWORD)
        self.tokens = self.post("/login", username=self.username, password=PASSWORD)

    def post(self, path: str, **body: str) -> Any:
        answer = _client.post(path, json=body, headers={"X-Forwarded-For": self.address})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def new_todo(self) -> str:
        told = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return _client.post("/todo", json={"title": "buy bread"}, headers=told).json()["id"]


class Visit:
    """The person who asks at the moment."""

    def __init__(self) -> None:
        self._person: Person | None = None

    @property
    def person(self) -> Person:
        self._person = self._person or Person()
        return self._person

    def end(self) -> None:
        """Somebody else asks next."""
        self._person = None


_client = httpx2.Client(base_url=os.environ.get("RECADO_URL", ""), trust_env=False, timeout=15)
visit = Visit()


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Gives each case an access token that is good."""

    def get(self, case: Case, context: AuthContext) -> str:
        return visit.person.tokens["access_token"]

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Say where the person is; and every second time, let them know what they are talking about."""
    case.headers["X-Forwarded-For"] = visit.person.address
    right = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if right and next(_turns) % 2:
        _know(case, _name(case), visit.person)


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Replace a person who was signed out or deleted, or is near a limit."""
    name, status = _name(case), response.status_code
    over = name in SIGNING_OUT and status < 300
    tried = name in PROVING and status in (200, 204, 401, 429)
    if over or tried or (name == "setPhone" and status in (202, 429)):
        visit.end()


def _name(case: Case) -> str:
    return case.operation.definition.raw["operationId"]


def _know(case: Case, name: str, person: Person) -> None:
    if case.operation.path.startswith("/todo/{id}"):
        case.path_parameters["id"] = person.new_todo()
    elif name == "endSession":
        case.path_parameters["id"] = person.tokens["session_id"]
    if isinstance(case.body, dict):
        known = {
            "login": {"username": person.username, "password": PASSWORD},
            "refreshToken": {"refresh_token": person.tokens["refresh_token"]},
            "logout": {"refresh_token": person.tokens["refresh_token"]},
            "changePassword": {"current": PASSWORD},
            "deleteAccount": {"password": PASSWORD},
        }
        case.body.update(known.get(name, {}))
