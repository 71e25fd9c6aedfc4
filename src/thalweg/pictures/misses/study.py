"""The unseen days missed most, holidays near them, and what the calendar rungs make of the same days (U5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import YEARS, Rung, suited
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.pictures.shared.fitted_rung import FittedRung, fitted
from thalweg.pictures.shared.source import country_of, days_of
from thalweg.series.calendar import nearest_holiday
from thalweg.series.sample import sample
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.misses.options import MissesOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

SIMULATED_DAYS = 2300  # so that a lunar new year falls into the unseen half year


@dataclass(frozen=True, eq=False)
class MissesStudy:
    """Days missed most by a rung that knows no calendar.

    Attributes
    ----------
    plain : Fitted
        The rung that knows past days alone.
    calendars : tuple of Fitted
        The same shape with the week, and with the year where there are two years to learn it from.
    stranger : Fitted or None
        The last of them once more, but knowing no holiday of the country; None without a country.
    country : str
        The code of the country whose holidays are known, or ``""``.
    unseen : ndarray of int64, shape (unseen days,)
        Numbers of the unseen days that have a value.
    missed : ndarray of int64, shape (count,)
        Numbers of the days that `plain` missed most, the worst first.
    holidays : tuple of str, one per missed day
        The holiday on or near it, in English, or ``""``.
    share_near : float
        Share of all unseen days that lie on or near a holiday in the same way.
    own : bool
        Whether no series was given: the channel is then simulated for `SIMULATED_DAYS`, longer than elsewhere.
    """

    plain: FittedRung
    calendars: tuple[FittedRung, ...]
    stranger: FittedRung | None
    country: str
    unseen: NDArray[np.int64]
    missed: NDArray[np.int64]
    holidays: tuple[str, ...]
    share_near: float
    own: bool

    @property
    def series(self) -> Series:
        """The days."""
        return self.plain.series

    @property
    def rungs(self) -> tuple[FittedRung, ...]:
        """The plain rung, then the calendar rungs."""
        return (self.plain, *self.calendars)

    @property
    def best(self) -> FittedRung:
        """The calendar rung that is best on all unseen days."""
        return min(self.calendars, key=lambda rung: self.loss(rung, self.unseen))

    @property
    def named(self) -> NDArray[np.int64]:
        """The missed days that have a holiday near."""
        return self.missed[np.array([bool(name) for name in self.holidays], dtype=bool)]

    def miss(self, rung: FittedRung, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the absolute error of a rung on each of some days."""
        return np.abs(rung.estimates[days] - self.series.values[days])

    def loss(self, rung: FittedRung, days: NDArray[np.int64]) -> float:
        """Return L of a rung over some days."""
        return mean_loss(LOSSES[rung.training_set.loss], rung.estimates[days], self.series.values[days])


def misses_study(source: Source, options: MissesOptions, watcher: Watcher) -> MissesStudy:
    """Find the unseen days that a rung missed most, and put them to rungs that know the calendar.

    Without a source the simulated channel is taken, with the holidays of its country.

    Parameters
    ----------
    source : Series, optional
    options : MissesOptions
    watcher : Watcher
        Told of the progress.

    Raises
    ------
    InputError
        If the days are too few.
    """
    series = sample(SIMULATED_DAYS) if source is None else days_of(source, "misses")
    code = country_of(source, options.country)
    years = split_by_date(series).train >= YEARS
    known = ("week", "year") if years else ("week",)
    watcher.stage("fit", 1 + len(known) + bool(code))

    def fit(known: str, of: str) -> FittedRung:
        rung = suited(Rung(options.days_back, hidden=options.layers, known=known))
        made = fitted(series, rung, loss=options.loss, country=of, seed=options.seed)
        watcher.advance()
        return made

    plain = fit("", code)
    calendars = tuple(fit(each, code) for each in known)
    stranger = fit(known[-1], "") if code else None
    unseen = np.arange(plain.split.train, plain.sealed)
    unseen = unseen[series.observed[unseen] & np.isfinite(plain.estimates[unseen])]
    miss = np.abs(plain.estimates[unseen] - series.values[unseen])
    missed = unseen[np.argsort(-miss, kind="stable")[: options.count]]
    near = _near(series, unseen, code)
    return MissesStudy(
        plain,
        calendars,
        stranger,
        code,
        unseen,
        missed,
        _near(series, missed, code),
        float(np.mean([bool(name) for name in near])),
        own=source is None,
    )


def _near(series: Series, days: Sequence[int] | NDArray[np.int64], country: str) -> tuple[str, ...]:
    return tuple(nearest_holiday(series.dates[day], country) for day in days)
