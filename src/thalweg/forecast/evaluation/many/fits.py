"""A fit of a whole panel at a cutoff, on what was known there; between two fits its model serves newer values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.run import history_of
from thalweg.forecast.levels import level_name
from thalweg.forecast.panel.days_of_fit import check_dates
from thalweg.forecast.panel.known_days import calendars_of
from thalweg.forecast.panel.model import PanelModel
from thalweg.forecast.panel.run import fit_panel
from thalweg.messages import Message
from thalweg.series.panel import Refused, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.kept import Kept
    from thalweg.forecast.panel.options import PanelFitOptions
    from thalweg.forecast.result import RungResult
    from thalweg.forecast.watch import Watcher
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series

OF_NETWORK = 0.8  # of a fit's time, about, is the training of its networks; the rest serves the series


@dataclass(frozen=True, eq=False)
class Made:
    """The forecasts of one model at one cutoff.

    Attributes
    ----------
    mean : ndarray of float64, shape (series, steps)
        Of all series of the panel; NaN of those without a value up to the cutoff, and of those that failed.
    ends : dict
        The name of a level to the lower and upper ends, of the same shape; none where the model makes no intervals.
    failed : dict of int to Message
        Why a series could not be forecast, by its place.
    """

    mean: NDArray[np.float64]
    ends: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
    failed: dict[int, Message]


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a panel at a cutoff.

    Attributes
    ----------
    count : int
        How many series the panel has.
    places : tuple of int
        Of the series that have a value up to the cutoff.
    series : tuple of Series
        These, up to the cutoff: copies, from which nothing leads further.
    """

    count: int
    places: tuple[int, ...]
    series: tuple[Series, ...]

    def of_panel(self, panel: Panel) -> Panel:
        """Return what is known as a panel, with the names and columns of the whole."""
        at = np.array(self.places)
        here = set(self.places)
        # Events may be of a series that has not begun; it is named, so that these are no mistake.
        absent = [name for place, name in enumerate(panel.names) if place not in here]
        return joined(
            self.series,
            [panel.names[place] for place in self.places],
            keys={name: tuple(values[place] for place in self.places) for name, values in panel.keys.items()},
            static={name: values[at] for name, values in panel.static.items()},
            refused=tuple(Refused(name, Message("backtest.many.not_yet")) for name in absent),
            reading=panel.reading,
        )

    def made(
        self,
        mean: NDArray[np.float64],
        ends: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
        gap: int,
        failed: dict[int, Message],
    ) -> Made:
        """Return forecasts of the series that are known as those of all, without their first steps."""
        return Made(
            self._of_all(mean[:, gap:]),
            {level: (self._of_all(low[:, gap:]), self._of_all(high[:, gap:])) for level, (low, high) in ends.items()},
            failed,
        )

    def _of_all(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return rows of the series that are known as rows of all series; NaN of the others."""
        made = np.full((self.count, *values.shape[1:]), np.nan)
        made[list(self.places)] = values
        return made


def known_at(panel: Panel, begins: NDArray[np.int64], seen: int, input_size: int | None) -> Known:
    """Return what is known of a panel at a cutoff.

    Parameters
    ----------
    panel : Panel
    begins : ndarray of int64, shape (series,)
        How many steps after the first date of the panel each begins.
    seen : int
        How many dates of the panel are known.
    input_size : int, optional
        The most values of each series that are known.
    """
    places: list[int] = []
    series: list[Series] = []
    for place, (one, begin) in enumerate(zip(panel.series, begins.tolist(), strict=True)):
        count = min(seen - begin, len(one))
        first = 0 if input_size is None else max(count - input_size, 0)
        if count > 0 and one.observed[first:count].any():
            places.append(place)
            series.append(history_of(one, count, input_size))
    return Known(len(panel), tuple(places), tuple(series))


def fitted_and_served(
    panel: Panel, block: Sequence[Known], options: PanelFitOptions, gap: int, kept: Kept | None, watcher: Watcher
) -> list[Made]:
    """Fit a panel at the first of some cutoffs, and forecast at each of them.

    Parameters
    ----------
    panel : Panel
    block : sequence of Known
        What is known at each cutoff, rising.
    options : PanelFitOptions
        Its horizon reaches from the cutoff to the last step that is forecast.
    gap : int
        The first so many steps are left out.
    kept : Kept, optional
        Where what is done of the fit is kept.
    watcher : Watcher
        Is told the progress of the fit, as a share of one.
    """
    progress = _OfOneFit(watcher)
    known = block[0].of_panel(panel)
    if options.events is not None and _none_falls_on(known, options):
        options = replace(options, events=None)  # those that are known come later
    findings = fit_panel(known, replace(options, watcher=progress), kept)
    progress.end()
    levels = {level_name(level): findings.plan.levels.index(level) for level in options.asked.levels}

    def made(known: Known, served: _Arrays, failed: dict[int, Message]) -> Made:
        ends = {name: (served.low[..., at], served.high[..., at]) for name, at in levels.items()}
        return known.made(served.mean, ends, gap, failed)

    served, fitted = findings.served, findings.panel
    why = {fitted.names[at]: reason for at, reason in findings.failed.items()}
    why |= {each.name: each.why for each in fitted.refused}  # those whose known columns end too early, say
    arrays = _Arrays(served.forecast, served.low, served.high)
    result = [made(block[0], *_in_order(block[0], panel, fitted.names, arrays, why))]
    if len(block) > 1:
        model = PanelModel.of(findings, options.asked)
        for known in block[1:]:
            forecast = model.forecast(known.of_panel(panel), keep_last=True)
            arrays = _Arrays(forecast.mean, forecast.low, forecast.high)
            why = {each.name: each.why for each in forecast.refused}
            result.append(made(known, *_in_order(known, panel, forecast.names, arrays, why)))
    return result


def _in_order(
    known: Known, panel: Panel, names: Sequence[str], arrays: _Arrays, why: Mapping[str, Message]
) -> tuple[_Arrays, dict[int, Message]]:
    """Return forecasts of named series in the order of those that are known, NaN of others, and why these failed."""
    rows = {name: at for at, name in enumerate(names)}
    at = np.array([rows.get(panel.names[place], -1) for place in known.places])

    def of_known(values: NDArray[np.float64]) -> NDArray[np.float64]:
        there = (at >= 0).reshape(-1, *[1] * (values.ndim - 1))
        return np.where(there, values[at], np.nan)

    failed = {place: why[panel.names[place]] for place in known.places if panel.names[place] in why}
    return _Arrays(*map(of_known, arrays)), failed


def _none_falls_on(known: Panel, options: PanelFitOptions) -> bool:
    """Whether no event falls on the dates of a panel or on those that are forecast."""
    try:
        check_dates(known, calendars_of(known, "", options.events)[0], options.horizon or 0)
    except InputError:
        return True
    return False


class _Arrays(NamedTuple):
    """Forecasts of the series that are known at a cutoff, shape (series, steps), and intervals with an axis more."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class _OfOneFit:
    """A watcher of a fit, which tells another one how much of the whole fit is done."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._done, self._one = 0.0, 0.0

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage: the networks, or the series that they serve."""
        share = {"global": OF_NETWORK, "series": 1 - OF_NETWORK}.get(name, 0.0)
        self._one = share / total if total else 0.0

    def advance(self, count: float = 1) -> None:
        """Count what is done of the stage."""
        told = min(count * self._one, 1 - self._done)
        self._done += told
        self._watcher.advance(told)

    def rung(self, line: RungResult) -> None:
        """Tell nothing: a fit of many series has no rungs."""

    def end(self) -> None:
        """Count what is left."""
        self._watcher.advance(1 - self._done)
        self._done = 1.0
