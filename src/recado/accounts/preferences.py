"""What people choose: language, time zone, what they are texted about, and when not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recado.errors import Invalid
from recado.messages.channel import KINDS, ChannelKind

LOCALES = ("en", "pt-BR")
_ZONE = re.compile(r"(?!posix|right|localtime|Factory)[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Notify:
    """What somebody wants to be texted about."""

    created: bool
    assigned: bool
    reminders: bool
    security: bool


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when no text may come, `HH:MM` in the person's time zone; over midnight if `end` is earlier."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Some new settings. None leaves a setting as it is; where None means none, `keep` does.

    `channels` are those wanted, first choice first; `digest` is the hour of the daily digest, `HH:MM`.
    """

    locale: str | None = None
    time_zone: str | None = None
    created: bool | None = None
    assigned: bool | None = None
    reminders: bool | None = None
    security: bool | None = None
    quiet_hours: QuietHours | Literal["keep"] | None = "keep"
    channels: Sequence[ChannelKind] | None = None
    digest: str | None = "keep"


def check_locale(locale: str) -> None:
    """Raise `Invalid` for a language that there is not."""
    if locale not in LOCALES:
        raise Invalid("/locale", f"Use one of: {', '.join(LOCALES)}.")


def check_time_zone(name: str) -> None:
    """Raise `Invalid` for what is no name of the IANA time zone database."""
    try:
        known = _ZONE.fullmatch(name) is not None and ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = False
    if not known:
        raise Invalid("/time_zone", "Use a name of the IANA time zone database, such as America/Sao_Paulo.")


def check(change: SettingsChange) -> None:
    """Raise `Invalid` for the first wrong value."""
    if change.locale is not None:
        check_locale(change.locale)
    if change.time_zone is not None:
        check_time_zone(change.time_zone)
    if isinstance(change.quiet_hours, QuietHours):
        for member, text in (("from", change.quiet_hours.start), ("to", change.quiet_hours.end)):
            if not _TIME.fullmatch(text):
                raise Invalid(f"/quiet_hours/{member}", "Use hours and minutes, such as 22:00.")
    if change.channels is not None and (not change.channels or len(set(change.channels)) < len(change.channels)):
        raise Invalid("/channels", f"Name each channel once, and one at least: {', '.join(KINDS)}.")
    if change.digest not in (None, "keep") and not _TIME.fullmatch(change.digest):
        raise Invalid("/digest", "Use hours and minutes, such as 08:00, or null for no digest.")
