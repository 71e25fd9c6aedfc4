"""Where a command prints, and where it draws its progress."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import Console


class Consoles(NamedTuple):
    """Where a command writes.

    Attributes
    ----------
    console : Console
        Standard output; silent where JSON stands there.
    drawing : Console
        Where progress is drawn, if it is a terminal: standard error, so that standard output may go to a file.
    """

    console: Console
    drawing: Console


def consoles_of(*, as_json: bool) -> Consoles:
    """Return where a command writes."""
    console = Console(markup=False, highlight=False, emoji=False, quiet=as_json)
    return Consoles(console, Console(markup=False, highlight=False, emoji=False, stderr=True))
