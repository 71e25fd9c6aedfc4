"""Newer values of many series joined to those that a model holds; what contradicts them is named and stops nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.filling import filled, in_frequency
from thalweg.series.frequency.dates import iso, steps_after
from thalweg.series.panel import Panel, Refused, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.regressors import Regressors
    from thalweg.series.series import Series

SAME_SHARE = 0.5  # of the values that both have: where fewer are equal, it is another series
LEAST_SHARED = 2  # values, before they can contradict: the last one is often revised
MOST_NAMED = 3
ENDS_EARLY = "note.panel_ends_early"  # of the newer source alone; what that means here is told below


@dataclass(frozen=True, eq=False)
class Joined:
    """The series of a model with newer values behind them, then those that it has never seen.

    Attributes
    ----------
    panel : Panel
    added : ndarray of int64, shape (series,)
        How many values of each are not the model's; all, where it has never seen the series.
    refused : tuple of Refused
        The series whose newer values could not be read or do not fit; in the panel they are as the model has them.
    notes : tuple of Message
    """

    panel: Panel
    added: NDArray[np.int64]
    refused: tuple[Refused, ...]
    notes: tuple[Message, ...]

    @classmethod
    def without(cls, panel: Panel) -> Joined:
        """Return the series of a model as they are."""
        return cls(panel, np.zeros(len(panel), np.int64), (), ())

    @property
    def served(self) -> list[int]:
        """The places of the series that can be forecast."""
        left_out = {each.name for each in self.refused}
        return [place for place, name in enumerate(self.panel.names) if name not in left_out]


def join(before: Panel, newer: Panel) -> Joined:
    """Join newer values to the series of a model.

    Raises
    ------
    InputError
        If nothing of what is newer fits: why the first series does not.
    """
    series, names = list(before.series), list(before.names)
    added = [0] * len(series)
    failed: dict[str, InputError] = {}
    for name, one in newer:
        try:
            whole = _with_history(name, one, before)
        except InputError as error:
            failed[name] = error
            continue
        if name in before:
            place = before.places[name]
            series[place], added[place] = (
                whole,
                max(whole.place(whole.after(0)) - whole.place(before[name].after(0)), 0),
            )
        else:
            series.append(whole)
            names.append(name)
            added.append(len(whole))
    if len(failed) == len(newer):
        raise next(iter(failed.values()))
    keys = {
        column: (*values, *(_key(newer, column, name) for name in names[len(before) :]))
        for column, values in before.keys.items()
    }
    refused = (*newer.refused, *(Refused(name, error.message) for name, error in failed.items()))
    left_out = {each.name for each in refused}
    new = names[len(before) :]
    still = [name for name, count in zip(before.names, added, strict=False) if not count and name not in left_out]
    notes = [note for note in newer.notes if note.key != ENDS_EARLY]
    if new:
        notes.append(_note("new", new))
    if still:
        notes.append(_note("still", still))
    static = {column: _static(before, newer, column, names) for column in before.static}
    panel = joined(series, names, keys=keys, static=static, reading=before.reading)
    return Joined(panel, np.array(added), refused, tuple(notes))


def _note(kind: str, names: Sequence[str]) -> Message:
    several = "_one" if len(names) == 1 else "_such" if len(names) > MOST_NAMED else ""
    return Message(f"panel.note.{kind}{several}", {"count": len(names), "names": list(names[:MOST_NAMED])})


def _key(newer: Panel, column: str, name: str) -> str:
    values = newer.keys.get(column)
    return name if values is None else values[newer.places[name]]


def _static(before: Panel, newer: Panel, column: str, names: Sequence[str]) -> NDArray[Any]:
    """Return a static column of all series: of new ones what the newer source says, or nothing."""
    known = before.static[column]
    later = newer.static.get(column)
    none = "" if known.dtype.kind in "UO" else np.nan
    new = [none if later is None else later[newer.places[name]] for name in names[len(before) :]]
    return np.append(known, np.array(new, known.dtype)) if new else known


def _with_history(name: str, one: Series, panel: Panel) -> Series:
    """Return a series with the values of the model before its own, in the model's frequency."""
    frequency = panel.frequency
    fitting = in_frequency(one, frequency)
    if fitting is None:
        raise InputError("panel.unlike_model", name=name, found=one.frequency.name, expected=frequency.name)
    one = replace(fitting, frequency=frequency)
    if name not in panel:
        return one
    before = panel[name]
    shift = before.place(one.start)
    if shift > len(before):
        raise InputError("panel.gap", name=name, last=iso(before.after(0)), first=iso(one.start))
    if steps_after(frequency, before.start, shift) != one.start:
        raise InputError("panel.dates", name=name, first=iso(one.start), expected=iso(before.after(1)))
    _check_same(name, one, before, shift)
    one = replace(one, regressors=_regressors(name, one, before))
    if shift <= 0 and shift + len(one) >= len(before):
        return one  # it is the whole history
    first, end = min(shift, 0), max(shift + len(one), len(before))
    values, observed = np.full(end - first, np.nan), np.zeros(end - first, np.bool_)
    for each, start in ((before, -first), (one, shift - first)):
        there = slice(start, start + len(each))
        # What the newer source lacks on a date, the model may know.
        taken = each.observed | ~observed[there]
        values[there][taken], observed[there][taken] = each.values[taken], each.observed[taken]
    start = one.start if shift < 0 else before.start
    return replace(one, start=start, values=filled(values, observed, frequency.season), observed=observed)


def _regressors(name: str, one: Series, before: Series) -> Regressors | None:
    """Return the columns of a series with newer values behind those that the model has.

    Raises
    ------
    InputError
        If the newer source lacks one.
    """
    known, newer = before.regressors, one.regressors
    if known is None:
        return None
    there = () if newer is None else newer.names
    absent = [each for each in known.each if each.name not in there]
    if newer is None or absent:
        argument = Argument("known" if absent[0].known else "past", absent[0].name)
        raise InputError("panel.column_absent", name=name, column=absent[0].name, argument=argument)
    return known.continued(newer, before.after(1))


def _check_same(name: str, one: Series, before: Series, shift: int) -> None:
    """Refuse newer values of which most differ from those that the model has of the same dates."""
    first, end = max(shift, 0), min(shift + len(one), len(before))
    mine, its = slice(first - shift, end - shift), slice(first, end)
    both = one.observed[mine] & before.observed[its]
    equal = np.isclose(one.values[mine][both], before.values[its][both])
    if len(equal) >= LEAST_SHARED and equal.mean() < SAME_SHARE:
        told = {"equal": int(equal.sum()), "count": len(equal), "first": iso(before.dates[its][both][0])}
        raise InputError("panel.other_values", name=name, **told)


def place_of(panel: Panel, name: str) -> int:
    """Return the place of a series.

    Raises
    ------
    InputError
        If there is none of this name; near ones are named.
    """
    if name in panel:
        return panel.places[name]
    folded = {each.casefold(): each for each in reversed(panel.names)}
    near = [folded[each] for each in get_close_matches(name.casefold(), folded, n=MOST_NAMED)]
    key = "panel.no_series_near" if near else "panel.no_series"
    told = {"argument": Argument("series", name), "count": len(panel), "names": near or list(panel.names[:MOST_NAMED])}
    raise InputError(key, **told)
