"""The checker of recorded histories: it agrees with a search through all orders, and finds what it is there for."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from faults.history import Operation, impossible, searched

INSTANTS = st.integers(0, 12)


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    what = draw(st.sampled_from(["authenticate", "refresh", "end"]))
    begun = draw(INSTANTS)
    answered = begun + 1 + draw(INSTANTS)
    saw = draw(st.sampled_from(["ended", "unknown"] if what == "end" else ["alive", "ended", "unknown"]))
    return Operation(what, begun, math.inf if saw == "unknown" else answered, saw)  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(st.lists(operations(), max_size=5))
def test_it_agrees_with_a_search_through_all_orders(history: list[Operation]) -> None:
    assert (impossible(history) is None) == searched(history)


def test_a_token_let_in_after_an_acknowledged_end_is_found() -> None:
    history = [Operation("end", 1, 2, "ended"), Operation("authenticate", 3, 4, "alive")]
    assert "although it was known before" in (impossible(history) or "")


def test_a_session_that_comes_back_to_life_is_found_although_its_end_had_no_answer() -> None:
    end = Operation("end", 1, math.inf, "unknown")
    history = [end, Operation("authenticate", 2, 3, "ended"), Operation("refresh", 4, 5, "alive")]
    assert impossible(history)


def test_somebody_signed_out_before_anybody_asked_is_found() -> None:
    history = [Operation("authenticate", 1, 2, "ended"), Operation("end", 3, 4, "ended")]
    assert "nobody had asked" in (impossible(history) or "")


def test_who_asks_while_it_ends_may_be_let_in_or_not() -> None:
    end = Operation("end", 1, 4, "ended")
    assert impossible([end, Operation("authenticate", 2, 3, "alive"), Operation("refresh", 2, 5, "ended")]) is None
