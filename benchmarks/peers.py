"""Other forecasters of the real daily series beside thalweg: their errors and their seconds, in one run.

They come with the extra `forecasters`; their recipes stand in `recipes.py`.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import recipes
from kept import Kept, checksum, source_checksum
from machine import processor
from measure import one_core, ready_engine, table
from real import FILES, HORIZON, File, folder, forecast, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recipes import Recipe
    from thalweg.series.series import Series

LADDERS = ("full", "quick")
HEAD = ("once, s", "backtest, s", "whole, s", "of processors, s", "1 day ahead", "28 days ahead")
RECIPES = checksum([Path(recipes.__file__)])
SHORT = 70  # days
FLOORS = ("AutoETS", "Theta", "copy last week")  # thalweg should be no worse than the best of them, 28 days ahead


def of_thalweg(path: Path, file: File, ladder: str) -> dict[str, Any]:
    """Return what the command comes to: seconds and errors, of copies too."""
    found, took = forecast(path, file, ladder)
    times = found["times"]
    copied = {name: [steps[0], float(np.mean(steps))] for name, steps in found["copied_steps"].items()}
    return {
        "once": times["search"] + times["final_fit"],
        "backtest": times["backtest"],
        "whole": took.seconds,
        "work": took.work,
        "errors": [found["as_used"]["test"], float(np.mean(found["steps"]))],
        "copied": copied,
        "chosen": found["chosen"],
    }


def of_peer(recipe: Recipe, series: Series, first: int, sealed: int) -> dict[str, Any]:
    """Return what a forecaster comes to on one core: seconds and errors.

    Parameters
    ----------
    recipe : Recipe
    series : Series
    first, sealed : int
        Indices of the first day after a refit, and of the first day that is scored.
    """
    values, dates = series.values, series.dates
    logs = np.log1p(values)
    with one_core(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the peers, which warn of what they choose
        recipe.fit(logs[:SHORT], dates[:SHORT], 1)  # loads what it needs
        began, work = time.perf_counter(), time.process_time()
        recipe.fit(logs, dates, HORIZON).forecast(logs, dates)
        once = time.perf_counter() - began
        made = recipes.backtest(recipe, values, dates, first=first, sealed=sealed, steps=HORIZON)
        whole, work = time.perf_counter() - began, time.process_time() - work
    found = absolute_errors(made, series, sealed)
    return {
        "once": once,
        "backtest": whole - once,
        "whole": whole,
        "work": work,
        "errors": [float(found[0]), float(found.mean())],
    }


def absolute_errors(made: NDArray[np.float64], series: Series, sealed: int) -> NDArray[np.float64]:
    """Return the mean absolute error of each step ahead over the observed days of the sealed test; shape (steps,)."""
    observed = series.observed[sealed:]
    return np.abs(made - series.values[sealed:])[:, observed].mean(axis=1)


def section(*, quick: bool = False, data: Path | None = None, slow: bool = False, results: Path) -> list[str]:
    """Measure and return Markdown; what is not there is left out and named.

    Parameters
    ----------
    quick : bool
        The shortest series, the quick ladder, and only what takes seconds.
    data : Path, optional
        The folder of the series, in place of THALWEG_DATA.
    slow : bool
        Whether those take part whose backtest takes many minutes.
    results : Path
        The folder in which each result is kept.
    """
    data = folder(data)
    if data is None:
        return ["Left out: THALWEG_DATA names no folder of the series.", ""]
    print(f"  Results are kept in {results}; an interrupted run goes on with them.", flush=True)
    taking, absent = taking_part(slow=slow, quick=quick)
    kept = Kept(results)
    lines: list[str] = []
    for file in FILES[3:] if quick else FILES:
        if not (data / file.name).exists():
            lines += [f"{file.title}: left out, {file.name} is not in the folder.", ""]
            continue
        lines += _of_file(file, data, taking, ("quick",) if quick else LADDERS, kept)
    return [*_told(taking), *absent, *lines]


def taking_part(*, slow: bool, quick: bool) -> tuple[list[Recipe], list[str]]:
    """Return the recipes that are run, and a line for those that are not."""
    taking: list[Recipe] = []
    absent: list[str] = []
    for recipe in recipes.RECIPES:
        if recipe.version is None:
            absent.append(f"{recipe.name}: left out, {recipe.package} is not installed.")
        elif recipe.slow and not slow:
            absent.append(f"{recipe.name}: left out, its backtest takes many minutes; `--slow` includes it.")
        elif not quick or recipe.name in FLOORS:
            taking.append(recipe)
    for line in absent:
        print(f"  {line}", flush=True)
    return taking, [*(line + "  " for line in absent), ""] if absent else []


def _told(taking: Sequence[Recipe]) -> list[str]:
    versions = sorted({f"{recipe.package} {recipe.version}" for recipe in taking if recipe.package})
    return [
        "Mean absolute errors on the sealed test, in the series' units: one day ahead, and the mean over 1 to 28 days",
        "ahead; each day of the test is forecast 1 to 28 days before. Everything is refitted every 30 days, on the",
        "same days; between refits the fitted model is applied to the days that are known by then.",
        "",
        "thalweg: `thalweg forecast --keep-last`, no country, seed 0, all cores. *Once* is its search and final fit,",
        "*backtest* the refits and predictions of a year and a half, *whole* the process with pictures and report.",
        "The others: on one core, the logarithm of 1 + y. *Once* is a fit on all days and a forecast of 28 days,",
        "*backtest* the refits and predictions of a year, or of the test where that is shorter, *whole* both.",
        "A busy machine stretches all but the seconds of processors.",
        "",
        *(f"- {recipe.name}: {recipe.told}" for recipe in taking),
        "",
        f"Versions: {', '.join(versions) or 'none is installed'}.",
        "",
    ]


def _of_file(file: File, data: Path, taking: Sequence[Recipe], ladders: Sequence[str], kept: Kept) -> list[str]:
    """Measure one series and return its table, and the sentence about the floor."""
    import thalweg  # noqa: PLC0415 - it must not load before its cache is chosen
    from thalweg.series.split import split_by_date  # noqa: PLC0415 - likewise

    key = {"series": file.title, "file": checksum([data / file.name]), "processor": processor()}
    ready_engine()
    found: dict[str, dict[str, Any]] = {}
    with plain(file, data) as path:
        series = thalweg.read(path, value=file.value)
        split = split_by_date(series)
        first, sealed = split.train, split.train + split.validation
        for ladder in ladders:
            of_ladder = {**key, "ladder": ladder, "source": source_checksum()}
            made = kept.result(of_ladder, lambda ladder=ladder: of_thalweg(path, file, ladder))
            found[f"**thalweg, {ladder}**"] = made
            _print(file, f"thalweg, {ladder}", made)
    for recipe in taking:
        of_recipe = {**key, "forecaster": recipe.name, "version": recipe.version or "", "recipes": RECIPES}
        made = kept.result(of_recipe, lambda recipe=recipe: of_peer(recipe, series, first, sealed))
        found[recipe.name] = made
        _print(file, recipe.name, made)
    return [*table((file.title, *HEAD), [_row(name, made) for name, made in found.items()]), "", *_floor(found), ""]


def _row(name: str, made: dict[str, Any]) -> list[str]:
    seconds = [f"{made[what]:,.2f}" for what in ("once", "backtest", "whole", "work")]
    return [name, *seconds, *(f"{error:,.1f}" for error in made["errors"])]


def _print(file: File, name: str, made: dict[str, Any]) -> None:
    print("  " + " | ".join([file.title, *_row(name, made)]), flush=True)


def _floor(found: dict[str, dict[str, Any]]) -> list[str]:
    """Compare thalweg with the best of the floors, 28 days ahead."""
    floors = {name: found[name]["errors"][1] for name in FLOORS if name in found}
    best = min(floors, key=lambda name: floors[name])
    lines: list[str] = []
    for name, made in found.items():
        if "copied" in made:
            ratio = made["errors"][1] / floors[best]
            told = f"28 days ahead {name.strip('*')} has {ratio:.2f} times the error of {best}, the best of"
            lines.append(f"{told} {', '.join(floors)}.")
    return lines
