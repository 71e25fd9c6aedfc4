"""Fragments of HTML for results and pictures in a notebook. They have no script, so that every viewer shows them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import vl_convert

from thalweg.charts.style import VEGA_LITE, vega_lite
from thalweg.messages import catalogue
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.html import template
from thalweg.report.picture import rendered
from thalweg.report.tables import forecast_table, ladder_table

if TYPE_CHECKING:
    from thalweg.charts.illustration import Illustration
    from thalweg.forecast.result import Findings, Forecasted


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


def _image(svg: bytes) -> str:
    # As an image, so that several pictures in one notebook share no names.
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
