"""Public benchmark series: thalweg's errors beside published ones, and beside copies of the same series.

The environment variable THALWEG_BENCH names the folder of the series; the project may not contain them. The last values
of each series are the test, as many as the competition asked for; thalweg is fitted on everything before.
"""

from __future__ import annotations

import csv
import gzip
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import scores
from kept import Kept, checksum, source_checksum
from machine import processor
from measure import ready_engine, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

CHRONOS = "Chronos repository, scripts/evaluation/results"
REPORTED = "reported for the same series and split"
THREADS = 2


@dataclass(frozen=True)
class Collection:
    """Series of one benchmark.

    Attributes
    ----------
    file, title : str
    count : int
        How many series it has.
    horizon, season : int
        Values of the test, and values a season, by which MASE is scaled.
    copies : mapping of str to int
        Name of a copy to how many values are copied again and again.
    published : tuple of (str, float, str)
        Forecaster, MASE over all series, source.
    floor, aim : float
        MASE over all series: the largest that is accepted, and the one that is aimed at.
    m4 : bool
        Whether sMAPE and OWA belong to it.
    """

    file: str
    title: str
    count: int
    horizon: int
    season: int
    copies: Mapping[str, int]
    published: tuple[tuple[str, float, str], ...]
    floor: float
    aim: float
    m4: bool = False


