"""The report: one HTML file with all results, which needs no network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from altair.utils.schemapi import debug_mode

from thalweg.charts.numbers import estimate_decimals, number, percent, thousands, when
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import first_steps, speaking
from thalweg.charts.style import vega_lite
from thalweg.forecast.calibrate import LEAST_RESIDUALS
from thalweg.forecast.few_residuals import MANY
from thalweg.forecast.result import mean_of_steps
from thalweg.messages import catalogue
from thalweg.report import tables
from thalweg.report.charts.descent import descended, descent_chart
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.charts.ladder import ladder_chart
from thalweg.report.charts.series import series_chart
from thalweg.report.charts.steps import steps_chart
from thalweg.report.charts.truth import every, truth_chart
from thalweg.report.holidays import called_ahead, holiday_sentences
from thalweg.report.html import page_chart, scripts_of, surroundings, template
from thalweg.report.insights import insights, load_pictures
from thalweg.report.shell import lines_of
from thalweg.report.totals import total_sentences
from thalweg.report.ways import ways_table
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.model import Model
    from thalweg.forecast.result import Findings
    from thalweg.messages import Catalogue
    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True)
class Tile:
    """One important number, shown large."""

    label: str
    value: str
    note: str


def page(findings: Findings, language: str = "en", model: Model | None = None, command: Sequence[str] = ()) -> str:
    """Return the report as one HTML page that needs no network: first the answer, folded below it how it was found.

    Parameters
    ----------
    findings : Findings
        The results of a fit.
    model : Model, optional
        The model of the forecast. With it, the page also shows how the function was found (see `report.insights`).
    language : str
        ``en`` or ``zh``.
    command : sequence of str
        The words of the command that made the findings; it is shown to be pasted.

    Returns
    -------
    str
        A whole document: pictures, tables, explanations, and the scripts that draw the pictures.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    translate = speaking(
        catalogue(language, command=bool(command)), findings.series.frequency
    )  # a note names options as its reader writes them
    with debug_mode(arg=False):  # Altair's check of every part is left to the tests; it took a quarter of a page's time
        values = _values(findings, translate)
        made, missing = ({}, []) if model is None else insights(findings, model, language)
        values["pictures"] |= {name: page_chart(name, each.described) for name, each in made.items()}
    values["insights"] = made
    values["missing"] = {
        each.name: translate("report.missing", name=translate(f"look.{each.name}.line"), reason=each.reason)
        for each in missing
    }
    values["commands"] = lines_of(command)
    return template("page.html.jinja").render(**values, scripts=scripts_of(language))


def load(language: str) -> None:
    """Load what a page needs, such as libraries, templates and scripts, so that it is drawn sooner."""
    template("page.html.jinja")
    scripts_of(language)
    load_pictures()


def _values(findings: Findings, translate: Catalogue) -> dict[str, Any]:
    language = translate.language
    series, split, choice, used = findings.series, findings.split, findings.choice, findings.as_used
    copied = choice.repeats
    charts = {
        "forecast": forecast_chart(findings, language),
        "truth": truth_chart(findings, language),
        "steps": steps_chart(findings, language),
        "ladder": ladder_chart(findings, language),
        "descent": descent_chart(findings, language),
        "series": series_chart(findings, language),
    }
    pictures = {name: page_chart(name, vega_lite(chart)) for name, chart in charts.items() if chart is not None}
    # The headline above it says what the picture's own title would say again.
    pictures["forecast"] = replace(pictures["forecast"], title=pictures["forecast"].subtitle, subtitle="")
    descent = descended(findings)
    filled = not series.observed.all()
    ahead, called = len(findings.forecast.dates), called_ahead(findings, language)
    return {
        **surroundings(translate),
        "title": _title(findings, translate),
        "headline": _headline(findings, translate),
        "source": translate(
            "report.source",
            source=series.source,
            first=when(split.first, series.frequency, language, "report.day_plain"),
            last=when(split.last, series.frequency, language, "report.day_plain"),
            count=len(series),
        ),
        "simulated": series.simulated,
        "beside": any(miss.others for miss in findings.misses),
        "known": any(line.known for line in findings.ladder) and f"report.explain_known_{_rhythm(series.frequency)}",
        "verdict": [translate(message) for message in findings.verdict],
        "tiles": _tiles(findings, translate),
        "totals": [translate(each) for each in total_sentences(findings.forecast, findings.series)],
        "explain_ways": "report.explain_ways" if findings.scales is None else "report.explain_ways_zeros",
        "explain_totals": translate(f"report.explain_totals_{findings.loss if findings.scales is None else 'zeros'}"),
        "holidays": [translate(each) for each in holiday_sentences(findings, language)],
        "name": series.name,
        "all_ahead": translate("report.all_ahead", horizon=ahead),
        "pictures": pictures,
        "explain": {
            "forecast": translate(
                "report.explain_forecast_zeros"
                if findings.scales is not None
                else f"report.explain_forecast{_basis(findings)}"
                if copied
                else "report.explain_forecast"
            ),
            "few": split.validation + split.test < MANY
            and translate("report.explain_forecast_few", least=LEAST_RESIDUALS),
            "truth": translate(
                "report.explain_truth_copy" if copied else "report.explain_truth", every=every(used, translate)
            ),
            "misses": translate("report.explain_misses_holidays", country=findings.country)
            if findings.country
            else translate("report.explain_misses"),
            "unknowns": translate("report.explain_unknowns", parameters=thousands(choice.parameters))
            if choice.parameters
            else translate("report.explain_unknowns_copy" if copied else "report.explain_unknowns_none"),
            "descent": translate("report.explain_descent", seeds=descent.seeds)
            if descent and descent.seeds > 1
            else translate("report.explain_descent_one"),
            "series": translate("report.explain_series_filled" if filled else "report.explain_series")
            + (translate("report.explain_outliers") if findings.outliers is not None and len(findings.outliers) else "")
            + (translate("report.explain_shifts") if findings.shifts else ""),
        },
        "notes": [translate(message) for message in series.notes],
        "split_notes": [translate(message) for message in split.notes],
        "tables": {
            "first": tables.forecast_table(findings, language, called, first_steps(series.frequency)),
            "forecast": tables.forecast_table(findings, language, called),
            "misses": tables.miss_table(findings, language),
            "coverage": tables.coverage_table(findings, language),
            "steps": tables.steps_table(findings, language),
            "ways": ways_table(findings, language),
            "ladder": tables.ladder_table(findings, language),
            "unknowns": tables.unknowns_table(findings, language),
            "hyperparameters": tables.hyperparameter_table(findings, language),
            "split": tables.split_table(findings, language),
            "settings": tables.settings_table(findings, __version__, language),
        },
    }


