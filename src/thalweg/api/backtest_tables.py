"""What the results of backtests of one series and of many have in common: frames, scores, a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thalweg.forecast.evaluation.tables import cutoff_columns, rows_of, score_columns, step_columns
from thalweg.forecast.evaluation.words import unkept_messages
from thalweg.messages import catalogue
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.evaluation.backtested import Backtested
    from thalweg.forecast.evaluation.compare import Compared
    from thalweg.forecast.evaluation.metrics import Scores
    from thalweg.messages import Catalogue


class BacktestTables:
    """Frames, scores and the picture of a backtest."""

    @property
    def _told(self) -> tuple[Backtested, Scores, Compared | None]:
        """The forecasts, the metrics, and the best two models compared."""
        raise NotImplementedError

    @property
    def frame(self) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Every forecast: ``unique_id, ds, cutoff, y``, a column a model, its ``-lo-80``, ``-hi-80`` and so on."""
        return self.to_frame()

    @property
    def scores(self) -> Any:  # noqa: ANN401 - likewise
        """A row a metric and a column a model, over all forecasts."""
        return self._framed(score_columns(self._told[1]))

    @property
    def by_step(self) -> Any:  # noqa: ANN401 - likewise
        """The metrics by step ahead."""
        return self._framed(step_columns(self._told[1]))

    @property
    def by_cutoff(self) -> Any:  # noqa: ANN401 - likewise
        """The metrics by cutoff."""
        return self._framed(cutoff_columns(*self._told[:2]))

    @property
    def metric(self) -> str:
        """By which the models are ranked: what was asked for, or the mean absolute error where that cannot be told."""
        return self._told[1].metric

    @property
    def best(self) -> str:
        """The model that ranks first."""
        return self._told[1].ranking[0]

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
        return self._framed(self._told[0].columns(), backend)

    def _framed(self, columns: dict[str, Any], backend: str | None = None) -> Any:  # noqa: ANN401 - likewise
        return frame_of(columns, backend, self._told[0].backend)

    def plot(self, language: str = "en") -> alt.VConcatChart:
        """Return the metric by step ahead and by cutoff as an Altair chart."""
        from thalweg.report.charts.backtest import backtest_chart  # noqa: PLC0415 - pictures load slowly

        return backtest_chart(*self._told[:2], language)

    def sentences(self, translate: Catalogue) -> list[str]:
        """Return what it says in words."""
        compared = self._told[2]
        return [] if compared is None else [translate(each) for each in compared.sentences]

    def _json(self, language: str) -> dict[str, Any]:
        """Return what the results have in common, in JSON's types."""
        forecasts, scores, compared = self._told
        cutoffs = forecasts.cutoffs
        test = None if compared is None else compared.test
        translate = catalogue(language)
        return {
            "cutoffs": [iso(date) for date in forecasts.dates],
            "horizon": cutoffs.horizon,
            "gap": cutoffs.gap,
            "refit": cutoffs.refit,
            "season": scores.season,
            "metric": self.metric,
            "ranking": list(scores.ranking),
            "scores": rows_of(score_columns(scores)),
            "by_step": rows_of(step_columns(scores)),
            "by_cutoff": rows_of(cutoff_columns(forecasts, scores)),
            "compared": compared
            and {
                "first": compared.first,
                "second": compared.second,
                "loss": compared.loss,
                "statistic": test and _finite(test.statistic),
                "probability": test and _finite(test.probability),
                "count": test and test.count,
                "lags": test and test.lags,
                "sentences": [translate(each) for each in compared.sentences],
            },
            "forecasts": rows_of(forecasts.columns()),
        }

    def __str__(self) -> str:
        columns = score_columns(self._told[1])
        heads = ["metric", *self._told[1].order]
        rows = [heads]
        for at, metric in enumerate(columns["metric"]):
            rows.append([metric, *(_shown(columns[name][at]) for name in heads[1:])])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
        translate = catalogue()
        return "\n".join([*table, *self.sentences(translate), *map(translate, unkept_messages(self._told[0]))])


def _finite(number: float) -> float | None:
    return number if number - number == 0 else None


def _shown(value: float) -> str:
    return f"{value:,.4g}" if value - value == 0 else "–"
