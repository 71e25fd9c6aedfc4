"""Pictures only: each file a function from results to an Altair chart. Names are loaded when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.lazy import loader

if TYPE_CHECKING:
    from thalweg.look.descent import descent_chart
    from thalweg.look.forecast import forecast_chart
    from thalweg.look.ladder import ladder_chart
    from thalweg.look.steps import steps_chart
    from thalweg.look.truth import truth_chart
    from thalweg.look.whole import series_chart

_HOMES = {
    "descent_chart": "thalweg.look.descent",
    "forecast_chart": "thalweg.look.forecast",
    "ladder_chart": "thalweg.look.ladder",
    "series_chart": "thalweg.look.whole",
    "steps_chart": "thalweg.look.steps",
    "truth_chart": "thalweg.look.truth",
}

__all__ = ["descent_chart", "forecast_chart", "ladder_chart", "series_chart", "steps_chart", "truth_chart"]

__getattr__ = loader(__name__, _HOMES)
