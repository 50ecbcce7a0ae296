"""`recado completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print the completion script of a shell: `eval "$(recado completion bash)"` in ~/.bashrc.

    Parameters
    ----------
    shell
        bash, zsh or fish.
    """
    from recado.cli.commands import app  # noqa: PLC0415  (which knows this command)

    print(app.generate_completion(prog_name="recado", shell=shell))
