"""What Typer finds wrong with a command line, in our own words: its sentences are English, and for programmers."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from thalweg.messages import Message, catalogue

_EXTRA = re.compile(r"extra argument(?:s|\(s\))? \((.*)\)$")

OF_MANY = ("--by", "--static", "--wide")
"""Options of reading many series, which some commands do not take."""


def is_usage_error(error: Exception) -> bool:
    """Whether Typer refuses the command line. Its classes are Click's in some versions, and its own in others."""
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)


def usage_sentence(error: Any, language: str) -> str:  # noqa: ANN401 - see `is_usage_error`
    """Return what is wrong with a command line, in a language."""
    translate = catalogue(language, command=True)
    context = getattr(error, "ctx", None)
    help_command = f"{context.command_path} --help" if context is not None else "thalweg --help"
    match type(error).__name__:
        case "NoSuchOption":
            known = [name for each in context.command.params for name in each.opts] if context is not None else []
            near = get_close_matches(error.option_name, known, n=1)
            meant = Message("cli.usage.meant", {"name": near[0]}) if near else ""
            key = "option"
            if error.option_name in OF_MANY and context is not None:
                key = "of_model" if context.command.name in ("predict", "update") else "of_many"
            told = {"name": error.option_name, "meant": meant, "help": help_command}
            return translate(f"cli.usage.{key}", command=help_command.removesuffix(" --help"), **told)
        case "MissingParameter":
            return translate("cli.usage.missing", name=_name_of(error.param), help=help_command)
        case "BadOptionUsage":
            return translate("cli.usage.value", name=error.option_name, help=help_command)
        case "BadParameter":
            return translate("cli.usage.parameter", name=_name_of(error.param), help=help_command)
        case _:
            told = str(error.format_message())
            extra = _EXTRA.search(told)
            if (
                extra
                and context is not None
                and context.command.name in ("forecast", "predict", "backtest", "anomalies")
            ):
                return translate("cli.usage.several", command=context.command_path, words=extra[1])
            unknown = [extra[1]] if extra else [word for word in told.split() if word.startswith("'")]
            return translate("cli.usage.other", words=" ".join(unknown) or "–", help=help_command)


def _name_of(parameter: Any) -> str:  # noqa: ANN401 - as above
    if parameter is None:
        return "–"
    return (
        parameter.opts[0] if str(parameter.opts[0]).startswith("-") else (parameter.metavar or parameter.name.upper())
    )
