"""What moved a forecast of any step ahead, in whichever way the plan predicts it.

A way that answers a step from the past alone is explained by its members, as `members` explains them. A way that is fed
its own predictions is explained along the chain: each prediction is attributed to what the member saw then, past values
and earlier predictions, and an earlier prediction hands its part on to whatever moved it::

    C_k = Σ_i slope_ki · difference_i + Σ_{m<k} slope_km · C_m

The slopes are the mean slopes of step k on the line from its base to its input. The base of a prediction that is fed
back is the prediction from the base. Since ``Σ C_m`` is the difference of that prediction from its base, the parts of
every step add up to its difference. This is the chain rule of multipliers of DeepLIFT (Shrikumar, Greenside, Kundaje
2017), with integrated gradients within each link, as Chen, Lundberg and Lee (2022) carry attributions through a series
of models.

What a limit takes off a prediction is a source of its own (`LIMITS`), and is handed on like the others. So is what the
integration leaves (`REMAINDER`), and what the served numbers differ by, which are computed in float32 (`ROUNDING`).

References
----------
Shrikumar, Greenside, Kundaje: Learning Important Features Through Propagating Activation Differences. ICML 2017,
arXiv:1704.02685.
Chen, Lundberg, Lee: Explaining a series of models by propagating Shapley values. Nature Communications 13, 2022.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.explain.members import attributed
from thalweg.forecast.explain.row import LIMITS, ROUNDING, Moved, Row
from thalweg.forecast.ways import DIRECT, RECURSIVE
from thalweg.series.frequency.dates import steps_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.forecast.interval import Ends
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.predictors.base import RungPredictor
    from thalweg.forecast.predictors.mean import Mean
    from thalweg.forecast.ways import Predictors


def explained(
    predictors: Predictors, plan: Plan, past: Past, row: Row, ahead: NDArray[np.int64], tolerance: float
) -> Moved:
    """Return the served predictions of some steps ahead, their bases, and what each source moved.

    Parameters
    ----------
    predictors : Predictors
        Their limits are those of the series.
    plan : Plan
    past : Past
        Of one row, with all that is known.
    row : Row
        The same, as far back as the predictors look.
    ahead : ndarray of int64, shape (steps,)
        Rising.
    tolerance : float
        See `thalweg.learn.explain.attribution.integrated_gradients`.
    """
    furthest = int(ahead[-1])
    weights = {way: each[ahead - 1] for way, each in plan.weights(furthest).items()}
    reach = {way: int(ahead[np.flatnonzero(each)[-1]]) for way, each in weights.items() if each.any()}
    served = predictors.predict(past, reach)
    ends = predictors.limits[past.place].of_predictions(past, furthest) if predictors.limits else None
    value, base, share = (np.zeros(len(ahead)) for _ in range(3))
    parts = np.zeros((len(ahead), len(row.split)))
    most = 1
    for way, steps in reach.items():
        made = served[way][0]
        at = np.flatnonzero((weights[way] > 0) & np.isfinite(made[ahead - 1]))
        if not len(at):
            continue
        moved = _of_way(predictors, way, _Asked(row, ahead[at], made[:steps], ends, tolerance))
        weight = weights[way][at]
        value[at] += weight * moved.value
        base[at] += weight * moved.base
        parts[at] += weight[:, None] * moved.parts
        share[at] += weight
        most = max(most, moved.parts_of_line)
    return Moved(value / share, base / share, parts / share[:, None], most)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked of a way: steps ahead of a row, its served predictions from the first on, and the limits."""

    row: Row
    ahead: NDArray[np.int64]
    served: NDArray[np.float64] | None
    ends: Ends | None
    tolerance: float

    def first(self, steps: int) -> _Asked:
        """Return what is asked of the first steps alone."""
        return replace(self, ahead=self.ahead[self.ahead <= steps])


