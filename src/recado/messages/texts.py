"""The words of the text messages, in English and Brazilian Portuguese, and how a person's own text gets into them.

Words are chosen to fit one SMS: GSM 7-bit has no `á`, `ã`, `ç` or `ó`, and one of them halves what a text may hold.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

CODE = "{code}"
"""Stands in a stored text for the code that is put in just before sending."""

_HIDDEN_CODE = "••••••"
_NAME_LIMIT = 40
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


def assigned(username: str, title: str, locale: str) -> str:
    """Return the text that tells somebody of a to-do that another person left for them."""
    return _between_people(_ASSIGNED, username, title, locale)


def finished(username: str, title: str, locale: str) -> str:
    """Return the text that tells who left a to-do for somebody that it is done, and by whom."""
    return _between_people(_FINISHED, username, title, locale)


def phone_code(locale: str) -> str:
    """Return the text that brings a phone code, with `{code}` in the code's place."""
    return _PHONE_CODE[_language(locale)]


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
