"""A text whose end depends on how it leaves: an SMS can be answered, an e-mail or a push cannot.

Both ends are kept in one stored text, with control characters between, which no person's own words hold:
`texts.neutral` takes them out.
"""

from __future__ import annotations

from recado.messages import segments
from recado.messages.channel import ChannelKind

_AS_SMS, _ELSEWHERE = "\x1d", "\x1e"


def stored(before: str, own: str, after: str, *, sms: str, elsewhere: str) -> str:
    """Return the text that becomes `before + own + after + sms`, fitted to one SMS, or the same with `elsewhere`.

    `own` is somebody's own words. `sms` has no letter that GSM 7-bit lacks.
    """
    fitted = segments.fitted(before, own, after + sms)
    return f"{fitted.removesuffix(sms)}{_AS_SMS}{sms}{_ELSEWHERE}{elsewhere}"


def of(channel: ChannelKind, text: str) -> str:
    """Return the words of a stored text for a channel; most have the same for all."""
    before, differs, ends = text.partition(_AS_SMS)
    if not differs:
        return text
    sms, _, elsewhere = ends.partition(_ELSEWHERE)
    return before + (sms if channel == "sms" else elsewhere)
