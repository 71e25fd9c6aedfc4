"""Newer values of a panel's series, read by the columns that the panel was read by."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.series.panel import Panel, panel_of
from thalweg.series.read.options import ColumnOptions, PanelOptions
from thalweg.series.read.panel import read_panel_with
from thalweg.series.series import Series

if TYPE_CHECKING:
    from thalweg.forecast.panel.model import PanelModel

COLUMNS = ("date", "value", "known", "past")  # the options of a prediction that name columns


def options_for(model: PanelModel, given: ColumnOptions) -> PanelOptions:
    """Return how newer values are read: as those of the model were, but for what is given."""
    panel = model.panel
    first = panel.series[0]
    options = dict(panel.reading)
    if not options.get("wide"):
        options.setdefault("value", first.name)
    named = {one.name for one in fields(PanelOptions) if one.init}
    options |= {name: getattr(given, name) for name in given.changed(tuple(named))}
    options |= {"difference": given.difference or first.differenced, "goes_on": True, "today": given.today}
    return PanelOptions(**options)


def _of_model(error: InputError, given: ColumnOptions) -> InputError:
    """Return the error; of a column that the user has not named now, it says that the model looks at it."""
    values = error.message.values
    named = [getattr(given, option) for option in given.changed(COLUMNS)]
    if error.message.key != "error.read.no_column" or any(values["name"] in each for each in named):
        return error
    return InputError("panel.column_not_there", **values)


def read_newer(model: PanelModel, source: Any, given: ColumnOptions | None = None) -> Panel:  # noqa: ANN401 - what `read_panel` takes
    """Return newer values as a panel.

    Parameters
    ----------
    model : PanelModel
    source : Panel, Series, path or frame
    given : ColumnOptions, optional
        Options of reading that go before those that the model remembers.

    Raises
    ------
    InputError
        As of `thalweg.read_panel`.
    """
    if isinstance(source, (Panel, Series)):
        return panel_of(source)
    given = given or ColumnOptions()
    try:
        panel = read_panel_with(source, options_for(model, given))
    except InputError as error:
        raise _of_model(error, given) from error
    of_files = not model.panel.keys and not model.panel.reading.get("wide")
    if of_files and len(panel) == 1 and isinstance(source, (str, Path)) and Path(source).is_file():
        return replace(panel, names=(Path(source).stem,))  # each series was a file, named as it
    return panel
