"""Fragments of HTML for results and pictures in a notebook. They have no script, so that every viewer shows them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import vl_convert

from thalweg.charts.steps import speaking
from thalweg.charts.style import VEGA_LITE, vega_lite
from thalweg.forecast.panel.look_first import look_first
from thalweg.forecast.panel.sum_of_all import sum_of_all
from thalweg.forecast.panel.summary import sentences
from thalweg.messages import catalogue
from thalweg.report.charts.forecast import forecast_chart, usual_past
from thalweg.report.charts.panel import sum_chart
from thalweg.report.html import template
from thalweg.report.panel import first_table, title_of
from thalweg.report.picture import rendered
from thalweg.report.tables import forecast_table, ladder_table

if TYPE_CHECKING:
    from thalweg.charts.illustration import Illustration
    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.forecast.result import Findings, Forecasted

SHOWN_IN_NOTEBOOK = 10  # series to look at first


def findings_html(findings: Findings, language: str = "en") -> str:
    """Return a fragment of HTML for ``_repr_html_``: the verdict, the ladder's table, the forecast as a picture.

    Parameters
    ----------
    findings : Findings
        The results of a fit.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        One ``<div>``; the picture is an SVG image within it.
    """
    translate = catalogue(language)
    spec = vega_lite(forecast_chart(findings, language))
    return template("findings.html.jinja").render(
        language=language,
        simulated=translate("report.simulated") if findings.series.simulated else "",
        notes=[translate(note) for note in findings.series.notes],
        verdict=[translate(message) for message in findings.verdict],
        table=ladder_table(findings, language),
        choice=translate("report.mark_choice"),
        title=spec["title"]["text"],
        image=_image(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE).encode()),
    )


def forecast_html(forecast: Forecasted, language: str = "en") -> str:
    """Return a fragment of HTML for ``_repr_html_``: a forecast as a picture, and its days as a table."""
    spec = vega_lite(forecast_chart(forecast, language))
    return template("forecast.html.jinja").render(
        language=language,
        simulated=catalogue(language)("report.simulated") if forecast.series.simulated else "",
        notes=[catalogue(language)(note) for note in forecast.forecast.notes],
        table=forecast_table(forecast, language),
        title=spec["title"]["text"],
        image=_image(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE).encode()),
    )


def illustration_html(illustration: Illustration) -> str:
    """Return a fragment of HTML for ``_repr_html_``: the picture as an SVG image, and its sentences."""
    return template("illustration.html.jinja").render(
        title=illustration.title, image=_image(rendered(illustration, ".svg")), sentences=illustration.sentences
    )


def panel_html(findings: PanelFindings, language: str = "en") -> str:
    """Return a fragment of HTML for ``_repr_html_``: the verdict, which series to look at first, the sum of all."""
    translate = speaking(language, findings.plan.frequency)
    summed = sum_of_all(findings, usual_past(findings.plan.frequency))
    spec = None if summed is None else vega_lite(sum_chart(findings, summed, language))
    return template("panel_face.html.jinja").render(
        language=language,
        title=title_of(findings, translate),
        notes=[translate(note) for note in findings.panel.notes],
        verdict=[translate(each) for each in sentences(findings)],
        heading=translate("panel_report.heading_first"),
        table=first_table(findings, look_first(findings), translate, SHOWN_IN_NOTEBOOK),
        picture=spec and spec["title"]["text"],
        image=spec and _image(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE).encode()),
    )


def _image(svg: bytes) -> str:
    # As an image, so that several pictures in one notebook share no names.
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
