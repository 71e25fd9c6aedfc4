"""What pages with charts share: templates, scripts, and a chart as a page draws it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
import vl_convert

from thalweg.charts.style import FONT, VEGA_LITE
from thalweg.kept import kept
from thalweg.messages import catalogue
from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thalweg.messages import Catalogue

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
SIDE_BY_SIDE = ("hconcat", "vconcat", "concat", "facet", "repeat")  # charts that cannot adapt to the width of the page


@dataclass(frozen=True)
class PageChart:
    """A chart on a page: its title as HTML, which wraps, what is read aloud of it, and what Vega-Embed draws."""

    name: str
    title: str
    subtitle: str
    aloud: str
    spec: str


def page_chart(name: str, described: Mapping[str, Any]) -> PageChart:
    """Return a chart, given as Vega-Lite, for a page: as wide as the page, with its title as HTML."""
    spec = dict(described)
    title = spec.pop("title")
    if not any(kind in spec for kind in SIDE_BY_SIDE):
        spec["width"] = "container"
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    # A script element ends at the first "</script" in its text, so no "<" may remain.
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return PageChart(name, title["text"], title["subtitle"], title["text"], text)


@cache
def scripts() -> str:
    """Return the scripts that draw charts, as one bundle: Vega, Vega-Lite, Vega-Embed.

    To bundle them takes over a second, more than all the charts of a page.
    """
    name = f"vega-{VEGA_LITE}-vl-convert-{version('vl-convert-python')}.js"
    return kept(name, lambda: vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE))


@dataclass(frozen=True)
class Script:
    """A script of a page, and its digest, by which the page's policy lets it and no other script run."""

    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the script as a policy names it."""
        return base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()


def scripts_of(language: str) -> tuple[Script, ...]:
    """Return all scripts of a page in a language: those that draw charts, and the one that calls them."""
    translate = catalogue(language)
    options = {
        "renderer": "svg",
        "ast": True,  # expressions are interpreted; else the policy would have to let texts become scripts
        "logLevel": 1,  # errors alone: a reader has no use for Vega's warnings
        "actions": {"export": True, "source": False, "compiled": False, "editor": False},
        "i18n": {
            "CLICK_TO_VIEW_ACTIONS": translate("report.save"),
            "SVG_ACTION": translate("report.save_svg"),
            "PNG_ACTION": translate("report.save_png"),
        },
    }
    draw = files("thalweg.report").joinpath("draw.js").read_text(encoding="utf-8")
    return Script(scripts()), Script(draw.replace("OPTIONS", json.dumps(options, ensure_ascii=False)))


@cache
def template(name: str) -> jinja2.Template:
    """Return a template of this folder; autoescape is on for all of them."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("thalweg.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)


def surroundings(translate: Catalogue) -> dict[str, Any]:
    """Return the values that the template of every page needs."""
    return {
        "translate": translate,
        "lang": LANGUAGE_TAGS[translate.language],
        "font": FONT,
        "style": files("thalweg.report").joinpath("page.css").read_text(encoding="utf-8"),
        "version": __version__,
    }
