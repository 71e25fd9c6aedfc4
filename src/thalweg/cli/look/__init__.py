"""`thalweg look`: the pictures of the glass box, a command each; the group itself lists them."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from thalweg.cli.look.command import command_of
from thalweg.cli.options import Lang
from thalweg.errors import InputError
from thalweg.look.names import PICTURES


class Pictures(TyperGroup):
    """A group that helps where a name is none of its commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 -- Typer keeps its classes to itself
        """Find the command; `InputError` where there is none."""
        name = args[0]
        if name not in PICTURES and not name.startswith("-"):
            near = get_close_matches(name, PICTURES, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise InputError(f"There is no picture {name!r}.{meant} `thalweg look` lists them.")
        return super().resolve_command(ctx, args)


look = typer.Typer(cls=Pictures, context_settings={"help_option_names": ["-h", "--help"]})


@look.callback(invoke_without_command=True)
def pictures(ctx: typer.Context, lang: Lang = "en") -> None:
    """Look into the glass box: see how the function was found.

    Without a name it lists the pictures, a line each. Each picture is made from FILE (daily numbers as CSV or Parquet;
    for some pictures also a saved model.thalweg), or without one from the lecture's toy or a simulated channel.
    """
    if ctx.invoked_subcommand is not None:
        return
    from thalweg.messages import catalogue

    tell = catalogue(lang)
    wide = max(map(len, PICTURES))
    for name in PICTURES:
        typer.echo(f"{name.ljust(wide)}  {tell(f'look.{name}.line')}")
    typer.echo(f"\n{tell('look.list_next')}")


for _name in PICTURES:
    _declared = import_module(f"thalweg.cli.look.{_name}")
    look.command(_name, epilog=_declared.EXAMPLES)(command_of(getattr(_declared, _name)))
