"""Who asks while schemathesis runs: hooks that sign people in afresh, each from an address of their own.

Loaded by schemathesis (see `test_schemathesis.py`). Every second request that is right by the contract gets what nobody
guesses: an id, a password, a token, a phone number. Those must be taken.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import httpx2
import schemathesis
from schemathesis import AuthContext, Case, GenerationMode, HookContext, Response

from recado.db.ids import uuid7
from revocable.sessions import microseconds
from tests.conftest import CLIENT

OPERATOR = "the.operator"
PASSWORD, ANOTHER = "a long walk along the tagus river", "seven green bottles on a shelf"
SERVICES = {"introspectToken", "revokeToken"}
"""What other services ask, with a secret of their own."""
SIGNING_OUT = {"logout", "endSession", "endOtherSessions", "refreshToken"}
PROVING = {"createAccessToken", "login", "changePassword", "deleteAccount"}
UNKNOWN = {
    "resetPassword",
    "verifyPhone",
    "verifyEmail",
    "acceptInvite",
    "changeMember",
    "removeMember",
    "takeReceipt",
    "takeText",
    "loginFactor",
    "proveAgain",
    "verifyTotp",
    "addPasskey",
    "renamePasskey",
    "removePasskey",
}
"""What nobody can get right alone: a code, a signature or another person is needed."""
RIGHTLY_REFUSED = {
    *(("retryMessage", 404), ("undoTodo", 409), ("removeTotp", 404), ("renewRecoveryCodes", 409)),
    *(("askForPasskey", 403), ("startPasskey", 403)),  # an IP address has no passkeys
}
TODO: dict[str, Any] = {
    **{"due": "2027-01-02T09:00", "repeat": "FREQ=WEEKLY", "labels": ["home"]},
    **{"for": None, "parent_id": None, "position": "i"},
}
_WHO = os.getpid()
_numbers = itertools.count(1)
_client = httpx2.Client(base_url=os.environ.get("RECADO_URL", ""), trust_env=False, timeout=15)


@dataclass
class Person:
    """Somebody who has signed up and in, and knows everything that is needed to ask rightly."""

    number: int = field(default_factory=lambda: next(_numbers))
    tokens: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.user_id: int = self._post("/user", username=self.username, password=PASSWORD)["user_id"]
        self.tokens = self._post("/login", username=self.username, password=PASSWORD)

    @property
    def username(self) -> str:
        return f"visitor.{_WHO}.{self.number}"

    @property
    def address(self) -> str:
        return f"10.{self.number >> 16}.{self.number >> 8 & 255}.{self.number & 255}"

    @property
    def bearer(self) -> str:
        return f"Bearer {self.tokens['access_token']}"

    def new_todo(self) -> str:
        told = {"Authorization": self.bearer}
        return _client.post("/todo", json={"title": "buy bread"}, headers=told).json()["id"]

    def new_list(self) -> str:
        told = {"Authorization": self.bearer}
        return _client.post("/list", json={"name": "home"}, headers=told).json()["id"]

    def knows(self, operation: str) -> dict[str, Any]:
        """Members of a body that only this person can get right."""
        refresh = {"refresh_token": self.tokens["refresh_token"]}
        return {
            "login": {"username": self.username, "password": PASSWORD, "cookie": False},
            "refreshToken": refresh,
            "logout": refresh,
            "signUp": {
                "username": f"new.{_WHO}.{next(_numbers)}",
                "password": PASSWORD,
                "time_zone": "America/Sao_Paulo",
            },
            "changeAccount": {"time_zone": "Europe/Lisbon", "digest": "08:00"},
            "changePassword": {"current": PASSWORD, "new": ANOTHER},
            "deleteAccount": {"password": PASSWORD},
            "createAccessToken": {"name": "a script", "password": PASSWORD},
            "createTodo": TODO | {"title": "buy bread", "quick": "buy milk tomorrow", "list_id": None},
            "changeTodo": TODO,
            "batchTodos": {"items": [{"op": "create", "todo": TODO | {"title": "buy bread"}}]},
            "changePerson": {"disabled": True},
            "makeReset": {"password": PASSWORD},
            "setPhone": {"phone": f"+35191{next(_numbers):07}"},
            "setEmail": {"email": f"ana.{next(_numbers)}@example.org", "password": PASSWORD},
        }.get(operation, {})

    def _post(self, path: str, **body: str) -> Any:
        answer = _client.post(path, json=body, headers={"X-Forwarded-For": self.address})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


class Operator:
    """Who runs the service, signed in once; signed up by the test before anybody else."""

    def __init__(self) -> None:
        self._bearer = ""

    @property
    def bearer(self) -> str:
        if not self._bearer:
            answer = _client.post("/login", json={"username": OPERATOR, "password": PASSWORD})
            self._bearer = f"Bearer {answer.json()['access_token']}"
        return self._bearer

    def new_invitation(self) -> str:
        return _client.post("/operator/invite", headers={"Authorization": self.bearer}).json()["id"]


operator = Operator()


class Visit:
    """The person who asks at the moment."""

    def __init__(self) -> None:
        self._person: Person | None = None
        self._turns = 0
        self.informed: set[str] = set()
        """The ids of the cases that were put right."""

    @property
    def person(self) -> Person:
        self._person = self._person or Person()
        return self._person

    def inform(self, case: Case) -> None:
        """Put every second case that is right by the contract right in every way."""
        signed_in = case.headers.get("Authorization") == self.person.bearer
        if not signed_in or not _right(case) or _name(case) in UNKNOWN:
            return
        self._turns += 1
        if self._turns % 2:
            return
        if _name(case) == "refreshToken" and not isinstance(case.body, dict):
            return
        self.informed.add(case.id)
        for name in ("list", "cursor", "label", "parent"):
            case.query.pop(name, None)
        if isinstance(case.body, dict):
            case.body.update(self.person.knows(_name(case)))
            if _name(case) == "changeTodo":
                case.body.pop("list_id", None)
        if case.operation.path.startswith("/todo/{id}"):
            case.path_parameters["id"] = self.person.new_todo()
        if case.operation.path.startswith("/operator"):
            case.headers["Authorization"] = operator.bearer
            if "user_id" in case.path_parameters:
                case.path_parameters["user_id"] = Person().user_id
            if "id" in case.path_parameters:
                case.path_parameters["id"] = operator.new_invitation()
        if case.operation.path.startswith("/list/{id}"):
            case.path_parameters["id"] = self.person.new_list()
        if _name(case) == "endSession":
            case.path_parameters["id"] = self.person.tokens["session_id"]

    def end(self) -> None:
        """Somebody else asks next."""
        self._person = None


visit = Visit()


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Gives each case an access token that is good."""

    def get(self, _case: Case, _context: AuthContext) -> str:
        return visit.person.bearer

    def set(self, case: Case, data: str, _context: AuthContext) -> None:
        case.headers["Authorization"] = data


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Say where the person is. A key or id is used once, and a precondition holds, or they are refused rightly."""
    case.headers["X-Forwarded-For"] = visit.person.address
    if _name(case) in SERVICES:
        case.headers["Authorization"] = httpx2.BasicAuth(*CLIENT)._auth_header
        if isinstance(case.body, dict):
            for name in ("client_id", "client_secret"):
                case.body.pop(name, None)
    if _right(case):
        if "If-Match" in case.headers:
            case.headers["If-Match"] = "*"
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"{next(_numbers)}{case.headers['Idempotency-Key']}"[:255]
        if isinstance(case.body, dict) and case.body.get("id"):
            case.body["id"] = uuid7(microseconds)
    visit.inform(case)


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Replace a person who was signed out or deleted, or is near a limit."""
    name, status = _name(case), response.status_code
    informed = case.id in visit.informed
    assert not informed or status < 400 or (name, status) in RIGHTLY_REFUSED, f"{name}: {status} {response.text}"
    over = name in SIGNING_OUT and status < 300
    tried = name in PROVING and status in (200, 204, 401, 429)
    if over or tried or (name in ("setPhone", "setEmail") and status in (202, 429)):
        visit.end()


def _name(case: Case) -> str:
    return case.operation.definition.raw["operationId"]


def _right(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
