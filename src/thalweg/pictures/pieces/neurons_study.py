"""The neurons of a fitted network over one chosen input: each one's part, where it turns, which are dead (N5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import suited
from thalweg.forecast.model import Model
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.explain.hidden_units import TURNS_AT, contributions
from thalweg.messages import Argument
from thalweg.pictures.shared.example import network_of
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.pictures.shared.source import check_defaults, days_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.rung import Hyperparameters
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.pictures.pieces.options import NeuronsOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series

ACTIVATIONS = tuple(name for name, turns in TURNS_AT.items() if turns)
MOST_NEURONS = 1000


@dataclass(frozen=True, eq=False)
class NeuronsStudy:
    """A network as a function of one of its inputs; the others are held.

    Where the rung sees logarithms minus a level (`logarithm`), `each`, `bias` and `total` are logarithms of the
    ratio of the prediction to the level. All else is in the user's units, at the held level.

    Attributes
    ----------
    series : Series
    rung : Rung
    network : Network
    saved : bool
        Whether the network comes from a saved model.
    number : int
        Which lag varies, in days: 1 is the day before the one predicted.
    hold : str
        ``mean`` or ``last``: the values at which the others are held.
    logarithm : bool
    x : ndarray, shape (count,)
        The value of that day, in the user's units.
    each : ndarray, shape (neurons, count)
        The part of each neuron of the last hidden layer.
    bias : float
        The sum without any neuron.
    total : ndarray, shape (count,)
        bias + Σ each.
    estimate : ndarray, shape (count,)
        The network's prediction, in the user's units.
    turns : tuple of ndarray
        Where each neuron turns, in the user's units.
    heights : ndarray, shape (neurons,)
        c of each neuron, in the units of `each`.
    dead, saturated : ndarray of bool, shape (neurons,)
        Whether the neuron is so on all `examples` examples.
    examples : int
    seen, actual : ndarray, shape (days,)
        The actual values of the chosen day and of the day predicted, in the user's units.
    """

    series: Series
    rung: Hyperparameters
    network: Network
    saved: bool
    number: int
    hold: str
    logarithm: bool
    x: NDArray[np.float64]
    each: NDArray[np.float64]
    bias: float
    total: NDArray[np.float64]
    estimate: NDArray[np.float64]
    turns: tuple[NDArray[np.float64], ...]
    heights: NDArray[np.float64]
    dead: NDArray[np.bool_]
    saturated: NDArray[np.bool_]
    examples: int
    seen: NDArray[np.float64]
    actual: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Subject:
    """A fitted network and the examples that it is examined on."""

    series: Series
    rung: Hyperparameters
    scale: Scale
    network: Network
    theta: Values
    rows: Examples
    saved: bool


def neurons_study(source: Source, options: NeuronsOptions) -> NeuronsStudy:
    """Return the parts of a network's neurons over one input.

    Parameters
    ----------
    source : Series or Model, optional
        Of a saved model it is the first network of the first member with neurons. With a series, a rung is fitted on
        its training days.
    options : NeuronsOptions

    Raises
    ------
    InputError
        If the network has no neurons, or no such input.
    """
    if isinstance(source, Model):
        check_defaults(source, options, ("days_back", "layers", "activation", "loss", "seed"))
        subject = _saved(source)
    else:
        subject = _fitted(source, options)
    if options.input > subject.rung.days_back:
        raise InputError(
            "pieces.input",
            argument=Argument("input", options.input),
            rung=subject.rung.name,
            days=subject.rung.days_back,
        )
    return _apart(subject, options.input, options.hold)


def _fitted(source: Source, options: NeuronsOptions) -> _Subject:
    series = days_of(source, "pieces fitted")
    if not options.layers:
        raise InputError("pieces.no_neurons", argument=Argument("layers", 0))
    if options.layers[-1] > MOST_NEURONS:
        raise InputError("pieces.too_wide", argument=Argument("layers", options.layers), most=MOST_NEURONS)
    rung = suited(Rung(options.days_back, hidden=options.layers, activation=options.activation))
    of = fit_rung(series, rung, loss=options.loss, seed=options.seed)
    return _Subject(series, of.rung, of.training_set.scale, of.network, of.theta, of.training_set.examples, saved=False)


def _saved(model: Model) -> _Subject:
    fit, series = network_of(model, "pieces fitted"), model.days
    if not fit.rung.hidden:
        raise InputError("pieces.model_is_a_line", chosen=model.chosen)
    newest = np.arange(fit.needed - 1, len(series))
    rows = fit.features.rows(past_of(series, newest), fit.scale, fit.network.widths[-1])
    return _Subject(series, fit.rung, fit.scale, fit.network, fit.thetas[0], rows, saved=True)


def _apart(subject: _Subject, number: int, hold: str) -> NeuronsStudy:
    scale, rows, series = subject.scale, subject.rows, subject.series
    features = np.asarray(rows.gather(), dtype=np.float64)
    held = features[-1] if hold == "last" else features.mean(axis=0)
    level = float(rows.level[-1] if hold == "last" else rows.level.mean())
    parts = contributions(subject.network, subject.theta, features, number - 1, hold=held)
    emphasis = float(rows.window_emphasis[number - 1])

    def in_units(values: NDArray[np.float64], by: float = 1.0) -> NDArray[np.float64]:
        """Return values that the network sees or predicts in the user's units, at the held level."""
        return scale.inverse(values[:, None] / by, np.full(len(values), level))[:, 0]

    # The level of raw values is the same for all and belongs to b. With logarithms, a part is a share of the level.
    base = 0.0 if scale.logarithm else level
    days = rows.newest + 1
    known = (days < len(series)) & series.observed[np.minimum(days, len(series) - 1)]
    came = scale.transform(series.values[days[known]])
    return NeuronsStudy(
        series=series,
        rung=subject.rung,
        network=subject.network,
        saved=subject.saved,
        number=number,
        hold=hold,
        logarithm=scale.logarithm,
        x=in_units(parts.grid, emphasis),
        each=parts.each * scale.spread,
        bias=parts.bias * scale.spread + base,
        total=parts.prediction * scale.spread + base,
        estimate=in_units(parts.prediction),
        turns=tuple(in_units(turns, emphasis) for turns in parts.turns),
        heights=parts.heights * scale.spread,
        dead=parts.dead,
        saturated=parts.saturated,
        examples=len(rows),
        seen=in_units(features[known, number - 1], emphasis),
        actual=in_units((came - np.asarray(rows.level)[known]) / scale.spread),
    )
