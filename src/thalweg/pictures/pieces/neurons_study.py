"""The neurons of a fitted network over one chosen input: what each adds, where it turns, which are dead (N5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features import days_needed, inputs, past_of
from thalweg.forecast.ladder import Rung, suited
from thalweg.forecast.model import Model
from thalweg.learn.hidden_units import TURNS_AT, contributions
from thalweg.messages import Argument
from thalweg.pictures.shared.example import network_of
from thalweg.pictures.shared.fitted_rung import fitted
from thalweg.pictures.shared.source import as_it_is, days_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.pictures.pieces.options import NeuronsOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series

ACTIVATIONS = tuple(name for name, turns in TURNS_AT.items() if turns)
MOST_NEURONS = 1000


@dataclass(frozen=True, eq=False)
class NeuronsStudy:
    """A network over one of its inputs, the others held.

    Where the rung sees values as logarithms less a level (`logarithm`), `each`, `bias` and `total` are logarithms: of
    how many times the level the estimate is; all else is in the user's units, at the held level.

    Attributes
    ----------
    series : Series
    rung : Rung
    network : Network
    saved : bool
        Whether the network comes out of a saved model.
    number : int
        Which past day moves: 1 is the day before the one estimated.
    hold : str
        ``mean`` or ``last``: where the others are held.
    logarithm : bool
    x : ndarray, shape (count,)
        What came on that day, in the user's units.
    each : ndarray, shape (neurons, count)
        What each neuron of the last hidden layer adds.
    bias : float
        What stands there without them.
    total : ndarray, shape (count,)
        bias + Σ each.
    estimate : ndarray, shape (count,)
        The network's estimate, in the user's units.
    turns : tuple of ndarray
        Where each neuron turns, in the user's units.
    heights : ndarray, shape (neurons,)
        c of each neuron, in the units of `each`.
    dead, saturated : ndarray of bool, shape (neurons,)
        On all examples, `examples` of them.
    examples : int
    seen, came : ndarray, shape (days,)
        The days as they came: what the chosen day was, and the day estimated.
    """

    series: Series
    rung: Rung
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
    came: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Subject:
    """A fitted network and the rows it is looked at on."""

    series: Series
    rung: Rung
    scale: Scale
    network: Network
    theta: Values
    rows: Examples
    saved: bool


def neurons_study(source: Source, options: NeuronsOptions) -> NeuronsStudy:
    """Take a network apart over one input.

    Parameters
    ----------
    source : Series or Model, optional
        Of a saved model the first network of the first member that has neurons is looked at. With a series the rung
        is fitted on its training days.
    options : NeuronsOptions

    Raises
    ------
    InputError
        If the network has no neurons, or no such input.
    """
    if isinstance(source, Model):
        as_it_is(source, options, ("days_back", "layers", "activation", "loss", "seed"))
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
    of = fitted(series, rung, loss=options.loss, seed=options.seed)
    return _Subject(series, of.rung, of.training_set.scale, of.network, of.theta, of.training_set.examples, saved=False)


def _saved(model: Model) -> _Subject:
    fit, series = network_of(model, "pieces fitted"), model.days
    if not fit.rung.hidden:
        raise InputError("pieces.model_is_a_line", chosen=model.chosen)
    newest = np.arange(days_needed(fit.rung) - 1, len(series))
    rows = inputs(fit.rung, fit.scale, model.calendar, past_of(series, newest), fit.network.widths[-1])
    return _Subject(series, fit.rung, fit.scale, fit.network, fit.thetas[0], rows, saved=True)


def _apart(subject: _Subject, number: int, hold: str) -> NeuronsStudy:
    scale, rows, series = subject.scale, subject.rows, subject.series
    features = np.asarray(rows.gather(), dtype=np.float64)
    held = features[-1] if hold == "last" else features.mean(axis=0)
    level = float(rows.level[-1] if hold == "last" else rows.level.mean())
    parts = contributions(subject.network, subject.theta, features, number - 1, hold=held)
    emphasis = float(rows.window_emphasis[number - 1])

    def told(values: NDArray[np.float64], by: float = 1.0) -> NDArray[np.float64]:
        """Return what the network sees, or makes, in the user's units at the held level."""
        return scale.inverse(values[:, None] / by, np.full(len(values), level))[:, 0]

    # Raw values: the level is the same for all, and belongs to b. Logarithms: what is added is a share of the level.
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
        x=told(parts.grid, emphasis),
        each=parts.each * scale.spread,
        bias=parts.bias * scale.spread + base,
        total=parts.prediction * scale.spread + base,
        estimate=told(parts.prediction),
        turns=tuple(told(turns, emphasis) for turns in parts.turns),
        heights=parts.heights * scale.spread,
        dead=parts.dead,
        saturated=parts.saturated,
        examples=len(rows),
        seen=told(features[known, number - 1], emphasis),
        came=told((came - np.asarray(rows.level)[known]) / scale.spread),
    )
