"""Which values moved the forecast of a series and a date, and by how much: what the panel's predictors listened to.

All is compared with the same base, in which every value is at the level that the network subtracts: the mean of the
last month for days, the last value for months. A copy or a mean is a weighted sum of values. A line adds to the usual
value of the place in the season its weight times the deviation of each lag. The network is attributed by integrated
gradients in its own features; its window tells of single values, its other blocks are told together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.contributions import TOLERANCE, Fact, Why
from thalweg.forecast.features.past import Past
from thalweg.forecast.names import rung_message
from thalweg.forecast.panel.candidates import baselines, lines, predicted
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import Rows, examples_of, scales, seen_blocks
from thalweg.forecast.panel.joining import place_of
from thalweg.forecast.panel.lines import Line
from thalweg.learn.explain.attribution import input_slopes, integrated_gradients
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import date_of_period, iso, steps_after
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.panel.flat import Flat
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.predictors.baselines import Baseline
    from thalweg.series.series import Series

WINDOW = "values"  # the block of features that are single values
LIMITS = "limits"


@dataclass(frozen=True, eq=False)
class PanelWhy:
    """What moved the forecast of one series.

    Attributes
    ----------
    why : Why
        Its facts are of the kinds ``panel_profile``, ``panel_last_season``, ``panel_level`` and ``limits``.
    series : Series
    serves : Message
        What serves this step: an own predictor, the network, or the mean of both.
    level_steps : int
        Over how many of the last steps the level is a mean.
    """

    why: Why
    series: Series
    serves: Message
    level_steps: int


@dataclass(frozen=True, eq=False)
class _Moved:
    """What moved one predictor away from the base, in the user's units.

    Attributes
    ----------
    value, base : float
        Computed in float64. Before it is kept from being negative, the value is the base, all of `back` and all facts.
    back : ndarray of float64, shape (values,)
        What each of the last values moved, the newest first.
    facts : dict
        What blocks of features moved.
    served : float
        The prediction as it is served.
    allowed : float
        The largest remainder.
    parts : int
        Into how many parts a line from the base was cut, at most.
    """

    value: float
    base: float
    back: NDArray[np.float64]
    facts: dict[str, float]
    served: float
    allowed: float = 0.0
    parts: int = 1


def why_of_series(
    model: PanelModel, name: str, date: np.datetime64 | None = None, tolerance: float = TOLERANCE
) -> PanelWhy:
    """Return what moved the forecast of a series.

    Parameters
    ----------
    model : PanelModel
    name : str
        Of the series.
    date : numpy.datetime64, optional
        The date forecast; by default the first after the last. A date of the horizon is forecast from the last value,
        an earlier one from the value before it.
    tolerance : float
        The largest remainder of a network, as a share of the difference or of the largest contribution.

    Raises
    ------
    InputError
        If there is no such series or it cannot be forecast, or there are too few values before the date, or it lies
        beyond the horizon.
    """
    place = place_of(model.panel, name)
    series, plan = model.panel.series[place], model.plan
    choice, _ = model.serving(np.array([place]))
    if not np.isfinite(choice.share).all():
        raise InputError("panel.not_fitted", name=name)
    newest, ahead = _origin(series, plan.horizon, date)
    block = next(at for at, each in enumerate(plan.blocks) if each.start < ahead <= each.stop)
    own, share = _own(model, int(choice.own[0, block])), float(choice.share[0, block])
    if share < 1 and newest + 1 < own.needed:
        raise _no_such_day(series, newest + ahead, own.needed, plan.horizon)
    inputs = plan.final.inputs
    flat, row = flat_of([series], inputs.window), Rows(np.zeros(1, np.int64), np.array([newest]))
    level, _ = scales(flat, row, inputs)
    usual = float(level[0] * flat.units[0] + flat.centres[0])
    made: list[tuple[float, _Moved]] = []
    if share > 0:
        made.append((share, _network_moved(model, flat, row, ahead, tolerance)))
    if share < 1:
        if isinstance(own, Line):
            made.append((1 - share, _line_moved(own, model, flat, row, ahead, usual)))
        else:
            made.append((1 - share, _baseline_moved(own, model, flat, row, ahead, usual)))
    back = np.zeros(newest + 1)
    facts: dict[str, float] = {}
    for weight, each in made:
        back[: len(each.back)] += weight * each.back
        for kind, value in each.facts.items():
            facts[kind] = facts.get(kind, 0.0) + weight * value
        held = float(each.value < 0 and bool(flat.counts[0]))  # no forecast of such a series is below zero
        facts[LIMITS] = facts.get(LIMITS, 0.0) - weight * held * each.value
    used = np.flatnonzero(back)
    kept = max(int(used[-1]) + 1 if len(used) else 1, min(plan.frequency.season, newest + 1))
    why = Why(
        date=steps_after(plan.frequency, series.start, newest + ahead),
        ahead=ahead,
        prediction=sum(weight * each.value for weight, each in made) + facts[LIMITS],
        base=sum(weight * each.base for weight, each in made),
        usual=usual,
        dates=series.dates[newest + 1 - kept : newest + 1],
        values=series.values[newest + 1 - kept : newest + 1],
        contributions=back[:kept][::-1],
        facts=tuple(
            Fact(LIMITS if kind == LIMITS else f"panel_{kind}", "", value) for kind, value in facts.items() if value
        ),
        allowed=sum(weight * each.allowed for weight, each in made),
        parts=max(each.parts for _, each in made),
        whole=share == 0 or newest + 1 >= inputs.window,
        served=sum(weight * each.served for weight, each in made),
    )
    return PanelWhy(why, series, _serving(own.name, share), min(inputs.level, newest + 1))


def _own(model: PanelModel, which: int) -> Baseline | Line:
    frequency = model.plan.frequency
    return (*baselines(frequency), *lines(frequency))[which]


def _serving(name: str, share: float) -> Message:
    if share == 1:
        return Message("panel.serves.network")
    rung = rung_message(name)
    return Message("panel.serves.mean", {"rung": rung}) if share > 0 else Message("panel.serves.all", {"what": rung})


def _origin(series: Series, horizon: int, date: np.datetime64 | None) -> tuple[int, int]:
    """Return the place of the newest value known, and how many steps ahead of it the date lies."""
    wanted = series.after(1) if date is None else date_of_period(series.frequency, series.start, date)
    place = series.place(wanted)
    if not 1 <= place < len(series) + horizon or steps_after(series.frequency, series.start, place) != wanted:
        raise _no_such_day(series, place, 1, horizon, wanted)
    newest = min(place, len(series)) - 1
    return newest, place - newest


def _no_such_day(
    series: Series, place: int, needed: int, horizon: int, wanted: np.datetime64 | None = None
) -> InputError:
    wanted = steps_after(series.frequency, series.start, place) if wanted is None else wanted
    first = steps_after(series.frequency, series.start, needed)
    known = {"days": len(series), "first_known": iso(series.start), "last_known": iso(series.after(0))}
    told = {"argument": Argument("day", iso(wanted)), "first": iso(first), "last": iso(series.after(horizon))}
    return InputError("contributions.day", **told, **known, **words_of(series.frequency))


def _baseline_moved(own: Baseline, model: PanelModel, flat: Flat, row: Rows, ahead: int, usual: float) -> _Moved:
    """Return what each value moved a weighted sum of values; the weights are what it makes of single ones."""
    plan, newest = model.plan, int(flat.starts[0] + row.newest[0])
    seen = own.needed
    rows = np.arange(1, seen + 1)
    ones = Past(
        np.eye(seen).ravel(), rows * seen - 1, np.empty(0, "datetime64[D]"), np.full(seen, seen), plan.frequency, None
    )
    weights = own.direct(ones, ahead)[::-1, ahead - 1]  # the newest first
    back = weights * (flat.values[newest - np.arange(seen)] - usual)
    base = usual * float(weights.sum())
    served = float(predicted(own, flat, row, plan.horizon, plan.frequency)[0, ahead - 1])
    return _Moved(base + float(back.sum()), base, back, {}, served)


def _line_moved(own: Line, model: PanelModel, flat: Flat, row: Rows, ahead: int, usual: float) -> _Moved:
    """Return what each lag moved a line: its weight times how far it lies from the usual value of its place."""
    plan = model.plan
    fitted = own.fit(flat, 0, int(flat.lengths[0]), plan.horizon)
    assert fitted is not None  # noqa: S101 - a line that cannot be fitted was not chosen
    at, unit = flat.starts[row.series] + row.newest, float(flat.units[0])
    places = own.usual(flat, at)
    back = own.seen(flat, at, places)[0] * fitted[:, ahead - 1] * unit
    profile = float(places[0, (ahead - 1) % own.season]) * unit + float(flat.centres[0]) - usual
    served = float(own.predict(flat, row, {0: fitted}, plan.horizon)[0, ahead - 1])
    return _Moved(usual + profile + float(back.sum()), usual, back, {"profile": profile}, served)


def _network_moved(model: PanelModel, flat: Flat, row: Rows, ahead: int, tolerance: float) -> _Moved:
    """Return what moved the network: each value of its window, and its other blocks."""
    final = model.plan.final
    scaled = examples_of(flat, row, final.inputs, final.steps)
    features = scaled.examples.gather()[0]
    blocks = seen_blocks(final.inputs, final.steps)
    level = features.copy()
    for block in blocks.values():
        level[block] = 0
    found = [
        integrated_gradients(
            partial(input_slopes, final.network, theta, output=ahead - 1), features, level, tolerance=tolerance
        )
        for theta in final.thetas
    ]
    unit = float(scaled.spread[0] * flat.units[0])
    usual = float(scaled.level[0] * flat.units[0] + flat.centres[0])
    moved = unit * np.mean([each.contributions for each in found], axis=0)
    back = moved[blocks[WINDOW]]
    known = int(row.newest[0]) + 1
    if known < len(back):  # before its first value the network sees that value
        back = np.append(back[: known - 1], back[known - 1 :].sum())
    return _Moved(
        value=usual + unit * float(np.mean([each.value for each in found])),
        base=usual + unit * float(np.mean([each.base for each in found])),
        back=back,
        facts={name: float(moved[block].sum()) for name, block in blocks.items() if name != WINDOW},
        served=float(final.predict(flat, row)[0, ahead - 1]),
        allowed=unit * float(np.mean([each.allowed for each in found])),
        parts=max(each.parts for each in found),
    )
