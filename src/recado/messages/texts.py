"""The words of the text messages, in English and Brazilian Portuguese, and how a person's own text gets into them.

Words are chosen to fit one SMS: GSM 7-bit has no `á`, `ã`, `ç` or `ó`, and one of them halves what a text may hold.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from recado.messages import segments

CODE = "{code}"
"""Stands in a stored text for the code that is put in just before sending."""

_HIDDEN_CODE = "••••••"
_NAME_LIMIT, _SHORT_NAME = 40, 20
_CREATED = {
    "en": "Dear {name}, a todo was created from your account just now.",
    "pt": "Oi, {name}! Uma tarefa acabou de ser criada na sua conta.",
}
_PHONE_CODE = {
    "en": f"Your recado code is {CODE}. If you did not ask for it, ignore this message.",
    "pt": f"Seu código do recado é {CODE}. Se não foi você, ignore.",
}

_ASSIGNED = {
    "en": "{name} left you: {title}",
    "pt": "{name} deixou para você: {title}",
}
_ASSIGNED_TO_ANSWER = {
    "en": ("{name} left you: ", ". Reply DONE {number} when done."),
    "pt": ("{name} deixou: ", ". Responda FEITO {number} quando fizer."),
}
_NEW_SIGN_IN = {
    "en": ("recado: new sign-in as {name} on ", " at {clock}. Not you? Change your password."),
    "pt": ("recado: novo acesso de {name} em ", " as {clock}. Nao foi voce? Troque a senha."),
}
_NEW_SIGN_IN_TO_ANSWER = {
    "en": ("recado: new sign-in as {name} on ", " at {clock}. Not you? Reply KILL{number} within an hour to end it."),
    "pt": ("recado: novo acesso de {name} em ", " as {clock}. Nao foi voce? Responda ENCERRAR{number} em uma hora."),
}
_TOKEN_REUSED = {
    "en": "recado: an old key of a device of {name} was used again, so it was signed out. "
    "If that goes on, change your password.",
    "pt": "recado: uma chave antiga de um aparelho de {name} foi usada, e ele saiu da conta. "
    "Se repetir, troque a senha.",
}
_FINISHED = {
    "en": "{name} did it: {title}",
    "pt": "{name} concluiu: {title}",
}
_TITLE_LIMIT = 90

_DOT_IN_ADDRESS = re.compile(r"(?<=[\w-])[.．。｡․](?=[\w-]*[^\W\d_])")
_IPV4 = re.compile(r"\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b")
_LONG_NUMBER = re.compile(r"\d{7,}")


@lru_cache(maxsize=1024)
def todo_created(username: str, locale: str) -> str:
    """Return the text that tells somebody of a to-do they created."""
    return _CREATED[_language(locale)].format(name=neutral(username, _NAME_LIMIT))


def assigned(username: str, title: str, locale: str, *, number: int | None = None) -> str:
    """Return the text that tells somebody of a to-do that another person left for them.

    With `number` they can answer with it, and the text is one SMS.
    """
    if number is None:
        return _between_people(_ASSIGNED, username, title, locale)
    before, after = _ASSIGNED_TO_ANSWER[_language(locale)]
    name = neutral(username, _SHORT_NAME)
    return segments.fitted(before.format(name=name), neutral(title, _TITLE_LIMIT), after.format(number=number))


def finished(username: str, title: str, locale: str) -> str:
    """Return the text that tells who left a to-do for somebody that it is done, and by whom."""
    return _between_people(_FINISHED, username, title, locale)


def phone_code(locale: str) -> str:
    """Return the text that brings a phone code, with `{code}` in the code's place."""
    return _PHONE_CODE[_language(locale)]


def new_sign_in(username: str, device: str, clock: str, locale: str, *, reply: int | None) -> str:
    """Return the text that tells of a sign-in on a new device, one SMS. `reply` tells several of one hour apart; None
    where nobody can reply.
    """
    words = _NEW_SIGN_IN if reply is None else _NEW_SIGN_IN_TO_ANSWER
    before, after = words[_language(locale)]
    name, number = neutral(username, _SHORT_NAME), f" {reply}" if reply is not None and reply > 1 else ""
    return segments.fitted(before.format(name=name), neutral(device, 30), after.format(clock=clock, number=number))


def token_reused(username: str, locale: str) -> str:
    """Return the text that tells of a spent token that was used again, one SMS."""
    before, _, after = _TOKEN_REUSED[_language(locale)].partition("{name}")
    return segments.fitted(before, neutral(username, _SHORT_NAME), after)


def neutral(text: str, limit: int) -> str:
    """Return text of a person's making as one harmless line of at most `limit` characters.

    Control, format (also those that reverse writing) and unpaired surrogate characters go; what a phone would turn into
    a link gets a space after its dots and its `:`, so `evil.example/x` reads `evil. example/x`.
    """
    kept = "".join(map(_printable, text))
    unlinked = _DOT_IN_ADDRESS.sub(lambda dot: dot[0] + " ", kept.replace("://", ": //"))
    line = " ".join(_IPV4.sub(r"\1. \2. \3. \4", unlinked).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def masked(number: str) -> str:
    """Return an E.164 number with all but its first three and last two characters hidden: `+55*********21`."""
    return number[:3] + "*" * max(3, len(number) - 5) + number[-2:]


def without_numbers(text: str) -> str:
    """Return text with every run of seven and more digits hidden, since it may be a phone number."""
    return _LONG_NUMBER.sub("*******", text)


def hidden(text: str) -> str:
    """Return a stored text as people may see it later: without the code."""
    return text.replace(CODE, _HIDDEN_CODE)


def _between_people(words: dict[str, str], username: str, title: str, locale: str) -> str:
    return words[_language(locale)].format(name=neutral(username, _NAME_LIMIT), title=neutral(title, _TITLE_LIMIT))


def _language(locale: str) -> str:
    return "pt" if locale.lower().startswith("pt") else "en"


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp") else character
