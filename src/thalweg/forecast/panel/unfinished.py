"""A last date of a panel that is not complete yet: the sum over its series tells, by the rule for one series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.options import FitOptions
from thalweg.forecast.unfinished import without_unfinished
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of
from thalweg.series.panel import joined
from thalweg.series.series import Series
from thalweg.series.variation import as_told

if TYPE_CHECKING:
    from thalweg.forecast.panel.joining import Joined
    from thalweg.series.panel import Panel

NOTE = "note.panel_unfinished"


def without_unfinished_date(panel: Panel, options: FitOptions) -> Panel:
    """Return the panel without its last date where that looks unfinished, and with a note about it.

    Parameters
    ----------
    panel : Panel
    options : FitOptions
        With `keep_last` the panel stays as it is.

    Notes
    -----
    One export ends on one date for all series. So the date is judged for all of them at once, by the sum over those
    that end on it and are no shorter than the half of them.
    """
    if options.keep_last or any(note.key == NOTE for note in panel.notes):
        return panel
    last = panel.last_date
    ending = [one for one in panel.series if one.after(0) == last]
    steps = int(np.median([len(one) for one in ending]))
    long = [one for one in ending if len(one) >= steps]
    values = np.sum([one.values[-steps:] for one in long], axis=0)
    observed = np.any([one.observed[-steps:] for one in long], axis=0)
    if steps < panel.frequency.least or not observed.any():
        return panel
    start = long[0].dates[len(long[0]) - steps]
    total = Series(start, values, observed, "total", frequency=panel.frequency)
    if len(without_unfinished(total, options)) == len(total):
        return panel
    shorter = [one.head(len(one) - 1) if len(one) > 1 and one.after(0) == last else one for one in panel.series]
    shorter = [one if one.observed.any() else old for one, old in zip(shorter, panel.series, strict=True)]
    words = words_of(panel.frequency)
    note = Message(
        NOTE,
        {
            "date": iso(last),
            "count": len(ending),
            "value": as_told(values[-1]),
            "usual": as_told(float(np.median(values[-1 - panel.frequency.season : -1]))),
            "argument": Argument("keep_last", value=True),
            **words,
        },
    )
    return joined(
        shorter,
        panel.names,
        keys=panel.keys,
        static=panel.static,
        refused=panel.refused,
        notes=(note, *panel.notes),
        reading=panel.reading,
    )


def without_unfinished_newer(found: Joined, before: Panel, *, keep_last: bool, threads: int | None = None) -> Joined:
    """Return newer values without their last date where that looks unfinished, and with a note about it, the first.

    Parameters
    ----------
    found : Joined
        The newer values, joined to those of a model.
    before : Panel
        Those of the model, whose last date the fit has looked at.
    keep_last : bool
        Whether the last date stays.
    threads : int, optional
    """
    looked_at = found.panel.last_date <= before.last_date or any(note.key == NOTE for note in found.notes)
    if keep_last or looked_at:
        return found
    panel = without_unfinished_date(found.panel, FitOptions(threads=threads))
    if panel is found.panel:
        return found
    left_out = np.diff(found.panel.offsets) - np.diff(panel.offsets)
    return replace(found, panel=panel, added=found.added - left_out, notes=(panel.notes[0], *found.notes))
