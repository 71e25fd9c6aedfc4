"""The commands together, and how each of them ends."""

from __future__ import annotations

import errno
import sys
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperGroup

from thalweg.cli import signals
from thalweg.cli.anomalies import anomalies
from thalweg.cli.arguments import command_of
from thalweg.cli.backtest import backtest
from thalweg.cli.forecast import forecast
from thalweg.cli.given import STDIN, looks_like_a_file
from thalweg.cli.look import look_app
from thalweg.cli.output import NOBODY_READS, give_up_output, is_of_output, write_out
from thalweg.cli.predict import predict
from thalweg.cli.sample import sample
from thalweg.cli.update import update
from thalweg.cli.usage import is_usage_error, usage_sentence
from thalweg.errors import InputError
from thalweg.files import reason_of
from thalweg.learn import first_use
from thalweg.messages import LANGUAGES, Message, catalogue
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED = 2  # the exit code for what the user can mend


class Commands(TyperGroup):
    """A group whose commands end with one message, in the user's language, where the user can mend the matter."""

    language: ClassVar[str] = "en"

    def main(self, *arguments: Any, standalone_mode: bool = True, **extra: Any) -> Any:  # noqa: ANN401 - as Typer has it
        """Run the command; what the user can mend becomes a message and exit code 2."""
        first_use.told[:] = [lambda: typer.echo(catalogue(self.language)("cli.compiling"), err=True)]
        try:
            ended = super().main(*arguments, standalone_mode=False, **extra)
            write_out()
        except InputError as error:
            if signals.received:  # a library took the interrupt for an error, and a reader for one of the file
                raise KeyboardInterrupt from None
            sentence = error.sentence(self.language, command=True)
        except OSError as error:
            if not is_of_output(error):
                raise
            give_up_output()
            if error.errno == errno.EPIPE:
                sys.exit(NOBODY_READS)
            sentence = catalogue(self.language)("cli.output", reason=reason_of(error))
        except Exception as error:
            if not is_usage_error(error):
                raise
            sentence = usage_sentence(error, self.language)
        else:
            if not standalone_mode:
                return ended
            sys.exit(ended if isinstance(ended, int) else 0)
        typer.echo(catalogue(self.language)("cli.error", message=sentence), err=True)
        sys.exit(REFUSED)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer keeps its classes to itself
        """Find the command; a file in its place is forecast.

        Raises
        ------
        InputError
            If the first word is neither.
        """
        name = args[0]
        if name in self.commands or (name.startswith("-") and name != STDIN):
            return super().resolve_command(ctx, args)
        if looks_like_a_file(name):
            return super().resolve_command(ctx, ["forecast", *args])
        near = get_close_matches(name, self.commands, n=1)
        meant = Message("cli.usage.meant", {"name": f"thalweg {near[0]}"}) if near else ""
        raise InputError("usage.no_command", name=name, meant=meant, names=tuple(self.commands))


def language_of(arguments: Sequence[str]) -> str:
    """Return the language that a command line asks for, before it is parsed: its help and its errors speak it too."""
    for at, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            wanted = value or (arguments[at + 1] if at + 1 < len(arguments) else "")
            return wanted if wanted in LANGUAGES else "en"
    return "en"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"thalweg {__version__}")
        raise typer.Exit


@cache
def app(language: str = "en") -> typer.Typer:
    """Return all commands, with their help in a language."""
    translate = catalogue(language, command=True)
    group = type("Commands", (Commands,), {"language": language})
    made = typer.Typer(
        cls=group,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def thalweg(
        ctx: typer.Context,
        version: bool = typer.Option(
            False, "--version", help=translate("cli.help.version"), callback=_version, is_eager=True
        ),
    ) -> None:
        del version  # its callback has answered
        if ctx.invoked_subcommand is None:
            typer.echo(ctx.get_help())
            raise typer.Exit(REFUSED)

    made.callback(invoke_without_command=True, help=translate("cli.help.thalweg"))(thalweg)
    commands = (forecast, predict, update, backtest, anomalies, sample)
    for name, function in ((each.__name__, each) for each in commands):
        made.command(name, help=translate(f"cli.help.{name}.about"), epilog=_epilog(name, language))(
            command_of(function, name, language)
        )
    made.add_typer(look_app(language), name="look")
    return made


def _epilog(name: str, language: str) -> str:
    """Return the examples of a command, which its help ends with."""
    translate = catalogue(language)
    examples = translate(f"cli.examples.{name}").strip().splitlines()
    return "\n\n".join([f"[b]{translate('cli.examples.head')}[/b]", *examples])
