"""How much of a text one SMS holds: 160 letters of the GSM 7-bit alphabet, or 70 UTF-16 units of any others.

Source: 3GPP TS 23.038, 6.2.1; a text in several parts loses 7 letters, or 3 units, of each to their numbering
(3GPP TS 23.040, 9.2.3.24.1).
"""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Letters that take two places, the first for an escape."""
_LIKE = str.maketrans(
    {"…": "...", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "•": "-"}
    | {"\u00a0": " ", "ª": "a", "º": "o", "ç": "c", "`": "'", "´": "'", "\t": " "}
)


def is_gsm(text: str) -> bool:
    """Tell whether every letter is in the GSM 7-bit alphabet or its extension."""
    return all(char in _BASIC or char in _EXTENDED for char in text)


def length(text: str) -> int:
    """Return the places that a text takes: septets if all of it is GSM 7-bit, else UTF-16 units."""
    if is_gsm(text):
        return len(text) + sum(char in _EXTENDED for char in text)
    return len(text.encode("utf-16-le")) // 2


def count(text: str) -> int:
    """Return how many SMS a text is sent as; a letter of two places is not parted."""
    gsm = is_gsm(text)
    single, part = (160, 153) if gsm else (70, 67)
    if length(text) <= single:
        return 1
    parts, used = 1, 0
    for char in text:
        size = 1 + (char in _EXTENDED) if gsm else len(char.encode("utf-16-le")) // 2
        if used + size > part:
            parts, used = parts + 1, 0
        used += size
    return parts


def plain(text: str) -> str:
    """Return a text with each letter that GSM 7-bit lacks written without its accent, as far as that helps."""
    return "".join(char if char in _BASIC or char in _EXTENDED else _without_accent(char) for char in text)


def fitted(before: str, text: str, after: str = "") -> str:
    """Return `before + text + after` for one SMS, with as much of `text`, somebody's own words, as there is room for.

    As it is, if it fits so; else without accents; else shortened, in whichever of the two ways keeps more of it.
    """
    whole = before + text + after
    if count(whole) == 1:
        return whole
    folded = plain(whole)
    if count(folded) == 1:
        return folded
    return max((_cut(before, text, after), _cut(plain(before), plain(text), plain(after))), key=len)


def _cut(before: str, text: str, after: str) -> str:
    shorter = text
    while shorter:
        shorter = shorter[:-1].rstrip()
        if count(found := f"{before}{shorter}...{after}") == 1:
            return found
    return before + after


def _without_accent(char: str) -> str:
    like = char.translate(_LIKE)
    if like != char:
        return like
    marked = unicodedata.normalize("NFKD", char)
    bare = "".join(part for part in marked if unicodedata.category(part) != "Mn")
    return bare if bare and is_gsm(bare) else char
