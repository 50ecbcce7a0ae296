"""The words of the answers, in English and Brazilian Portuguese, each one SMS where that can be.

Our own words are chosen from the GSM 7-bit alphabet, which has no `á`, `ã`, `ç` or `ó`: one of them would halve what
the answer may hold. What people wrote themselves keeps its letters as long as there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from recado.messages import segments
from recado.messages.texts import neutral

_TITLE, _SHORT, _NAME = 90, 40, 20
MOST_LINES = 12
"""The most to-dos on one page of a list."""
_EN = {
    "help": "LIST, DONE 3, UNDO, SNOOZE 3 2h or tomorrow, KILL (ends a new sign-in), STOP. All else becomes a to-do; "
    "@name leaves it for them.",
    "stopped": "recado: you will get no more texts. Text START to get them again.",
    "stopped here": "recado: no more texts. What you want to know comes by e-mail or push instead; the settings end "
    "that too. Text START to get texts again.",
    "started": "recado: you get texts again. Text STOP to end them, HELP for what you can text.",
    "empty": "Nothing is open.",
    "more": "+{count}: LIST {page}",
    "no page": "That is all: there is no page {page}.",
    "added": "Added {number}: ",
    "left": "Left for {name} ({number}): ",
    "untold": " ({name} gets no texts)",
    "no such person": " (you share no list with {name})",
    "done": "Done: ",
    "done some": "Done: {numbers}.",
    "was done": "Already done: ",
    "next": ". Next: {due}",
    "which": "Which one? DONE and a number: ",
    "no number": "There is no open {number}. Text LIST to see the numbers.",
    "nothing open": "Nothing is waiting for that. Text LIST to see your to-dos.",
    "undone": "Taken back: ",
    "nothing to undo": "There is nothing of the last day to take back.",
    "changed since": "It was changed since, so nothing was taken back: ",
    "snoozed": "Until {due}: ",
    "when": "Until when? For example SNOOZE {number} 2h, or SNOOZE {number} tomorrow.",
    "may not": "You may look at that list, but not change it.",
    "killed": "Signed out: ",
    "killed after": ". If it was not you, change your password.",
    "was over": "That session had ended already.",
    "nothing to kill": "There is no new sign-in of the last hour.",
    "which sign-in": "Which one? KILL and a number: ",
    "wrong": "I could not do that. HELP tells what you can text.",
    "today": "today",
    "tomorrow": "tomorrow",
    "days": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "date": "{day} {month}",
    "months": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_PT = {
    "help": "LISTA, FEITO 3, DESFAZER, ADIAR 3 2h ou amanha, ENCERRAR (acesso novo), PARAR. O resto vira tarefa; "
    "@nome deixa para alguem.",
    "stopped": "recado: nao enviaremos mais mensagens. Responda START para voltar.",
    "stopped here": "recado: nao enviaremos mais SMS. O resto vai por e-mail ou push; as configuracoes encerram isso. "
    "Responda START para voltar.",
    "started": "recado: voltamos a enviar mensagens. PARAR encerra, AJUDA mostra os comandos.",
    "empty": "Nada em aberto.",
    "more": "+{count}: LISTA {page}",
    "no page": "E so isso: a pagina {page} nao existe.",
    "added": "Anotado {number}: ",
    "left": "Deixado para {name} ({number}): ",
    "untold": " ({name} nao recebe mensagens)",
    "no such person": " (sem lista em comum com {name})",
    "done": "Feito: ",
    "done some": "Feito: {numbers}.",
    "was done": "Ja estava feito: ",
    "next": ". Proxima: {due}",
    "which": "Qual? FEITO e um numero: ",
    "no number": "O {number} nao existe em aberto. LISTA mostra os numeros.",
    "nothing open": "Nada espera por isso. LISTA mostra as suas tarefas.",
    "undone": "Desfeito: ",
    "nothing to undo": "Nada para desfazer do ultimo dia.",
    "changed since": "Mudou depois disso, nada foi desfeito: ",
    "snoozed": "Para {due}: ",
    "when": "Para quando? Por exemplo ADIAR {number} 2h ou ADIAR {number} amanha.",
    "may not": "Voce pode ver essa lista, mas nao mudar.",
    "killed": "Encerrado: ",
    "killed after": ". Se nao foi voce, troque a senha.",
    "was over": "Essa sessao ja tinha acabado.",
    "nothing to kill": "Nao ha acesso novo na ultima hora.",
    "which sign-in": "Qual? ENCERRAR e um numero: ",
    "wrong": "Nao deu certo. AJUDA mostra os comandos.",
    "today": "hoje",
    "tomorrow": "amanha",
    "days": ("seg", "ter", "qua", "qui", "sex", "sab", "dom"),
    "date": "{day}/{month}",
    "months": ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"),
}


class Line(NamedTuple):
    """A to-do as a list shows it."""

    number: int
    title: str
    due: str


class Words:
    """The words of one language."""

    def __init__(self, locale: str) -> None:
        self._words = _PT if locale.lower().startswith("pt") else _EN

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with the values put in; `name`, of somebody's own making, is neutralised."""
        if "name" in values:
            values["name"] = neutral(str(values["name"]), _NAME)
        return str(self._words[key]).format(**values)

    def about(self, key: str, title: str, *, after: str = "", **values: object) -> str:
        """Return a sentence that somebody's own words follow, and what comes after them, as one SMS."""
        return segments.fitted(self.say(key, **values), neutral(title, _TITLE), after)

    def choice(self, key: str, choices: Sequence[tuple[int, str]]) -> str:
        """Return a question with as many of the choices as one SMS holds."""
        text = self.say(key)
        for n, (number, title) in enumerate(choices):
            longer = f"{text}{', ' if n else ''}{number} {segments.plain(neutral(title, 24))}"
            if segments.count(longer) > 1:
                break
            text = longer
        return text

    def due(self, due: str, today: date) -> str:
        """Return a due text in few letters: `today 9:00`, `Fri 14:30`, `24 Dec`."""
        day = date.fromisoformat(due[:10])
        clock = f" {due[11:].removeprefix('0')}" if len(due) > 10 else ""
        return self._day(day, today) + clock

    def _day(self, day: date, today: date) -> str:
        if day == today:
            return str(self._words["today"])
        if day == today + timedelta(days=1):
            return str(self._words["tomorrow"])
        if today < day < today + timedelta(days=7):
            return self._words["days"][day.weekday()]
        shown = str(self._words["date"]).format(day=day.day, month=self._words["months"][day.month - 1])
        return shown if day.year == today.year else f"{shown} {day.year}"

    def page(self, lines: Sequence[Line], number: int, total: int) -> str | None:
        """Return a page (from 1) of a list, one SMS; None when it has no such page.

        `lines` are its first ones, 12 for each page up to this one; `total` is how many there are.
        """
        start = 0
        for n in range(1, number + 1):
            taken, text = self._fill(lines[start : start + MOST_LINES], n, total - start)
            if n == number:
                return text if taken else None
            start += taken
        return None

    def _fill(self, lines: Sequence[Line], page: int, total: int) -> tuple[int, str]:
        """Return how many lines fit on a page, and the page: as they were written if all of them fit, else without
        accents, so that it holds more.
        """
        shown = [f"{line.number} {neutral(line.title, _SHORT)}{f' ({line.due})' if line.due else ''}" for line in lines]
        if len(lines) == total and segments.count(whole := "\n".join(shown)) == 1:
            return len(lines), whole
        if not lines:
            return 0, ""
        folded = [segments.plain(line) for line in shown]
        for taken in range(len(folded), 0, -1):
            more = [self.say("more", count=total - taken, page=page + 1)] if total > taken else []
            if segments.count(text := "\n".join([*folded[:taken], *more])) == 1:
                return taken, text
        more = [self.say("more", count=total - 1, page=page + 1)] if total > 1 else []
        return 1, segments.fitted("", folded[0], "".join(f"\n{line}" for line in more))


def title_of(text: str, most: int) -> tuple[str, str]:
    """Part a text that is too long for a title into a title, ending with a word, and notes, which have all of it."""
    if len(text) <= most:
        return text, ""
    short = text[: most - 1]
    return (short[: short.rfind(" ")] if " " in short[most // 2 :] else short).rstrip() + "…", text