COLLECTIONS = (
    Collection(
        "nn5_daily.csv.gz", "NN5", 111, 56, 1,
        {"last value": 1, "week copied": 7},
        (
            ("last value", 1.292, CHRONOS), ("week copied", 0.705, "computed here"), ("AutoARIMA", 0.956, REPORTED),
            ("Chronos-Bolt-small", 0.583, CHRONOS), ("TimesFM 2.0", 0.608, REPORTED), ("TiRex", 0.548, REPORTED),
        ),
        floor=0.555, aim=0.53,
    ),
    Collection(
        "m4_weekly.csv.gz", "M4 Weekly", 359, 13, 1,
        {"last value": 1},
        (("last value", 2.777, CHRONOS), ("AutoARIMA", 2.36, REPORTED), ("N-BEATS", 1.97, REPORTED)),
        floor=2.30, aim=2.10, m4=True,
    ),
    Collection(
        "m4_hourly.csv.gz", "M4 Hourly", 414, 48, 24,
        {"yesterday's hour": 24},
        (("yesterday's hour", 1.193, CHRONOS), ("AutoARIMA", 1.03, REPORTED)),
        floor=0.95, aim=0.85, m4=True,
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Numbers:
    """One series of a collection: its dates as they stand in the file, and its values, NaN where one is empty."""

    dates: list[str]
    values: NDArray[np.float64]

    def parts(self, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the values before the test, and those of the test."""
        return self.values[:-horizon], self.values[-horizon:]


def read(path: Path) -> dict[str, Numbers]:
    """Return the series of a file in long format (unique_id, ds, y), by their names, in the file's order."""
    found: dict[str, tuple[list[str], list[float]]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            dates, values = found.setdefault(row["unique_id"], ([], []))
            dates.append(row["ds"])
            values.append(float(row["y"]) if row["y"] else np.nan)
    return {name: Numbers(dates, np.array(values)) for name, (dates, values) in found.items()}


def forecast(numbers: Numbers, horizon: int, ladder: str) -> dict[str, Any]:
    """Fit everything before the test and forecast the test; what is refused is returned as a sentence.

    Returns
    -------
    dict
        ``seconds``, ``chosen`` and ``forecast``, a value for each of the test; or ``refused``, why there is none.
    """
    import thalweg  # noqa: PLC0415 - it must not load before its cache is chosen
    from thalweg.errors import InputError  # noqa: PLC0415 - likewise
    from thalweg.forecast.watch import Silence  # noqa: PLC0415 - likewise

    train = [None if np.isnan(value) else float(value) for value in numbers.parts(horizon)[0]]
    began = time.perf_counter()
    try:
        series = thalweg.read({"ds": numbers.dates[: len(train)], "y": train})
        result = thalweg.fit(series, horizon=horizon, ladder=ladder, threads=THREADS, keep_last=True, watcher=Silence())
    except InputError as error:
        return {"refused": str(error)}
    seconds = time.perf_counter() - began
    made = result.forecast
    unit = made.dates.dtype
    by_date = dict(zip(made.dates.tolist(), made.mean.tolist(), strict=True))
    wanted = [np.datetime64(date).astype(unit).item() for date in numbers.dates[len(train) :]]
    if absent := [str(date) for date in wanted if date not in by_date]:
        return {"refused": f"{len(absent)} of {horizon} dates of the test have no forecast, the first is {absent[0]}."}
    return {
        "seconds": seconds,
        "chosen": result.findings.chosen,
        "forecast": [by_date[date] for date in wanted],
    }


def errors(
    collection: Collection,
    chosen: Mapping[str, Numbers],
    forecaster: Callable[[str, NDArray[np.float64]], NDArray[np.float64]],
) -> tuple[float, float]:
    """Return MASE and sMAPE of a forecaster, each the mean over series.

    Parameters
    ----------
    collection : Collection
    chosen : mapping
        The series to score, by their names.
    forecaster : callable
        Takes a series' name and its values before the test, and returns the forecast.
    """
    found: list[tuple[float, float]] = []
    for name, numbers in chosen.items():
        train, test = numbers.parts(collection.horizon)
        made = forecaster(name, train)
        found.append((scores.mase(test, made, train, collection.season), scores.smape(test, made)))
    mase, smape = np.mean(found, axis=0)
    return float(mase), float(smape)


def copies(collection: Collection, chosen: Mapping[str, Numbers]) -> dict[str, tuple[float, float]]:
    """Return MASE and sMAPE of each copy, and for M4 of Naive2."""
    found = {
        name: errors(collection, chosen, lambda _, train, ago=ago: scores.copied(train, ago, collection.horizon))
        for name, ago in collection.copies.items()
    }
    if collection.m4:
        found["Naive2"] = errors(
            collection, chosen, lambda _, train: scores.naive2(train, collection.season, collection.horizon)
        )
    return found


def section(
    *,
    quick: bool = False,
    data: Path | None = None,
    every: int = 8,
    ladder: str = "full",
    results: Path,
) -> list[str]:
    """Measure and return Markdown; what is not there, or cannot be read yet, is left out and named.

    Parameters
    ----------
    quick : bool
        One series of each collection, with the quick ladder.
    data : Path, optional
        The folder of the series, in place of THALWEG_BENCH.
    every : int
        Which series are forecast: the first, and every so many after it.
    ladder : str
    results : Path
        The folder in which the forecast of each series is kept.
    """
    named = os.environ.get("THALWEG_BENCH")
    data = data or (Path(named) if named else None)
    if data is None:
        return ["Left out: THALWEG_BENCH names no folder of the series.", ""]
    print(f"  Forecasts are kept in {results}; an interrupted run goes on with them.", flush=True)
    kept = Kept(results)
    if quick:
        every, ladder = 10**6, "quick"
    told = [
        f"`thalweg.fit` with the ladder {ladder}, {THREADS} threads, no country, a series at a time. MASE is scaled by",
        "the differences of neighbouring values, for hours of the same hours of two days; empty values are not",
        "scored. The copies are computed here on the series that were forecast; over all series they equal the",
        "published figures. sMAPE and OWA, which is relative to Naive2, are as in the M4 competition.",
        "",
    ]
    for collection in COLLECTIONS:
        told += _told(collection, data, every, ladder, kept)
    return told


def _told(collection: Collection, data: Path, every: int, ladder: str, kept: Kept) -> list[str]:
    path = data / collection.file
    if not path.exists():
        return [f"{collection.title}: left out, {collection.file} is not in the folder.", ""]
    ready_engine()
    asked = dict(list(read(path).items())[::every])
    source, contents = source_checksum(), checksum([path])
    found: dict[str, dict[str, Any]] = {}
    for at, (name, numbers) in enumerate(asked.items(), 1):
        key = {"collection": collection.title, "series": name, "ladder": ladder, "source": source, "file": contents}
        key["processor"] = processor()  # seconds of another one are not kept for this one
        made = kept.result(key, lambda numbers=numbers: forecast(numbers, collection.horizon, ladder))
        if at == 1 and "refused" in made:
            return [f"{collection.title}: left out, since its first series is refused: {made['refused']}", ""]
        found[name] = made
        train, test = numbers.parts(collection.horizon)
        error = (
            f"MASE {scores.mase(test, np.array(made['forecast']), train, collection.season):.3f}, {made['chosen']}"
            if "forecast" in made
            else made["refused"]
        )
        print(f"  {collection.title} {at}/{len(asked)} {name}: {error}", flush=True)
    scored = {name: numbers for name, numbers in asked.items() if "forecast" in found[name]}
    rows = _rows(collection, scored, found, ladder)
    lines = [_summary(collection, scored, found, every), "", *table(_head(collection, len(scored)), rows), ""]
    refused = [f"{name}: {made['refused']}" for name, made in found.items() if "refused" in made]
    if refused:
        lines += [f"Not forecast, and in no figure of these series: {'; '.join(refused)}", ""]
    return lines


def _head(collection: Collection, count: int) -> tuple[str, ...]:
    both = ("sMAPE", "OWA") if collection.m4 else ()
    return (collection.title, f"MASE of these {count}", *both, f"published, of all {collection.count}", "source")


def _rows(
    collection: Collection, scored: Mapping[str, Numbers], found: Mapping[str, Mapping[str, Any]], ladder: str
) -> list[list[str]]:
    """Return the table's rows: thalweg first, then what is computed here, then what others published."""
    ours = errors(collection, scored, lambda name, _: np.array(found[name]["forecast"]))
    computed = {f"**thalweg, {ladder}**": ours} | copies(collection, scored)
    published = {name: (value, source) for name, value, source in collection.published}
    rows: list[list[str]] = []
    for name in (*computed, *(other for other in published if other not in computed)):
        cells = [""] * (3 if collection.m4 else 1)
        if name in computed:
            mase, smape = computed[name]
            cells = [f"{mase:.3f}"]
            if collection.m4:
                cells += [f"{smape:.2f}%", f"{scores.owa(computed[name], computed['Naive2']):.3f}"]
        value, source = published.get(name, (None, ""))
        rows.append([name, *cells, "" if value is None else f"{value:g}", source])
    return rows


def _summary(
    collection: Collection, scored: Mapping[str, Numbers], found: Mapping[str, Mapping[str, Any]], every: int
) -> str:
    """Return a sentence about how many series were forecast and how long each took, and one about the floor."""
    seconds = [found[name]["seconds"] for name in scored]
    which = "all of them" if every == 1 else f"every {every}th" if every < collection.count else "the first"
    told = (
        f"{collection.title}, {collection.horizon} values ahead: {len(scored)} of {collection.count} series ({which}), "
        f"{np.mean(seconds):.1f} s a series. Over all series the floor is {collection.floor:g}, the aim "
        f"{collection.aim:g}"
    )
    if len(scored) < collection.count:
        return told + "."
    mase, _ = errors(collection, scored, lambda name, _: np.array(found[name]["forecast"]))
    reached = "aim reached" if mase <= collection.aim else "floor reached" if mase <= collection.floor else ""
    return f"{told}: {reached or '**above the floor**'}."
