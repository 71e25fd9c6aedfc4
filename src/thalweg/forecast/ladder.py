"""The ladder: which models are tried, from copying to deep networks (U2, U3, N8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.forecast.names import rung_message
from thalweg.forecast.predictors.baselines import Copy, Trend
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.rung import USUAL_OPTIMIZER
from thalweg.messages import Argument
from thalweg.series.frequency.record import DAILY
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.predictors.base import Specification
    from thalweg.forecast.predictors.baselines import Baseline
    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True)
class Ladder:
    """Rungs in the order in which they are fitted.

    Attributes
    ----------
    name : str
    rungs : tuple of Specification
    again : tuple of Rung
        Rungs with a calendar that are fitted in the best shapes of the rungs before; empty for none.
    best_shapes : int
        How many shapes are used for `again`.
    mean : bool
        Whether the mean of a few rungs, picked on validation, is tried last.
    """

    name: str
    rungs: tuple[Specification, ...]
    again: tuple[Rung, ...] = ()
    best_shapes: int = 2
    mean: bool = False

    def of_frequency(self, frequency: Frequency, argument: str = "ladder") -> Ladder:
        """Return the ladder; refuse one whose rungs know a season that series of a frequency do not have.

        Raises
        ------
        InputError
            If there is such a rung.
        """
        for rung in (*self.rungs, *self.again):
            if rung.known and rung.known not in frequency.known:
                raise InputError(
                    "ladder.season",
                    argument=Argument(argument, self.name),
                    rung=rung_message(rung.name),
                    known=rung.known,
                    choices=frequency.known,
                    **words_of(frequency),
                )
        return self

    def with_baselines(self, baselines: Sequence[Baseline]) -> Ladder:
        """Return the ladder with other baselines too, before all that learns."""
        learn = next((at for at, rung in enumerate(self.rungs) if rung.seeds), len(self.rungs))
        return replace(self, rungs=(*self.rungs[:learn], *baselines, *self.rungs[learn:]))

    def since(self, date: str, steps: int, frequency: Frequency) -> Ladder:
        """Return the ladder with rungs besides that learn from a date on, of `steps` training steps that follow it.

        They are those that are ways to predict later steps, so that the choice between all values and the later ones
        may differ by step ahead. Where so few steps follow that none of them suits, it is the ladder itself.
        """
        ways = [rung for rung in self.rungs if isinstance(rung, Rung) and rung.ahead and rung.suits(steps, frequency)]
        return replace(self, rungs=(*self.rungs, *(replace(rung, since=date) for rung in ways))) if ways else self

    def steadied(self) -> Ladder:
        """Return the ladder with lines and networks for which outliers weigh less."""
        rungs = (replace(rung, steady=True) if isinstance(rung, Rung) else rung for rung in self.rungs)
        return replace(self, rungs=tuple(rungs), again=tuple(replace(rung, steady=True) for rung in self.again))

    def suited_to(self, train: int, frequency: Frequency) -> Ladder:
        """Return the ladder without the rungs that need more training steps than there are, or make way for others."""
        return replace(
            self,
            rungs=tuple(rung for rung in self.rungs if _serves(rung, train, frequency)),
            again=tuple(rung for rung in self.again if _serves(rung, train, frequency)),
        )


def _serves(rung: Specification, train: int, frequency: Frequency) -> bool:
    if isinstance(rung, Rung) and rung.since:
        return True  # it was suited to the steps that follow its date
    return rung.suits(train, frequency) and not (isinstance(rung, Rung) and rung.makes_way(train, frequency))


LINE_OPTIMIZER = replace(USUAL_OPTIMIZER, learning_rate=5e-3)  # few unknowns allow large steps
WIDE_OPTIMIZER = replace(USUAL_OPTIMIZER, learning_rate=2e-3)
DEEP_OPTIMIZER = replace(USUAL_OPTIMIZER, learning_rate=1e-3)
UPDATES_ON_RAW_VALUES = 1500  # at least


def suited(rung: Rung) -> Rung:
    """Return the rung with the learning rate that suits its depth, and with enough updates for raw values."""
    optimizer = LINE_OPTIMIZER if not rung.hidden else WIDE_OPTIMIZER if len(rung.hidden) == 1 else DEEP_OPTIMIZER
    return replace(rung, optimizer=optimizer, updates=0 if rung.known else UPDATES_ON_RAW_VALUES)


def copies(frequency: Frequency = DAILY) -> tuple[Copy, ...]:
    """Return the rungs that only copy; every ladder begins with them."""
    return tuple(Copy(steps, name) for name, steps in frequency.copies)


def trends(frequency: Frequency = DAILY) -> tuple[Trend, ...]:
    """Return the rung that copies the last season and moves it on; none where a season has one step alone.

    The change of a single value is noise, and would be repeated for each step ahead.
    """
    name, season = frequency.copies[-1]
    return (Trend(season, f"{name} + trend"),) if season > 1 else ()


def ahead(frequency: Frequency, *, few: bool = False) -> tuple[Rung, ...]:
    """Return the rungs that are ways to predict later steps, whatever rung is chosen.

    One of each kind alone is worse far ahead than their mean: networks with a calendar, which are fed their own
    predictions, and networks that are shared over the steps, from the last value and from the mean of a season. Where a
    year is the only season, there are few values, and a line that is shared over the steps joins them. With `few`,
    fewer networks are fitted.
    """
    _, season, month, _ = frequency.lags
    window = 2 * season if frequency.sub_daily else month  # a month of hours is hundreds of lags
    network = Rung(window, hidden=(100,), ahead=True)
    fed = (suited(replace(network, known=word)) for word in frequency.known)
    near = Rung(window, hidden=(64, 64), optimizer=WIDE_OPTIMIZER, seeds=2, epochs=12, shared=True, ahead=True)
    levels = ("last", "season") if frequency.level > 1 else ("last",)
    shared = [replace(near, known=word, level=level) for word in frequency.known for level in levels]
    if len(frequency.known) == 1:
        shared.append(replace(near, known=frequency.known[0], hidden=(), optimizer=LINE_OPTIMIZER))
    return (*(quick(rung) if few else rung for rung in fed), *shared)


def quick(rung: Rung) -> Rung:
    """Return a rung with fewer networks and epochs."""
    return replace(rung, seeds=2, epochs=40, updates=0)


def _lecture(frequency: Frequency) -> tuple[Specification, ...]:
    """Return the rungs of U3's table: lines (over 1 to 56 days), one hidden layer, then more layers."""
    lags = frequency.lags
    lines = (Rung(steps) for steps in lags)
    wide = (Rung(lags[-1], hidden=(units,)) for units in (10, 100, 1000))
    deep = (Rung(lags[-1], hidden=(100,) * layers) for layers in (2, 3, 4))
    return (*copies(frequency), *map(suited, (*lines, *wide, *deep)))


