"""The words of the text messages, in English and Brazilian Portuguese, and how a person's own text gets into them.

Words are chosen to fit one SMS: GSM 7-bit has no `á`, `ã`, `ç` or `ó`, and one of them halves what a text may hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from recado.messages import segments, wording

CODE = "{code}"
"""Stands in a stored text for the code that is put in just before sending."""

_HIDDEN_CODE = "••••••"
_NAME_LIMIT, _SHORT_NAME, _SHORT_ADDRESS = 40, 20, 40
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
    "en": ("recado: new sign-in as {name} on ", " at {clock}. Not you? "),
    "pt": ("recado: novo acesso de {name} em ", " as {clock}. Nao foi voce? "),
}
_KILL = {
    "en": "Reply KILL{number} within an hour to end it.",
    "pt": "Responda ENCERRAR{number} em uma hora.",
}
_CHANGE_PASSWORD = {"en": "Change your password.", "pt": "Troque a senha."}
_END_IT = {
    "en": "End it at {address}/app/devices and change your password.",
    "pt": "Encerre em {address}/app/devices e troque a senha.",
}
_NEW_ADDRESS = {
    "en": ("recado: ", " gets messages at {address} from now on. Not you? Change your password at once."),
    "pt": ("recado: ", " recebe mensagens em {address} de agora em diante. Nao foi voce? Troque ja a senha."),
}
_TOKEN_REUSED = {
    "en": "recado: an old key of a device of {name} was used again, so it was signed out. "
    "If that goes on, change your password.",
    "pt": "recado: uma chave antiga de um aparelho de {name} foi usada, e ele saiu da conta. "
    "Se repetir, troque a senha.",
}
_FACTOR_CHANGED = {
    "en": "recado, account {name}: {what}. Not you? Change your password.",
    "pt": "recado, conta {name}: {what}. Nao foi voce? Troque a senha.",
}
_FACTOR_CHANGES = {
    "en": {
        "totp_added": "an authenticator app was set up",
        "totp_removed": "the authenticator app was removed",
        "passkey_added": "a passkey was added",
        "passkey_removed": "a passkey was removed",
        "recovery_codes_made": "new recovery codes were made",
        "recovery_code_used": "a recovery code was used",
        "factors_reset": "the operator removed its second factors",
    },
    "pt": {
        "totp_added": "um aplicativo de codigos foi adicionado",
        "totp_removed": "o aplicativo de codigos foi removido",
        "passkey_added": "uma chave de acesso foi adicionada",
        "passkey_removed": "uma chave de acesso foi removida",
        "recovery_codes_made": "novos codigos de recuperacao foram criados",
        "recovery_code_used": "um codigo de recuperacao foi usado",
        "factors_reset": "o operador removeu o segundo fator",
    },
}
_FINISHED = {
    "en": "{name} did it: {title}",
    "pt": "{name} concluiu: {title}",
}
_TITLE_LIMIT = 90
_REMINDER = {
    "en": "Reminder: {title} ({when})",
    "pt": "Lembrete: {title} ({when})",
}
_REMINDER_TO_ANSWER = {
    "en": ("Reminder: ", " ({when})", ". Reply DONE {number} when done."),
    "pt": ("Lembrete: ", " ({when})", ". Responda FEITO {number} quando fizer."),
}
_TODAY = {"en": "today", "pt": "hoje"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DIGEST = {
    "en": "Today, {count} to do: {titles}",
    "pt": "Hoje, {count} para fazer: {titles}",
}
_MORE = {"en": "and {count} more", "pt": "e mais {count}"}
_DIGEST_LIMIT, _DIGEST_TITLE_LIMIT = 300, 60
_RESET = {
    "en": "Set a new password for {name} here, once, within {hours} hours: {link}\n"
    "If you did not ask for it, ignore this message; nothing has changed.",
    "pt": "Defina uma nova senha para {name} aqui, uma vez, em até {hours} horas: {link}\n"
    "Se não foi você, ignore esta mensagem; nada mudou.",
}
_PLACE = {"en": "(your recado's address)", "pt": "(endereço do seu recado)"}

_DOT_IN_ADDRESS = re.compile(r"(?<=[\w-])[.．。｡․](?=[\w-]*[^\W\d_])")
_IPV4 = re.compile(r"\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b")
_LONG_NUMBER = re.compile(r"\d{7,}")


@lru_cache(maxsize=1024)
def todo_created(username: str, locale: str) -> str:
    """Return the text that tells somebody of a to-do they created."""
    return _CREATED[_language(locale)].format(name=neutral(username, _NAME_LIMIT))


def assigned(username: str, title: str, locale: str, *, number: int | None = None) -> str:
    """Return the text that tells somebody of a to-do that another person left for them.

    With `number` they can answer with it, where it goes as one SMS (see `wording`).
    """
    if number is None:
        return _between_people(_ASSIGNED, username, title, locale)
    before, reply = _ASSIGNED_TO_ANSWER[_language(locale)]
    own = before.format(name=neutral(username, _SHORT_NAME)), neutral(title, _TITLE_LIMIT)
    return wording.stored(*own, "", sms=reply.format(number=number), elsewhere="")


def finished(username: str, title: str, locale: str) -> str:
    """Return the text that tells who left a to-do for somebody that it is done, and by whom."""
    return _between_people(_FINISHED, username, title, locale)


def phone_code(locale: str) -> str:
    """Return the text that brings a phone code, with `{code}` in the code's place."""
    return _PHONE_CODE[_language(locale)]


