"""The picture of `thalweg anomalies`, with its table and its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.charts.events import miss_names
from thalweg.charts.illustration import Illustration, Numbers
from thalweg.forecast.anomalies.found import anomaly_columns, judged_columns
from thalweg.report.charts.anomalies import anomaly_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.anomalies.found import Anomaly
    from thalweg.forecast.anomalies.judge import Judged

SHOWN = ("rank", "date", "actual", "score", "near", "forecast", "low", "high", "outside")  # a phone shows the first


def anomaly_illustration(
    judged: Judged, anomalies: tuple[Anomaly, ...], sentences: Sequence[str], language: str = "en"
) -> Illustration:
    """Return the picture of what lies outside."""
    columns = anomaly_columns(judged, anomalies)
    columns["near"] = [miss_names(each, language, judged.calendar.country) for each in anomalies]
    ranked = {name: columns[name] for name in SHOWN if name != "near" or any(columns[name])}
    return Illustration(
        "anomalies",
        language,
        anomaly_chart(judged, anomalies, language),
        {"anomalies": Numbers(ranked), "judged": Numbers(judged_columns(judged))},
        tuple(sentences),
        shown=("anomalies",) if anomalies else (),
        frequency=judged.series.frequency,
    )
