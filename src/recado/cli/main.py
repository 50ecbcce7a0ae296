"""Where `recado` begins: what went wrong becomes one sentence and an exit code.

Exit codes: 0 done, or stopped as asked; 1 it failed; 2 wrong usage or a wrong setting; 3 signed out, 4 not found, 5 the
server cannot be reached, all three from commands that ask a server; 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from recado.cli.use.failures import NOT_FOUND, SIGNED_OUT, UNREACHABLE, Failure
from recado.cli.use.screen import clean
from recado.errors import RecadoError
from recado.readings import SettingsError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
CODES = (DONE, FAILED, MISUSED, SIGNED_OUT, NOT_FOUND, UNREACHABLE, INTERRUPTED)


def main() -> None:
    """Run the command line of this process and exit."""
    os.umask(0o077)  # what recado writes is its owner's only
    streams = ((sys.stdin, "surrogateescape"), (sys.stdout, "replace"), (sys.stderr, "replace"))
    for stream, errors in streams:  # input as in arguments: refused where it would be sent
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)  # what an old terminal cannot show is a ?
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; a failure is one sentence on standard error."""
    try:
        return _for_people(arguments)
    except SettingsError as error:
        return _say(str(error), MISUSED)
    except RecadoError as error:
        return _say(error.detail, FAILED)
    except Exception as error:
        if type(error) not in _sentences():
            raise
        return _say(str(error), FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _for_people(arguments: Sequence[str]) -> int:
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except Failure as failure:
        return _say(failure.sentence, failure.code)
    except BrokenPipeError:  # whoever read has had enough, as `head` does: end without a word
        _print_no_more()
        return DONE
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        _print_no_more()
        return _say(f"The output cannot be written ({error.strerror})", FAILED)
    return code


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(arguments: Sequence[str]) -> int:
    if list(arguments) == ["serve"]:
        # The parser for all the other commands takes longer to load than the server to start.
        from recado.cli.serve import serve  # noqa: PLC0415

        return serve()
    from recado.cli.commands import parse_and_run  # noqa: PLC0415

    return parse_and_run(arguments)


def _sentences() -> set[type[Exception]]:
    """The exceptions that are already a sentence for the operator; loaded only when something failed."""
    from recado.datafolder import FolderTaken  # noqa: PLC0415
    from recado.db import DatabaseNewer  # noqa: PLC0415
    from recado.db.backups import BackupFailed  # noqa: PLC0415
    from recado.server.listening import CannotListen  # noqa: PLC0415

    return {BackupFailed, CannotListen, DatabaseNewer, FolderTaken}


def _say(sentence: str, code: int) -> int:
    print(f"recado: {clean(sentence).rstrip('.')}.", file=sys.stderr)
    return code
