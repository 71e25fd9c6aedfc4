"""A backtest of many series as a Python user holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.api.backtest_tables import BacktestTables
from thalweg.files import write_whole, written_together
from thalweg.forecast.evaluation.compare import compare_many
from thalweg.forecast.evaluation.many.kept import Kept
from thalweg.forecast.evaluation.many.metrics import scores_of_panel
from thalweg.forecast.evaluation.many.run import forecasts_of_panel
from thalweg.forecast.evaluation.many.tables import SERIES_FILE, beats_copying, files_of_many, series_columns
from thalweg.forecast.evaluation.many.words import verdict
from thalweg.forecast.evaluation.options import FILES
from thalweg.forecast.evaluation.tables import rows_of
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.compare import Compared
    from thalweg.forecast.evaluation.many.forecasts import PanelForecasts
    from thalweg.forecast.evaluation.many.metrics import PanelScores
    from thalweg.forecast.evaluation.options import BacktestOptions
    from thalweg.messages import Catalogue
    from thalweg.series.panel import Panel

FILES_OF_MANY = (*FILES, SERIES_FILE)


@dataclass(frozen=True, eq=False, repr=False)
class PanelBacktestResult(BacktestTables):
    """What `backtest` of many series returns.

    Each metric is computed for each series; `scores`, `by_step` and `by_cutoff` tell the mean over the series, each of
    which counts the same.

    Attributes
    ----------
    forecasts : PanelForecasts
        The panel, the cutoffs and every forecast, as arrays.
    metrics : PanelScores
        The metrics, as plain records.
    compared : Compared or None
        The best two models by the test of Diebold and Mariano, on the mean over the series at each cutoff. None where
        there are no two models.
    """

    forecasts: PanelForecasts
    metrics: PanelScores
    compared: Compared | None

    @property
    def _told(self) -> tuple[PanelForecasts, PanelScores, Compared | None]:
        return self.forecasts, self.metrics, self.compared

    @property
    def by_series(self) -> Any:  # noqa: ANN401 - a frame of the user's library
        """A row a series: each model's MAE and MASE, whether thalweg's own beats copying, and notes."""
        return self._framed(series_columns(self.forecasts, self.metrics, catalogue()))

    @property
    def failed(self) -> int:
        """How many series could not be read, or could not be forecast by every model at a cutoff."""
        return len(self.forecasts.panel.refused) + len(self.forecasts.failed)

    def sentences(self, translate: Catalogue) -> list[str]:
        """Return what it says in words."""
        found = verdict(self.forecasts, self.metrics, beats_copying(self.forecasts, self.metrics))
        return [*super().sentences(translate), *map(translate, found)]

    def save(self, folder: str | Path, language: str = "en") -> None:
        """Write ``backtest.csv``, ``scores.csv``, ``by_step.csv``, ``by_cutoff.csv`` and ``series.csv``, all or none.

        Parameters
        ----------
        folder : str or Path
        language : str
            Of the notes in ``series.csv``: ``en`` or ``zh``.

        Raises
        ------
        InputError
            If one cannot be written.
        """
        with written_together(Path(folder)) as aside:
            for name, content in files_of_many(self.forecasts, self.metrics, catalogue(language)).items():
                write_whole(aside / name, content)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return everything in JSON's types."""
        translate = catalogue(language)
        panel = self.forecasts.panel
        return {
            "version": 1,
            "value": panel.series[0].name,
            "count": len(panel),
            **self._json(language),
            "series": rows_of(series_columns(self.forecasts, self.metrics, translate)),
            "refused": [{"unique_id": each.name, "why": translate(each.why)} for each in panel.refused],
            "failed": [
                {"unique_id": panel.names[at], "why": translate(why)} for at, why in self.forecasts.failed.items()
            ],
            "notes": [translate(note) for note in panel.notes],
            "verdict": self.sentences(translate),
        }

    def __repr__(self) -> str:
        models, cutoffs = len(self.forecasts.made), len(self.forecasts.cutoffs.seen)
        return f"<PanelBacktestResult of {len(self.forecasts.panel)} series, {models} models at {cutoffs} cutoffs>"


def backtest_panel_of(panel: Panel, options: BacktestOptions, language: str = "en") -> PanelBacktestResult:
    """Run a backtest of a panel that was read, and write the files of its folder; errors as of `backtest`."""
    forecasts = forecasts_of_panel(panel, options)
    scores = scores_of_panel(forecasts, options.metrics, options.metric)
    result = PanelBacktestResult(forecasts, scores, compare_many(forecasts, scores))
    if options.folder is not None:
        result.save(options.folder, language)
        Kept(options.folder).remove()
    return result
