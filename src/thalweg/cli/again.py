"""The command that was typed, as words with which it can be typed again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from thalweg.report.shell import for_powershell, for_sh

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer
    from rich.console import Console

    from thalweg.messages import Catalogue

LEFT_OUT = {"as_json"}  # what changes nothing that is found or written


def words_of(ctx: typer.Context) -> tuple[str, ...]:
    """Return the command with its arguments and every option that was given, each option as ``--name=value`` or a word.

    An option in two words would be misread where its value begins with a dash, so such a value stands behind ``=``.
    """
    positions: list[str] = []
    options: list[str] = []
    for each in ctx.command.params:
        source = ctx.get_parameter_source(each.name or "")
        if source is None or source.name != "COMMANDLINE" or each.name in LEFT_OUT:
            continue
        value = ctx.params[each.name or ""]
        if each.param_type_name == "argument":
            text = str(value)
            positions.append(f"./{text}" if text.startswith("-") and text != "-" else text)
        elif value is True:
            options.append(each.opts[0])
        else:
            text = str(value)
            options += [f"{each.opts[0]}={text}"] if text.startswith("-") else [each.opts[0], text]
    _, *commands = ctx.command_path.split()  # the first is how the program was called, which may be a path
    return ("thalweg", *commands, *positions, *options)


def line_of(words: Sequence[str]) -> str:
    """Return the words as a line for the shell of this system."""
    return (for_powershell(words) if os.name == "nt" else "") or for_sh(words)


def print_again(console: Console, words: Sequence[str], translate: Catalogue) -> None:
    """Print the command to paste: no line break may stand in it."""
    console.print(translate("cli.again"))
    console.print("  " + line_of(words), soft_wrap=True)
