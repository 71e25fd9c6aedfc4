"""The weight of each lag, L and L′ over the number of lags, and the weekly rhythm that suggests them (U3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.rung import SHARE_LOOKED_BACK
from thalweg.messages import Argument
from thalweg.pictures.lags.rhythm import Rhythm, rhythm_of
from thalweg.pictures.shared.fitted_rung import FittedRung, comparable_from, fit_rung
from thalweg.pictures.shared.source import days_of
from thalweg.series.filling import sources_of_copies
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.lags.options import LagsOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

# U3 as printed, in thousands of views a day; the series was never published.
LECTURE_WEIGHTS = (0.79, -0.31, 0.12, -0.01, -0.10, 0.30, 0.18)
LECTURE_LOSSES = {1: (0.48, 0.58), 7: (0.38, 0.49), 28: (0.33, 0.46), 56: (0.32, 0.46)}


@dataclass(frozen=True, eq=False)
class LagsStudy:
    """Straight lines over more and more lags.

    Attributes
    ----------
    fitted_rung : FittedRung
        The line whose weights are shown.
    day : numpy.datetime64
        The last training day, the example that shows the weights.
    dates : ndarray of datetime64, shape (days back,)
        The day that each weight multiplies when `day` is predicted, the day before it first.
    values, weights : ndarray of float64, shape (days back,)
        The actual values of these days, in the user's units, and w₁ … wₙ, which have no unit.
    bias : float
        b, in the user's units. The prediction is `bias` plus the sum of `weights` times `values`; of counts it is at
        least 0.
    days_back : tuple of int
        The number of lags of each line, rising.
    left_out : tuple of int
        Numbers of lags asked for, for which the series is too short.
    seen, unseen : ndarray of float64, shape (lines,)
        L over the same training days for all, and L′ over the validation days.
    copying : (float, float)
        L and L′ of copying yesterday.
    rhythm : Rhythm
        Of the training days.
    """

    fitted_rung: FittedRung
    day: np.datetime64
    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    days_back: tuple[int, ...]
    left_out: tuple[int, ...]
    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]
    copying: tuple[float, float]
    rhythm: Rhythm


def lags_study(source: Source, options: LagsOptions, _watcher: Watcher) -> LagsStudy:
    """Fit straight lines over more and more lags.

    Parameters
    ----------
    source : Series, optional
    options : LagsOptions
    _watcher : Watcher
        Not used: this takes less than a second.

    Raises
    ------
    InputError
        If the series is too short.
    """
    series = days_of(source, "lags")
    most = split_by_date(series).train // SHARE_LOOKED_BACK
    looked = tuple(back for back in options.compare if back <= most)
    if not looked:
        raise InputError("lags.compare", argument=Argument("compare", options.compare), most=most)
    of = fit_rung(series, suited(Rung(options.days_back)), loss=options.loss, seed=options.seed)
    lines = [
        of if back == options.days_back else fit_rung(series, suited(Rung(back)), loss=options.loss, seed=options.seed)
        for back in looked
    ]
    first = comparable_from(lines)
    weights, bias = in_user_units(of)
    last = of.split.train - 1
    place = last - np.arange(1, options.days_back + 1)
    copied = series.values[sources_of_copies(series.observed, 1)]
    yesterday = np.concatenate([[np.nan], copied[: of.sealed - 1]])
    return LagsStudy(
        of,
        series.dates[last],
        series.dates[place],
        series.values[place],
        weights,
        bias,
        looked,
        tuple(back for back in options.compare if back > most),
        np.array([line.seen(first) for line in lines]),
        np.array([line.unseen() for line in lines]),
        (of.loss(first, of.split.train, yesterday), of.loss(of.split.train, of.sealed, yesterday)),
        _rhythm(series, of.split.train),
    )


def in_user_units(line: FittedRung) -> tuple[NDArray[np.float64], float]:
    """Return w₁ … wₙ and b of a straight line as they act on the user's own numbers.

    The network sees (value − centre) / spread of features and target alike, so its weights are those of the values
    themselves; in the user's units b = spread·b′ + centre·(1 − Σ w), where b′ is the network's bias.
    """
    layer = line.network.layers(line.theta)[0]
    weights = layer.weights[0].astype(np.float64)
    scale = line.training_set.scale
    return weights, float(scale.spread * layer.biases[0] + scale.centre * (1 - weights.sum()))


def _rhythm(series: Series, train: int) -> Rhythm:
    return rhythm_of(series.values[:train], series.dates[:train], series.observed[:train])
