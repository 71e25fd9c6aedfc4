"""What pages with pictures share: the template's surroundings, the scripts, a chart as a page draws it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
import vl_convert

from thalweg.charts.style import FONT, VEGA_LITE
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thalweg.messages import Catalogue

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
SIDE_BY_SIDE = ("hconcat", "vconcat", "concat", "facet", "repeat")  # charts that cannot fit themselves to the page


@dataclass(frozen=True)
class Picture:
    """A picture on a page: its title in HTML, where it wraps, and what Vega-Embed draws."""

    name: str
    title: str
    subtitle: str
    spec: str


def picture(name: str, described: Mapping[str, Any]) -> Picture:
    """Return a chart, described in Vega-Lite, as a page draws it: as wide as the page, its title in HTML."""
    spec = dict(described)
    title = spec.pop("title")
    if not any(kind in spec for kind in SIDE_BY_SIDE):
        spec["width"] = "container"
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    # A script's text ends at the first "</script", wherever it stands: no "<" may remain.
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Picture(name, title["text"], title["subtitle"], text)


@cache
def scripts() -> str:
    """Return all that draws pictures, bundled: Vega, Vega-Lite, Vega-Embed."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)


@cache
def template(name: str) -> jinja2.Template:
    """Return a template of this folder."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("thalweg.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)


def surroundings(translate: Catalogue) -> dict[str, Any]:
    """Return what every page's template is given."""
    return {
        "translate": translate,
        "lang": LANGUAGE_TAGS[translate.language],
        "font": FONT,
        "style": files("thalweg.report").joinpath("page.css").read_text(encoding="utf-8"),
        "version": __version__,
        "embed": json.dumps(
            {
                "renderer": "svg",
                "actions": {"export": True, "source": False, "compiled": False, "editor": False},
                "i18n": {
                    "CLICK_TO_VIEW_ACTIONS": translate("report.save"),
                    "SVG_ACTION": translate("report.save_svg"),
                    "PNG_ACTION": translate("report.save_png"),
                },
            },
            ensure_ascii=False,
        ),
    }
