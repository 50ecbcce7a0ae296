"""How the recorded writes of several units become few round trips."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recado.db.batching import Put, merged

UNITS = st.lists(st.lists(st.sampled_from("ABC"), max_size=6), max_size=8)


def puts(texts: list[str], unit: int) -> list[Put]:
    return [(text, (unit, place)) for place, text in enumerate(texts)]


@given(UNITS)
def test_every_write_is_sent_once_and_each_units_order_is_kept(texts: list[list[str]]) -> None:
    units = [puts(each, unit) for unit, each in enumerate(texts)]
    sent = [(sql, args) for sql, rows in merged(units) for args in rows]
    for unit, each in enumerate(units):
        assert [put for put in sent if put[1][0] == unit] == each
    assert len(sent) == sum(map(len, units))


def test_units_alike_share_one_batch_per_statement() -> None:
    units = [puts(["A", "B"], unit) for unit in range(100)]
    assert [(sql, len(rows)) for sql, rows in merged(units)] == [("A", 100), ("B", 100)]


def test_units_in_opposite_orders_each_keep_theirs() -> None:
    units = [puts(["A", "B"], 1), puts(["B", "A"], 2)]
    assert [(sql, [args[0] for args in rows]) for sql, rows in merged(units)] == [("A", [1]), ("B", [1, 2]), ("A", [2])]
