"""To which countries texts go: fewer of them, and somebody who earns by texts to far numbers has less to earn here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_NOWHERE = "001"
"""What phonenumbers calls satellites and other networks that belong to no country: dear, and nobody's home."""


class Countries:
    """The countries (ISO 3166-1, two letters) that may be texted; None is every country, but no network without one."""

    def __init__(self, allowed: Iterable[str] | None = None) -> None:
        self._allowed = None if allowed is None else frozenset(allowed)

    def refusal(self, number: str) -> str | None:
        """Return why a number (E.164) may not be texted, as a sentence; None when it may."""
        country = _country(number)
        if country == _NOWHERE:
            return "This service sends no texts to satellite and other numbers without a country."
        if self._allowed is None or country in self._allowed:
            return None
        return f"This service sends no texts to {country or 'such'} numbers; its operator can allow them."


@lru_cache(maxsize=1024)
def _country(number: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - 30 ms that no start should wait for

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code is not None and phonenumbers.region_code_for_country_code(parsed.country_code) == _NOWHERE:
        return _NOWHERE
    return phonenumbers.region_code_for_number(parsed)
