"""A backtest as a Python user holds it: frames that Nixtla's tools read, scores, and which model is better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.api.progress import watching
from thalweg.files import write_whole, written_together
from thalweg.forecast.evaluation.compare import compare
from thalweg.forecast.evaluation.metrics import scores_of
from thalweg.forecast.evaluation.options import BacktestOptions
from thalweg.forecast.evaluation.run import forecasts_of
from thalweg.forecast.evaluation.tables import cutoff_columns, files_of, rows_of, score_columns, step_columns
from thalweg.forecast.evaluation.words import unkept_messages
from thalweg.messages import catalogue
from thalweg.options import with_options
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import iso
from thalweg.series.read.given import series_of

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.evaluation.compare import Compared
    from thalweg.forecast.evaluation.metrics import Scores
    from thalweg.forecast.evaluation.run import Forecasts
    from thalweg.messages import Catalogue


@dataclass(frozen=True, eq=False, repr=False)
class BacktestResult:
    """What `backtest` returns.

    Attributes
    ----------
    forecasts : Forecasts
        The series, the cutoffs and every forecast, as plain records.
    metrics : Scores
        The metrics, as plain records; `scores`, `by_step` and `by_cutoff` have them as frames.
    compared : Compared or None
        The best two models by the test of Diebold and Mariano; its `sentences` tell it in plain words. None where there
        are no two models.
    """

    forecasts: Forecasts
    metrics: Scores
    compared: Compared | None

    @property
    def frame(self) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Every forecast: ``unique_id, ds, cutoff, y``, a column a model, its ``-lo-80``, ``-hi-80`` and so on."""
        return self.to_frame()

    @property
    def scores(self) -> Any:  # noqa: ANN401 - likewise
        """A row a metric and a column a model, over all forecasts."""
        return self._framed(score_columns(self.metrics))

    @property
    def by_step(self) -> Any:  # noqa: ANN401 - likewise
        """The metrics by step ahead."""
        return self._framed(step_columns(self.metrics))

    @property
    def by_cutoff(self) -> Any:  # noqa: ANN401 - likewise
        """The metrics by cutoff."""
        return self._framed(cutoff_columns(self.forecasts, self.metrics))

    @property
    def metric(self) -> str:
        """By which the models are ranked: what was asked for, or the mean absolute error where that cannot be told."""
        return self.metrics.metric

    @property
    def best(self) -> str:
        """The model that ranks first."""
        return self.metrics.ranking[0]

    def to_frame(self, backend: str | None = None) -> Any:  # noqa: ANN401 - likewise
        """Return every forecast as a frame.

        Parameters
        ----------
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default the library of the frame that was given.

        Raises
        ------
        InputError
            If there is no such library, or it is not installed.
        """
        return self._framed(self.forecasts.columns(), backend)

    def _framed(self, columns: dict[str, Any], backend: str | None = None) -> Any:  # noqa: ANN401 - likewise
        return frame_of(columns, backend, self.forecasts.backend)

    def plot(self, language: str = "en") -> alt.VConcatChart:
        """Return the metric by step ahead and by cutoff as an Altair chart."""
        from thalweg.report.charts.backtest import backtest_chart  # noqa: PLC0415 - pictures load slowly

        return backtest_chart(self.forecasts, self.metrics, language)

    def save(self, folder: str | Path) -> None:
        """Write ``backtest.csv``, ``scores.csv``, ``by_step.csv`` and ``by_cutoff.csv`` into a folder, all or none.

        Raises
        ------
        InputError
            If one cannot be written.
        """
        with written_together(Path(folder)) as aside:
            for name, content in files_of(self.forecasts, self.metrics).items():
                write_whole(aside / name, content)

    def sentences(self, translate: Catalogue) -> list[str]:
        """Return what it says in words."""
        return [] if self.compared is None else [translate(each) for each in self.compared.sentences]

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return everything in JSON's types."""
        cutoffs, series, compared = self.forecasts.cutoffs, self.forecasts.series, self.compared
        test = None if compared is None else compared.test
        return {
            "version": 1,
            "value": series.name,
            "cutoffs": [iso(series.dates[seen - 1]) for seen in cutoffs.seen],
            "horizon": cutoffs.horizon,
            "gap": cutoffs.gap,
            "refit": cutoffs.refit,
            "season": self.metrics.season,
            "metric": self.metric,
            "ranking": list(self.metrics.ranking),
            "scores": rows_of(score_columns(self.metrics)),
            "by_step": rows_of(step_columns(self.metrics)),
            "by_cutoff": rows_of(cutoff_columns(self.forecasts, self.metrics)),
            "compared": compared
            and {
                "first": compared.first,
                "second": compared.second,
                "loss": compared.loss,
                "statistic": test and _finite(test.statistic),
                "probability": test and _finite(test.probability),
                "count": test and test.count,
                "lags": test and test.lags,
                "sentences": self.sentences(catalogue(language)),
            },
            "forecasts": rows_of(self.forecasts.columns()),
        }

    def __str__(self) -> str:
        columns = score_columns(self.metrics)
        heads = ["metric", *self.metrics.order]
        rows = [heads]
        for at, metric in enumerate(columns["metric"]):
            rows.append([metric, *(_shown(columns[name][at]) for name in heads[1:])])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
        translate = catalogue()
        return "\n".join([*table, *self.sentences(translate), *map(translate, unkept_messages(self.forecasts))])

    def __repr__(self) -> str:
        return f"<BacktestResult of {len(self.forecasts.made)} models at {len(self.forecasts.cutoffs.seen)} cutoffs>"


