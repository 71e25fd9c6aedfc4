"""Lines and networks: what is set of them, and the predictor that comes of it."""

from __future__ import annotations

import functools
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.predictors.base import Fitting, RungPredictor
from thalweg.forecast.rung import Hyperparameters
from thalweg.forecast.training import TrainingSet, descend
from thalweg.learn.prediction import Predictor as Outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data
    from thalweg.forecast.features.past import Past
    from thalweg.forecast.features.sets import Bounds, FeatureSet
    from thalweg.forecast.training import Descended
    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.series.calendar import Calendar
    from thalweg.series.scale import Scale


STEPS_AT_ONCE = 32  # of a shared network, so that memory does not grow with the horizon


@dataclass(frozen=True)
class Rung(Hyperparameters):
    """A line or a network of the ladder."""

    def fitting(self, data: Data, upto: tuple[int, ...], steps: int, *, again: bool = False) -> Fitting:
        """Make the training set; its descents are those of the rung's networks."""
        training_set = TrainingSet(self, data, upto, steps, again, np.float32)

        def predictor(descents: Sequence[Descended]) -> NetworkPredictor:
            return network_predictor(training_set, np.stack([one.theta for one in descents]))

        return Fitting(functools.partial(descend, training_set), predictor, training_set.nbytes)


@dataclass(frozen=True, eq=False)
class NetworkPredictor(RungPredictor):
    """The mean of a rung's networks.

    Attributes
    ----------
    rung : Hyperparameters
    calendar : Calendar
    scales : tuple of Scale
        One for each series of the panel that it was fitted on.
    network : Network
        Its outputs are predictions for 1, 2, 3, … steps ahead; the single one of a shared network is for the step that
        it is asked for.
    thetas : ndarray of float32, shape (seeds, unknowns)
    bounds : tuple of ndarray of float64, optional
        As of `thalweg.forecast.features.sets.FeatureSet`; none but for networks that are shared over the steps.
    """

    rung: Hyperparameters
    calendar: Calendar
    scales: tuple[Scale, ...]
    network: Network
    thetas: Values
    bounds: Bounds | None = None

    @functools.cached_property
    def features(self) -> FeatureSet:
        """What the networks see; asked for at each step that is fed back."""
        return replace(self.rung.features(self.calendar), bounds=self.bounds)

    @property
    def scale(self) -> Scale:
        """The scale, where there is only one series."""
        (scale,) = self.scales
        return scale

    @property
    def reach(self) -> float:
        """The number of outputs; any step for networks that are shared over the steps."""
        return np.inf if self.rung.shared else self.network.widths[-1]

    @property
    def needed(self) -> int:
        """How many past steps a row must have."""
        return self.features.needed

    @property
    def seen(self) -> int:
        """From how many past steps all features can be computed."""
        return self.features.seen

    @property
    def parameters(self) -> int:
        """The unknowns of one network."""
        return self.network.size

    def with_calendar(self, calendar: Calendar) -> NetworkPredictor:
        """Return the same networks, which know another calendar with the same columns."""
        return replace(self, calendar=calendar)

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the mean of the networks' predictions."""
        if not self.rung.shared:
            return self._answers(past, None)[:, :steps]
        made = np.empty((len(past), steps))
        for first in range(0, steps, STEPS_AT_ONCE):
            ahead = np.arange(first + 1, min(first + STEPS_AT_ONCE, steps) + 1)
            rows = past.rows(np.repeat(np.arange(len(past)), len(ahead)))
            answers = self._answers(rows, np.tile(ahead, len(past)))
            made[:, ahead - 1] = answers.reshape(len(past), len(ahead))
        return made

    def _answers(self, past: Past, ahead: NDArray[np.int64] | None) -> NDArray[np.float64]:
        """Return the mean of the networks' outputs in the user's units, shape (rows, outputs)."""
        scale = self.scales[past.place]
        rows = self.features.rows(past, scale, self.network.widths[-1], ahead=ahead)
        outputs = Outputs(self.network, rows, np.float32)
        baseline = self.features.baseline(rows)
        return np.mean([scale.inverse(outputs(theta) + baseline, rows.level) for theta in self.thetas], axis=0)

    def described(self) -> tuple[dict[str, Any], Values]:
        """Return rung, scale, widths and the bounds of features, and the unknowns."""
        described: dict[str, Any] = {
            "rung": asdict(self.rung),
            "scale": asdict(self.scale),
            "widths": list(self.network.widths),
        }
        if self.bounds is not None:
            described["bounds"] = [[x if math.isfinite(x) else None for x in each.tolist()] for each in self.bounds]
        return described, np.asarray(self.thetas, dtype=np.float32)


def network_predictor(training_set: TrainingSet, thetas: Values) -> NetworkPredictor:
    """Return the predictor of a training set's networks; `thetas` has shape (seeds, unknowns)."""
    return NetworkPredictor(
        training_set.rung,
        training_set.data.calendar,
        training_set.scales,
        training_set.network,
        thetas,
        training_set.features.bounds,
    )
