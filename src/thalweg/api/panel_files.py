"""The files beside a panel's model after an update: rewritten as a whole set, or none of them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from thalweg.api.panel import FILES_OF_TOTALS
from thalweg.files import write_whole, written_together
from thalweg.forecast.belonging import MODEL_FILE
from thalweg.forecast.panel.model import pack
from thalweg.forecast.panel.result import figures_of, forecast_table
from thalweg.messages import Message, catalogue
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from pathlib import Path

    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.panel.result import PanelForecast

SERIES_FILE = "series.csv"
FORECASTS = ("forecast.csv", "forecast.parquet")


def write_updated(
    model: PanelModel, forecast: PanelForecast, target: Path, language: str = "en"
) -> tuple[list[str], list[str]]:
    """Write an updated model, and anew the files of its folder that stand beside it, all or none.

    In ``series.csv`` the dates, the number of values and the sum of the forecast are new, and so are the rows of series
    that the model had never seen; the losses stay those of the fit, which nothing has measured since.

    Parameters
    ----------
    model : PanelModel
    forecast : PanelForecast
        Its own, after the update.
    target : Path
        Where the model goes; another name than ``model.thalweg`` writes the model alone.
    language : str
        Of the words in ``series.csv``.

    Totals of the fit, which no longer are the sums of what is forecast, are removed.

    Returns
    -------
    written : list of str
        The names of the files, the model first.
    removed : list of str

    Raises
    ------
    InputError
        If one cannot be written.
    """
    files = {target.name: pack(model)}
    if target.name == MODEL_FILE:
        files |= {
            name: forecast_table(forecast, name[name.rindex(".") :])
            for name in FORECASTS
            if target.with_name(name).is_file()
        }
        told = target.with_name(SERIES_FILE)
        if told.is_file():
            files[SERIES_FILE] = _series_csv(told.read_text("utf-8", errors="replace"), model, forecast, language)
    with written_together(target.parent, first=target.name) as aside:
        for name, content in files.items():
            write_whole(aside / name, content)
    removed = [name for name in FILES_OF_TOTALS if target.name == MODEL_FILE and target.with_name(name).is_file()]
    for name in removed:
        target.with_name(name).unlink(missing_ok=True)
    return list(files), removed


def _series_csv(before: str, model: PanelModel, forecast: PanelForecast, language: str) -> bytes:
    """Return the table of the series with what the update has changed."""
    table = csv.DictReader(io.StringIO(before))
    columns = list(table.fieldnames or ())
    rows = {row.get("unique_id", ""): row for row in table}
    sums = dict(zip(forecast.names, figures_of(forecast.mean.sum(axis=1)), strict=True))
    serves = catalogue(language)(Message("panel.serves.network"))
    for place, (name, one) in enumerate(model.panel):
        fresh = {"unique_id": name, "rung": serves, **{key: values[place] for key, values in model.panel.keys.items()}}
        row = rows.setdefault(name, fresh)
        row |= {"first": iso(one.start), "last": iso(one.after(0)), "values": str(len(one))}
        row["forecast_sum"] = sums.get(name, "")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows.values())
    return text.getvalue().encode()
