"""What the report shows of the glass box: the looks of `thalweg look`, put to the choice and to the user's days."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from thalweg.forecast.study.lags import lags_study
from thalweg.forecast.study.shift import shift_of
from thalweg.forecast.study.surface import surface_study
from thalweg.forecast.study.why import why_study
from thalweg.look.lags import lags_look
from thalweg.look.look import Look
from thalweg.look.shift import moved_chart, shift_told
from thalweg.look.surface import surface_look
from thalweg.look.why import why_look
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.forecast.model import Model
    from thalweg.forecast.result import Findings

BARS = 10  # days and facts named in why


def glass(findings: Findings, model: Model, language: str = "en") -> dict[str, Look]:
    """Return the looks that the report shows, by name.

    Parameters
    ----------
    findings : Findings
    model : Model
        What forecasts: its first day ahead is explained.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    dict
        ``why``, ``shift``, ``lags`` and ``surface``, without those that so short or so odd a series cannot bear.
    """
    wanted: dict[str, Callable[[Findings, Model, str], Look]] = {
        "why": _why, "shift": _shift, "lags": _lags, "surface": _surface
    }  # fmt: skip
    looks = {name: _or_nothing(partial(make, findings, model, language)) for name, make in wanted.items()}
    return {name: look for name, look in looks.items() if look is not None}


def _or_nothing(make: Callable[[], Look]) -> Look | None:
    try:
        return make()
    except ValueError:  # an `InputError` is one: a report is written whatever the days are
        return None


def _why(_: Findings, model: Model, language: str) -> Look:
    return why_look(why_study(model, count=BARS), language)


def _shift(findings: Findings, _: Model, language: str) -> Look:
    """Hold the choice as used against the day before, over the sealed days that were scored."""
    used, series = findings.as_used, findings.series
    before = series.values[(used.dates - series.start).astype(int) - 1]
    shift = shift_of(used.target, used.prediction, before, findings.loss)
    drawn = min(60, len(used.dates))
    told = catalogue(language)("report.shift_subtitle", rung=findings.chosen, drawn=drawn, count=len(used.dates))
    chart = moved_chart(shift, used.dates, series.name, told, language, drawn=drawn, simulated=series.simulated)
    return Look("shift", language, chart, {}, shift_told(shift, language, name=series.name), asked=("perfect",))


def _lags(findings: Findings, _: Model, language: str) -> Look:
    return lags_look(lags_study(findings.series, loss=findings.loss), language)


def _surface(findings: Findings, _: Model, language: str) -> Look:
    return surface_look(surface_study(findings.series, loss=findings.loss), language)
