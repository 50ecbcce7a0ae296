"""One-time codes are good as arguments of a command."""

from __future__ import annotations

from recado.accounts.codes import new_code


def test_no_code_looks_like_an_option_and_none_comes_twice() -> None:
    codes = [new_code() for _ in range(2000)]
    assert not any(code.startswith("-") for code in codes)
    assert len({*codes}) == 2000
    assert {len(code) for code in codes} == {43}
