"""A backtest as a Python user holds it: frames that Nixtla's tools read, scores, and which model is better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.api.backtest_tables import BacktestTables
from thalweg.api.progress import watching
from thalweg.files import write_whole, written_together
from thalweg.forecast.evaluation.compare import compare
from thalweg.forecast.evaluation.metrics import scores_of
from thalweg.forecast.evaluation.options import BacktestOptions
from thalweg.forecast.evaluation.run import forecasts_of
from thalweg.forecast.evaluation.tables import files_of
from thalweg.options import with_options
from thalweg.series.panel import Panel
from thalweg.series.panel_events import keys_of_events
from thalweg.series.read.event_option import events_named
from thalweg.series.read.given import series_or_panel_of

if TYPE_CHECKING:
    from thalweg.api.backtest_many import PanelBacktestResult
    from thalweg.forecast.evaluation.compare import Compared
    from thalweg.forecast.evaluation.metrics import Scores
    from thalweg.forecast.evaluation.run import Forecasts


@dataclass(frozen=True, eq=False, repr=False)
class BacktestResult(BacktestTables):
    """What `backtest` of one series returns.

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
    def _told(self) -> tuple[Forecasts, Scores, Compared | None]:
        return self.forecasts, self.metrics, self.compared

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

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return everything in JSON's types."""
        return {"version": 1, "value": self.forecasts.name, **self._json(language)}

    def __repr__(self) -> str:
        return f"<BacktestResult of {len(self.forecasts.made)} models at {len(self.forecasts.cutoffs.seen)} cutoffs>"


@with_options(BacktestOptions)
def backtest(series: Any, options: BacktestOptions) -> BacktestResult | PanelBacktestResult:  # noqa: ANN401 - users have no type checker
    """Compare models on what they would have forecast at many cutoffs, each from what was known there alone.

    Parameters
    ----------
    series : Series, Panel, path or frame
        As `thalweg.fit` takes it. Or many series: a panel that `thalweg.read_panel` has read, a folder, a pattern such
        as ``sales/*.csv``, or a file or a frame with Nixtla's columns ``unique_id, ds, y``.
    **options
        ``models``: a list of, or a mapping of names to: ladders (``"quick"``, ``"full"``, a `Ladder`), each of which
        chooses at each refit; rungs by their names (``"linear 7"``, ``"copy last week"``); regressors as scikit-learn
        has them, which see thalweg's features and are fed their own predictions; models with ``fit(y)`` and
        ``predict(h, level)``, as statsforecast has them; or functions of a history (a `Series`) and a horizon, which
        return an array, or a mapping with ``mean``, ``lo-80``, ``hi-80`` and the like. A name of one's own stands
        before a model in a pair. Without models the quick ladder and what copies are compared.

        Of many series ``"quick"`` and ``"full"`` are what `thalweg.fit_panel` does, at each cutoff on what was known
        there; any other model is fitted to each series by itself. Copying the last season stands there in any case,
        and seasonal means where no models are named.

        The others are those of `thalweg.forecast.evaluation.options.BacktestOptions`: ``cutoffs`` (the last dates
        seen) or ``windows`` and ``step``; ``horizon``, ``gap``, ``refit`` (a fit at every so many cutoffs),
        ``input_size``, ``level``, ``metric`` (which ranks), ``metrics``, ``country``, ``events``, ``loss``, ``seed``,
        ``threads``, ``folder`` (where forecasts are kept, so that an interrupted backtest goes on) and ``watcher``.

    Returns
    -------
    BacktestResult or PanelBacktestResult
        The second of many series.

    Raises
    ------
    InputError
        If the values, the cutoffs or an option cannot be served, or a model raises or answers what is no forecast.
    """
    values = series_or_panel_of(series)
    with watching(options.watcher) as watcher:
        by = keys_of_events(values) if isinstance(values, Panel) else ()
        options = replace(options, watcher=watcher, events=events_named(options.events, by))
        if not isinstance(values, Panel):
            return backtest_of(values, options)
        from thalweg.api.backtest_many import backtest_panel_of  # noqa: PLC0415 - of use for many series alone

        return backtest_panel_of(values, options)


def backtest_of(series: Any, options: BacktestOptions) -> BacktestResult:  # noqa: ANN401 - as above
    """Run a backtest of a series that was read; errors as of `backtest`."""
    forecasts = forecasts_of(series, options)
    scores = scores_of(forecasts, options.metrics, options.metric)
    return BacktestResult(forecasts, scores, compare(forecasts, scores))
