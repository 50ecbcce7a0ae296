"""How hard a password is to guess: zxcvbn with its bundled lists, offline, and likeness to the user name."""

from __future__ import annotations

import re

_WINDOW = 24
_TOO_LITTLE = 8


def score(password: str, username: str) -> int:
    """Return zxcvbn's score from 0 (too guessable) to 4 (very unguessable). Blocks; run it in a thread.

    zxcvbn's time grows with the cube of the length and it holds the interpreter meanwhile (1.3 s for 128 hostile
    characters), so a long password is as good as the best of its parts of 24 characters.
    """
    from zxcvbn_rs_py import zxcvbn  # noqa: PLC0415 - 9 MB that a process needs only once somebody sets a password

    names = [name for name in {username, *re.split(r"[._-]", username)} if name]
    best = 0
    for start in range(0, len(password), _WINDOW):
        best = max(best, int(zxcvbn(password[start : start + _WINDOW], names).score))
        if best == 4:
            break
    return best


def like_the_name(password: str, username: str) -> bool:
    """Tell whether little is left of the password without the user name, forwards or backwards."""
    secret, name = _letters(password), _letters(username)
    if len(name) < 3:
        return False
    rest = secret.replace(name, "").replace(name[::-1], "")
    return rest != secret and len(rest) < _TOO_LITTLE


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
