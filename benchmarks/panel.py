"""Many series: the command at three sizes and on views by country, beside other forecasters of the same series.

The others run in an environment of their own, whose Python THALWEG_FORECASTERS names; `./dev bench --only panel` makes
it. The last days of each series are held out: nobody sees them.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

import many_series
import panel_peers
import panel_scores
from kept import Kept, checksum, source_checksum
from machine import processor
from measure import BenchError, ready_engine, run, table, thalweg
from real import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from measure import Run

COUNTS = (100, 1_000, 10_000)
HORIZON = 28  # days, held out
SAMPLE, QUICK_SAMPLE = 200, 20  # series that are scored, and given to the others
THREADS = 2
COUNTRIES = "youtube_codingtrain_daily_views_by_country_2021.csv"
MINUTES, GIGABYTES = 15, 2  # at most, for the largest size
FASTER = 3  # times AutoETS, in series a second
TOLD = 200  # letters of what a command that failed complained of
LINEAR = 1.1  # the most that the slope of log seconds on log series may be; the networks' cost hardly grows
SCORED = ("mae", "mase", "relative")
OURS, COPY = "**thalweg, quick**", "copying the week"
HEAD = ("series a second", "of processors, s a series", "MAE", "MASE", "relative to copying", "not forecast")
CODE = [Path(module.__file__ or "") for module in (many_series, panel_scores)]


@dataclass(frozen=True)
class Panel:
    """Series in two files of long format, and which of them are scored.

    Attributes
    ----------
    title : str
    train, held_out : Path
    count : int
        How many series the first file has.
    names : list of str
        Those that are scored.
    others : Path
        The file of the series that the others forecast.
    """

    title: str
    train: Path
    held_out: Path
    count: int
    names: list[str]
    others: Path

    @property
    def rows(self) -> int:
        """How many rows the first file has."""
        ((count,),) = duckdb.execute("SELECT count(*) FROM read_parquet($1)", [str(self.train)]).fetchall()
        return count

    def scored(self, forecast: Path, value: str) -> dict[str, float]:
        """Return the errors of a file of forecasts."""
        asked = panel_scores.tasks(self.train, self.held_out, self.names)
        return asdict(panel_scores.score(asked, panel_scores.columns(forecast, value, self.names)))

    def copied(self) -> dict[str, float]:
        """Return the errors of copying the week."""
        asked = panel_scores.tasks(self.train, self.held_out, self.names)
        return asdict(panel_scores.score(asked, panel_scores.copies(asked)))


def names_in(path: Path, having: str = "true") -> list[str]:
    """Return the names of the series in a file, sorted; of those that fulfil a condition."""
    query = f"SELECT unique_id FROM read_parquet($1) GROUP BY unique_id HAVING {having} ORDER BY unique_id"  # noqa: S608 - all of it stands here
    return [name for (name,) in duckdb.execute(query, [str(path)]).fetchall()]


def simulated(at: Path, count: int, sample: int) -> Panel:
    """Write a panel of simulated series; those that are scored stand at equal distances."""
    train, held_out, others = (at / f"{what}-{count}.parquet" for what in ("series", "held-out", "sample"))
    many_series.write(train, count, held_out=held_out, horizon=HORIZON)
    names = names_in(train)[:: max(1, count // sample)]
    query = f"COPY (SELECT * FROM read_parquet('{train}') WHERE unique_id IN (SELECT unnest($1))) TO '{others}'"  # noqa: S608 - likewise
    duckdb.execute(query + " (FORMAT parquet)", [names])
    return Panel(f"{count:,} simulated", train, held_out, count, names, others)


def countries(at: Path, source: Path) -> Panel:
    """Write the views by country as a panel; scored are the countries with any views before the days held out."""
    train, held_out = at / "countries.parquet", at / "countries-held-out.parquet"
    base = duckdb.connect(config={"threads": 1})
    base.execute(
        "CREATE TABLE rows AS SELECT Geography AS unique_id, Date::DATE AS ds, Views::DOUBLE AS y, "
        "row_number() OVER (PARTITION BY Geography ORDER BY Date DESC) <= $2 AS held_out "
        "FROM read_csv($1, all_varchar = true) ORDER BY unique_id, ds",
        [str(source), HORIZON],
    )
    for path, which in ((train, "NOT held_out"), (held_out, "held_out")):
        chosen = f"SELECT unique_id, ds, y FROM rows WHERE {which} ORDER BY unique_id, ds"  # noqa: S608 - likewise
        base.execute(f"COPY ({chosen}) TO '{path}' (FORMAT parquet)")
    return Panel("countries", train, held_out, len(names_in(train)), names_in(train, "sum(y) > 0"), train)


def command(panel: Panel, out: Path) -> list[str]:
    """Return the command line that forecasts a panel."""
    options = ("--by", "unique_id", "--ladder", "quick", "--horizon", str(HORIZON), "--threads", str(THREADS))
    return thalweg("forecast", str(panel.train), *options, "--out", str(out))


def of_thalweg(panel: Panel) -> dict[str, Any]:
    """Return what the command comes to, as a whole process: seconds, memory, errors."""
    with tempfile.TemporaryDirectory() as name:
        took = run(command(panel, Path(name)), family=True)
        errors = panel.scored(Path(name) / "forecast.parquet", "thalweg")
    return _told(took, took.seconds, took.work, panel.count) | errors


def of_peer(panel: Panel, forecaster: str, python: str) -> dict[str, Any]:
    """Return what another forecaster comes to; its seconds are of fit and forecast alone."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "forecast.parquet"
        given = (forecaster, str(panel.others), str(HORIZON), str(THREADS), str(out))
        took = run([python, str(panel_peers.__file__), *given], family=True)
        told = json.loads(took.output.splitlines()[-1])
        errors = panel.scored(out, "mean")
    count = len(names_in(panel.others))
    return _told(took, told["seconds"], told["work"], count) | errors


