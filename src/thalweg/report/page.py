"""The report: one HTML file with all results, which needs no network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.charts.numbers import day, estimate_decimals, number, past, percent, thousands
from thalweg.charts.rungs import rung_name
from thalweg.charts.style import vega_lite
from thalweg.forecast.result import mean_of_steps
from thalweg.messages import catalogue
from thalweg.report import tables
from thalweg.report.charts.descent import descended, descent_chart
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.charts.ladder import ladder_chart
from thalweg.report.charts.series import series_chart
from thalweg.report.charts.steps import steps_chart
from thalweg.report.charts.truth import truth_chart
from thalweg.report.html import page_chart, scripts_of, surroundings, template
from thalweg.report.insights import insights
from thalweg.version import __version__

if TYPE_CHECKING:
    from thalweg.forecast.model import Model
    from thalweg.forecast.result import Findings
    from thalweg.messages import Catalogue


@dataclass(frozen=True)
class Tile:
    """One important number, shown large."""

    label: str
    value: str
    note: str


def page(findings: Findings, language: str = "en", model: Model | None = None) -> str:
    """Return the report as one HTML page that needs no network.

    Parameters
    ----------
    findings : Findings
        The results of a fit.
    model : Model, optional
        The model of the forecast. With it, the page also shows how the function was found (see `report.insights`).
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        A whole document: pictures, tables, explanations, and the scripts that draw the pictures.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    translate = catalogue(language)
    # Bundling takes a second outside Python; the charts are made meanwhile.
    with ThreadPoolExecutor(1) as aside:
        bundled = aside.submit(scripts_of, language)
        values = _values(findings, translate)
        made, missing = ({}, []) if model is None else insights(findings, model, language)
        values["pictures"] |= {name: page_chart(name, each.described) for name, each in made.items()}
        values["insights"] = made
        values["missing"] = {
            each.name: translate("report.missing", name=translate(f"look.{each.name}.line"), reason=each.reason)
            for each in missing
        }
        return template("page.html.jinja").render(**values, scripts=bundled.result())


def _values(findings: Findings, translate: Catalogue) -> dict[str, Any]:
    language = translate.language
    series, split, choice, used = findings.series, findings.split, findings.choice, findings.as_used
    copied = choice.kind == "copy"
    charts = {
        "forecast": forecast_chart(findings, language),
        "truth": truth_chart(findings, language),
        "steps": steps_chart(findings, language),
        "ladder": ladder_chart(findings, language),
        "descent": descent_chart(findings, language),
        "series": series_chart(findings, language),
    }
    descent = descended(findings)
    filled = not series.observed.all()
    return {
        **surroundings(translate),
        "title": _title(findings, translate),
        "source": translate(
            "report.source",
            source=series.source,
            first=day(split.first, language, "report.day_plain"),
            last=day(split.last, language, "report.day_plain"),
            days=len(series),
        ),
        "simulated": series.simulated,
        "beside": any(miss.others for miss in findings.misses),
        "known": any(line.known for line in findings.ladder),
        "verdict": [translate(message) for message in findings.verdict],
        "tiles": _tiles(findings, translate),
        "pictures": {name: page_chart(name, vega_lite(chart)) for name, chart in charts.items() if chart is not None},
        "explain": {
            "forecast": translate("report.explain_forecast_copy" if copied else "report.explain_forecast"),
            "strategy": translate(f"report.strategy_{findings.strategy}"),
            "truth": translate(
                "report.explain_truth_copy" if copied else "report.explain_truth", refit_days=used.refit_days
            ),
            "misses": translate("report.explain_misses_holidays", country=findings.country)
            if findings.country
            else translate("report.explain_misses"),
            "unknowns": translate("report.explain_unknowns", parameters=thousands(choice.parameters))
            if choice.parameters
            else translate("report.explain_unknowns_copy"),
            "descent": translate("report.explain_descent", seeds=descent.seeds)
            if descent and descent.seeds > 1
            else translate("report.explain_descent_one"),
            "series": translate("report.explain_series_filled" if filled else "report.explain_series"),
        },
        "notes": [translate(message) for message in series.notes],
        "split_notes": [translate(message) for message in split.notes],
        "tables": {
            "forecast": tables.forecast_table(findings, language),
            "misses": tables.miss_table(findings, language),
            "coverage": tables.coverage_table(findings, language),
            "steps": tables.steps_table(findings, language),
            "ladder": tables.ladder_table(findings, language),
            "unknowns": tables.unknowns_table(findings, language),
            "hyperparameters": tables.hyperparameter_table(findings, language),
            "split": tables.split_table(findings, language),
            "settings": tables.settings_table(findings, __version__, language),
        },
    }


def _title(findings: Findings, translate: Catalogue) -> str:
    dates, name = findings.forecast.dates, findings.series.name
    one = "" if len(dates) > 1 else "_one"
    if past(dates[0]):
        last = day(findings.split.last, translate.language, "report.day_plain")
        return translate(f"report.page_title_past{one}", name=name, horizon=len(dates), last=last)
    return translate(f"report.page_title{one}", name=name, horizon=len(dates))


def _over_horizon(key: str, findings: Findings, translate: Catalogue) -> str:
    horizon = len(findings.steps)
    return translate(key if horizon > 1 else f"{key}_one", days=len(findings.as_used.dates), horizon=horizon)


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
    forecast, used, language = findings.forecast, findings.as_used, translate.language
    first = [float(edge[0]) for edge in (forecast.mean, forecast.low80, forecast.high80)]
    places = estimate_decimals(findings.series.values)
    mean, low, high = (number(value, places) for value in first)
    tiles = [
        Tile(
            translate("report.tile_tomorrow", day=day(forecast.dates[0], language)),
            mean,
            translate("report.tile_tomorrow_note", low=low, high=high),
        ),
        Tile(
            translate(f"report.tile_error_{findings.loss}"),
            number(findings.served),
            _over_horizon("report.tile_error_note", findings, translate),
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
