"""What somebody sees who says `recado` and is not signed in anywhere."""

from __future__ import annotations

import sys

from recado.cli.use.address import USUAL

_WORDS = f"""\
recado keeps your to-dos, and those you leave for others.

  recado login SERVER           sign in to a server, such as https://todo.example
  recado signup SERVER          make an account there
  recado serve                  be the server yourself, at {USUAL}

  recado add pay rent friday    then adds a to-do
  recado                        and shows your day

`recado --help` lists all commands."""


def welcome() -> None:
    """Print the first steps on standard error."""
    print(_WORDS, file=sys.stderr)