def reminder(title: str, due: str, today: str, locale: str, *, number: int | None = None) -> str:
    """Return the text that reminds of a to-do; `due` is a day or a local time, and `today` the day it is there.

    With `number` they can answer with it, where it goes as one SMS (see `wording`).
    """
    words, day, time = _language(locale), due[:10], due[11:]
    shown = [] if day == today else [_day(day, words)]
    when = " ".join([*shown, *([time] if time else [])]) or _TODAY[words]
    if number is None:
        return _REMINDER[words].format(title=neutral(title, _TITLE_LIMIT), when=when)
    before, after, reply = _REMINDER_TO_ANSWER[words]
    own = before, neutral(title, _TITLE_LIMIT)
    return wording.stored(*own, after.format(when=when), sms=reply.format(number=number), elsewhere="")


def digest(titles: Sequence[str], count: int, locale: str) -> str:
    """Return the text with the day's to-dos: as many titles as fit into two SMS, and how many there are in all."""
    words, shown, room = _language(locale), list[str](), _DIGEST_LIMIT
    for title in titles:
        line = neutral(title, _DIGEST_TITLE_LIMIT)
        if shown and len(line) + 2 > room:
            break
        shown.append(line)
        room -= len(line) + 2
    more = [_MORE[words].format(count=count - len(shown))] if count > len(shown) else []
    return _DIGEST[words].format(count=count, titles="; ".join([*shown, *more]))


def reset(username: str, hours: int, address: str | None, locale: str) -> str:
    """Return the e-mail with the link that sets a new password, with `{code}` in the code's place."""
    words = _language(locale)
    link = f"{address or _PLACE[words]}/app/reset#{CODE}"
    return _RESET[words].format(name=neutral(username, _NAME_LIMIT), hours=hours, link=link)


def factor_changed(username: str, change: str, locale: str) -> str:
    """Return the text that tells of a change of somebody's second factors, one SMS; `change` as in the audit."""
    words = _language(locale)
    what = _FACTOR_CHANGES[words][change]
    return _FACTOR_CHANGED[words].format(name=neutral(username, _SHORT_NAME), what=what)


def new_sign_in(
    username: str, device: str, clock: str, locale: str, *, reply: int | None, address: str | None = None
) -> str:
    """Return the text that tells of a sign-in on a new device, one SMS or another message (see `wording`).

    `reply` tells several of one hour apart; None where nobody can reply. `address` is where people reach the service.
    """
    words = _language(locale)
    before, after = _NEW_SIGN_IN[words]
    own = before.format(name=neutral(username, _SHORT_NAME)), neutral(device, 30)
    number = f" {reply}" if reply is not None and reply > 1 else ""
    by_text = _CHANGE_PASSWORD[words] if reply is None else _KILL[words].format(number=number)
    elsewhere = _END_IT[words].format(address=address) if address else _CHANGE_PASSWORD[words]
    return wording.stored(*own, after.format(clock=clock), sms=by_text, elsewhere=elsewhere)


def new_address(username: str, address: str, locale: str) -> str:
    """Return the text that tells at an old address of a new one that was proven, masked; one SMS."""
    before, after = _NEW_ADDRESS[_language(locale)]
    shown = segments.plain(neutral(masked(address), _SHORT_ADDRESS))
    return segments.fitted(before, neutral(username, _SHORT_NAME), after.format(address=shown))


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
    return one_line(_IPV4.sub(r"\1. \2. \3. \4", unlinked), limit)


def one_line(text: str, limit: int) -> str:
    """Return a whole text as one line of at most `limit` characters; our own links in it stay whole."""
    line = " ".join("".join(map(_printable, text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def masked(address: str) -> str:
    """Return an address with most of it hidden: `+55*********21`, `a***@example.org`, `ntfy:***`."""
    if address.startswith("ntfy:"):
        return "ntfy:***"
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return address[:3] + "*" * max(3, len(address) - 5) + address[-2:]


def without_numbers(text: str) -> str:
    """Return text with every run of seven and more digits hidden, since it may be a phone number."""
    return _LONG_NUMBER.sub("*******", text)


def hidden(text: str) -> str:
    """Return a stored text as people may see it later: without the code."""
    return text.replace(CODE, _HIDDEN_CODE)


def _between_people(words: dict[str, str], username: str, title: str, locale: str) -> str:
    return words[_language(locale)].format(name=neutral(username, _NAME_LIMIT), title=neutral(title, _TITLE_LIMIT))


def _day(day: str, words: str) -> str:
    month, number = int(day[5:7]), int(day[8:])
    return f"{number}/{month}" if words == "pt" else f"{number} {_MONTHS[month - 1]}"


def _language(locale: str) -> str:
    return "pt" if locale.lower().startswith("pt") else "en"


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp") else character
