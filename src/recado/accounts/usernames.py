"""User names: what may be one, how it is shown, and when two are the same (UTS 39, UAX 15)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from recado.errors import Invalid

MAX_LENGTH = 64
_MAX_MARKS = 3
_PUNCTUATION = frozenset("._-")
# Letters and marks that show nothing (Default_Ignorable_Code_Point).
_INVISIBLE = frozenset(
    map(
        chr,
        [
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
            *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
        ],
    )
)
# Names of characters begin with their script; these begin otherwise, or share a first word.
_SCRIPTS = {
    "IDEOGRAPHIC": "CJK",
    "KATAKANA-HIRAGANA": "KATAKANA",
    "ARABIC-INDIC": "ARABIC",
    "EXTENDED ARABIC-INDIC": "ARABIC",
}
_TWO_WORDS = frozenset(["EXTENDED", "OLD", "NEW", "TAI", "LINEAR"])
# What one language writes together (UTS 39, 5.1).
_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})


@dataclass(frozen=True, slots=True)
class Username:
    """A user name: as it is shown (NFKC), and the key that no two accounts share (NFKC and casefold)."""

    shown: str
    key: str


def parse(text: str, pointer: str = "/username") -> Username:
    """Return the user name that `text` is. Raises `Invalid` at `pointer`, which says what to change."""
    shown = unicodedata.normalize("NFKC", text[: MAX_LENGTH + 1])
    if not 1 <= len(text) <= MAX_LENGTH or len(shown) > MAX_LENGTH:
        raise Invalid(pointer, f"Use 1 to {MAX_LENGTH} characters.")
    if not _well_formed(shown):
        raise Invalid(pointer, "Use letters and digits, and . _ - between them, without spaces.")
    scripts = _scripts(shown)
    if len(scripts) > 1 and not any(scripts <= mix for mix in _TOGETHER):
        raise Invalid(pointer, "Use letters and digits of one script only.")
    return Username(shown, unicodedata.normalize("NFKC", shown.casefold()))


def lookup_key(text: str) -> str:
    """Return the key to look `text` up by; the empty string, which nobody has, if it cannot be a user name."""
    try:
        return parse(text).key
    except Invalid:
        return ""


def _well_formed(name: str) -> bool:
    """Tell whether each character may be there, with at least one letter or digit, and marks only behind letters."""
    marks, markable, letters = 0, False, 0
    for char in name:
        category = unicodedata.category(char)
        if char in _INVISIBLE:
            return False
        if category in ("Mn", "Mc") and markable and marks < _MAX_MARKS:
            marks += 1
        elif category[0] == "L" or category == "Nd":
            marks, markable, letters = 0, category[0] == "L", letters + 1
        elif char in _PUNCTUATION:
            markable = False
        else:
            return False
    return letters > 0


def _scripts(name: str) -> set[str]:
    """Return the scripts of a name; ASCII digits, punctuation and combining marks go with every script."""
    found = {_script(char) for char in name if char not in _PUNCTUATION and not "0" <= char <= "9"}
    return found - {"COMBINING"}


def _script(char: str) -> str:
    words = unicodedata.name(char, "UNNAMED").split(" ", 2)
    script = " ".join(words[: 2 if words[0] in _TWO_WORDS else 1])
    return _SCRIPTS.get(script, script)
