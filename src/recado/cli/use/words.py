"""What commands say, in English and in Brazilian Portuguese, by the locale of the terminal.

Help and errors are in English only.
"""

from __future__ import annotations

import os
from functools import cache

PORTUGUESE = {
    "today": "hoje",
    "tomorrow": "amanhã",
    "yesterday": "ontem",
    "{n} days ago": "há {n} dias",
    "for you": "para você",
    "for {name}": "para {name}",
    "Overdue": "Atrasados",
    "Today": "Hoje",
    "Personal": "Pessoal",
    "personal": "pessoal",
    "Nothing is due today.": "Nada para hoje.",
    "Nothing here.": "Nada aqui.",
    "Nothing found.": "Nada encontrado.",
    "Added": "Adicionado",
    "Would add": "Adicionaria",
    "Done": "Feito",
    "Moved on to {day}": "Adiantado para {day}",
    "Was done already": "Já estava feito",
    "Changed": "Alterado",
    "Deleted": "Apagado",
    "Taken back": "Desfeito",
    "Restored": "Restaurado",
    "Not read: {text}": "Não entendido: {text}",
    "There are more: --limit {n} shows them.": "Há mais: --limit {n} mostra.",
    "`recado undo` takes it back.": "`recado undo` desfaz.",
    "every {days}": "toda semana, {days}",
    "every day": "todo dia",
    "every week": "toda semana",
    "every month": "todo mês",
    "every year": "todo ano",
    "every {n} days": "a cada {n} dias",
    "every {n} weeks": "a cada {n} semanas",
    "every {n} months": "a cada {n} meses",
    "every {n} years": "a cada {n} anos",
    "after it is done": "após concluir",
    "on {days}": "em {days}",
    "until {day}": "até {day}",
    "{n} times": "{n} vezes",
    "notes": "notas",
    "text failed: {why}": "SMS falhou: {why}",
    "Steps": "Etapas",
    "created": "criado",
    "changed": "alterado",
    "due": "para",
    "list": "lista",
    "repeats": "repete",
    "priority": "prioridade",
    "labels": "etiquetas",
    "this device": "este dispositivo",
    "To-do: ": "Tarefa: ",
    "{n} to-dos": "{n} tarefas",
}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "pt": ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
}
MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "pt": ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"),
}


@cache
def language() -> str:
    """Return `pt` where the locale of messages is Portuguese, else `en`."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "pt" if named.lower().startswith("pt") else "en"


def say(text: str, **values: object) -> str:
    """Return a text in the person's language, filled in."""
    spoken = PORTUGUESE[text] if language() == "pt" else text
    return spoken.format(**values) if values else spoken
