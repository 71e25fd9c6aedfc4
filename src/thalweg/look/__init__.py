"""Pictures only: each file a function from results to an Altair chart."""

from thalweg.look.descent import descent_chart
from thalweg.look.forecast import forecast_chart
from thalweg.look.ladder import ladder_chart
from thalweg.look.steps import steps_chart
from thalweg.look.truth import truth_chart
from thalweg.look.whole import series_chart

__all__ = ["descent_chart", "forecast_chart", "ladder_chart", "series_chart", "steps_chart", "truth_chart"]
