"""Words as search compares them: without case, accents and other marks, the same on every database."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40
"""Longer words are compared by their beginning."""

_WORD = re.compile(r"[^\W_]+")
_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_LIKE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


def words(text: str) -> list[str]:
    """Return the words of a text, each once, in their order. Scripts that write no spaces give their characters."""
    marked = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(char for char in marked if unicodedata.category(char) != "Mn")
    folded = unicodedata.normalize("NFC", plain).translate(_LIKE)
    found = _WORD.findall(_NO_SPACES.sub(lambda char: f" {char[0]} ", folded))
    return list(dict.fromkeys(word[:LONGEST] for word in found))
