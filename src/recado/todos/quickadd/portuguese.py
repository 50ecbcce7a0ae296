"""The phrases of Brazilian Portuguese. Patterns have no accents: the line is folded before."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from recado.todos.quickadd.phrases import (
    WEEKDAYS,
    Found,
    Phrase,
    clock,
    coming,
    coming_in_month,
    day,
    later,
    monthly,
    unless_after,
    weekday,
    weekly,
    words,
)

_DAYS = {"segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4, "sabado": 5, "domingo": 6}
_SHORT_DAYS = {"seg": 0, "ter": 1, "qua": 2, "qui": 3, "sex": 4, "sab": 5, "dom": 6}
_MONTHS = (
    *("janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho"),
    *("agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_NUMBERS = {
    "um": 1,
    "uma": 1,
    "dois": 2,
    "duas": 2,
    "tres": 3,
    "quatro": 4,
    "cinco": 5,
    "seis": 6,
    "sete": 7,
    "oito": 8,
    "nove": 9,
    "dez": 10,
    "quinze": 15,
}
_NTH = {"primeir": 1, "segund": 2, "terceir": 3, "quart": 4, "ultim": -1}
_FREQS = {"dia": "DAILY", "semana": "WEEKLY", "mes": "MONTHLY", "ano": "YEARLY"}
_UNITS = {
    "min": "minute",
    "minuto": "minute",
    "hora": "hour",
    "h": "hour",
    "dia": "day",
    "semana": "week",
    "mes": "month",
    "ano": "year",
}
_HALVES = {"manha": "am", "tarde": "pm", "noite": "pm", "madrugada": "am"}
_HINTS = {"manha": 9, "tarde": 15, "noite": 20}

_DAY = r"(?:(?:segunda|terca|quarta|quinta|sexta)(?:s?-feiras?|s)?|sabados?|domingos?|[2-6][aª][ -]feira)"
_ONE_DAY = r"(?:(?:segunda|terca|quarta|quinta|sexta)(?:-feira)?|sabado|domingo|[2-6][aª][ -]feira)"
_DAYS_OF = r"(?:(?:segundas|tercas|quartas|quintas|sextas)(?:-feiras)?|sabados|domingos)"
_WEEKDAY = f"(?P<day>{_ONE_DAY})"
_MONTH = "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + ")"
_UNIT = r"(?P<unit>min|minuto|hora|dia|semana|mes|ano)(?:e?s)?"
_AMOUNT = r"(?P<n>\d{1,3}|uma?|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|quinze)"
_NUMBER = r"(?P<number>1[o\u00ba\u00b0]|primeiro|0?[1-9]|[12]\d|3[01])"
_STREET = r"rua|avenida|av\.?|praca|largo|travessa|viaduto|na|a|da|pela|escola|colegio"
"""Before a day and month they make a name of a place of it."""
_ON = "(?:em |no |na |ate |para |pra |pro |dia |no dia |ate o dia |ate dia )?"
_DONE = (
    r"(?:depois d[ae] (?:feit[oa]|conclui(?:r|d[oa])|conclusao|completar)"
    r"|apos (?:concluir|feit[oa]|completar|a conclusao|conclusao))"
)


def _weekday_of(text: str) -> int:
    if text[0].isdigit():
        return int(text[0]) - 2
    return next(number for name, number in (_DAYS | _SHORT_DAYS).items() if text.startswith(name))


def _number(text: str) -> int:
    return 1 if text.startswith("p") else int(text.rstrip("oº°"))


def _amount(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text]


def _date(match: re.Match[str], now: datetime) -> Found | None:
    month = match["month"]
    number = (
        next((n for n, name in enumerate(_MONTHS, 1) if name[:3] == month[:3]), 0) if month.isalpha() else int(month)
    )
    if not 1 <= number <= 12:
        return None
    year = match["year"]
    found = (
        day(int(year) + (2000 if len(year) == 2 else 0), number, _number(match["number"]))
        if year
        else coming(number, _number(match["number"]), now)
    )
    return Found(day=found) if found else None


def _iso(match: re.Match[str], _now: datetime) -> Found | None:
    found = day(int(match["year"]), int(match["month"]), _number(match["number"]))
    return Found(day=found) if found else None


def _in(match: re.Match[str], now: datetime) -> Found:
    return later(now, _amount(match["n"]), _UNITS[match["unit"]])


def _next_weekday(match: re.Match[str], now: datetime) -> Found:
    return Found(day=weekday(_weekday_of(match["day"]), now))


def _numbered(match: re.Match[str], now: datetime) -> Found | None:
    found = coming_in_month(_number(match["number"]), now)
    return Found(day=found) if found else None


def _every(match: re.Match[str], _now: datetime) -> Found | None:
    n = _amount(match["n"]) if match["n"] else 1
    if match["unit"] in ("min", "minuto", "hora") or not 1 <= n <= 1000:
        return None
    rule = f"FREQ={_FREQS[match['unit']]}" + (f";INTERVAL={n}" if n > 1 else "")
    return Found(repeat=rule + (";X-FROM=DONE" if match.groupdict().get("done") else ""))


def _every_days(match: re.Match[str], _now: datetime) -> Found:
    return Found(repeat=weekly([_weekday_of(name) for name in re.findall(_DAY, match["days"])]))


def _every_number(match: re.Match[str], now: datetime) -> Found:
    number = _number(match["number"])
    return Found(repeat=monthly(number), day=coming_in_month(min(number, 28), now))


def _every_nth(match: re.Match[str], _now: datetime) -> Found:
    return Found(repeat=f"FREQ=MONTHLY;BYDAY={_NTH[match['nth']]}{WEEKDAYS[_weekday_of(match['day'])]}")


def _every_year_on(match: re.Match[str], now: datetime) -> Found | None:
    found = _date(match, now)
    if found is None or found.day is None:
        return None
    return Found(repeat=f"FREQ=YEARLY;BYMONTH={found.day.month};BYMONTHDAY={found.day.day}", day=found.day)


def _last_of_month(_match: re.Match[str], now: datetime) -> Found:
    first = now.date().replace(day=1)
    return Found(day=(first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def _rule(rule: str) -> Found:
    return Found(repeat=rule)


def _after_done(match: re.Match[str], _now: datetime) -> Found | None:
    amount, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
    if unit in ("min", "minuto", "hora"):
        return None
    n = _amount(amount)
    return Found(repeat=f"FREQ={_FREQS[unit]}" + (f";INTERVAL={n}" if n > 1 else "") + ";X-FROM=DONE")


def _any_time(match: re.Match[str], _now: datetime) -> Found | None:
    groups = match.groupdict()
    half, hour = groups.get("half"), int(match["hour"])
    minute = groups.get("minute") or groups.get("minute2") or 0
    found = clock(hour, minute, _HALVES[half] if half and hour <= 12 else None)
    return Found(clock=found, either=half is None and hour > 0) if found else None


def _from_to(match: re.Match[str], _now: datetime) -> Found:
    first, last = _weekday_of(match["first"]), _weekday_of(match["last"])
    return Found(repeat=weekly([(first + n) % 7 for n in range((last - first) % 7 + 1)]))


def _moment(match: re.Match[str], _now: datetime) -> Found | None:
    found, at = (
        day(int(match["year"]), int(match["month"]), int(match["number"])),
        clock(match["hour"], match["minute"]),
    )
    return Found(moment=datetime.combine(found, at)) if found and at else None


def _hint(match: re.Match[str], _now: datetime) -> Found:
    return Found(clock=time(_HINTS[match["hint"]]))


_PAST = r"(?:h(?P<minute>[0-5]\d)?|:(?P<minute2>[0-5]\d)| horas)"
_AT = "(?:as |a |pelas |ate as )"
_MINUTES = r"(?:h(?:rs?|s)?(?P<minute>[0-5]\d)?(?:min)?|:(?P<minute2>[0-5]\d)h?|horas?)"
_RANGE = r"d[ea]s? \d{1,2}(?:h\d{0,2}|:\d\d)?"
"""Before "to 10" it makes a span of time of it, which a to-do has not: it stays in the title."""
PHRASES = (
    Phrase(
        "repeat",
        words(rf"(?:todo dia )?(?:de )?(?P<first>{_ONE_DAY}) (?:a|ate) (?P<last>{_ONE_DAY})"),
        _from_to,
    ),
    Phrase(
        "repeat",
        words(rf"(?:as|aos|nas|nos) (?P<days>{_DAYS_OF}(?:(?:,| e|, e) {_DAYS_OF})*)"),
        unless_after("todas|todos", _every_days),
    ),
    Phrase(
        "repeat",
        words(
            rf"(?:a )?cada {_AMOUNT} {_UNIT} (?P<done>{_DONE})",
            rf"{_AMOUNT.replace('<n>', '<n2>')} {_UNIT.replace('<unit>', '<unit2>')} (?P<done2>{_DONE})",
        ),
        _after_done,
    ),
    Phrase(
        "repeat",
        words(r"(?:todos os|todo) dias? ute?is|todo dia util|(?:nos |em )?dias uteis"),
        lambda _m, _n: Found(repeat=weekly(range(5))),
    ),
    Phrase("repeat", words(r"dia sim,? dia nao"), lambda _m, _n: _rule("FREQ=DAILY;INTERVAL=2")),
    Phrase("repeat", words(r"(?:todo|todos os|todo santo) (?:mes )?(?:no )?dia " + _NUMBER), _every_number),
    Phrase(
        "repeat",
        words(rf"(?:todo|todos os) (?:ano (?:em |no dia |dia )?|dia )?{_NUMBER} de {_MONTH}(?P<year>)"),
        _every_year_on,
    ),
    Phrase("repeat", words(rf"(?:todo|toda|todas as|todos os) (?P<days>{_DAY}(?:(?:,| e|, e) {_DAY})*)"), _every_days),
    Phrase(
        "repeat",
        words(rf"(?:toda|todo) (?P<nth>primeir|segund|terceir|quart|ultim)[ao] {_WEEKDAY}(?: (?:do|de cada) mes)?"),
        _every_nth,
    ),
    Phrase(
        "repeat",
        words(
            r"(?:todo|toda|todos os|todas as|cada)(?P<n>)"
            r" (?:santo )?(?P<unit>dia|semana|mes|ano)(?:e?s)?(?! (?:\d|primeiro))"
        ),
        _every,
    ),
    Phrase("repeat", words(rf"(?:a )?cada {_AMOUNT} {_UNIT}"), _every),
    Phrase(
        "repeat",
        words(rf"de {_AMOUNT} em {_AMOUNT.replace('<n>', '<n2>')} {_UNIT}"),
        lambda m, n: _every(m, n) if m["n"] == m["n2"] else None,
    ),
    Phrase("repeat", words("diariamente"), lambda _m, _n: _rule("FREQ=DAILY"), weak=True),
    Phrase("repeat", words("semanalmente"), lambda _m, _n: _rule("FREQ=WEEKLY"), weak=True),
    Phrase("repeat", words("mensalmente"), lambda _m, _n: _rule("FREQ=MONTHLY"), weak=True),
    Phrase("repeat", words("anualmente"), lambda _m, _n: _rule("FREQ=YEARLY"), weak=True),
    Phrase(
        "until",
        words(
            rf"ate (?:o dia |dia )?{_NUMBER}[/.](?P<month>\d{{1,2}})(?:[/.](?P<year>20\d\d|\d\d))?",
        ),
        _date,
    ),
    Phrase("until", words(rf"ate (?:o dia |dia )?{_NUMBER} de {_MONTH}(?: de (?P<year>20\d\d))?"), _date),
    Phrase("count", words(r"(?:por )?(?P<n>\d{1,3}) vezes"), lambda m, _n: Found(count=int(m["n"]))),
    Phrase(
        "until",
        words(rf"ate (?:a |o )?{_WEEKDAY}"),
        lambda m, n: Found(day=weekday(_weekday_of(m["day"]), n)),
    ),
    Phrase(
        "date",
        words(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<number>\d\d)t(?P<hour>\d\d):(?P<minute>\d\d)(?::00)?"),
        _moment,
    ),
    Phrase("date", words(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<number>\d\d)"), _iso),
    Phrase(
        "date",
        words(rf"{_ON}(?:{_ONE_DAY},? )?(?:dia )?{_NUMBER}/(?P<month>\d{{1,2}})/(?P<year>20\d\d|\d\d)"),
        _date,
    ),
    Phrase(
        "date",
        words(rf"{_ON.removesuffix('?')}(?:{_ONE_DAY},? )?(?:dia )?{_NUMBER}/(?P<month>\d{{1,2}})(?P<year>)"),
        _date,
    ),
    Phrase("date", words(rf"(?:{_ONE_DAY},? )?{_NUMBER}/(?P<month>\d{{1,2}})(?P<year>)"), _date, weak=True),
    Phrase(
        "date",
        words(
            rf"{_ON}{_NUMBER}[.](?P<month>\d{{1,2}})[.](?P<year>20\d\d)",
        ),
        _date,
    ),
    Phrase("date", words("(?:para |pra |p/ |ate )?depois de amanha"), lambda _m, n: later(n, 2, "day")),
    Phrase("date", words("(?:para |pra |p/ |ate )?amanha"), lambda _m, n: later(n, 1, "day")),
    Phrase("date", words("hoje (?:a|de) noite"), lambda _m, n: Found(day=n.date(), clock=time(20))),
    Phrase("date", words("(?:para |pra |p/ |ate |ainda )?hoje(?! em dia)"), lambda _m, n: Found(day=n.date())),
    Phrase("date", words(rf"(?:daqui a|daqui|em|dentro de) {_AMOUNT} {_UNIT}"), unless_after(rf"de {_AMOUNT}", _in)),
    Phrase(
        "date",
        words(
            rf"(?:n[ao] |ate a |ate o |para a |pra )?proxim[ao] {_WEEKDAY}",
        ),
        _next_weekday,
    ),
    Phrase("date", words(rf"(?:na |no |ate )?{_WEEKDAY} (?:da semana )?que vem"), _next_weekday),
    Phrase("date", words(rf"(?:n?est[ae]|n?ess[ae]) {_WEEKDAY}"), _next_weekday),
    Phrase(
        "date",
        words(r"(?:na |ate a |para a |pra )?(?:semana que vem|proxima semana)"),
        lambda _m, n: Found(day=weekday(0, n)),
    ),
    Phrase(
        "date",
        words(r"(?:no |ate o |para o |pro )?(?:(?P<unit>mes|ano) que vem|proximo (?P<unit2>mes|ano))"),
        lambda m, n: later(n, 1, _UNITS[m["unit"] or m["unit2"]]),
    ),
    Phrase(
        "date",
        words(r"(?:no |ate o |neste |nesse )?(?:proximo )?(?:fim|final) de semana(?: que vem)?"),
        lambda _m, n: Found(day=weekday(5, n, today_too=True)),
        weak=True,
    ),
    Phrase("date", words(r"(?:no |ate o )?(?:fim|final) d[oe](?:ste)? mes"), _last_of_month),
    Phrase(
        "date",
        words(
            rf"(?:no |ate o |ate |para o |pro )?(?:{_ONE_DAY},? )?(?:dia )?"
            rf"{_NUMBER} de {_MONTH}(?: de (?P<year>20\d\d))?"
        ),
        unless_after(_STREET, _date),
    ),
    Phrase(
        "date", words(rf"(?:no |ate o |ate |para o |pro |p/ o )?(?:{_ONE_DAY},? )?dia {_NUMBER}"), _numbered, weak=True
    ),
    Phrase("date", words(rf"(?:na|no|ate|para|pra|ate a|ate o|p/) {_WEEKDAY}"), _next_weekday, weak=True),
    Phrase(
        "date",
        words(_WEEKDAY),
        unless_after("d[eao]|primeir[ao]|ultim[ao]|menos|exceto|uma|a", _next_weekday),
        weak=True,
    ),
    Phrase(
        "date",
        words("(?:n?a|pra|ate a?) ?(?P<day>seg|ter|qua|qui|sex)", "(?:no|pro|ate o?) ?(?P<day2>sab|dom)"),
        lambda m, n: Found(day=weekday(_weekday_of(m["day"] or m["day2"]), n)),
        weak=True,
    ),
    Phrase(
        "time",
        words(rf"(?:{_AT})?(?P<hour>\d{{1,2}}){_PAST}? (?:da|de) (?P<half>manha|tarde|noite|madrugada)"),
        _any_time,
    ),
    Phrase("time", words(rf"{_AT}(?P<hour>\d{{1,2}}) ?{_MINUTES}"), unless_after(_RANGE, _any_time)),
    Phrase(
        "time",
        words(r"(?P<hour>\d{1,2}) ?(?:h|hs|hrs|horas)(?P<minute>)"),
        unless_after(rf"d[ea]s?|{_RANGE} (?:as|ate as|a)", _any_time),
        beside=True,
    ),
    Phrase("time", words(r"(?P<hour>\d):(?P<minute>[0-5]\d)h?"), _any_time, beside=True),
    Phrase("time", words("(?:ao |a )?meio[- ]dia"), lambda _m, _n: Found(clock=time(12)), weak=True),
    Phrase("time", words("(?:a )?meia[- ]noite"), lambda _m, _n: Found(clock=time(0)), weak=True),
    Phrase(
        "time",
        words(r"(?P<hour>\d{1,2})h(?:rs?|s)?(?P<minute>[0-5]\d)?"),
        unless_after(rf"d[ea]s?|por|ate|r\$|{_RANGE} (?:as|ate as|a)", _any_time),
        weak=True,
    ),
    Phrase("time", words(r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)h?"), _any_time, weak=True),
    Phrase("time", words(r"(?:as|pelas) (?P<hour>\d{1,2})(?P<minute>)"), unless_after(_RANGE, _any_time), weak=True),
    Phrase("hint", words(r"(?:de|pela|a) (?P<hint>manha|tarde|noite)"), _hint, beside=True),
    Phrase("hint", words(r"(?:de|pela) (?P<hint>manha|tarde|noite)"), _hint, weak=True),
    Phrase("date", words(f"(?P<day>{'|'.join(_SHORT_DAYS)})"), _next_weekday, beside=True),
)
