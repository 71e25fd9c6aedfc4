"""The validation days with the largest errors, holidays near them, and the same days for calendar rungs (U5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.pictures.shared.fitted_rung import FittedRung, fit_rung
from thalweg.pictures.shared.source import country_of, days_of
from thalweg.series.holidays import nearest_holiday
from thalweg.series.sample import sample
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.misses.options import MissesOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

SIMULATED_DAYS = 2300  # so that a lunar new year falls among the validation days


@dataclass(frozen=True, eq=False)
class MissesStudy:
    """The days with the largest errors of a rung without a calendar.

    Attributes
    ----------
    plain : FittedRung
        The rung with past days as its only features.
    calendars : tuple of FittedRung
        The same shape with the week, and also with the year where there are two years of training days.
    stranger : FittedRung or None
        The last of them fitted again without the country's holidays; None without a country.
    country : str
        The code of the country whose holidays are known, or ``""``.
    unseen : ndarray of int64, shape (unseen days,)
        Indices of the validation days that have a value.
    missed : ndarray of int64, shape (count,)
        Indices of the days with the largest errors of `plain`, the worst first.
    holidays : tuple of str, one per missed day
        The holiday on or near it, in English, or ``""``.
    share_near : float
        Share of all validation days that lie on or near a holiday in the same sense.
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
        """The calendar rung with the least loss on all validation days."""
        return min(self.calendars, key=lambda rung: self.loss(rung, self.unseen))

    @property
    def named(self) -> NDArray[np.int64]:
        """The missed days on or near a holiday."""
        return self.missed[np.array([bool(name) for name in self.holidays], dtype=bool)]

    def miss(self, rung: FittedRung, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the absolute error of a rung on each of some days."""
        return np.abs(rung.estimates[days] - self.series.values[days])

    def loss(self, rung: FittedRung, days: NDArray[np.int64]) -> float:
        """Return L of a rung over some days."""
        return mean_loss(LOSSES[rung.training_set.loss], rung.estimates[days], self.series.values[days])


def misses_study(source: Source, options: MissesOptions, watcher: Watcher) -> MissesStudy:
    """Find the validation days with the largest errors of a rung, and compare rungs that know the calendar.

    Without a source the simulated channel is taken, with the holidays of its country.

    Parameters
    ----------
    source : Series, optional
    options : MissesOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the series is too short.
    """
    series = sample(SIMULATED_DAYS) if source is None else days_of(source, "misses")
    code = country_of(source, options.country)
    years = split_by_date(series).train >= series.frequency.two_long_seasons
    known = ("week", "year") if years else ("week",)
    watcher.stage("fit", 1 + len(known) + bool(code))

    def fit(known: str, of: str) -> FittedRung:
        rung = suited(Rung(options.days_back, hidden=options.layers, known=known))
        made = fit_rung(series, rung, loss=options.loss, country=of, seed=options.seed)
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
