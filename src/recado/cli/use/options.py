"""What every command for people understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Group, Parameter

EVERYWHERE = Group("Everywhere", sort_key=9)


@Parameter(name="*", group=EVERYWHERE)
@dataclass(frozen=True)
class Options:
    """Options of every command.

    Parameters
    ----------
    profile
        Another server or person than the usual one (also RECADO_PROFILE).
    json
        Print what the server says, for programs.
    """

    profile: Annotated[str | None, Parameter(name=["--profile", "-P"])] = None
    json: Annotated[bool, Parameter(name="--json", negative="", show_default=False)] = False


NONE = Options()
Flag = Parameter(negative="", show_default=False)