def _finite(number: float) -> float | None:
    return number if number - number == 0 else None


def _shown(value: float) -> str:
    return f"{value:,.4g}" if value - value == 0 else "–"


@with_options(BacktestOptions)
def backtest(series: Any, options: BacktestOptions) -> BacktestResult:  # noqa: ANN401 - users have no type checker
    """Compare models on what they would have forecast at many cutoffs, each from what was known there alone.

    Parameters
    ----------
    series : Series, path or frame
        As `thalweg.fit` takes it.
    **options
        ``models``: a list of, or a mapping of names to: ladders (``"quick"``, ``"full"``, a `Ladder`), each of which
        chooses at each refit; rungs by their names (``"linear 7"``, ``"copy last week"``); regressors as scikit-learn
        has them, which see thalweg's features and are fed their own predictions; models with ``fit(y)`` and
        ``predict(h, level)``, as statsforecast has them; or functions of a history (a `Series`) and a horizon, which
        return an array, or a mapping with ``mean``, ``lo-80``, ``hi-80`` and the like. A name of one's own stands
        before a model in a pair. Without models the quick ladder and what copies are compared.

        The others are those of `thalweg.forecast.evaluation.options.BacktestOptions`: ``cutoffs`` (the last dates
        seen) or ``windows`` and ``step``; ``horizon``, ``gap``, ``refit`` (a fit at every so many cutoffs),
        ``input_size``, ``level``, ``metric`` (which ranks), ``metrics``, ``country``, ``events``, ``loss``, ``seed``,
        ``threads``, ``folder`` (where forecasts are kept, so that an interrupted backtest goes on) and ``watcher``.

    Returns
    -------
    BacktestResult

    Raises
    ------
    InputError
        If the values, the cutoffs or an option cannot be served, or a model raises or answers what is no forecast.
    """
    days = series_of(series)
    with watching(options.watcher) as watcher:
        return backtest_of(days, replace(options, watcher=watcher))


def backtest_of(series: Any, options: BacktestOptions) -> BacktestResult:  # noqa: ANN401 - as above
    """Run a backtest of a series that was read; errors as of `backtest`."""
    forecasts = forecasts_of(series, options)
    scores = scores_of(forecasts, options.metrics, options.metric)
    return BacktestResult(forecasts, scores, compare(forecasts, scores))
