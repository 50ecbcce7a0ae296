"""A service whose clock a row moves while it runs, by Debian's libfaketime."""

from __future__ import annotations

from pathlib import Path

from tests.running import Service


class MovedClock:
    """Says to every process with these `settings` what to add to the time, in seconds. Monotonic time goes on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "offset"
        self.set(0)

    @property
    def settings(self) -> dict[str, str]:
        """What the process needs in its environment."""
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        return {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: float) -> None:
        """Move the clock to so many seconds after (or before) the true time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+.6f}\n")
        new.replace(self._file)


def moved(service: Service, clock: MovedClock) -> Service:
    """Return the same service, not yet started, under a clock that can be moved."""
    service.settings = {**service.settings, **clock.settings}
    return service