def _title(findings: Findings, translate: Catalogue) -> str:
    """Return what the page is about. It speaks of dates and never of tomorrow, since it is read later as well."""
    frequency, horizon = findings.series.frequency, len(findings.forecast.dates)
    last = when(findings.split.last, frequency, translate.language, "report.day_plain")
    key = "report.page_title" if horizon > 1 else "report.page_title_one"
    return translate(key, name=findings.series.name, horizon=horizon, last=last)


def _headline(findings: Findings, translate: Catalogue) -> dict[str, str]:
    """Return the forecast of the first date, and its interval in words."""
    forecast = findings.forecast
    places = estimate_decimals(findings.series.values)
    end_places = 0 if forecast.whole else places
    first = {
        name: number(float(getattr(forecast, name)[0]), places if name == "mean" else end_places)
        for name in ("mean", "low80", "high80")
    }
    return {
        "day": when(forecast.dates[0], findings.series.frequency, translate.language),
        "mean": first["mean"],
        "interval": translate("report.headline_interval", low=first["low80"], high=first["high80"]),
    }


def _over_horizon(findings: Findings, translate: Catalogue) -> str:
    horizon = len(findings.steps)
    values = {"days": len(findings.as_used.dates), "horizon": horizon}
    key = "report.tile_error_note" if horizon > 1 else "report.tile_error_note_one"
    return translate(key, **values)


def _rhythm(frequency: Frequency) -> str:
    """Return the part of a key that says which seasons rungs know."""
    return "years" if len(frequency.known) == 1 else "hours" if frequency.sub_daily else "days"


def _basis(findings: Findings) -> str:
    """Return how the key ends that says why the forecast copies: validation preferred it, or could not tell."""
    return "_copy" if findings.rests_on == "validation" else "_simplest"


def _copy_tile(findings: Findings, translate: Catalogue) -> Tile:
    """Return what copying would lose over the same steps ahead, by the best copy that is not the choice."""
    copied, served = mean_of_steps(findings.copied[findings.compared]), findings.served
    note = (
        translate("report.tile_copy_note_better", percent=percent(1 - served / copied))
        if served < copied
        else translate("report.tile_copy_note_worse")
    )
    return Tile(
        translate("report.tile_copy", copy=rung_name(findings.compared, translate.language)), number(copied), note
    )


def _tiles(findings: Findings, translate: Catalogue) -> list[Tile]:
    used = findings.as_used
    tiles = [
        Tile(
            translate(f"report.tile_error_{findings.loss}"),
            number(findings.served),
            _over_horizon(findings, translate),
        ),
        _copy_tile(findings, translate),
    ]
    tiles.append(
        Tile(
            translate("report.tile_coverage"),
            f"{percent(used.coverage[80])}%",
            translate("report.tile_coverage_note", share=percent(used.coverage[95])),
        )
    )
    return tiles
