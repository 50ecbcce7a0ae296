"""What a text asks for, in English or Portuguese, whatever its case, accents, spaces and punctuation. Pure.

A word is a command only when nothing follows it but what belongs to it, so "List the guests" and "Stop by the bakery"
stay to-dos.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Name = Literal["stop", "start", "help", "list", "done", "undo", "snooze", "kill", "add", "nothing"]

MOST_NUMBERS = 10
_WORDS: dict[str, Name] = {
    **dict.fromkeys(
        ("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"), "stop"
    ),
    **dict.fromkeys(("opt out", "parar", "pare", "para", "sair", "cancelar", "descadastrar", "stop sms"), "stop"),
    **dict.fromkeys(("stop texts", "stop texting", "stop texting me", "stop messages", "no more texts"), "stop"),
    **dict.fromkeys(("do not text me", "don't text me", "remove me", "unsubscribe me", "parar mensagens"), "stop"),
    **dict.fromkeys(("pare de enviar", "pare de mandar", "pare de me mandar mensagens", "chega de mensagens"), "stop"),
    **dict.fromkeys(("start", "unstop", "comecar", "iniciar", "voltar", "retomar"), "start"),
    **dict.fromkeys(("help", "info", "ajuda", "socorro", "?", "commands", "comandos"), "help"),
    **dict.fromkeys(("list", "lista", "listar", "ls"), "list"),
    **dict.fromkeys(("done", "did", "feito", "feita", "fiz", "pronto", "concluir"), "done"),
    **dict.fromkeys(("undo", "desfazer", "desfaz"), "undo"),
    **dict.fromkeys(("snooze", "adiar", "adia"), "snooze"),
    **dict.fromkeys(("kill", "encerrar", "encerra"), "kill"),
}
_POLITE = re.compile(
    r"(?:^(?:please|por favor)[ ,]+|[ ,.]+(?:please|pls|now|thanks|thank you|por favor|pfv|agora|obrigad[oa]|ja)$)"
)
_NUMBER = re.compile(r"(?:#|n[oº.]{0,2} ?)?(\d{1,4})")
_BETWEEN = re.compile(r"(?: ?[,;&+] ?| e | and | )+")


@dataclass(frozen=True, slots=True)
class Command:
    """One command in a text. `numbers` name to-dos (for `list`, a page; for `kill`, a sign-in); `rest` is what follows
    them: for `snooze`, until when. `text` is all of it, on one line.
    """

    name: Name
    text: str
    numbers: tuple[int, ...] = ()
    rest: str = ""


def read(text: str) -> Command:
    """Return what a text asks for; what is no command is `add`, and a text without letters or digits is `nothing`."""
    line = " ".join(unicodedata.normalize("NFC", text).replace("’", "'").split())
    if not any(char.isalnum() for char in line) and line != "?":
        return Command("nothing", line)
    folded = folded_line(line)
    alone = _POLITE.sub("", folded.strip(" .!?,;:\"'*-")).strip(" .!,;:")
    whole = _WORDS.get(alone) or _WORDS.get(folded)
    if whole is not None:
        return Command(whole, line)
    return _with_rest(line, folded) or Command("add", line)


def folded_line(line: str) -> str:
    """Return a line in lower case without accents, letter for letter."""
    return "".join(unicodedata.normalize("NFD", char)[0].casefold()[:1] or char for char in line)


def _with_rest(line: str, folded: str) -> Command | None:
    match = re.match(r"[\"'*]*([a-z]+)[ :.,#-]*(?=.)", folded)
    name = _WORDS.get(match[1]) if match else None
    if match is None or name not in ("list", "done", "snooze", "kill"):
        return None
    numbers, end = _numbers(folded, match.end(), most=1 if name != "done" else MOST_NUMBERS, times=name == "snooze")
    rest = line[end:].strip(" .!,;:")
    if name == "snooze":
        return Command(name, line, numbers, rest) if numbers or rest else None
    return Command(name, line, numbers) if numbers and not _POLITE.sub("", " " + folded_line(rest)).strip() else None


def _numbers(folded: str, start: int, *, most: int, times: bool) -> tuple[tuple[int, ...], int]:
    """Read numbers from a place on; return them and where they end. With `times`, `2h` and `2 days` are none."""
    found, end = list[int](), start
    place = start
    while len(found) < most and (match := _NUMBER.match(folded, place)):
        following = folded[match.end() : match.end() + 1]
        if following.isalnum() or (following in ("/", ":") and times) or (times and _is_unit(folded, match.end())):
            break
        found.append(int(match[1]))
        end = place = match.end()
        if between := _BETWEEN.match(folded, place):
            place = between.end()
    return tuple(found), end


def _is_unit(folded: str, place: int) -> bool:
    return (
        re.match(r" (?:h|m|min|d|hours?|horas?|minutes?|minutos?|days?|dias?|weeks?|semanas?)\b", folded[place:])
        is not None
    )
