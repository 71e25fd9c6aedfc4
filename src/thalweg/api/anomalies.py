"""Anomalies as a Python user holds them: frames, a picture, files, and the score of the Numenta Anomaly Benchmark."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.api.progress import watching
from thalweg.charts.numbers import when
from thalweg.charts.steps import speaking
from thalweg.errors import InputError
from thalweg.files import write_whole, written_together
from thalweg.forecast.anomalies.found import (
    OUTSIDE,
    anomalies_of,
    anomaly_columns,
    how_sentences,
    judged_columns,
    rows_of,
    score_sentences,
    sentences_of,
    tables_of,
)
from thalweg.forecast.anomalies.judge import LEAST_BEFORE, judge, whole_series
from thalweg.forecast.anomalies.nab import PROBATION_SHARE, WEIGHTS, best_score, probation, score_at, windows_of
from thalweg.forecast.anomalies.options import FILES, PROFILES, AnomalyOptions
from thalweg.forecast.options import FitOptions
from thalweg.forecast.unfinished import doubted, without_unfinished
from thalweg.messages import Argument, Message
from thalweg.options import with_options
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import iso
from thalweg.series.read.given import series_of

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.anomalies.found import Anomaly
    from thalweg.forecast.anomalies.judge import Judged
    from thalweg.forecast.anomalies.nab import Score
    from thalweg.series.series import Series

HIGHEST = 1e9  # of a row in the benchmark, where its score is infinite: infinity is the threshold that flags nothing


@dataclass(frozen=True)
class Benchmark:
    """The score of the Numenta Anomaly Benchmark on one file.

    Attributes
    ----------
    profile : str
    score : Score
        At the threshold asked for; without one, of the values outside the interval.
    best : Score
        At the threshold that these labels suit best, which flatters.
    rows, probation : int
        Rows in all, and those at the start that do not count.
    """

    profile: str
    score: Score
    best: Score
    rows: int
    probation: int

    @property
    def sentences(self) -> list[Message]:
        """The scores in words."""
        return score_sentences(self.score, self.best, self.profile, self.rows, self.probation)


@dataclass(frozen=True, eq=False, repr=False)
class AnomalyResult:
    """What `anomalies` returns.

    Attributes
    ----------
    judged : Judged
        Every value that was judged, with its forecast, interval and score, as plain records.
    anomalies : tuple of Anomaly
        Those outside their interval, the highest score first.
    benchmark : Benchmark or None
        The score of the Numenta Anomaly Benchmark, where labels were given.
    """

    judged: Judged
    anomalies: tuple[Anomaly, ...]
    benchmark: Benchmark | None = None

    @property
    def frame(self) -> Any:  # noqa: ANN401 - a frame of the user's library
        """The anomalies.

        Its columns are ``rank, date, actual, forecast, low, high, outside, score, run_first, run_steps, near, after``.
        """
        return self.to_frame()

    @property
    def scores(self) -> Any:  # noqa: ANN401 - likewise
        """Every value that was judged: ``date, actual, forecast, low, high, outside, score``."""
        return frame_of(judged_columns(self.judged), None, self.judged.series.backend)

    def to_frame(self, backend: str | None = None) -> Any:  # noqa: ANN401 - likewise
        """Return the anomalies as a frame.

        Parameters
        ----------
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default the library of the frame that was given.

        Raises
        ------
        InputError
            If there is no such library, or it is not installed.
        """
        return frame_of(anomaly_columns(self.judged, self.anomalies), backend, self.judged.series.backend)

    def plot(self, language: str = "en") -> alt.LayerChart:
        """Return the values with their intervals as an Altair chart, the anomalies marked."""
        from thalweg.report.charts.anomalies import anomaly_chart  # noqa: PLC0415 - pictures load slowly

        return anomaly_chart(self.judged, self.anomalies, language)

    def save(self, folder: str | Path, language: str = "en") -> None:
        """Write ``anomalies.csv``, ``judged.csv`` and the page ``anomalies.html`` into a folder, all or none.

        Raises
        ------
        InputError
            If one cannot be written.
        """
        from thalweg.report.anomalies import anomaly_illustration  # noqa: PLC0415 - pictures load slowly
        from thalweg.report.picture import rendered  # noqa: PLC0415 - likewise

        files = tables_of(self.judged, self.anomalies)
        page = anomaly_illustration(self.judged, self.anomalies, self.sentences(language), language)
        files[FILES[-1]] = rendered(page, "html")
        with written_together(Path(folder)) as aside:
            for name, content in files.items():
                write_whole(aside / name, content)

    def sentences(self, language: str = "en") -> list[str]:
        """Return what was judged and found, in words."""
        say = speaking(language, self.judged.series.frequency)
        told = [*sentences_of(self.judged, self.anomalies), *how_sentences(self.judged)]
        told += [] if self.benchmark is None else self.benchmark.sentences
        return [say(self._dated(each, language)) for each in told]

    def _dated(self, message: Message, language: str) -> Message:
        """Return a message whose dates are written as a reader does."""
        frequency = self.judged.series.frequency
        values = {
            name: when(value, frequency, language) if isinstance(value, np.datetime64) else value
            for name, value in message.values.items()
        }
        return Message(message.key, values)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return everything in JSON's types."""
        judged, scored = self.judged, self.benchmark
        return {
            "version": 1,
            "value": judged.series.name,
            "level": judged.level,
            "first": iso(judged.dates[0]),
            "last": iso(judged.dates[-1]),
            "judged": len(judged.places),
            "outside": len(self.anomalies),
            "expected": round(judged.expected, 10),
            "chosen": [{"first": iso(judged.series.dates[one.first]), "rung": one.rung} for one in judged.chosen],
            "refit": judged.refit_steps,
            "country": judged.calendar.country or None,
            "sentences": self.sentences(language),
            "anomalies": rows_of(anomaly_columns(judged, self.anomalies)),
            "nab": scored
            and {
                "profile": scored.profile,
                "rows": scored.rows,
                "probation": scored.probation,
                "score": _score(scored.score),
                "best": _score(scored.best),
            },
        }

    def __str__(self) -> str:
        columns = anomaly_columns(self.judged, self.anomalies)
        rows = [list(columns), *([_shown(each) for each in row] for row in zip(*columns.values(), strict=True))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = ["  ".join(map(str.rjust, row, widths)).rstrip() for row in rows] if self.anomalies else []
        return "\n".join([*self.sentences(), *table])

    def __repr__(self) -> str:
        return f"<AnomalyResult of {len(self.anomalies)} among {len(self.judged.places)} at {self.judged.level:g}%>"


def _shown(value: Any) -> str:  # noqa: ANN401 - a cell
    if isinstance(value, np.datetime64):
        return iso(value)
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _score(score: Score) -> dict[str, Any]:
    finite = np.isfinite([score.threshold, score.normalized])
    return {
        "threshold": score.threshold if finite[0] else None,
        "score": score.normalized if finite[1] else None,
        "raw": score.raw,
        "windows": score.windows,
        "found": score.found,
        "false": score.false,
    }


@with_options(AnomalyOptions)
def anomalies(series: Any, options: AnomalyOptions) -> AnomalyResult:  # noqa: ANN401 - users have no type checker
    """Find the values outside the interval that was told for them one step before, from earlier values alone.

    Parameters
    ----------
    series : Series, path or frame
        As `thalweg.fit` takes it.
    **options
        Those of `thalweg.forecast.anomalies.options.AnomalyOptions`: ``level`` (of the interval, in percent), ``first``
        (the first date that is judged) or ``days`` (how many of the last steps), ``ladder``, ``country``, ``events``,
        ``loss``, ``seed``, ``threads``, ``keep_last``, ``labels`` (labelled windows of the Numenta Anomaly Benchmark),
        ``profile``, ``threshold`` and ``watcher``.

    Returns
    -------
    AnomalyResult

    Raises
    ------
    InputError
        If the values, the labels or an option cannot be served.
    """
    given = prepared(series_of(series), options)
    with watching(options.watcher) as watcher:
        return anomalies_in(given, replace(options, watcher=watcher))


def prepared(series: Series, options: AnomalyOptions) -> Series:
    """Return the series as it is judged: without other columns, and without a last value that is not complete."""
    series = whole_series(series)
    own = FitOptions(
        country=options.country, loss=options.loss, threads=options.threads, keep_last=options.keep_last, horizon=1
    )
    wanted = options.labels is None and doubted(series, own)
    return without_unfinished(series, own) if wanted else series


def anomalies_in(series: Series, options: AnomalyOptions, name: str | Message | None = None) -> AnomalyResult:
    """Judge a series that was read and prepared; errors as of `anomalies`.

    Parameters
    ----------
    series : Series
    options : AnomalyOptions
    name : str or Message, optional
        The path of its file, which the labels name; by default what the series was read from. A message stands for
        values that have no path.
    """
    if options.labels is None:
        judged = judge(series, options)
        return AnomalyResult(judged, anomalies_of(judged))
    rows = np.flatnonzero(series.observed)  # what was not observed is no row of the file
    windows = windows_of(Path(options.labels), name or series.source_name, series.dates[rows])
    begin = probation(len(rows))
    if begin < LEAST_BEFORE:
        told = {"rows": len(rows), "before": begin, "least": LEAST_BEFORE, "labels": Argument("labels")}
        shortest = math.ceil(LEAST_BEFORE / PROBATION_SHARE)
        raise InputError("anomalies.labels_too_few", source=series.source_name, shortest=shortest, **told)
    judged = judge(series, options, int(rows[begin]))
    scores = np.zeros(len(rows))
    scores[np.searchsorted(rows, judged.places)] = np.minimum(judged.score, HIGHEST)
    profile = options.profile or PROFILES[0]
    weights = WEIGHTS[profile]
    threshold = OUTSIDE if options.threshold is None else options.threshold
    benchmark = Benchmark(
        profile,
        score_at(scores, windows, threshold, weights),
        best_score(scores, windows, weights),
        len(rows),
        begin,
    )
    return AnomalyResult(judged, anomalies_of(judged), benchmark)
