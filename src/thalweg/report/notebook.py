"""How findings show themselves in a notebook: no script, so that it shows wherever notebooks are read."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

import vl_convert

from thalweg.look import forecast_chart
from thalweg.look.style import VEGA_LITE, vega_lite
from thalweg.messages import catalogue
from thalweg.report.tables import Table, ladder_table

if TYPE_CHECKING:
    from thalweg.forecast.result import Findings

CELL = "padding:2px 10px;text-align:{side};font-variant-numeric:tabular-nums"


def html(findings: Findings, language: str = "en") -> str:
    """Return a fragment of HTML for ``_repr_html_``: the verdict, the ladder's table, the forecast as a picture.

    Parameters
    ----------
    findings : Findings
        What `fit` found.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        One ``<div>``; the picture is an SVG image within it.
    """
    tell = catalogue(language)
    spec = vega_lite(forecast_chart(findings, language))
    title = spec["title"]["text"]
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    # An image of its own: several pictures in one notebook then share no names.
    picture = base64.b64encode(drawn.encode()).decode()
    simulated = f"<p><strong>{escape(tell('report.simulated'))}</strong></p>" if findings.series.simulated else ""
    verdict = "".join(f"<p>{escape(tell(message))}</p>" for message in findings.verdict)
    table = _rows(ladder_table(findings, language), tell("report.mark_choice"))
    return (
        f'<div lang="{language}">{simulated}{verdict}{table}'
        f'<img alt="{escape(title)}" style="max-width:100%" src="data:image/svg+xml;base64,{picture}"></div>'
    )


def _rows(table: Table, choice: str) -> str:
    def cell(tag: str, at: int, text: str) -> str:
        return f'<{tag} style="{CELL.format(side="left" if at in table.words else "right")}">{text}</{tag}>'

    head = "".join(
        cell("th", at, escape(name) + (f"<br><small>{escape(note)}</small>" if note else ""))
        for at, (name, note) in enumerate(table.head)
    )
    body = ""
    for row, cells in enumerate(table.rows):
        marked = row == table.marked
        texts = [escape(text) + (f" {escape(choice)}" if marked and not at else "") for at, text in enumerate(cells)]
        texts = [f"<strong>{text}</strong>" if marked else text for text in texts]
        body += "<tr>" + "".join(cell("td", at, text) for at, text in enumerate(texts)) + "</tr>"
    return (
        f"<table><caption>{escape(table.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
