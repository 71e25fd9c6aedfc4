"""A rung from its name, as the ladder's table writes it: `linear 7`, `2×100 relu 28 week`, `copy last week`."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.forecast.ladder import WIDE_OPTIMIZER, copies, named_ladder, suited, trends
from thalweg.forecast.predictors.baselines import Copy, SeasonalMean
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.activation import ACTIVATIONS
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import a_date, iso, occurs

if TYPE_CHECKING:
    from thalweg.forecast.predictors.base import Specification
    from thalweg.series.frequency.record import Frequency

_RUNG = re.compile(
    r"(?:linear|(?:(?P<layers>\d{1,2})[×x])?(?P<units>\d{1,5}(?:-\d{1,5})*) (?P<activation>\w+)) (?P<back>\d{1,5})"
    r"(?: (?P<known>\w+?))?(?P<shared> shared(?P<smooth> smooth)?)?"
)
_SINCE = re.compile(r"(?P<rung>.+) since (?P<date>\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)")
_COPY, _MEAN = re.compile(r"copy (\d{1,5})"), re.compile(r"mean of (\d{1,4}) × (\d{1,5}) back")


def rung_by_name(name: str, frequency: Frequency, argument: str = "rungs") -> Specification:
    """Return the rung of a name, for series of a frequency.

    Those of the frequency's ladders are as they stand there; any other network, line, copy or seasonal mean is made.

    Raises
    ------
    InputError
        If no rung has such a name.
    """
    if found := _SINCE.fullmatch(name):
        rung, date = rung_by_name(found["rung"], frequency, argument), _date(found["date"], frequency)
        if isinstance(rung, Rung) and date:
            return replace(rung, since=date)
    full = named_ladder("full", frequency)
    known = {one.name: one for one in (*copies(frequency), *trends(frequency), *full.rungs, *full.again)}
    if name in known:
        return known[name]
    made = _made(name, frequency)
    if made is None:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        meant = Message("backtest.meant", {"name": near[0]}) if near else ""
        examples = [copies(frequency)[-1].name, *[one.name for one in full.again[:1]]]
        raise InputError("backtest.rung", argument=Argument(argument), name=name, meant=meant, names=examples)
    return made


def _date(text: str, frequency: Frequency) -> str:
    """Return a date as names of rungs have it; empty where it is none of the frequency."""
    try:
        date = a_date(frequency, text)
    except ValueError:
        return ""
    return iso(date) if occurs(frequency, date) else ""


def _made(name: str, frequency: Frequency) -> Specification | None:  # noqa: PLR0911 - a line a form
    if (found := _COPY.fullmatch(name)) and int(found[1]):
        return Copy(int(found[1]))
    if (found := _MEAN.fullmatch(name)) and int(found[1]) and int(found[2]):
        return SeasonalMean(int(found[2]), int(found[1]))
    found = _RUNG.fullmatch(name)
    if found is None or not int(found["back"]):
        return None
    known, activation = found["known"] or "", found["activation"] or "relu"
    hidden = tuple(int(each) for each in (found["units"] or "").split("-") if each)
    if found["layers"]:
        hidden *= int(found["layers"])
    if not all(hidden) or activation not in ACTIVATIONS or (known and known not in frequency.known):
        return None
    rung = Rung(int(found["back"]), hidden=hidden, activation=activation, known=known)
    if not found["shared"]:
        return suited(rung)
    if not known:
        return None
    level = "season" if found["smooth"] else "last"
    return Rung(
        rung.days_back, hidden=hidden, activation=activation, known=known, optimizer=WIDE_OPTIMIZER, seeds=2, epochs=12,
        shared=True, level=level, ahead=True,
    )  # fmt: skip