def _told(took: Run, seconds: float, work: float, count: int) -> dict[str, float]:
    return {
        "seconds": seconds,
        "work": work,
        "peak": took.peak_megabytes,
        "rate": count / seconds,
        "work_each": work / count,
    }


@dataclass(frozen=True)
class Bench:
    """Where results are kept, and who takes part.

    Attributes
    ----------
    kept : Kept
    python : str
        That of the others' environment.
    versions : dict of str to str
        Of the others' packages; empty where they are not installed.
    """

    kept: Kept
    python: str
    versions: dict[str, str]

    def ours(self, panel: Panel) -> dict[str, Any]:
        """Measure the command on a panel, unless that is kept."""
        key = self._key(panel) | {"forecaster": "thalweg", "source": source_checksum()}
        return self._made(panel, "thalweg", key, lambda: of_thalweg(panel))

    def peer(self, panel: Panel, forecaster: str) -> dict[str, Any]:
        """Measure another forecaster on a panel, unless that is kept."""
        key = self._key(panel) | {"forecaster": forecaster, "versions": json.dumps(self.versions)}
        key["recipe"] = checksum([Path(panel_peers.__file__)])
        return self._made(panel, forecaster, key, lambda: of_peer(panel, forecaster, self.python))

    def beside(self, panel: Panel, ours: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Return what everybody comes to on a panel, by name."""
        taking = panel_peers.FORECASTERS if self.versions else ()
        return {OURS: ours} | {name: self.peer(panel, name) for name in taking} | {COPY: panel.copied()}

    def _key(self, panel: Panel) -> dict[str, str]:
        files = checksum([panel.train, panel.held_out])
        return {"panel": panel.title, "scored": str(len(panel.names)), "files": files} | {
            "code": checksum(CODE),
            "processor": processor(),
        }

    def _made(self, panel: Panel, name: str, key: dict[str, str], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return a result; of what failed, why."""
        try:
            made = self.kept.result(key, make)
        except BenchError as error:
            print(f"  {error}", flush=True)
            first, *complaint = str(error).split("\n")
            made = {"failed": " ".join(" ".join(complaint).split())[-TOLD:] or first}
        print(f"  {panel.title}, {name}: {made.get('failed') or _short(made)}", flush=True)
        return made


def _short(made: dict[str, Any]) -> str:
    return (
        f"{made['seconds']:.1f} s, {made['work']:.1f} s of processors, {made['peak']:,.0f} MB, "
        f"{made['rate']:.2f} series a second, MASE {made['mase']:.3f}"
    )


def section(
    *, quick: bool = False, data: Path | None = None, counts: Sequence[int] = COUNTS, results: Path
) -> list[str]:
    """Measure and return Markdown; what is not there is left out and named.

    Parameters
    ----------
    quick : bool
        The smallest size, and a sample of some series of it.
    data : Path, optional
        The folder of the views by country, in place of THALWEG_DATA.
    counts : sequence of int
        The sizes: how many series each.
    results : Path
        The folder in which each result is kept.
    """
    print(f"  Results are kept in {results}; an interrupted run goes on with them.", flush=True)
    python = os.environ.get("THALWEG_FORECASTERS") or sys.executable
    bench = Bench(Kept(results), python, json.loads(run([python, str(panel_peers.__file__), "versions"]).output))
    ready_engine()
    lines = _about(bench)
    with tempfile.TemporaryDirectory() as name:
        at = Path(name)
        counts, sample = (counts[:1], QUICK_SAMPLE) if quick else (counts, SAMPLE)
        panels = [simulated(at, count, sample) for count in counts]
        ours = [bench.ours(panel) for panel in panels]
        lines += [*_sizes(panels, ours), *_limits(panels[-1], ours[-1])]
        lines += _beside(panels[-1], bench.beside(panels[-1], ours[-1]), _faster)
        source = (folder(data) or at) / COUNTRIES
        if not source.exists():
            absent = f"Views by country: left out, {COUNTRIES} is not in the folder that THALWEG_DATA names."
            return [*lines, absent, ""]
        panel = countries(at, source)
        lines += [f"Views of a channel by country, {panel.count} series of a year, of which {len(panel.names)} have"]
        lines += ["any views before the days held out; those are scored.", ""]
        return [*lines, *_beside(panel, bench.beside(panel, bench.ours(panel)), _no_worse)]


def _about(bench: Bench) -> list[str]:
    absent = f"{', '.join(panel_peers.FORECASTERS)}: left out, their packages are not installed."
    versions = ", ".join(f"{package} {number}" for package, number in bench.versions.items())
    return [
        f"`thalweg forecast FILE --by unique_id --ladder quick --horizon {HORIZON} --threads {THREADS}`, the whole",
        "process. The simulated series are daily counts of up to four years, by `benchmarks/many_series.py`; the last",
        f"{HORIZON} days of each are held out. MAE is the mean over series, in units of the series; MASE is by the",
        "differences of values a week apart; relative is the mean over series of the error by that of copying the",
        "week. Memory is the most that the process and all that it starts hold together.",
        "",
        f"The others: {THREADS} processes or threads, in an environment of their own; seconds of fit and forecast",
        "alone, of logarithms of 1 + y. AutoETS and AutoTheta are statsforecast's with `season_length=7`, the week",
        "copied where they fail. LightGBM is mlforecast's: one model of all series of the sample, absolute error,",
        f"{panel_peers.TREES['n_estimators']} trees; lags 1 to 28 and 364, rolling means, weekday.",
        "",
        f"Versions: {versions}." if versions else absent,
        "",
    ]


def _sizes(panels: Sequence[Panel], ours: Sequence[dict[str, Any]]) -> list[str]:
    """Return the table of sizes, what failed, and the slope."""
    head = (
        "series",
        "rows",
        "seconds",
        "of processors, s",
        "peak, MB",
        "series a second",
        "scored",
        "MASE",
        "relative",
    )
    digits = {"seconds": 1, "work": 1, "peak": 0, "rate": 2, "series": 0, "mase": 3, "relative": 3}
    rows: list[list[str]] = []
    told: list[str] = []
    measured: list[tuple[int, float]] = []
    for panel, made in zip(panels, ours, strict=True):
        if "failed" in made:
            rows.append([f"{panel.count:,}", f"{panel.rows:,}", "failed", *[""] * (len(digits) - 1)])
            told.append(f"{panel.title} failed: {made['failed']}  ")
            continue
        rows.append(
            [f"{panel.count:,}", f"{panel.rows:,}", *(f"{made[what]:,.{after}f}" for what, after in digits.items())]
        )
        measured.append((panel.count, made["seconds"]))
    if len(measured) > 1:
        slope = np.polyfit(*np.log(np.array(measured)).T, 1)[0]
        reached = "reached" if slope <= LINEAR else "**missed**"
        asked = f"{LINEAR} at most asked for, {reached}"
        told.append(f"The slope of seconds on series, in logarithms, by least squares: **{slope:.2f}** ({asked}).")
    return [*table(head, rows), "", *([*told, ""] if told else [])]


def _limits(panel: Panel, made: dict[str, Any]) -> list[str]:
    if "failed" in made or panel.count < COUNTS[-1]:
        return []
    minutes, gigabytes = made["seconds"] / 60, made["peak"] / 1000
    reached = "reached" if minutes <= MINUTES and gigabytes <= GIGABYTES else "**missed**"
    asked = f"{MINUTES} minutes and {GIGABYTES} GB at most asked for"
    return [f"{panel.count:,} series: {minutes:.1f} minutes and {gigabytes:.2f} GB ({asked}, {reached}).", ""]


def _beside(panel: Panel, found: dict[str, dict[str, Any]], judged: Callable[..., list[str]]) -> list[str]:
    """Return the table of all forecasters, what is left out of it, and the judgement."""
    lines = table((f"{panel.title}, {len(panel.names)} scored", *HEAD), [_row(*each) for each in found.items()])
    lines.append("")
    there = {name: made for name, made in found.items() if "failed" not in made}
    lines += [f"{name} failed: {made['failed']}  " for name, made in found.items() if name not in there]
    copied = found[COPY]
    if copied["no_relative"]:
        lines.append(f"In {copied['no_relative']} series copying the week has no error: relative leaves them out.  ")
    if copied["no_scale"]:
        lines.append(f"In {copied['no_scale']} series all values a week apart are the same: MASE leaves them out.  ")
    return [*lines, *(judged(there) if OURS in there else []), ""]


def _row(name: str, made: dict[str, Any]) -> list[str]:
    if "failed" in made:
        return [name, "failed", *[""] * (len(HEAD) - 1)]
    speed = [f"{made['rate']:.2f}", f"{made['work_each']:.3f}"] if "rate" in made else ["–", "–"]
    return [name, *speed, f"{made['mae']:,.2f}", f"{made['mase']:.3f}", f"{made['relative']:.3f}", str(made["missing"])]


def _faster(found: dict[str, dict[str, Any]]) -> list[str]:
    """Compare speed and errors with those of AutoETS; a mean MAE is mostly that of a few large series."""
    if "AutoETS" not in found:
        return []
    ours, other = found[OURS], found["AutoETS"]
    times, work = ours["rate"] / other["rate"], other["work_each"] / ours["work_each"]
    errors = ", ".join(f"{what} {ours[key] / other[key]:.3f}" for what, key in zip(HEAD[2:5], SCORED, strict=True))
    lower = all(ours[key] < other[key] for key in ("mae", "mase"))
    reached = "reached" if times >= FASTER and lower else "**missed**"
    return [
        f"By AutoETS's: series a second {times:.1f}, by seconds of processors {work:.1f}; {errors}",
        f"({FASTER} times the series a second at a lower MAE and MASE asked for, {reached}).",
    ]


def _no_worse(found: dict[str, dict[str, Any]]) -> list[str]:
    """Compare the error relative to copying with that of the best of the others."""
    others = {name: found[name]["relative"] for name in panel_peers.FORECASTERS if name in found}
    if not others:
        return []
    best = min(others, key=lambda name: others[name])
    ours = found[OURS]["relative"]
    reached = "reached" if not math.isnan(ours) and ours <= others[best] else "**missed**"
    told = f"Relative to copying: {ours:.3f}; {others[best]:.3f} of {best}, the best of the others"
    return [f"{told} (at most that asked for, {reached})."]
