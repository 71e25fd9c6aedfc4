"""The unseen days missed most, holidays near them, and what the calendar rungs make of the same days (U5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import YEARS, Rung, suited
from thalweg.forecast.study.fitted import Fitted, fitted, layers_of
from thalweg.forecast.study.source import MOST_BACK, country_of, days_of, whole_number
from thalweg.forecast.watch import Silence
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.series.calendar import nearest_holiday
from thalweg.series.sample import sample
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.study.source import Source
    from thalweg.forecast.watch import Watcher
    from thalweg.series.series import Series

MOST = 40
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

    plain: Fitted
    calendars: tuple[Fitted, ...]
    stranger: Fitted | None
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
    def rungs(self) -> tuple[Fitted, ...]:
        """The plain rung, then the calendar rungs."""
        return (self.plain, *self.calendars)

    @property
    def best(self) -> Fitted:
        """The calendar rung that is best on all unseen days."""
        return min(self.calendars, key=lambda rung: self.loss(rung, self.unseen))

    @property
    def named(self) -> NDArray[np.int64]:
        """The missed days that have a holiday near."""
        return self.missed[np.array([bool(name) for name in self.holidays], dtype=bool)]

    def miss(self, rung: Fitted, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the absolute error of a rung on each of some days."""
        return np.abs(rung.estimates[days] - self.series.values[days])

    def loss(self, rung: Fitted, days: NDArray[np.int64]) -> float:
        """Return L of a rung over some days."""
        return mean_loss(LOSSES[rung.problem.loss], rung.estimates[days], self.series.values[days])


def misses_study(
    source: Source = None,
    *,
    country: str = "",
    count: int = 10,
    days_back: int = 28,
    layers: str = "100",
    loss: str = "mae",
    seed: int = 0,
    watcher: Watcher | None = None,
) -> MissesStudy:
    """Find the unseen days that a rung missed most, and put them to rungs that know the calendar.

    Parameters
    ----------
    source : Series, optional
    country : str
        Whose holidays are named and known; for the simulated channel that of Taiwan where nothing is said.
    count : int
        How many days.
    days_back, layers, loss, seed
        The rung.
    watcher : Watcher, optional

    Raises
    ------
    InputError
        If an option is out of its range, the country is unknown, or the days are too few.
    """
    series = sample(SIMULATED_DAYS) if source is None else days_of(source, "misses")
    whole_number("count", count, 1, MOST)
    whole_number("days-back", days_back, 1, MOST_BACK)
    hidden = layers_of(layers)
    code = country_of(source, country)
    years = split_by_date(series).train >= YEARS
    known = ("week", "year") if years else ("week",)
    watcher = watcher or Silence()
    watcher.stage("fit", 1 + len(known) + bool(code))

    def fit(known: str, of: str) -> Fitted:
        made = fitted(series, suited(Rung(days_back, hidden=hidden, known=known)), loss=loss, country=of, seed=seed)
        watcher.advance()
        return made

    plain = fit("", code)
    calendars = tuple(fit(each, code) for each in known)
    stranger = fit(known[-1], "") if code else None
    unseen = np.arange(plain.split.train, plain.sealed)
    unseen = unseen[series.observed[unseen] & np.isfinite(plain.estimates[unseen])]
    miss = np.abs(plain.estimates[unseen] - series.values[unseen])
    missed = unseen[np.argsort(-miss, kind="stable")[:count]]
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
