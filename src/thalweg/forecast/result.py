"""The result of a fit, as plain records: the table, the choice, the forecast, the days missed most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.levels import USUAL, Levelled
from thalweg.forecast.paths import MOST_PATHS, USUAL_PATHS
from thalweg.forecast.totals import total_of
from thalweg.messages import Sentences
from thalweg.options import WholeNumber
from thalweg.series.frequency.words import in_words_of
from thalweg.series.split import Split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.levels import Asked, Intervals
    from thalweg.forecast.mostly_zero import Scaled, Scales
    from thalweg.forecast.paths import Ahead, Inside
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.totals import Total
    from thalweg.messages import Message
    from thalweg.series.events import EventTable
    from thalweg.series.level_shifts import LevelShift
    from thalweg.series.outliers import Outliers
    from thalweg.series.series import Series

__all__ = ["AsUsed", "ColumnWorth", "Findings", "Forecast", "Miss", "RungResult", "Split"]

PATHS, SEED = WholeNumber(1, MOST_PATHS), WholeNumber(0)
RATES = ("rate and size", "seasonal share")  # the kinds of rungs of series that are mostly zero


def mean_of_steps(losses: NDArray[np.float64]) -> float:
    """Return the mean loss over steps ahead; a step without a scored day is not counted."""
    return float(losses[np.isfinite(losses)].mean()) if np.isfinite(losses).any() else float("nan")


@dataclass(frozen=True)
class RungResult:
    """One line of the table: a rung fitted on training days, stopped on validation days, one day ahead.

    Attributes
    ----------
    rung : str
        Its name, such as ``copy yesterday``, ``linear 28``, ``3×100 relu 56``, ``mean of 3``.
    kind : str
        ``copy``, ``trend``, ``seasonal mean``, ``rate and size``, ``seasonal share``, ``linear``, ``network`` or
        ``mean``.
    parameters : int
        Number of unknowns that descent found (0 for copying; the sum over members for a mean).
    days_back : int
        Days looked back.
    known : bool
        Whether it uses the calendar, which is known ahead, and values as logarithm minus a level.
    train, validation, test : float
        L on training days, on validation days, and L′ on the sealed test, in the user's units.
    seconds : float
        Its share of the wall-clock time of the search; those of all rungs add up to it.
    seeds : int
        How many networks are averaged (1 for copying).
    epochs : tuple of int
        Epochs found, one per seed (empty for copying and means).
    outcomes : tuple of str
        How each descent ended, one per seed.
    hyperparameters : mapping
        What a person set (O6), such as learning rate, batch size and layers: name to value.
    members : tuple of str
        The rungs that a mean averages.
    scaled : Scaled, optional
        By what it is judged where the series is mostly zero, on validation; None for any other.
    curve : mapping
        ``epoch``, ``train``, ``validation``: L of each watched epoch of the first seed (user's units).
    """

    rung: str
    kind: str
    parameters: int
    days_back: int
    known: bool
    train: float
    validation: float
    test: float
    seconds: float
    seeds: int = 1
    epochs: tuple[int, ...] = ()
    outcomes: tuple[str, ...] = ()
    hyperparameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    members: tuple[str, ...] = ()
    curve: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    scaled: Scaled | None = None

    @property
    def repeats(self) -> bool:
        """Whether it only says again what came before, with a trend or without; a rate is made of the whole past."""
        return not self.parameters and self.kind not in RATES

    @property
    def judged(self) -> float:
        """What the rung is chosen by: the validation loss, or where the series is mostly zero its scaled error."""
        return self.validation if self.scaled is None else self.scaled.judged


@dataclass(frozen=True, eq=False)
class AsUsed(Levelled):
    """The choice as it will be used, over the sealed test: refitted every `refit_days` on all earlier days.

    Attributes
    ----------
    refit_days : int
        Days between refits.
    test : float
        Mean loss over the scored days, in the user's units.
    dates : ndarray of datetime64, shape (scored days,)
    target, prediction : ndarray of float64, shape (scored days,)
        The actual values, and the predictions of the day before.
    intervals : Intervals
        Each calibrated on earlier days only; ``low80`` is the lower end of the 80% interval, and so on.
    coverage : mapping
        Level to the share (0 to 1) of scored days inside the interval.
    """

    refit_days: int
    test: float
    dates: NDArray[np.datetime64]
    target: NDArray[np.float64]
    prediction: NDArray[np.float64]
    intervals: Intervals
    coverage: Mapping[float, float]


@dataclass(frozen=True, eq=False)
class Forecast(Levelled):
    """The forecast of the next days.

    Attributes
    ----------
    dates : ndarray of datetime64, shape (horizon,)
    mean : ndarray of float64, shape (horizon,)
        Predictions in the user's units.
    intervals : Intervals
        Conformal intervals; ``low80`` is the lower end of the 80% interval, and so on.
    notes : tuple of Message
        What was odd in the newer values that it starts from (keys ``note.*``).
    asked : Asked
        The levels and the quantiles to show.
    ahead : Ahead, optional
        What sample paths are made of; models of earlier versions do not hold it.
    inside : tuple of Inside
        How many sums of some lengths fell inside their intervals over the sealed test.
    lengths : tuple of int
        Over how many steps sums are told.
    """

    dates: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    intervals: Intervals
    notes: tuple[Message, ...] = ()
    asked: Asked = USUAL
    ahead: Ahead | None = None
    inside: tuple[Inside, ...] = ()
    lengths: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"<Forecast of {len(self.dates)} days, {self.dates[0]} to {self.dates[-1]}>"

    @property
    def whole(self) -> bool:
        """Whether the ends of the intervals are whole, as those of counts."""
        return self.ahead is not None and self.ahead.whole

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return what was asked for by column: ``date``, ``mean``, ``low80``, …, and quantiles as ``q0.1``, …."""
        return {"date": self.dates, "mean": self.mean} | self.intervals.shown(self.asked)

    def sample(self, paths: int = USUAL_PATHS, seed: int = 0) -> NDArray[np.float64]:
        """Return sample paths: courses that the next steps may take together.

        Each step follows its calibrated intervals, and steps belong together as in the backtest. Of whole numbers that
        are never negative, so are the paths.

        Parameters
        ----------
        paths : int
            How many.
        seed : int
            The same seed gives the same paths.

        Returns
        -------
        ndarray of float64, shape (paths, horizon)

        Raises
        ------
        InputError
            If the model was made by an earlier version and holds no residuals of whole forecasts, or an argument is out
            of its range.
        """
        paths, seed = PATHS.checked("paths", paths), SEED.checked("seed", seed)
        if self.ahead is None:
            raise InputError("model.no_paths")
        return self.ahead.sample(paths, seed)

    def totals(self, steps: int | None = None) -> tuple[Total, ...]:
        """Return sums over the next steps, each with its intervals, from `USUAL_PATHS` sample paths of the seed 0.

        Parameters
        ----------
        steps : int, optional
            The sum of so many steps alone; by default one of a season, of a month and of the whole horizon.

        Returns
        -------
        tuple of Total
            Each with the coverage of such sums over the sealed test, where that was measured. It is empty for a single
            step, and for a model of an earlier version where `steps` is not given.

        Raises
        ------
        InputError
            As of `sample`, or if there are not so many steps.
        """
        if steps is not None:
            each = (WholeNumber(1, len(self.dates)).checked("steps", steps),)
        else:
            each = self.lengths if self.ahead is not None else ()
        if not each:
            return ()
        paths = self.sample()
        known = {one.steps: one for one in self.inside}
        return tuple(
            total_of(self.dates[:count], paths[:, :count], self.asked, known.get(count), whole=self.whole)
            for count in each
        )


class Forecasted(Protocol):
    """What holds a series and its forecast, as `Findings` do."""

    @property
    def series(self) -> Series:
        """The series."""
        ...

    @property
    def forecast(self) -> Forecast:
        """What comes after it."""
        ...


@dataclass(frozen=True)
class Miss:
    """One of the days missed most over the sealed test, as used (U5).

    Attributes
    ----------
    date : numpy.datetime64
    target, prediction : float
        The actual value and the prediction of the day before.
    holiday : str
        The holiday on or near the day (``Christmas Day``, ``the day after Thanksgiving``), or ``""``.
    others : mapping
        Predictions of the same day by the best rung without a calendar and the best rung with one, both fitted on
        training days alone: rung to prediction.
    events : tuple of str
        The events on or near the day, in English, the nearest first.
    """

    date: np.datetime64
    target: float
    prediction: float
    holiday: str = ""
    others: Mapping[str, float] = field(default_factory=dict[str, float])
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnWorth:
    """What one column is worth.

    Attributes
    ----------
    name : str
    known : bool
        Whether its future is known.
    kept : bool
        Whether the forecast uses it.
    step : int
        The step ahead at which it lessens the error most surely; 0 where that could not be measured.
    with_it, without_it : float or None
        The loss there on validation values, in the user's units.
    """

    name: str
    known: bool
    kept: bool
    step: int = 0
    with_it: float | None = None
    without_it: float | None = None


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that a fit found.

    Attributes
    ----------
    series : Series
        The days that were read, with the notes of reading.
    split : Split
    ladder : tuple of RungResult
        In the order in which they were fitted.
    chosen : str
        The name of the rung that serves.
    rests_on : str
        What the choice rests on: ``validation``, the least loss there; where validation cannot tell the rungs apart,
        ``training``, the least loss there of a rung without unknowns; where training cannot either, ``order``, the
        first rung of the ladder.
    loss : str
        ``mae`` or ``mse``: the loss L; ``mse`` where the series is mostly zero, whatever networks are trained on.
    baselines : mapping
        Rung name to loss over the sealed test of ``copy yesterday`` and ``copy last week``.
    as_used : AsUsed
    steps : ndarray of float64, shape (horizon,)
        The loss of each step ahead over the sealed test, refitted as in `as_used`.
    copied : mapping
        Rung name to the same losses of copying, an ndarray of float64, shape (horizon,).
    plan : Plan
        The ways in which each block of steps ahead is predicted.
    forecast : Forecast
    misses : tuple of Miss
        The worst first.
    verdict : tuple of Message
        In plain words (keys ``verdict.*``), the most important first. `print` shows the sentences.
    country : str
        The country whose holidays were used, or ``""``.
    seconds : float
        Wall-clock time of the whole fit.
    settings : mapping
        The options needed to repeat the fit, such as ladder, seed and horizon.
    times : mapping
        The parts of `seconds`, by name: ``compile`` (where the engine was compiled), ``search``, ``open``,
        ``backtest``, ``calibration``, ``final_fit`` and ``summary``; ``last_value`` where that looked unfinished, and
        ``columns`` where some were given.
    events : EventTable or None
        The events that were given.
    events_ahead : tuple of tuple of str
        For each date of the forecast what falls on it, in English: an event, or a day of its window.
    columns : tuple of ColumnWorth
        What each of the user's own columns is worth, and whether the forecast uses it.
    scales : Scales or None
        What rungs are judged by where the series is mostly zero; None for any other.
    zero_line : Scaled or None
        The errors of a line of zeros on validation, likewise.
    shifts : tuple of LevelShift
        The dates from which the series stays higher or lower than before.
    outliers : Outliers or None
        Single values far from those around them; None where none were looked for.
    """

    series: Series
    split: Split
    ladder: tuple[RungResult, ...]
    chosen: str
    rests_on: str
    loss: str
    baselines: Mapping[str, float]
    as_used: AsUsed
    steps: NDArray[np.float64]
    copied: Mapping[str, NDArray[np.float64]]
    plan: Plan
    forecast: Forecast
    misses: tuple[Miss, ...]
    verdict: tuple[Message, ...]
    country: str
    seconds: float
    settings: Mapping[str, Any]
    times: Mapping[str, float] = field(default_factory=dict[str, float])
    events: EventTable | None = None
    events_ahead: tuple[tuple[str, ...], ...] = ()
    columns: tuple[ColumnWorth, ...] = ()
    scales: Scales | None = None
    zero_line: Scaled | None = None
    shifts: tuple[LevelShift, ...] = ()
    outliers: Outliers | None = None

    def __post_init__(self) -> None:
        told = (in_words_of(self.series.frequency, message) for message in self.verdict)
        object.__setattr__(self, "verdict", Sentences(told))

    def __repr__(self) -> str:
        return f"<Findings for {self.series.name!r}: {len(self.ladder)} rungs, chosen {self.chosen!r}>"

    @property
    def served(self) -> float:
        """The mean loss over all steps ahead: what to expect of the forecast."""
        return mean_of_steps(self.steps)

    @property
    def compared(self) -> str:
        """The copying rung to compare with: the best over all steps ahead, other than the choice."""
        others = {name: losses for name, losses in self.copied.items() if name != self.chosen} or self.copied
        return min(others, key=lambda name: mean_of_steps(others[name]))

    @property
    def choice(self) -> RungResult:
        """The chosen rung's line of the table."""
        return next(line for line in self.ladder if line.rung == self.chosen)
