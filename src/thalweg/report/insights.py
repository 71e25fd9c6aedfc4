"""The pictures of `thalweg look` that the report shows, made of the chosen model and of the user's series."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.illustration import Illustration
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.errors import InputError
from thalweg.forecast.watch import Silence
from thalweg.pictures import OF_DAYS
from thalweg.pictures.lags.options import LagsOptions
from thalweg.pictures.registry import illustration_of, study_of
from thalweg.pictures.shift.chart import moved_chart, shift_sentences
from thalweg.pictures.shift.study import shift_of
from thalweg.pictures.surface.options import PathOptions
from thalweg.pictures.why.options import WhyOptions
from thalweg.series.filling import sources_of_copies

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.forecast.model import Model
    from thalweg.forecast.result import Findings

WHY_BARS = 10  # days and calendar facts with a bar of their own in the picture `why`
DRAWN_DAYS = 60  # last days of the sealed test that the picture `shift` draws


@dataclass(frozen=True)
class Missing:
    """A picture that cannot be made of this series: its name, and the reason in the reader's language."""

    name: str
    reason: str


def insights(findings: Findings, model: Model, language: str = "en") -> tuple[dict[str, Illustration], list[Missing]]:
    """Return the pictures that the report shows, by name, and those that cannot be made of this series.

    Parameters
    ----------
    findings : Findings
    model : Model
        The model of the forecast. The picture ``why`` explains its first day ahead.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    dict
        ``why`` and ``surface``, and for days ``shift`` and ``lags``, where they can be made.
    list of Missing
        The others, each with the reason.
    """
    wanted: dict[str, Callable[[Findings, Model, str], Illustration]] = {
        "why": _why,
        "shift": _shift,
        "lags": _lags,
        "surface": _surface,
    }
    if not findings.series.frequency.by_day:
        wanted = {name: make for name, make in wanted.items() if name not in OF_DAYS}
    made: dict[str, Illustration] = {}
    missing: list[Missing] = []
    for name, make in wanted.items():
        try:
            made[name] = make(findings, model, language)
        except InputError as error:
            missing.append(Missing(name, error.sentence(language, command=True)))
    return made, missing


def load_pictures() -> None:
    """Load the modules that the pictures are computed and drawn with."""
    for name in ("why", "lags", "surface"):
        for part in ("study", "chart"):
            import_module(f"thalweg.pictures.{name}.{part}")


def _why(_: Findings, model: Model, language: str) -> Illustration:
    return illustration_of("why", study_of("why", model, WhyOptions(count=WHY_BARS), Silence()), language)


def _shift(findings: Findings, _: Model, language: str) -> Illustration:
    """Compare the choice, as used, with the day before, over the scored days of the sealed test."""
    used, series = findings.as_used, findings.series
    copied = series.values[sources_of_copies(series.observed, 1)]  # what was filled in is no day before
    before = copied[np.searchsorted(series.dates, used.dates) - 1]
    shift = shift_of(used.target, used.prediction, before, findings.loss)
    drawn = min(DRAWN_DAYS, len(used.dates))
    subtitle = speaking(language, series.frequency)(
        "report.shift_subtitle", rung=rung_name(findings.chosen, language), drawn=drawn, count=len(used.dates)
    )
    chart = moved_chart(
        shift,
        used.dates,
        series.name,
        subtitle,
        language,
        drawn=drawn,
        simulated=series.simulated,
        frequency=series.frequency,
    )
    return Illustration(
        "shift", language, chart, {}, shift_sentences(shift, language, name=series.name), asked=("perfect",)
    )


def _lags(findings: Findings, _: Model, language: str) -> Illustration:
    options = LagsOptions(loss=findings.loss)
    return illustration_of("lags", study_of("lags", findings.series, options, Silence()), language)


def _surface(findings: Findings, _: Model, language: str) -> Illustration:
    options = PathOptions(loss=findings.loss)
    return illustration_of("surface", study_of("surface", findings.series, options, Silence()), language)
