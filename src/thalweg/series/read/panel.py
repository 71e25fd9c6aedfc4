"""Read many series of one source as a panel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.options import with_options
from thalweg.series.frames import backend_of
from thalweg.series.read.opened import open_table
from thalweg.series.read.options import PanelOptions
from thalweg.sql import interruptible

if TYPE_CHECKING:
    from pathlib import Path

    from narwhals.typing import IntoFrame

    from thalweg.series.panel import Panel

__all__ = ["read_panel", "read_panel_with"]


@with_options(PanelOptions)
def read_panel(source: str | Path | IntoFrame, options: PanelOptions) -> Panel:
    """Read many series from a file or a frame.

    Parameters
    ----------
    source : str, Path or frame
        What `thalweg.read` takes, with a row for each date of each series. Or a folder, or a pattern such as
        ``sales/*.csv``: each file is one series, named as the file; with ``by`` the files are parts of one table.
    **options
        Those of `thalweg.series.read.options.PanelOptions`: ``by``, the columns whose values name a series; ``static``,
        columns that are the same in all rows of a series; ``wide``, whether each column of numbers is a series, or
        each that ``value`` names; and the options of `thalweg.read`.
        Without ``by`` the columns are found that are called ``unique_id``, ``ds`` and ``y``; ``item_id``,
        ``timestamp`` and ``target``; or ``ID``, ``ds`` and ``y``.

    Returns
    -------
    Panel
        Series of one frequency, each from its first value to its last. Those that could not be read are named in its
        ``refused``, each with the reason.

    Raises
    ------
    InputError
        If the source cannot be read, two series have nearly the same name, the series are of several frequencies, or
        none of them can be read.

    Examples
    --------
    >>> import thalweg
    >>> days = ["2024-01-01", "2024-01-02", "2024-01-03"]
    >>> panel = thalweg.read_panel({"unique_id": ["b"] * 3 + ["a"] * 3, "ds": days * 2, "y": [1, 2, 3, 0, 0, 0]})
    >>> panel.names
    ('a', 'b')
    >>> panel["b"].values.tolist()
    [1.0, 2.0, 3.0]
    """
    return read_panel_with(source, options)


def read_panel_with(source: str | Path | IntoFrame, options: PanelOptions) -> Panel:
    """Read as `read_panel` does, with a record of options; errors as there."""
    from thalweg.series.read.many.files import files_of, panel_of_files  # noqa: PLC0415  (loaded when a source is read)
    from thalweg.series.read.many.table import panel_of_table  # noqa: PLC0415  (likewise)

    if options.with_ is not None and not options.known:
        raise InputError("columns.with_alone", argument=Argument("with_"), known=Argument("known", "price"))
    with interruptible():
        files = files_of(source)
        if files is not None:
            return replace(panel_of_files(files, options), reading=options.remembered)
        table = open_table(source, options)
        try:
            panel = panel_of_table(table, options)
        finally:
            table.close()
    backend = backend_of(source)
    series = tuple(replace(series, backend=backend) for series in panel.series)
    return replace(panel, series=series, reading=options.remembered)
