"""Where a backtest stands: its cutoffs in a series, from given dates or as rolling windows."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.options import USUAL_WINDOWS
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import date_of_period, iso
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from thalweg.forecast.evaluation.options import BacktestOptions
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)
_MONTH, _YEAR = re.compile(r"\d{4}-\d{2}", re.ASCII), re.compile(r"\d{4}", re.ASCII)
MONTHS_OF_YEAR = 12
SHARE_AHEAD = 3  # a model looks at most a third of its values ahead


@dataclass(frozen=True)
class Cutoffs:
    """The cutoffs of a backtest.

    Attributes
    ----------
    seen : tuple of int
        For each cutoff, how many values of the series are seen, rising.
    horizon, gap : int
        Predicted are the steps ``gap + 1`` to ``gap + horizon`` after the last value seen.
    refit : int
        A model is fitted at the first cutoff and at every so many after it.
    """

    seen: tuple[int, ...]
    horizon: int
    gap: int
    refit: int

    @property
    def ahead(self) -> int:
        """The furthest step that is predicted."""
        return self.gap + self.horizon

    def blocks(self) -> list[tuple[int, ...]]:
        """Return the cutoffs in groups: at the first of each a model is fitted, and serves the others as well."""
        return [self.seen[at : at + self.refit] for at in range(0, len(self.seen), self.refit)]


def least_seen(frequency: Frequency, ahead: int) -> int:
    """Return from how many values thalweg's own models forecast so many steps: see `plan.longest_horizon`."""
    return max(frequency.least, SHARE_AHEAD * ahead if ahead > 1 else 0)


def cutoffs_of(series: Series, options: BacktestOptions, *, own: bool = False) -> Cutoffs:
    """Return the cutoffs that were asked for.

    Rolling windows end so that the last one's horizon ends at the last value.

    Parameters
    ----------
    series : Series
    options : BacktestOptions
    own : bool
        Whether thalweg's own models take part, which need `least_seen` values at the first cutoff.

    Raises
    ------
    InputError
        If a cutoff is no date of the series, stands there twice or before the one before it; or horizon and gap reach
        beyond the last value; or there is no value before the first one.
    """
    horizon = series.frequency.horizon if options.horizon is None else options.horizon
    ahead = options.gap + horizon
    told = {"source": series.source_name, "days": len(series), **words_of(series.frequency)}
    if ahead >= len(series):
        raise InputError(
            "backtest.too_far",
            horizon=horizon,
            gap=options.gap,
            arguments=[Argument("horizon"), Argument("gap")],
            **told,
        )
    least = _least(series, options, ahead) if own else 1
    if options.cutoffs is not None:
        seen = _given(series, tuple(map(str, options.cutoffs)), ahead, least)
    else:
        step = horizon if options.step is None else options.step
        windows = USUAL_WINDOWS if options.windows is None else options.windows
        last = len(series) - ahead
        first = last - step * (windows - 1)
        if first < least:
            why = Message("backtest.windows_own", {"least": least, **words_of(series.frequency)}) if own else ""
            argument, most = Argument("windows", windows), (last - least) // step + 1
            kind = "backtest.windows" if most > 1 else "backtest.windows_one"
            raise InputError(
                kind, argument=argument, windows=windows, apart=step, ahead=ahead, most=most, why=why, **told
            )
        seen = tuple(range(first, last + 1, step))
    observed = series.observed[: seen[0]]
    if not observed.any():
        raise InputError("backtest.nothing_seen", source=series.source_name, cutoff=iso(series.dates[seen[0] - 1]))
    if not any(series.observed[at + options.gap : at + ahead].any() for at in seen):
        raise InputError("backtest.nothing_comes", source=series.source_name)
    return Cutoffs(seen, horizon, options.gap, options.refit)


def _least(series: Series, options: BacktestOptions, ahead: int) -> int:
    """Return how many values thalweg's own models need at the first cutoff; refuse what can have no cutoff at all."""
    frequency, words = series.frequency, words_of(series.frequency)
    arguments = [Argument("horizon"), Argument("gap")]
    if ahead > frequency.longest_horizon:
        longest = frequency.longest_horizon
        raise InputError("backtest.ahead", longest=longest, steps_ahead=ahead, arguments=arguments, **words)
    least = least_seen(frequency, ahead)
    if options.input_size is not None and options.input_size < least:
        argument = Argument("input_size", options.input_size)
        raise InputError("backtest.input_size", argument=argument, least=least, ahead=ahead, **words)
    if len(series) - ahead < least:
        told = {"source": series.source_name, "days": len(series), "least": least, "ahead": ahead, **words}
        if len(series) <= frequency.least:
            raise InputError("backtest.too_short", **{**told, "least": frequency.least})
        raise InputError("backtest.too_short_for", arguments=arguments, **told)
    return least


def _given(series: Series, texts: tuple[str, ...], ahead: int, least: int) -> tuple[int, ...]:
    dates = series.dates
    span = {"source": series.source_name, "first": iso(dates[0]), "last": iso(dates[-1])}
    seen: list[int] = []
    for text in texts:
        argument = Argument("cutoffs", text)
        moment = _moment_of(text, series.frequency)
        if moment is None:
            raise InputError("backtest.no_date", argument=argument, example=iso(dates[len(dates) // 2]))
        date = date_of_period(series.frequency, dates[0], moment.astype(dates.dtype))
        whole = moment if series.frequency.by_month else moment.astype(dates.dtype)
        if not dates[0] <= date <= dates[-1]:
            raise InputError("backtest.outside", argument=argument, **span)
        place = int(np.searchsorted(dates, date, side="right"))
        if dates[place - 1] != date or whole != moment:
            near = [iso(each) for each in dates[place - 1 : place + 1]]
            raise InputError("backtest.between", argument=argument, source=series.source_name, near=near)
        if seen and place == seen[-1]:
            raise InputError("backtest.twice", argument=argument)
        if seen and place < seen[-1]:
            raise InputError("backtest.order", argument=argument, before=iso(dates[seen[-1] - 1]))
        if place + ahead > len(series):
            most = len(series) - ahead
            raise InputError(
                "backtest.beyond",
                argument=argument,
                ahead=ahead,
                last=iso(dates[-1]),
                latest=iso(dates[most - 1]),
                **words_of(series.frequency),
            )
        if place < least:
            earliest, words = iso(dates[least - 1]), words_of(series.frequency)
            told = {"days": place, "least": least, "ahead": ahead, "earliest": earliest}
            raise InputError("backtest.too_little", argument=argument, **told, **words)
        seen.append(place)
    return tuple(seen)


def _moment_of(text: str, frequency: Frequency) -> np.datetime64 | None:
    """Return a date, or a moment of it, as ISO 8601 writes them; of a month or a year that is a step its first day.

    None for any other text: what is no whole step must not mean its first day.
    """
    if frequency.by_month and _MONTH.fullmatch(text):
        text += "-01"
    if frequency.by_month and frequency.units == MONTHS_OF_YEAR and _YEAR.fullmatch(text):
        text += "-01-01"
    if not _DATE.fullmatch(text):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return np.datetime64(moment, "us")
