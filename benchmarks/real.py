"""The real daily series that forecasts are tried on, and how the command forecasts them.

The environment variable THALWEG_DATA names their folder; the project may not contain them.
"""

from __future__ import annotations

import csv
import json
import math
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from measure import Run, run, thalweg

if TYPE_CHECKING:
    from collections.abc import Generator


@dataclass(frozen=True)
class File:
    """A real series, and the errors that its forecasts should reach.

    Attributes
    ----------
    name : str
        In the folder of real data.
    value : str
        Its value column.
    title : str
        What a table calls it.
    aim, floor : float
        Mean absolute errors as used, one day ahead: the one that is aimed at, and the largest that is accepted.
    floor_ahead : float, optional
        The largest mean absolute error that is accepted as the mean over 28 days ahead.
    exponentiate : bool
        Whether the file holds logarithms.
    """

    name: str
    value: str
    title: str
    aim: float
    floor: float
    floor_ahead: float | None = None
    exponentiate: bool = False


FILES = (
    File("website_visitors_statforecasting_2014_2020.csv", "Unique.Visits", "website", 145, 154.6, 275),
    File("wiki_log_peyton_manning.csv", "y", "Peyton Manning, exponentiated", 1440, 1480, 1620, exponentiate=True),
    File("uk_daily_flights_2019_2022.csv", "Number of flights", "UK flights", 85, 91.7),
    File("youtube_codingtrain_daily_views_2021.csv", "Views", "coding train", 2600, 2659),
)
HORIZON = 28  # days


class Forecast(NamedTuple):
    """What the command found, and what it took as a whole process."""

    found: dict[str, Any]
    took: Run


def folder(given: Path | None = None) -> Path | None:
    """Return the folder of the series: the given one, else that of THALWEG_DATA, None where none is named."""
    named = os.environ.get("THALWEG_DATA")
    return given or (Path(named) if named else None)


def exponentiated(path: Path, value: str, out_folder: Path) -> Path:
    """Write the file with the exponential of its logarithms."""
    out = out_folder / path.name
    with path.open(newline="", encoding="utf-8-sig") as source, out.open("w", newline="", encoding="utf-8") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows({**row, value: repr(math.exp(float(row[value])))} for row in rows)
    return out


@contextmanager
def plain(file: File, data: Path) -> Generator[Path]:
    """Give a path to the series in the user's units; a file of logarithms is exponentiated."""
    with tempfile.TemporaryDirectory() as name:
        path = data / file.name
        yield exponentiated(path, file.value, Path(name)) if file.exponentiate else path


def forecast(path: Path, file: File, ladder: str) -> Forecast:
    """Run `thalweg forecast --keep-last` on the series: 28 days ahead, without a country, from seed 0."""
    with tempfile.TemporaryDirectory() as name:
        command = thalweg("forecast", str(path), "--value", file.value, "--ladder", ladder, "--keep-last", "--json")
        took = run([*command, "--horizon", str(HORIZON), "--seed", "0", "--out", str(Path(name) / "out")])
        return Forecast(json.loads(took.output), took)
