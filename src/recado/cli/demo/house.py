"""The household of three, and the to-dos they have when all begins; made over HTTP, as people do it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import httpx2

from recado.cli.demo.phones import Phones
from recado.cli.use.failures import Failure

_SECONDS = 20
_SOON = 3
"""Minutes until something is due: the reminder of it arrives a minute earlier, while one looks."""


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who lives here; `number` is E.164 without `+`."""

    name: str
    locale: str
    number: str


RESIDENTS = (
    Resident("ana", "en", "447700900101"),
    Resident("maria", "pt-BR", "447700900102"),
    Resident("rui", "pt-BR", "447700900103"),
)
_OWN = {
    "ana": (
        "call the dentist today 3pm",
        "pay the rent tomorrow 9am !1 #home every month",
        "book train tickets friday !3 #travel",
        "read The 5th Wave",
    ),
    "maria": ("regar as plantas hoje a cada 3 dias #casa", "pagar o boleto amanhã 9h !1", "ler 5 páginas"),
    "rui": ("levar o carro à revisão sexta 8h", "comprar pilhas #casa"),
}
_LEFT = (
    ("ana", "maria", "buy bread"),
    ("maria", "rui", "consertar a torneira"),
    ("rui", "ana", "sign the school form"),
)
_PARTY = ("plan the birthday", ("cake", "music", "guests"))


class House:
    """Asks the service at `url`; `password` is everybody's."""

    def __init__(self, url: str, password: str, phones: Phones) -> None:
        self._client = httpx2.Client(base_url=url, trust_env=False, timeout=_SECONDS)
        self._password, self._phones = password, phones
        self._tokens = dict[str, str]()
        self._ids = dict[str, int]()

    def fill(self) -> None:
        """Let all move in, with lists, to-dos and phones. Raises `Failure` if the service refuses."""
        with self._client:
            for resident in RESIDENTS:
                self._move_in(resident)
            for name, lines in _OWN.items():
                for quick in lines:
                    self._ask(name, "POST", "/todo", {"quick": quick})
            self._share()
            self._ask("ana", "PATCH", "/me", {"notify": {"created": True}})

    def _move_in(self, resident: Resident) -> None:
        """Sign up, and prove the number with the code that comes to it."""
        credentials = {"username": resident.name, "password": self._password}
        who = {**credentials, "locale": resident.locale, "time_zone": zone()}
        self._ids[resident.name] = self._ask(None, "POST", "/user", who)["user_id"]
        self._tokens[resident.name] = self._ask(None, "POST", "/login", {**credentials, "device": "recado demo"})[
            "access_token"
        ]
        self._ask(resident.name, "POST", "/me/phone", {"phone": f"+{resident.number}"})
        self._ask(resident.name, "POST", "/me/phone/verify", {"code": self._code(resident.number)})
        self._ask(resident.name, "PATCH", "/me", {"notify": {"created": False}})

    def _share(self) -> None:
        """One list for all, in which each has left something for another."""
        home = self._ask("ana", "POST", "/list", {"name": "Casa"})["id"]
        for resident in RESIDENTS[1:]:
            code = self._ask("ana", "POST", f"/list/{home}/invite", {"role": "editor"})["code"]
            self._ask(resident.name, "POST", f"/invite/{code}")
        title, steps = _PARTY
        party = self._ask("ana", "POST", "/todo", {"title": title, "list_id": home, "priority": 2})["id"]
        for step in steps:
            self._ask("ana", "POST", "/todo", {"title": step, "list_id": home, "parent_id": party})
        for giver, taker, left in _LEFT:
            self._ask(giver, "POST", "/todo", {"title": left, "list_id": home, "for": self._ids[taker]})
        due = datetime.now(ZoneInfo(zone())) + timedelta(minutes=_SOON)
        soon = {"title": "tirar o bolo do forno", "due": f"{due:%Y-%m-%dT%H:%M}", "remind": 1}
        self._ask("maria", "POST", "/todo", soon)

    def _code(self, number: str) -> str:
        seen = 0
        while texts := self._phones.after(seen, _SECONDS):
            seen += len(texts)
            for text in texts:
                if text.number == number and (found := re.search(r"\b\d{6}\b", text.text)):
                    return found[0]
        raise Failure("The text with the code did not arrive")

    def _ask(self, name: str | None, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {} if name is None else {"Authorization": f"Bearer {self._tokens[name]}"}
        answer = self._client.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise Failure(f"The household could not be made: {method} {path} was answered {answer.status_code}")
        return answer.json() if answer.content else None


def zone() -> str:
    """Return the IANA name of this machine's time zone, `UTC` where it has none."""
    linked = os.path.realpath("/etc/localtime").rpartition("zoneinfo/")[2]
    noted = Path("/etc/timezone").read_text("utf-8").strip() if Path("/etc/timezone").is_file() else ""
    return next((name for name in (os.environ.get("TZ", ""), linked, noted) if name in available_timezones()), "UTC")
