"""The numbers of all series of a panel, as the script of its page reads them, and those of single series."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.charts.numbers import when
from thalweg.forecast.levels import level_name
from thalweg.forecast.panel.look_first import sizes_of
from thalweg.forecast.panel.tables import notes_of, rung_of
from thalweg.series.panel import different
from thalweg.series.variation import figures, variation
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.look_first import Concern
    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.messages import Catalogue

LEVEL = 80.0  # percent, of the interval that is drawn
SEASONS_DRAWN, LEAST_DRAWN, MOST_DRAWN = 8, 40, 120  # values before a forecast
ALL_SINGLE, SOME_SINGLE = 1_000, 300  # up to so many series all are held, else those to look at first
MOST_NUMBERS = 400_000  # of all single series, so that a page stays below about 5 MB
MOST_LABELS = 20_000  # of dates before forecasts, likewise
SMALL_PICTURE = 32  # values, and as many steps ahead
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # heights in a small picture, rising
FIGURES = 5  # significant figures of a number


class Texts:
    """Texts that many series share, each told once and known by its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text; -1 for none."""
        return self._numbers.setdefault(text, len(self._numbers)) if text else -1

    @property
    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


def panel_data(findings: PanelFindings, concerns: Sequence[Concern], translate: Catalogue) -> dict[str, Any]:
    """Return what the page's script draws, in JSON's types: a column a number, an entry a series.

    Series that could not be read stand last. What single series are made of is held for all, or for those to look at
    first; ``single`` has it by the place of the series.
    """
    panel, served, plan = findings.panel, findings.served, findings.plan
    texts, none = Texts(), [None] * len(panel.refused)
    at = plan.levels.index(LEVEL)
    rank = {each.place: place for place, each in enumerate(concerns) if each.place is not None}
    blank = "" if translate.language == "zh" else " "
    notes = [texts.number(blank.join(map(translate, notes_of(findings, place)))) for place in range(len(panel))]
    notes += [texts.number(translate(each.why)) for each in panel.refused]
    serving = [
        -1 if place in findings.failed else texts.number(translate(rung_of(findings, place)))
        for place in range(len(panel))
    ]
    numbers = {
        "sum": served.forecast.sum(axis=1),
        "own": served.test,
        "copied": served.copied,
        "network": served.network,
        "alone": served.alone,
        "inside": 100 * served.coverage[:, at],
        "scored": served.scored.astype(np.float64),
        "steps": served.steps.astype(np.float64),
    }
    single = chosen(findings, concerns)
    return {
        "names": list(_shown(findings)),
        **{name: [*map(short, column.tolist()), *none] for name, column in numbers.items()},
        "notes": notes,
        "serving": [*serving, *[-1] * len(none)],
        "rank": [*(rank.get(place) for place in range(len(panel))), *none],
        "small": [
            *(small_picture(one.values, made) for one, made in zip(panel.series, served.forecast, strict=True)),
            *[""] * len(none),
        ],
        "single": {place: _single(findings, place, at) for place in single},
        "dates": _dates(findings, single, translate),
        "texts": texts.all,
        "level": level_name(LEVEL),
    }


def names_shown(findings: PanelFindings) -> dict[str, str]:
    """Return each series' name, and how a page shows it: clean, cut where it is long, and no two alike."""
    return dict(zip(reversed(_names(findings)), reversed(_shown(findings)), strict=True))


def _names(findings: PanelFindings) -> tuple[str, ...]:
    return (*findings.panel.names, *(each.name for each in findings.panel.refused))


def _shown(findings: PanelFindings) -> tuple[str, ...]:
    return different(map(quotable, _names(findings)))


def as_script(data: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """Return data as JSON that may stand in a script element, which ends at the first ``</script`` in its text."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def drawn(findings: PanelFindings) -> int:
    """Return how many values are drawn before a forecast."""
    return min(max(SEASONS_DRAWN * findings.plan.frequency.season, LEAST_DRAWN), MOST_DRAWN)


def chosen(findings: PanelFindings, concerns: Sequence[Concern]) -> list[int]:
    """Return the series whose single numbers a page holds: all, or those to look at first and then the largest."""
    each = drawn(findings) + 3 * findings.plan.horizon
    count = len(findings.panel)
    if count <= ALL_SINGLE and count * each <= MOST_NUMBERS:
        return list(range(count))
    first = [one.place for one in concerns if one.place is not None]
    largest = np.argsort(-sizes_of(findings), kind="stable").tolist()
    return list(dict.fromkeys([*first, *largest]))[: max(min(SOME_SINGLE, MOST_NUMBERS // each), 1)]


def _single(findings: PanelFindings, place: int, at: int) -> dict[str, Any]:
    one, served = findings.panel.series[place], findings.served
    count = min(drawn(findings), len(one))
    known = np.where(one.observed, one.values, np.nan)[-count:]
    ahead = (served.forecast[place], served.low[place, :, at], served.high[place, :, at])
    size = float(np.abs(one.values[-count:]).max())
    shown = figures(size, variation(one.values[-count:]), FIGURES, 3)
    columns = zip(("past", "mean", "low", "high"), (known, *ahead), strict=True)
    told = {name: [short(value, shown) for value in column.tolist()] for name, column in columns}
    return {**told, "last": str(one.after(0))}


def _dates(findings: PanelFindings, single: Sequence[int], translate: Catalogue) -> dict[str, list[str]]:
    """Return the dates of a single series' values and forecast, by its last date, as people write them.

    Where series end on very many dates, those of values between the first and the last are left empty.
    """
    frequency, count, horizon = findings.plan.frequency, drawn(findings), findings.plan.horizon
    ends = {str(one.after(0)): one for one in (findings.panel.series[place] for place in single)}
    few = len(ends) * count <= MOST_LABELS
    dates: dict[str, list[str]] = {}
    for last, one in ends.items():
        steps = range(1 - count, horizon + 1)
        dates[last] = [
            when(one.after(step), frequency, translate.language) if few or step >= 0 or step == steps[0] else ""
            for step in steps
        ]
    return dates


def short(value: float, shown: int = FIGURES) -> float | int | None:
    """Return a number with so many significant figures, as JSON writes it in few letters; None for NaN."""
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.{shown}g}")
    return int(rounded) if rounded.is_integer() else rounded


def small_picture(values: NDArray[np.float64], made: NDArray[np.float64]) -> str:
    """Return the heights of the last values and of the first steps ahead as letters, a comma between the two."""
    past, ahead = values[-SMALL_PICTURE:], made[:SMALL_PICTURE]
    both = np.concatenate([past, ahead[np.isfinite(ahead)]])
    low, high = float(both.min()), float(both.max())
    apart = high / 2 - low / 2  # halves, because the largest would overflow

    def heights(column: NDArray[np.float64]) -> str:
        if not apart:
            return LETTERS[len(LETTERS) // 2] * len(column)
        share = (column / 2 - low / 2) / apart
        return "".join(LETTERS[each] for each in np.rint(share * (len(LETTERS) - 1)).astype(int).tolist())

    return f"{heights(past)},{heights(ahead[np.isfinite(ahead)])}"
