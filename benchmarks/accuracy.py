"""The errors of forecasts of real series, as used: one day ahead and 28 days ahead, on the sealed test.

The environment variable THALWEG_DATA names the folder of the series; the project may not contain them.
"""

from __future__ import annotations

import csv
import json
import math
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import run, table, thalweg

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class File:
    """A real series, and the errors that its forecasts should reach.

    Attributes
    ----------
    name : str
        In the folder of real data.
    value : str
        Its value column.
    aim, floor : float
        Mean absolute errors as used: the one that is aimed at, and the largest that is accepted.
    exponentiate : bool
        Whether the file holds logarithms.
    """

    name: str
    value: str
    aim: float
    floor: float
    exponentiate: bool = False


FILES = (
    File("website_visitors_statforecasting_2014_2020.csv", "Unique.Visits", 145, 155),
    File("wiki_log_peyton_manning.csv", "y", 1470, 1520, exponentiate=True),
    File("uk_daily_flights_2019_2022.csv", "Number of flights", 85, 100),
    File("youtube_codingtrain_daily_views_2021.csv", "Views", 2700, 2874),
)
AHEAD = (FILES[0], 265, 300)  # the file that is forecast 28 days ahead, the aim and the floor


def exponentiated(path: Path, value: str, folder: Path) -> Path:
    """Write the file with the exponential of its logarithms."""
    out = folder / path.name
    with path.open(newline="", encoding="utf-8-sig") as source, out.open("w", newline="", encoding="utf-8") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows({**row, value: repr(math.exp(float(row[value])))} for row in rows)
    return out


def forecast(file: File, data: Path, ladder: str) -> dict[str, Any]:
    """Run the command and return its JSON."""
    with tempfile.TemporaryDirectory() as name:
        path = data / file.name
        if file.exponentiate:
            path = exponentiated(path, file.value, Path(name))
        command = thalweg("forecast", str(path), "--value", file.value, "--ladder", ladder, "--json")
        return json.loads(run([*command, "--out", str(Path(name) / "out")]).output)


def _judged(value: float, aim: float, floor: float) -> str:
    return "aim reached" if value <= aim else "floor reached" if value <= floor else "**above the floor**"


def section(*, quick: bool = False, data: Path | None = None) -> list[str]:
    """Measure and return Markdown; it names the files that are not in the folder, which are skipped."""
    folder = os.environ.get("THALWEG_DATA") if data is None else data
    rows: list[list[str]] = []
    ahead: list[str] = []
    for file in FILES[2:3] if quick else FILES:
        if not folder or not Path(folder, file.name).exists():
            rows.append([file.name, "skipped: not there", *[""] * 7])
            continue
        found = forecast(file, Path(folder), "quick" if quick else "full")
        error = found["as_used"]["test"]
        copies = found["baselines"]
        rows.append(
            [
                f"{file.name}, {file.value}{', exponentiated' if file.exponentiate else ''}",
                f"{error:,.1f}",
                f"{file.floor:,.0f} / {file.aim:,.0f}",
                _judged(error, file.aim, file.floor),
                f"{copies['copy yesterday']:,.0f}",
                f"{copies['copy last week']:,.0f}",
                found["chosen"],
                " / ".join(f"{found['coverage'][level]:.1%}" for level in ("80", "95")),
                f"{found['seconds']:.0f} s",
            ]
        )
        print("  " + " | ".join(rows[-1]), flush=True)
        if file is AHEAD[0]:
            mean = sum(found["steps"]) / len(found["steps"])
            line = (
                f"28 days ahead, {file.name}: {mean:,.0f}, the mean over steps as used ({found['strategy']}); "
                f"floor {AHEAD[2]}, aim {AHEAD[1]}: {_judged(mean, AHEAD[1], AHEAD[2])}."
            )
            ahead = [line, ""]
            print("  " + ahead[0], flush=True)
    return _page(rows, ahead, "quick" if quick else "full")


def _page(rows: Sequence[Sequence[str]], ahead: Sequence[str], ladder: str) -> list[str]:
    head = (
        "series",
        "as used",
        "floor / aim",
        "",
        "copy yesterday",
        "copy last week",
        "chosen",
        "cover 80 / 95",
        "took",
    )
    return [
        f"`thalweg forecast --ladder {ladder}`: mean absolute error one day ahead on the sealed days, of the",
        "rung that validation chose, refitted every 30 days on all days before; coverage of intervals calibrated on",
        "earlier days.",
        "",
        *table(head, rows),
        "",
        *ahead,
    ]
