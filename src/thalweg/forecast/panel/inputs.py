"""Which features the networks over all series have, which follows from the frequency alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency


LONG_SEASONS = 1.5  # that the longest series has, for windows from which the date can be told
MONTH_WAVES = 3  # pairs of sine and cosine over a month


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """How rows are made; the numbers follow from the frequency alone.

    Attributes
    ----------
    window : int
        The last so many values are seen.
    level : int
        The steps whose mean is subtracted; 1 for the last value.
    divisor : {"level", "usual", "deviation"}
        What values less their level are divided by: the level itself; the usual difference of neighbours; or the
        standard deviation of the last `deviation` values.
    deviation : int
    season : int
        The short season; 1 where there is none.
    profiles : tuple of int
        Over how many of the last seasons the mean at each place of the season is taken; one profile for each number.
    base : int
        The profile of so many seasons is what outputs are added to; 0 for the level.
    year : int
        How far back the same steps of the last long season lie; 0 where they are not seen.
    before : int
        The steps whose mean is the level then.
    same : int
        Over how many long seasons the mean of the same steps is seen too; 0 for none.
    panel_year : bool
        Whether what all series did in the long season before is seen.
    recent : tuple of int
        Lengths of the last values whose means are seen.
    month : int
        How many pairs of sine and cosine tell where in its month the next step lies; 0 for none.
    earliest : int
        From how many past values on a row is learned from, where a series is long enough.
    """

    window: int
    level: int
    divisor: str
    deviation: int = 0
    season: int = 1
    profiles: tuple[int, ...] = ()
    base: int = 0
    year: int = 0
    before: int = 1
    same: int = 0
    panel_year: bool = False
    recent: tuple[int, ...] = ()
    month: int = 0
    earliest: int = 1

    @property
    def reach(self) -> int:
        """How far back a row looks at most, so that this much room stands before each series."""
        seasons = self.season * max((self.base, *self.profiles))
        return max(self.window, self.level, self.deviation, seasons, *self.recent, 1)


def members_of(frequency: Frequency, longest: int) -> tuple[Inputs, ...]:
    """Return the kinds of network whose mean serves series of a frequency, the longest of which has so many values.

    They look at the same values in other units and from other levels. One alone errs more than their mean: tuned on
    values before the test parts of NN5, M4 Weekly and M4 Hourly.

    Of days one kind sees single values of a week alone, and means of what was before: a longer window tells which
    date it is, and what all series did then is learned by heart. On the 201 countries, 253 to 309 days, the error to
    copying at five cutoffs was 0.90 with eight weeks and 0.86 with one; of logarithms 0.91 with sixteen, 0.88 with
    eight and with four, 0.86 with two and with one. Where the last long season is seldom seen, such kinds serve alone;
    else one of three is of them (NN5 at two cutoffs: 0.500 and 0.959 without it, 0.493 and 0.944 with it).

    Where a year is seen, days also know their place in the month, as wages are paid on some: NN5 at five cutoffs
    without it 0.545, 0.508, 0.505, 0.616 and 0.941, with it 0.536, 0.503, 0.493, 0.588 and 0.901 (one seed of each
    kind; two and six waves were about as good). On the 201 countries, which have no year, it would cost 0.4%.
    """
    season, year = frequency.season, frequency.year
    if frequency.sub_daily:
        week, days = frequency.long_season, frequency.long_season // season
        by_hour = Inputs(
            window=week,
            level=week,
            divisor="deviation",
            deviation=week,
            season=season,
            profiles=(days,),
            base=days,
            recent=(1, max(season // 4, 1), season, 3 * season),
            earliest=week,
        )
        return (by_hour, replace(by_hour, profiles=(1, days), base=1))
    if frequency.by_day:
        by_day = Inputs(
            window=8 * season,
            level=8 * season,
            divisor="level",
            season=season,
            profiles=(4, 8),
            year=frequency.long_season,
            before=4 * season,
            panel_year=True,
            earliest=8 * season,
        )
        short = replace(by_day, window=season, profiles=(8,), recent=(1, 2 * season, 4 * season, 8 * season))
        if longest < LONG_SEASONS * year:
            return (short, replace(short, divisor="usual"))
        kinds = (replace(by_day, window=16 * season), replace(by_day, divisor="usual", before=8 * season), short)
        return tuple(replace(each, month=MONTH_WAVES) for each in kinds)
    half = max(year // 2, 5)
    longer = Inputs(
        window=half,
        level=1,
        divisor="deviation",
        deviation=max(year, 5),
        year=year if year > 1 else 0,
        earliest=half,
    )
    return (longer, replace(longer, window=2 * half, same=2 if year > 1 else 0), replace(longer, window=4 * half))


def seen_blocks(inputs: Inputs, steps: int, *, panel_year: bool) -> dict[str, slice]:
    """Return where the features of `examples_of` stand that are 0 where every value is at the level, by what they tell.

    These are ``values`` (the last ones, the newest first), ``profile`` (the usual course of the season),
    ``last_season`` (the same steps of the last long season), ``level`` (how the level has moved since then),
    ``all_series`` (what all series did then), ``same_season`` (the same steps of several long seasons) and ``recent``
    (the means of the last values). What stands between and behind them tells how much of the past there is, how large
    the values are, and where in its month the row stands.

    Parameters
    ----------
    inputs : Inputs
    steps : int
    panel_year : bool
        Whether there is one.
    """
    sizes = {"values": inputs.window, "profile": inputs.season * len(inputs.profiles)}
    if inputs.year:
        sizes |= {"last_season": steps, "": 1, "level": 1}
        sizes |= {"all_series": steps} if inputs.panel_year and panel_year else {}
        sizes |= {"same_season": steps} if inputs.same else {}
    sizes["recent"] = len(inputs.recent)
    ends = np.cumsum(list(sizes.values())).tolist()
    each = zip(sizes.items(), ends, strict=True)
    return {name: slice(end - size, end) for (name, size), end in each if name and size}
