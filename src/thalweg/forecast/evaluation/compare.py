"""Whether the best two models of a backtest differ by more than chance: the test of Diebold and Mariano.

Diebold and Mariano 1995, "Comparing predictive accuracy"; the correction for few forecasts and Student's t with n − 1
degrees of freedom are those of Harvey, Leybourne and Newbold 1997, "Testing the equality of prediction mean squared
errors".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.evaluation.ahead import ahead_message
from thalweg.forecast.evaluation.metrics import outcomes_of, pinball_losses, weights_of
from thalweg.forecast.few_residuals import outside_of
from thalweg.forecast.names import rung_message
from thalweg.messages import Message, Sentences
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.backtested import Backtested
    from thalweg.forecast.evaluation.metrics import Outcome, Scores
    from thalweg.forecast.evaluation.run import Forecasts

LEAST_CUTOFFS = 5  # with fewer, hardly any difference could be told from chance
CHANCE = 0.05  # a probability at or above may be chance
ROUNDING = 1e-12  # of the losses; a variance below is none
TINY = 1e-300  # a loss below is none
SQUARED, ABSOLUTE, OF_QUANTILES, OF_SERIES = "squared", "absolute", "quantiles", "of_series"


@dataclass(frozen=True)
class DieboldMariano:
    """The result of the test.

    Attributes
    ----------
    mean : float
        Of the differences of the losses, the first's minus the second's.
    statistic, probability : float
        With the correction for few forecasts, and how often so large a one comes by chance, both signs together. NaN
        where they cannot be told.
    count : int
        Differences.
    lags : int
        How many autocovariances count.
    weighted : bool
        Whether the autocovariances had to be weighted, since without weights the variance was not positive.
    """

    mean: float
    statistic: float
    probability: float
    count: int
    lags: int
    weighted: bool = False


def diebold_mariano(differences: NDArray[np.float64], overlapping: int = 1) -> DieboldMariano:
    """Test whether losses differ by more than chance.

    Parameters
    ----------
    differences : ndarray, shape (forecasts,)
        Of the losses of two models, in the order of time.
    overlapping : int
        h: how many forecasts in a row share dates, or stand as near; h − 1 autocovariances count. It is the horizon
        where each forecast is of one date and the next is made one step later.
    """
    count, mean = len(differences), float(np.mean(differences))
    lags = min(overlapping - 1, count - 1)
    size = max(float(np.abs(differences).max()), TINY)
    moved = (differences - mean) / size  # a share: squares of small or large losses stay what they are
    covariances = [float(np.dot(moved[lag:], moved[: count - lag])) / count for lag in range(lags + 1)]
    weighted, variance = False, covariances[0] + 2 * sum(covariances[1:])
    if variance <= ROUNDING**2 and covariances[0] > ROUNDING**2:
        weighted = True  # Bartlett's weights (Newey and West 1987) never make it negative
        variance = covariances[0] + 2 * sum((1 - at / (lags + 1)) * each for at, each in enumerate(covariances) if at)
    h = lags + 1
    corrected = (count + 1 - 2 * h + h * (h - 1) / count) / count
    if variance <= ROUNDING**2 or corrected <= 0 or count < 2:  # noqa: PLR2004 - one has no variance
        return DieboldMariano(mean, math.nan, math.nan, count, lags, weighted)
    statistic = mean / size / math.sqrt(variance / count) * math.sqrt(corrected)
    return DieboldMariano(mean, statistic, outside_of(abs(statistic), count - 1), count, lags, weighted)


@dataclass(frozen=True)
class Compared:
    """The best two models of a backtest, compared.

    Attributes
    ----------
    first, second : str
        The best and the next best.
    metric : str
        By which they are ranked.
    loss : str
        ``absolute``, ``squared`` or ``quantiles``: the loss whose means over the horizon are compared at each cutoff.
        Of many series ``of_series``: what ranks the models, as its mean over the series at each cutoff.
    test : DieboldMariano, optional
        None where there are too few cutoffs.
    sentences : Sentences
        What it says, in plain words.
    """

    first: str
    second: str
    metric: str
    loss: str
    test: DieboldMariano | None
    sentences: Sentences

    def __str__(self) -> str:
        return str(self.sentences)


def compare(forecasts: Forecasts, scores: Scores) -> Compared | None:
    """Compare the best two models of one series; None where there are no two."""
    if len(scores.ranking) < 2:  # noqa: PLR2004 - two are compared
        return None
    outcomes = outcomes_of(forecasts, scores.season)
    loss = {"rmse": SQUARED, "crps": OF_QUANTILES}.get(scores.metric, ABSOLUTE)
    each = [_losses(outcomes[name], loss) for name in scores.ranking[:2]]
    return _compared(forecasts, scores, loss, each[0] - each[1])


def compare_many(forecasts: Backtested, scores: Scores) -> Compared | None:
    """Compare the best two models of many series, by the mean over the series at each cutoff of what ranks them."""
    if len(scores.ranking) < 2:  # noqa: PLR2004 - as above
        return None
    first, second = scores.ranking[:2]
    rows = [rows[scores.metric] for rows in scores.by_cutoff]
    return _compared(forecasts, scores, OF_SERIES, np.array([row[first] - row[second] for row in rows]))


def _compared(forecasts: Backtested, scores: Scores, loss: str, differences: NDArray[np.float64]) -> Compared:
    """Return the best two models with a test of their losses, whose differences at each cutoff may be unknown (NaN)."""
    metric = scores.metric
    first, second = scores.ranking[:2]
    differences = differences[np.isfinite(differences)]
    cutoffs = forecasts.cutoffs
    apart = int(np.diff(cutoffs.seen).min()) if len(cutoffs.seen) > 1 else cutoffs.ahead
    overlapping = -(-cutoffs.ahead // apart)
    told = {
        "first": rung_message(first),
        "second": rung_message(second),
        "metric": Message(f"backtest.metric.{metric}"),
        "count": len(differences),
        "ahead": ahead_message(cutoffs.ahead, forecasts.frequency),
        **words_of(forecasts.frequency),
    }
    head = order_message(scores)
    assert head is not None  # noqa: S101 - there are two
    least = max(LEAST_CUTOFFS, 2 * overlapping)
    if len(differences) < least:
        few = Message("backtest.too_few", told | {"least": least})
        return Compared(first, second, metric, loss, None, Sentences((head, few)))
    test = diebold_mariano(differences, overlapping)
    return Compared(first, second, metric, loss, test, Sentences((head, *_sentences(test, loss, told))))


def order_message(scores: Scores) -> Message | None:
    """Return which models are best and next best; None where there are no two."""
    metric, order = scores.metric, scores.ranking[:2]
    if len(order) < 2:  # noqa: PLR2004 - two are compared
        return None
    values = [scores.overall[metric][name] for name in order]
    best, following = map(figures, values)
    told = {
        "first": rung_message(order[0]),
        "second": rung_message(order[1]),
        "metric": Message(f"backtest.metric.{metric}"),
        "best": best,
        "next": following,
    }
    return Message("backtest.level" if values[0] == values[1] or best == following else "backtest.best_two", told)


def _losses(outcome: Outcome, loss: str) -> NDArray[np.float64]:
    """Return the mean loss over the horizon at each cutoff, NaN where nothing was observed."""
    with np.errstate(over="ignore", invalid="ignore"):  # what is beyond a float is left out
        return _losses_of_known(outcome, loss)


def _losses_of_known(outcome: Outcome, loss: str) -> NDArray[np.float64]:
    if loss == OF_QUANTILES:
        pairs = sorted(pinball_losses(outcome), key=lambda pair: pair[0])
        weights = weights_of([q for q, _ in pairs])
        every = 2 * sum(weight * one for weight, (_, one) in zip(weights, pairs, strict=True))
    else:
        every = np.abs(outcome.mean - outcome.actual) ** (2 if loss == SQUARED else 1)
    known = np.isfinite(outcome.actual)
    counts = known.sum(axis=1)
    sums = np.where(known, every, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _sentences(test: DieboldMariano, loss: str, told: Mapping[str, object]) -> Sequence[Message]:
    how = Message(
        ("backtest.how_apart", "backtest.how_one")[test.lags] if test.lags <= 1 else "backtest.how",
        {
            **told,
            "loss": Message(f"backtest.loss.{loss}", {"metric": told["metric"]}),
            "lags": test.lags,
            "freedom": test.count - 1,
        },
    )
    weights = [Message("backtest.weighted")] if test.weighted else []
    if not math.isfinite(test.probability):
        return [Message("backtest.same" if test.mean == 0 else "backtest.constant", told), how]
    chance = {"percent": _percent(test.probability), "statistic": f"{test.statistic:.2f}".replace("-", "−")}
    key = "backtest.chance" if test.probability >= CHANCE else "backtest.hardly_chance"
    return [Message(key, {**told, **chance}), how, *weights]


def _percent(probability: float) -> str:
    percent = 100 * probability
    return f"{percent:.0f}" if percent >= 10 else f"{percent:.1f}" if percent >= 0.1 else "0.1"  # noqa: PLR2004


def figures(value: float) -> str:
    """Return a number with four figures, or more where it is large."""
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004
