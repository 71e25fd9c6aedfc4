"""The cutoffs of a panel: dates common to all its series, counted from the first date of any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.evaluation.cutoffs import cutoffs_of, least_seen
from thalweg.forecast.evaluation.many.forecasts import begins_of
from thalweg.forecast.evaluation.options import USUAL_WINDOWS
from thalweg.forecast.evaluation.run import own_options
from thalweg.series.series import Series

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.cutoffs import Cutoffs
    from thalweg.forecast.evaluation.options import BacktestOptions
    from thalweg.series.panel import Panel


def timeline_of(panel: Panel) -> Series:
    """Return all dates of a panel as a series: on each, how many of its series have a value."""
    first = min(one.start for one in panel.series)
    begins = begins_of(panel, first)
    counts = np.zeros(int((begins + np.diff(panel.offsets)).max()))
    for begin, one in zip(begins.tolist(), panel.series, strict=True):
        counts[begin : begin + len(one)] += one.observed
    one = panel.series[0]
    return Series(first, counts, counts > 0, one.name, one.source, frequency=panel.frequency)


def cutoffs_of_panel(panel: Panel, timeline: Series, options: BacktestOptions) -> Cutoffs:
    """Return the cutoffs that were asked for.

    By default the horizon is that of `thalweg.fit_panel`, and there are as many windows as leave the first cutoff the
    values that a fit of one series needs: at most `USUAL_WINDOWS`, at least one.

    Parameters
    ----------
    panel : Panel
    timeline : Series
        As of `timeline_of`.
    options : BacktestOptions

    Raises
    ------
    InputError
        As of `cutoffs_of`.
    """
    usual = own_options(options).steps_ahead(panel.frequency, int(np.median(np.diff(panel.offsets))))
    horizon = usual if options.horizon is None else options.horizon
    settled = replace(options, horizon=horizon)
    if options.windows is None and options.cutoffs is None:
        ahead, step = options.gap + horizon, options.step or horizon
        most = (len(timeline) - ahead - least_seen(panel.frequency, ahead)) // step + 1
        settled = replace(settled, windows=int(np.clip(most, 1, USUAL_WINDOWS)))
    return cutoffs_of(timeline, settled)
