"""A picture as a file: a page of its own, an SVG, a PNG or Vega-Lite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import vl_convert

from thalweg.charts.illustration import words_of
from thalweg.charts.style import VEGA_LITE
from thalweg.errors import InputError
from thalweg.messages import catalogue
from thalweg.report.html import page_chart, scripts_of, surroundings, template
from thalweg.report.tables import Table

if TYPE_CHECKING:
    from pathlib import Path

    from thalweg.charts.illustration import Illustration

KINDS = (".html", ".svg", ".png", ".json")
PNG_SCALE = 1.5  # pixels per pixel of the chart: sharp enough on paper


def kind_of(path: Path) -> str:
    """Return the kind of file that a name asks for.

    Raises
    ------
    InputError
        If it is none of `KINDS`.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputError("picture.kind" if kind else "picture.no_kind", path=path, kind=kind, kinds=KINDS)
    return kind


def rendered(illustration: Illustration, kind: str) -> bytes:
    """Return a picture as a file of a kind, one of `KINDS`."""
    spec = illustration.described
    match kind:
        case ".svg":
            return vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE).encode()
        case ".png":
            return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=PNG_SCALE)
        case ".json":
            return json.dumps(spec, ensure_ascii=False).encode()
        case _:
            return _page(illustration).encode()


def tables_of(illustration: Illustration) -> list[Table]:
    """Return the tables that a person reads, with their cells as text."""
    tables: list[Table] = []
    for name in illustration.shown:
        heads, rows, words = words_of(illustration, name)
        tables.append(Table("", [(head, "") for head in heads], rows, words=words))
    return tables


def _page(illustration: Illustration) -> str:
    translate = catalogue(illustration.language)
    return template("picture.html.jinja").render(
        **surroundings(translate),
        name=illustration.name,
        line=translate(f"look.{illustration.name}.line"),
        picture=page_chart(illustration.name, illustration.described),
        sentences=illustration.sentences,
        tables=tables_of(illustration),
        questions=illustration.questions(),
        scripts=scripts_of(illustration.language),
    )
