"""Findings as JSON and CSV, for other programs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.belonging import COLUMN
from thalweg.forecast.levels import level_name
from thalweg.forecast.paths import path_columns
from thalweg.forecast.plan import strategy_name
from thalweg.forecast.strict import strictness
from thalweg.forecast.tables import OURS, columns_as, json_of, parquet_of
from thalweg.messages import catalogue
from thalweg.series.frequency.dates import day_numbers, iso
from thalweg.series.variation import figures, variation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.result import Findings, Forecast, RungResult
    from thalweg.forecast.what_if import WhatIf
    from thalweg.messages import Catalogue

_RUNG = ("rung", "kind", "parameters", "days_back", "known", "train", "validation", "test", "seconds", "seeds")
_FIGURES = 10  # significant figures in CSV: more than float32 networks hold, fewer than float64 writes
_FIGURES_OF_VARIATION = 8  # at least; a difference of two numbers then has six, whatever their size


def as_json(findings: Findings, language: str = "en", naming: str = OURS) -> dict[str, Any]:
    """Return `findings` as an object of plain JSON values.

    Parameters
    ----------
    findings : Findings
        The result of a fit.
    language : str
        Language of the sentences (notes, verdict).
    naming : str
        Whose names the columns of ``forecast`` have, as of `thalweg.forecast.tables.columns_as`.

    Returns
    -------
    dict
        ``version`` (1), ``data``, ``split``, ``ladder``, ``chosen``, ``rests_on``, ``loss``, ``baselines``,
        ``as_used``, ``coverage``, ``quantile_coverage``, ``steps`` (the loss of each step ahead, tomorrow's first),
        ``copied_steps`` (that of copying), ``strategy`` (the ways of the later steps, or ``by step`` where they
        differ), ``blocks`` (the ways of each block of steps ahead, and the losses by which they were chosen),
        ``forecast``, ``totals`` (sums over the next steps), ``strict`` (whether it
        beats copying and its intervals hold), ``misses``, ``verdict``, ``country``, ``events``,
        ``columns``, ``mostly_zero`` (what is known of a series that is), ``seconds``, ``times`` and ``settings``. Dates
        are ISO 8601, numbers are in the user's units, and a number that is not finite is null.
    """
    translate = catalogue(language)
    series, split, used = findings.series, findings.split, findings.as_used
    return plain(
        {
            "version": 1,
            "data": {
                "source": series.source,
                "value": series.name,
                "days": len(series),
                "observed": int(series.observed.sum()),
                "first": series.dates[0],
                "last": series.dates[-1],
                "simulated": series.simulated,
                "notes": [translate(note) for note in series.notes],
            },
            "split": {
                "train": split.train,
                "validation": split.validation,
                "test": split.test,
                "first": split.first,
                "train_last": split.train_last,
                "validation_last": split.validation_last,
                "last": split.last,
                "notes": [translate(note) for note in split.notes],
            },
            "ladder": [_rung(line) for line in findings.ladder],
            "chosen": findings.chosen,
            "rests_on": findings.rests_on,
            "loss": findings.loss,
            "baselines": findings.baselines,
            "as_used": {
                "refit_days": used.refit_days,
                "test": used.test,
                "days": len(used.dates),
                "served": findings.served,
            },
            "coverage": by_level(used.coverage),
            "quantile_coverage": _below(findings),
            "steps": findings.steps,
            "copied_steps": findings.copied,
            "strategy": strategy_name(findings.plan),
            "blocks": [vars(block) for block in findings.plan.blocks],
            "forecast": forecast_rows(findings.forecast, naming, series.name),
            "totals": total_rows(findings.forecast),
            "strict": _strict(findings, translate),
            "misses": [
                {
                    "date": miss.date,
                    "target": miss.target,
                    "prediction": miss.prediction,
                    "holiday": miss.holiday,
                    "events": miss.events,
                    "others": miss.others,
                }
                for miss in findings.misses
            ],
            "verdict": [translate(sentence) for sentence in findings.verdict],
            "country": findings.country or None,
            "events": _events(findings),
            "columns": [vars(column) for column in findings.columns] or None,
            "mostly_zero": _mostly_zero(findings),
            "level_shifts": [{"date": one.date, "before": one.before, "after": one.after} for one in findings.shifts],
            "outliers": _outliers(findings),
            "seconds": findings.seconds,
            "times": findings.times,
            "settings": findings.settings,
        }
    )


def _strict(findings: Findings, translate: Catalogue) -> dict[str, Any]:
    """Return whether the forecast meets ``--strict``, which conditions it fails, and the bounds of the coverage."""
    found = strictness(findings)
    unmet = [translate(message) for message in found.unmet]
    bounds = {level_name(level): list(shares) for level, shares in found.bounds.items()}
    return {"met": not unmet, "unmet": unmet, "bounds": bounds}


def _outliers(findings: Findings) -> list[dict[str, Any]]:
    """Return each outlier: its date, its value, what is usual around it, and how far it lies from that."""
    found, series = findings.outliers, findings.series
    if found is None:
        return []
    return [
        {"date": series.dates[place], "value": series.values[place], "usual": usual, "deviations": far}
        for place, usual, far in zip(found.places, found.usual, found.far, strict=True)
    ]


def _mostly_zero(findings: Findings) -> dict[str, Any] | None:
    """Return what is known of a series that is mostly zero, and what a line of zeros would have; None for any other."""
    scales, zero_line = findings.scales, findings.zero_line
    if scales is None or zero_line is None:
        return None
    return {**vars(scales.found), "sum_steps": scales.steps, "zero_line": vars(zero_line)}


def what_if_object(supposed: WhatIf) -> dict[str, Any]:
    """Return what other values of known columns change: the columns, the difference of each date, and its sum."""
    difference = supposed.difference
    return {
        "columns": [vars(column) for column in supposed.changed],
        "differences": [
            {"date": date, "difference": by} for date, by in zip(supposed.first.dates, difference, strict=True)
        ],
        "sum": float(difference.sum()),
    }


def _events(findings: Findings) -> list[dict[str, Any]] | None:
    """Return each event with its days in the data, and those to come with what falls on them; None without events."""
    if findings.events is None:
        return None
    last = int(day_numbers(findings.series.dates[-1]))
    first = int(day_numbers(findings.series.dates[0]))
    ahead = list(zip(findings.forecast.dates, findings.events_ahead, strict=True))
    return [
        {
            "name": column.name,
            "offset": column.offset,
            "days": int(((days >= first) & (days <= last)).sum()),
            "ahead": [date for date, called in ahead if str(column) in called],
        }
        for column, days in findings.events.days.items()
    ]


def forecast_rows(forecast: Forecast, naming: str = OURS, name: str = "") -> list[dict[str, Any]]:
    """Return one row of plain values for each day: ``date``, ``mean``, ``low80``, …, and quantiles as ``q0.1``, ….

    `naming` and `name` as of `thalweg.forecast.tables.columns_as`.
    """
    columns = columns_as(forecast, naming, name)
    return [plain(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def forecast_csv(
    forecast: Forecast, values: NDArray[np.float64], stamp: str, naming: str = OURS, name: str = ""
) -> bytes:
    """Return the forecast as CSV (UTF-8): ``date,mean,low80,high80,low95,high95,model``, or the levels asked for.

    Parameters
    ----------
    forecast : Forecast
    values : ndarray of float64, shape (days,)
        The series that it goes on from: the figures are enough for its variation.
    stamp : str
        Of the model, as `thalweg.forecast.belonging.stamp_of` returns it. It stands only beside the usual names: other
        tools would take its column for one of their own.
    naming, name : str
        As of `thalweg.forecast.tables.columns_as`.
    """
    own = {COLUMN: stamp} if naming == OURS else {}
    rows = [{**row, **own} for row in forecast_rows(forecast, naming, name)]
    return csv_of((*rows[0],), rows, variation(values))


def forecast_table(
    forecast: Forecast, values: NDArray[np.float64], stamp: str, kind: str, naming: str = OURS, name: str = ""
) -> bytes:
    """Return the forecast as a file of a kind, one of `tables.KINDS`; the rest as of `forecast_csv`."""
    if kind == ".parquet":
        return parquet_of(columns_as(forecast, naming, name))
    if kind == ".json":
        return json_of(forecast_rows(forecast, naming, name))
    return forecast_csv(forecast, values, stamp, naming, name)


def samples_csv(forecast: Forecast, paths: NDArray[np.float64], values: NDArray[np.float64]) -> bytes:
    """Return sample paths as CSV (UTF-8), a line a path and a day: ``path,date,value``; `values` as `forecast_csv`."""
    columns = path_columns(forecast.dates, paths)
    rows = (plain(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True))
    return csv_of(tuple(columns), rows, variation(values))


def total_rows(forecast: Forecast) -> list[dict[str, Any]]:
    """Return the sums over the next steps as plain values, with the ends that were asked for."""
    return [
        plain(
            {
                "steps": total.steps,
                "first": total.first,
                "last": total.last,
                "mean": total.mean,
                **total.columns(forecast.asked),
                "coverage": by_level(total.coverage),
                "sums": total.sums,
            }
        )
        for total in forecast.totals()
    ]


def by_level(shares: Mapping[float, float]) -> dict[str, float]:
    """Return shares by the name of their level: ``80`` for 80.0, ``97.5``."""
    return {level_name(level): share for level, share in shares.items()}


def _below(findings: Findings) -> dict[str, float]:
    """Return the share of the sealed days at or below each quantile that was asked for, by its name."""
    used = findings.as_used
    quantiles = findings.forecast.asked.quantiles
    return {level_name(each): float(np.mean(used.target <= used.intervals.quantile(each))) for each in quantiles}


def ladder_csv(findings: Findings, stamp: str) -> bytes:
    """Return the ladder's table as CSV (UTF-8): one line for each rung, with the choice marked in ``chosen``."""
    rows = ({name: getattr(line, name) for name in _RUNG} for line in findings.ladder)
    own = ({**row, "chosen": row["rung"] == findings.chosen, COLUMN: stamp} for row in rows)
    return csv_of((*_RUNG, "chosen", COLUMN), own)


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - whatever records hold, one line for each kind
    """Return `value` in JSON's own types; a number that is not finite becomes None."""
    match value:
        case Mapping():
            return {str(key): plain(part) for key, part in value.items()}
        case np.datetime64():
            return iso(value)
        case np.generic() | np.ndarray():
            return plain(value.tolist())
        case list() | tuple():
            return [plain(part) for part in value]
        case float() if not math.isfinite(value):
            return None
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def _rung(line: RungResult) -> dict[str, Any]:
    more = ("epochs", "outcomes", "hyperparameters", "members")
    scaled = None if line.scaled is None else vars(line.scaled)
    return {**{name: getattr(line, name) for name in (*_RUNG, *more)}, "scaled": scaled}


def csv_of(header: Sequence[str], rows: Iterable[Mapping[str, Any]], change: float | None = None) -> bytes:
    """Return rows as CSV (UTF-8); a number that is not finite gives an empty cell.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of mapping
    change : float, optional
        How much the numbers vary: they have the figures that show it. By default it is what each column varies by.
    """
    table = [[row[name] for name in header] for row in rows]
    changes = [change if change is not None else _variation(column) for column in zip(*table, strict=True)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in table:
        writer.writerow([_cell(value, each) for value, each in zip(row, changes, strict=True)])
    return text.getvalue().encode()


def _variation(column: Sequence[object]) -> float:
    return variation(np.array([value for value in column if isinstance(value, float)]))


def _cell(value: object, change: float) -> str:
    match value:
        case bool():
            return str(value).lower()
        case None:
            return ""
        case float():
            if not math.isfinite(value):
                return ""
            shown = figures(value, change, _FIGURES, _FIGURES_OF_VARIATION)
            return np.format_float_positional(value, precision=shown, fractional=False, trim="-")
        case _:
            return str(value)
