"""The commands together, and how each of them ends."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from thalweg.cli.forecast import EXAMPLES, forecast
from thalweg.cli.look import look
from thalweg.cli.predict import predict
from thalweg.cli.sample import sample
from thalweg.errors import InputError
from thalweg.version import __version__


class Commands(TyperGroup):
    """A group whose commands end with one message where the user can mend the matter."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 -- Typer keeps its context class to itself
        """Run the command; `InputError` becomes exit code 2."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(2) from error


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"thalweg {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def thalweg(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Find the function that predicts tomorrow from daily numbers, and see how it was found."""


app.command(epilog=EXAMPLES)(forecast)
app.command()(predict)
app.command()(sample)
app.add_typer(look, name="look")
