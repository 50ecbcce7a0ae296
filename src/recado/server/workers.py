"""Several server processes over one listening socket: started, replaced when they die, stopped together.

SIGTERM or SIGINT stops them all, each finishing its requests; a second Ctrl+C ends them at once. SIGHUP replaces them
one by one, the next only when its successor answers, and each leaves when its last connection has; where there was a
terminal it means that this was closed, and stops them. A worker whose parent was killed stops by itself.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from recado.server.process import RETIRE

Work = Callable[[Callable[[], None], int], int]
"""What a worker does: it is given what to call when it answers, and the lifeline; it returns its exit code."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_REST_SECONDS = 1.0
_PATIENCE_SECONDS = 1.0
"""A signal that comes twice at once, through the group and a wrapper, is still one."""


@dataclass(slots=True)
class _Worker:
    pid: int
    answers: int
    """Reading end of the pipe on which it tells, once, that it answers."""
    ready: bool = False
    leaving: bool = False


@dataclass(slots=True)
class Workers:
    """Keeps `count` processes at `work`. Nothing that holds a thread or an event loop may be open when it runs."""

    count: int
    work: Work
    tell: Callable[[str], None]
    """Takes a sentence for the operator."""
    _staff: dict[int, _Worker] = field(default_factory=dict[int, _Worker])
    _to_replace: deque[int] = field(default_factory=deque[int])
    _opened: bool = False
    _stop_at: float = 0.0
    _failed: bool = False
    _rest_until: float = 0.0
    _lifeline: tuple[int, int] = (-1, -1)
    _on_terminal: bool = False

    def run(self, opened: Callable[[], None]) -> int:
        """Work until told to stop; return the exit code. `opened` is called when all answer for the first time.

        A worker that gives up before that ends the rest too: it would give up again. One that was killed, or ends
        later, is started anew.
        """
        self._lifeline = os.pipe()
        self._on_terminal = os.isatty(0)
        with _signals_as_bytes() as signals:
            while self._staff or not self._stop_at:
                self._fill()
                self._wait(signals)
                self._reap()
                if not self._opened and sum(worker.ready for worker in self._staff.values()) == self.count:
                    self._opened = True
                    opened()
        return 1 if self._failed else 0

    def _fill(self) -> None:
        if self._stop_at or time.monotonic() < self._rest_until:
            return
        staying = sum(not worker.leaving for worker in self._staff.values())
        for _ in range(self.count + bool(self._to_replace) - staying):
            self._hire()

    def _hire(self) -> None:
        answers, tell_ready = os.pipe()
        # No signal may find the child with its parent's handlers.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if pid == 0:
            os.close(self._lifeline[1])
            os._exit(_child(self.work, tell_ready, self._lifeline[0]))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(tell_ready)
        self._staff[pid] = _Worker(pid, answers)

    def _wait(self, signals: int) -> None:
        """Sleep until a signal comes or a worker tells that it answers."""
        starting = {worker.answers: worker for worker in self._staff.values() if not worker.ready}
        resting = max(0.0, self._rest_until - time.monotonic())
        readable, _, _ = select.select([signals, *starting], [], [], resting or None)
        for descriptor in readable:
            if descriptor == signals:
                for number in os.read(signals, 512):
                    self._heed(number)
            elif os.read(descriptor, 1):
                self._welcome(starting[descriptor])
            else:
                time.sleep(0.01)  # it died before it answered: SIGCHLD is on its way

    def _heed(self, number: int) -> None:
        if number == signal.SIGHUP and not self._on_terminal:
            self._to_replace.extend(worker.pid for worker in self._staff.values() if not worker.leaving)
        elif number == signal.SIGINT and self._stop_at and time.monotonic() > self._stop_at + _PATIENCE_SECONDS:
            self._dismiss(signal.SIGKILL)
        elif number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) and not self._stop_at:
            self._stop_at = time.monotonic()
            self._dismiss(signal.SIGTERM)

    def _dismiss(self, how: signal.Signals) -> None:
        for worker in self._staff.values():
            worker.leaving = True
            os.kill(worker.pid, how)

    def _welcome(self, worker: _Worker) -> None:
        worker.ready = True
        old = self._staff.get(self._to_replace.popleft()) if self._to_replace else None
        if old is not None:
            old.leaving = True
            os.kill(old.pid, RETIRE)

    def _reap(self) -> None:
        for pid in list(self._staff):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                worker = self._staff.pop(pid)
                os.close(worker.answers)
                if not worker.leaving:
                    self._replace(worker, os.waitstatus_to_exitcode(status))

    def _replace(self, worker: _Worker, code: int) -> None:
        self._to_replace.clear()
        if self._opened or code < 0:
            self.tell(f"A server process ended unexpectedly (exit code {code}); another one takes its place.")
            self._rest_until = 0.0 if worker.ready else time.monotonic() + _REST_SECONDS
        else:
            self._failed = True
            self._heed(signal.SIGTERM)


def _child(work: Work, tell_ready: int, lifeline: int) -> int:
    """Be a worker, in the forked process; never return to the parent's code."""
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def answers() -> None:
        os.write(tell_ready, b"1")
        os.close(tell_ready)

    try:
        return work(answers, lifeline)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: a handler must be there for the signal to reach the wake-up descriptor."""


@contextmanager
def _signals_as_bytes() -> Generator[int]:
    """Yield a descriptor from which each signal is read as a byte with its number."""
    reading, writing = os.pipe()
    for descriptor in (reading, writing):
        os.set_blocking(descriptor, False)
    handlers = {number: signal.signal(number, _noted) for number in _SIGNALS}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