def named_ladder(name: str, frequency: Frequency = DAILY) -> Ladder:
    """Return the ladder of a name, for series of a frequency.

    Parameters
    ----------
    name : str
        One of `thalweg.forecast.options.LADDERS`.
    frequency : Frequency

    Raises
    ------
    ValueError
        If there is no such ladder.
    """
    _, season, month, long = frequency.lags
    first, last = frequency.known[0], frequency.known[-1]
    if name == "lecture":
        return Ladder(name, _lecture(frequency))
    if name == "full":
        again = (*(Rung(month, known=word) for word in frequency.known), Rung(long, known=last))
        # Weeks of hours are many, so that a line can learn them; years of days are few.
        line = suited(Rung(month, known=last if frequency.sub_daily else first))
        copying = len(copies(frequency))
        lecture = _lecture(frequency)
        rungs = (*lecture[:copying], *trends(frequency), *lecture[copying:], line, *ahead(frequency))
        return Ladder(name, rungs, again=again, mean=True)
    if name == "quick":
        few = (quick(suited(rung)) for rung in (Rung(season), Rung(month, hidden=(100,))))
        return Ladder(name, (*copies(frequency), *trends(frequency), *few, *ahead(frequency, few=True)))
    raise ValueError(f"There is no ladder {name!r}.")


def ladder_for(given: str | Ladder, frequency: Frequency) -> Ladder:
    """Return a ladder for series of a frequency: the one of a name, or one that was given.

    Raises
    ------
    InputError
        As of `Ladder.of_frequency`.
    """
    return named_ladder(given, frequency) if isinstance(given, str) else given.of_frequency(frequency)
