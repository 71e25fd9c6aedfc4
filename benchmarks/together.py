"""Public benchmark series, all of a collection forecast together by `thalweg.fit_panel`, beside published errors.

The series and their test parts are those of `published`; thalweg reads everything before the test as one table.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import published
import scores
from kept import Kept, checksum, source_checksum
from machine import processor
from measure import ready_engine, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from published import Collection, Numbers

THREADS = 2
OWA_AIM = 0.44  # of M4 Hourly, that of the competition's winner
OURS = "**thalweg, together**"
PRETRAINED = "reported, pretrained on other series"
BY_TITLE = {
    "NN5": (0.545, 0.52, ()),
    "M4 Weekly": (
        1.92,
        1.85,
        (("Toto", 1.86, PRETRAINED), ("TiRex", 1.99, PRETRAINED), ("Chronos-2", 2.03, PRETRAINED)),
    ),
    "M4 Hourly": (
        0.86,
        0.72,
        (("TiRex", 0.722, PRETRAINED), ("Chronos-2", 0.788, PRETRAINED), ("Chronos-Bolt-small", 0.866, PRETRAINED)),
    ),
}
"""The floor and the aim of each collection, and more forecasters that were published."""


def collections() -> list[Collection]:
    """Return the collections with the floors and aims of series that are forecast together."""
    made: list[Collection] = []
    for one in published.COLLECTIONS:
        floor, aim, more = BY_TITLE[one.title]
        made.append(replace(one, floor=floor, aim=aim, published=(*one.published, *more)))
    return made


def forecast(chosen: Mapping[str, Numbers], horizon: int) -> dict[str, Any]:
    """Fit everything before the tests and forecast these.

    Returns
    -------
    dict
        ``seconds`` of the fit; ``forecast``, a row for each series, None for one that has none; ``coverage``, the share
        of test values inside the 80% interval, and ``told``, the share that the fit told.
    """
    import thalweg  # noqa: PLC0415 - it must not load before its cache is chosen
    from thalweg.forecast.watch import Silence  # noqa: PLC0415 - likewise

    rows = [
        (name, date, None if np.isnan(value) else float(value))
        for name, numbers in chosen.items()
        for date, value in zip(numbers.dates, numbers.parts(horizon)[0].tolist(), strict=False)
    ]
    table = dict(zip(("unique_id", "ds", "y"), map(list, zip(*rows, strict=True)), strict=True))
    panel = thalweg.read_panel(table)
    began = time.perf_counter()
    result = thalweg.fit_panel(panel, horizon=horizon, threads=THREADS, keep_last=True, watcher=Silence())
    seconds = time.perf_counter() - began
    ahead = result.forecast
    at, level = {name: place for place, name in enumerate(ahead.names)}, ahead.levels.index(80.0)
    inside: list[float] = []
    for name, numbers in chosen.items():
        if name in at:
            test, low, high = numbers.parts(horizon)[1], ahead.low[at[name]], ahead.high[at[name]]
            known = ~np.isnan(test)
            inside += ((test >= low[:, level]) & (test <= high[:, level]))[known].tolist()
    served = result.findings.served
    told = float(np.nansum(served.coverage[:, level] * served.scored) / served.scored.sum())
    made = [ahead.mean[at[name]].tolist() if name in at else None for name in chosen]
    return {"seconds": seconds, "forecast": made, "coverage": float(np.mean(inside)), "told": told}


def section(*, quick: bool = False, data: Path | None = None, results: Path) -> list[str]:
    """Measure and return Markdown; what is not there is left out and named.

    Parameters
    ----------
    quick : bool
        Ten series of each collection.
    data : Path, optional
        The folder of the series, in place of THALWEG_BENCH.
    results : Path
        The folder in which forecasts are kept.
    """
    named = os.environ.get("THALWEG_BENCH")
    data = data or (Path(named) if named else None)
    if data is None:
        return ["Left out: THALWEG_BENCH names no folder of the series.", ""]
    ready_engine()
    told = [
        f"`thalweg.fit_panel`, quick, {THREADS} threads, no country, all series of a collection at once. Errors are",
        "computed as in the published tables; the seconds are those of the fit, which includes the forecasts.",
        "",
    ]
    for collection in collections():
        told += _told(collection, data, Kept(results), quick=quick)
    return told


def _told(collection: Collection, data: Path, kept: Kept, *, quick: bool) -> list[str]:
    path = data / collection.file
    if not path.exists():
        return [f"{collection.title}: left out, {collection.file} is not in the folder.", ""]
    chosen = dict(list(published.read(path).items())[: 10 if quick else None])
    key = {"collection": collection.title, "series": str(len(chosen)), "ladder": "together"}
    key |= {"source": source_checksum(), "file": checksum([path]), "processor": processor()}
    found = kept.result(key, lambda: forecast(chosen, collection.horizon))
    made = dict(zip(chosen, found["forecast"], strict=True))
    scored = {name: numbers for name, numbers in chosen.items() if made[name] is not None}
    ours = published.errors(collection, scored, lambda name, _: np.array(made[name]))
    computed = {OURS: ours} | published.copies(collection, scored)
    lines = [_summary(collection, computed, found, len(chosen), len(scored)), ""]
    lines += [*table(_head(collection), _rows(collection, computed)), ""]
    print(f"  {lines[0]}", flush=True)
    return lines


def _head(collection: Collection) -> tuple[str, ...]:
    return (collection.title, "MASE", *(("sMAPE", "OWA") if collection.m4 else ()), "published", "source")


def _rows(collection: Collection, computed: Mapping[str, tuple[float, float]]) -> list[list[str]]:
    """Return the table's rows, the least MASE first."""
    published_ones = {name: (value, source) for name, value, source in collection.published}
    rows: list[tuple[float, list[str]]] = []
    for name in (*computed, *(other for other in published_ones if other not in computed)):
        value, source = published_ones.get(name, (None, ""))
        cells = [""] * (3 if collection.m4 else 1)
        if name in computed:
            mase, smape = computed[name]
            cells = [f"{mase:.3f}"]
            if collection.m4:
                cells += [f"{smape:.2f}%", f"{scores.owa(computed[name], computed['Naive2']):.3f}"]
        error = computed[name][0] if name in computed else value
        rows.append((float(error or 0), [name, *cells, "" if value is None else f"{value:g}", source]))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def _summary(
    collection: Collection,
    computed: Mapping[str, tuple[float, float]],
    found: Mapping[str, Any],
    count: int,
    scored: int,
) -> str:
    """Return a sentence about the series and the seconds, and what was reached."""
    mase = computed[OURS][0]
    told = (
        f"{collection.title}, {collection.horizon} values ahead: {scored} of {collection.count} series in "
        f"{found['seconds']:.0f} s. {100 * found['coverage']:.1f}% of the test values lie inside the 80% interval; "
        f"{100 * found['told']:.1f}% was told."
    )
    if count < collection.count:
        return told
    reached = "aim reached" if mase <= collection.aim else "floor reached" if mase <= collection.floor else ""
    told += f" MASE {mase:.3f}: the floor is {collection.floor:g}, the aim {collection.aim:g}, "
    told += reached or "**above the floor**"
    if collection.title == "M4 Hourly":
        owa = scores.owa(computed[OURS], computed["Naive2"])
        told += f". OWA {owa:.3f}: the aim is {OWA_AIM:g}, {'reached' if owa <= OWA_AIM else '**missed**'}"
    return told + "."
