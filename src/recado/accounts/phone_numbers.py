"""Phone numbers as people write them, and as they are kept: E.164 with `+`."""

from __future__ import annotations

import re
import unicodedata

from recado.errors import Invalid

_WRITTEN = re.compile(r"(?:\+|00)?[0-9][0-9 ().\-/\u2010-\u2015]{5,30}")


def normalise(text: str, pointer: str = "/phone") -> str:
    """Return a number in E.164 form, such as `+5511987654321`.

    It must begin with its country code, with `+`, with `00` or with neither. Raises `Invalid` at `pointer` for a number
    that cannot exist or cannot receive texts.
    """
    import phonenumbers  # noqa: PLC0415 - 30 ms that no start should wait for

    plain = unicodedata.normalize("NFKC", text[:100]).strip()
    if not _WRITTEN.fullmatch(plain):
        raise _impossible(pointer)
    digits = re.sub(r"[^0-9]", "", plain)
    try:
        number = phonenumbers.parse("+" + digits.removeprefix("00"))
    except phonenumbers.NumberParseException as error:
        raise _impossible(pointer) from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _impossible(pointer)
    if phonenumbers.number_type(number) in (
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PAGER,
    ):
        raise Invalid(pointer, "This number cannot receive texts: give a mobile phone's.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _impossible(pointer: str) -> Invalid:
    return Invalid(pointer, "Give a phone number that exists, with its country code, such as +5511987654321.")
