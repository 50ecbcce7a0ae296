"""What a text asks for, however it is written; and what stays a to-do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.texting.commands import read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            (text, "stop")
            for text in ("STOP", "stop", " Stop. ", "STOP!!", "stop all", "StopAll", "unsubscribe", "Quit")
        ),
        *(
            (text, "stop")
            for text in ("please stop", "Stop please", "STOP now", "don't text me", "Don’t text me", "end")
        ),
        *((text, "stop") for text in ("PARAR", "parar.", "Sair", "pare", "cancelar", "Parar, por favor", "s\u0061ir")),
        *((text, "start") for text in ("START", "start", "unstop", "Começar", "COMEC\u0327AR", "comecar", "voltar")),
        *((text, "help") for text in ("HELP", "help?", "?", "info", "Ajuda", "AJUDA!", "comandos")),
        *((text, "list") for text in ("LIST", "list", "Lista", "LISTA.", "listar", "\tlist\n", "'list'")),
        *((text, "undo") for text in ("UNDO", "undo!", "Desfazer", "desfaz")),
        *((text, "done") for text in ("DONE", "done", "Feito!", "feito, obrigada", "FEITO", "pronto")),
        *((text, "kill") for text in ("KILL", "kill", "Encerrar", "ENCERRAR!")),
        *((text, "nothing") for text in ("", "  ", "👍", "...", "!!", "\u200b", "❤️")),
    ],
)
def test_a_word_alone_is_a_command(text: str, name: str) -> None:
    found = read(text)
    assert (found.name, found.numbers) == (name, ())


@pytest.mark.parametrize(
    ("text", "name", "numbers", "rest"),
    [
        ("DONE 3", "done", (3,), ""),
        ("done3", "done", (3,), ""),
        ("Done #3.", "done", (3,), ""),
        ("done: 3", "done", (3,), ""),
        ("done no. 3", "done", (3,), ""),
        ("FEITO nº 12", "done", (12,), ""),
        ("feito  1 , 2 e 5", "done", (1, 2, 5), ""),
        ("Done 1 and 2, please", "done", (1, 2), ""),
        ("done 1 2 3", "done", (1, 2, 3), ""),
        ("LIST 2", "list", (2,), ""),
        ("lista 2", "list", (2,), ""),
        ("KILL 2", "kill", (2,), ""),
        ("encerrar 2!", "kill", (2,), ""),
        ("SNOOZE 3 2h", "snooze", (3,), "2h"),
        ("ADIAR 3 amanhã", "snooze", (3,), "amanhã"),
        ("adiar 3 AMANHÃ 9h", "snooze", (3,), "AMANHÃ 9h"),
        ("snooze 3", "snooze", (3,), ""),
        ("snooze 3, tomorrow", "snooze", (3,), "tomorrow"),
        ("snooze 2h", "snooze", (), "2h"),
        ("snooze 2 hours", "snooze", (), "2 hours"),
        ("adiar 3 dias", "snooze", (), "3 dias"),
        ("adiar 24/12", "snooze", (), "24/12"),
        ("adiar 9:30", "snooze", (), "9:30"),
        ("adiar 2 3 dias", "snooze", (2,), "3 dias"),
    ],
)
def test_numbers_and_what_follows_belong_to_a_command(
    text: str, name: str, numbers: tuple[int, ...], rest: str
) -> None:
    found = read(text)
    assert (found.name, found.numbers, found.rest) == (name, numbers, rest)


@pytest.mark.parametrize(
    "text",
    [
        *("Stop by the bakery", "stop smoking", "Parar no mercado", "Sair com a Ana", "cancel the gym", "End of year"),
        *(
            "List the guests",
            "list 10 reasons",
            "Lista de compras",
            "help Maria move",
            "Ajudar o João",
            "start the car",
        ),
        *(
            "done 3 eggs",
            "Feito 2 bolos",
            "undo the knot",
            "kill the weeds",
            "Kill 2 birds",
            "encerrar a conta do banco",
        ),
        *("buy bread", "donee 3", "3 pães", "pagar aluguel amanhã", "2h", "@maria comprar pão"),
    ],
)
def test_a_sentence_that_begins_with_one_stays_a_todo(text: str) -> None:
    found = read(text)
    assert (found.name, found.text) == ("add", text)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read(text)
    assert "\n" not in found.text
    assert all(0 <= number <= 9999 for number in found.numbers)
