"""The picture of a backtest that `thalweg backtest` writes, with its tables and its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.steps import speaking
from thalweg.forecast.evaluation.run import frame_columns
from thalweg.forecast.evaluation.tables import cutoff_columns, score_columns, step_columns
from thalweg.forecast.evaluation.words import span_messages
from thalweg.report.charts.backtest import backtest_chart

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.compare import Compared
    from thalweg.forecast.evaluation.metrics import Scores
    from thalweg.forecast.evaluation.run import Forecasts


def backtest_illustration(
    forecasts: Forecasts, scores: Scores, compared: Compared | None, metric: str, language: str = "en"
) -> Illustration:
    """Return the picture of a backtest."""
    translate = speaking(language, forecasts.series.frequency)
    sentences = [*span_messages(forecasts, scores), *(() if compared is None else compared.sentences)]
    return Illustration(
        "backtest",
        language,
        backtest_chart(forecasts, scores, metric, language),
        {
            "scores": Numbers(score_columns(scores)),
            "by_step": Numbers(step_columns(scores)),
            "by_cutoff": Numbers(cutoff_columns(forecasts, scores)),
            "forecasts": Numbers(frame_columns(forecasts)),
        },
        tuple(map(translate, sentences)),
        shown=("scores",),
        frequency=forecasts.series.frequency,
    )