def _of_way(predictors: Predictors, way: str, asked: _Asked) -> Moved:
    repeats = predictors.one_step.repeats
    if way == RECURSIVE:
        return _fed(predictors.one_step, replace(asked, ends=None) if repeats else asked)
    if way == DIRECT and predictors.multi_step is not None:
        several = replace(asked, ends=None, served=None)  # its limits count at the end alone
        return _served(_chain(predictors.multi_step, several, int(predictors.multi_step.reach)), asked)
    for shared in predictors.beside:
        if shared.name == way:
            near, horizon = shared.near, asked.row.past.frequency.horizon
            if shared.far is None or np.isfinite(near.reach) or asked.ahead[-1] <= horizon:
                return _fed(near, asked)
            if asked.ahead[0] > horizon:
                return _answered(shared.far, asked)
            later = replace(asked, ahead=asked.ahead[asked.ahead > horizon])
            return _joined(_answered(near, asked.first(horizon)), _answered(shared.far, later))
    baseline = next(one for one in predictors.baselines if one.name == way)
    moved = attributed(baseline, asked.row, asked.ahead, asked.tolerance)
    return _served(moved, replace(asked, ends=None) if repeats else asked)


def _fed(mean: Mean, asked: _Asked) -> Moved:
    """Explain what is fed its own predictions; what answers any step is not fed anything."""
    if np.isfinite(mean.reach):
        return _chain(mean, asked, 1)
    return _answered(mean, asked)


def _answered(mean: Mean, asked: _Asked) -> Moved:
    return _served(_mean(mean, asked.row, asked.ahead, asked.tolerance), asked)


def _joined(one: Moved, other: Moved) -> Moved:
    value, base, parts = (
        np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("value", "base", "parts")
    )
    return Moved(value, base, parts, max(one.parts_of_line, other.parts_of_line))


def _served(moved: Moved, asked: _Asked) -> Moved:
    """Add what limits and rounding make of predictions."""
    at = asked.ahead - 1
    limited = _limited(moved, None if asked.ends is None else (asked.ends.low[0, at], asked.ends.high[0, at]))
    return limited if asked.served is None else _rounded(limited, asked.served[at])


def _limited(moved: Moved, ends: tuple[NDArray[np.float64], NDArray[np.float64]] | None) -> Moved:
    if ends is None:
        return moved
    value = np.clip(moved.value, *ends)
    moved.parts[:, LIMITS] += value - moved.value
    return replace(moved, value=value)


def _rounded(moved: Moved, served: NDArray[np.float64]) -> Moved:
    moved.parts[:, ROUNDING] += served - moved.value
    return replace(moved, value=served)


def _shares(mean: Mean) -> Iterator[tuple[RungPredictor, float]]:
    """Return each member once, and its share of the mean."""
    for member in {id(one): one for one in mean.members}.values():
        yield member, sum(other is member for other in mean.members) / len(mean.members)


def _mean(mean: Mean, row: Row, ahead: NDArray[np.int64], tolerance: float) -> Moved:
    """Explain the mean of several members: the mean of what is said of each."""
    made = [(share, attributed(member, row, ahead, tolerance)) for member, share in _shares(mean)]
    value, base, parts = (
        np.sum([share * getattr(one, name) for share, one in made], axis=0) for name in ("value", "base", "parts")
    )
    return Moved(value, base, parts, max(one.parts_of_line for _, one in made))


def _chain(mean: Mean, asked: _Asked, reach: int) -> Moved:
    """Explain what is fed its own predictions, `reach` steps at a time; limits count before they are fed back."""
    steps, first = int(asked.ahead[-1]), asked.row
    values, base, split = first.values, first.base, first.split
    made: list[Moved] = []
    for step in range(0, steps, reach):
        count = min(reach, steps - step)
        past = replace(
            first.past,
            values=values,
            newest=first.past.newest + step,
            dates=steps_after(first.past.frequency, first.past.dates, step),
            available=first.past.available + step,
            observed=None if first.past.observed is None else np.append(first.past.observed, np.ones(step, np.bool_)),
            fed=step,
        )
        row = Row(past, base, split, first.facts.later(step))
        moved = _mean(mean, row, np.arange(1, count + 1), asked.tolerance)
        span = slice(step, step + count)
        if asked.ends is not None:
            moved = _limited(moved, (asked.ends.low[0, span], asked.ends.high[0, span]))
        if asked.served is not None:
            moved = _rounded(moved, asked.served[span])
        made.append(moved)
        values, base = np.append(values, moved.value), np.append(base, moved.base)
        split = np.concatenate([split, moved.parts.T], axis=1)
    at = asked.ahead - 1
    value, bases, parts = (np.concatenate([getattr(one, name) for one in made]) for name in ("value", "base", "parts"))
    return Moved(value[at], bases[at], parts[at], max(one.parts_of_line for one in made))
