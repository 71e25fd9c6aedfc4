"""The report of many series: one HTML file, which needs no network, with a part for each series on demand."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from altair.utils.schemapi import debug_mode

from thalweg.charts.events import known_day_name
from thalweg.charts.numbers import ABSENT, number, number_among, percent, signed, thousands, when
from thalweg.charts.steps import first_steps, speaking
from thalweg.charts.style import vega_lite
from thalweg.forecast.panel.days_told import told_days
from thalweg.forecast.panel.hierarchy import ALL
from thalweg.forecast.panel.look_first import look_first, sizes_of
from thalweg.forecast.panel.sum_of_all import sum_of_all
from thalweg.forecast.panel.summary import judged, relative_loss, sentences
from thalweg.messages import catalogue
from thalweg.report.charts.forecast import usual_past
from thalweg.report.charts.panel import distribution_chart, relative_errors, shared_name, sum_chart, unit_of
from thalweg.report.html import Script, page_chart, scripts_of, surroundings, template
from thalweg.report.page import Tile
from thalweg.report.panel_data import LEVEL, as_script, names_shown, panel_data
from thalweg.report.shell import lines_of
from thalweg.report.tables import Table
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.look_first import Concern
    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.forecast.panel.sum_of_all import SumOfAll
    from thalweg.messages import Catalogue

SHOWN_FIRST = 20  # series to look at first
BEST_AND_WORST = 10
MOST_TOTALS = 40  # in the table
MOST_DAYS = 20  # likewise, of holidays and events
LEAST_SIZE = 0.01  # of the mean size of all series; smaller ones are among neither the best nor the worst
ROWS_AT_ONCE = 100
SPOKEN = (  # sentences that the script completes, each with what it tells
    ("losses", ("scored", "ahead", "own", "unit", "copied", "percent")),
    ("losses_no_share", ("scored", "ahead", "own", "unit", "copied")),
    ("parts", ("network", "alone")),
    ("inside", ("inside", "level")),
    ("served_by", ("what",)),
    ("single_sum", ("sum", "unit")),
    ("interval", ("level",)),
    ("legend", ("level",)),
    ("at", ("date", "value", "unit")),
    ("at_ahead", ("date", "value", "unit", "low", "high", "level")),
    ("found", ("shown", "count")),
    ("steps", ("ahead",)),
    ("more", ("count",)),
    ("unknown", ("name",)),
    ("picture", ("name",)),
    ("from_to", ("low", "high")),
)
WORDS = ("one_step", "none_found", "forecast", "no_loss")


@dataclass(frozen=True)
class Linked:
    """A table whose rows are named by series: their names, their cells, and the columns that a phone leaves out."""

    caption: str
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    words: frozenset[int] = frozenset()
    aside: frozenset[int] = frozenset()


def panel_page(findings: PanelFindings, language: str = "en", command: Sequence[str] = ()) -> str:
    """Return the report of many series as one HTML page that needs no network.

    Parameters
    ----------
    findings : PanelFindings
    language : str
        ``en`` or ``zh``.
    command : sequence of str
        The words of the command that made the findings; it is shown to be pasted.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    translate = speaking(catalogue(language, command=bool(command)), findings.plan.frequency)
    concerns = look_first(findings)
    summed = sum_of_all(findings, usual_past(findings.plan.frequency))
    with debug_mode(arg=False):  # as in `report.page`
        charts = {
            "sum": None if summed is None else sum_chart(findings, summed, language),
            "distribution": distribution_chart(findings, language),
        }
        pictures = {name: page_chart(name, vega_lite(chart)) for name, chart in charts.items() if chart is not None}
    data = panel_data(findings, concerns, translate)
    single = len(data["single"])
    data["words"] = _words(findings, translate)
    script = files("thalweg.report").joinpath("panel.js").read_text(encoding="utf-8")
    around = surroundings(translate)
    around["style"] += files("thalweg.report").joinpath("panel.css").read_text(encoding="utf-8")
    return template("panel.html.jinja").render(
        **around,
        title=title_of(findings, translate),
        source=_source(findings, translate),
        simulated=findings.panel.series[0].simulated,
        verdict=[translate(each) for each in sentences(findings)],
        tiles=_tiles(findings, summed, translate),
        notes=[translate(each) for each in findings.panel.notes],
        pictures=pictures,
        explain_sum=translate(f"panel_report.explain_sum{'_interval' * (findings.totals is not None)}"),
        totals=_totals(findings, translate),
        days=_days(findings, translate),
        more_totals=_more_totals(findings, translate),
        explain_distribution=_explain_distribution(findings, translate),
        first=first_table(findings, concerns, translate),
        all_concerns=translate("panel_report.all_concerns", count=thousands(len(concerns)))
        if len(concerns) > SHOWN_FIRST
        else "",
        left_out=_left_out(findings, translate),
        best=_ranked(findings, translate, worst=False),
        worst=_ranked(findings, translate, worst=True),
        columns=_columns(findings, translate),
        explain_all=_explain_all(findings, single, translate),
        commands=lines_of(command),
        series_data=as_script(data),
        link=link,
        scripts=(*scripts_of(language), Script(script)),
    )


def link(name: str) -> str:
    """Return the address of a series' part of the page."""
    return f"#series={quote(name, safe='')}"


def title_of(findings: PanelFindings, translate: Catalogue) -> str:
    """Return what the page is about."""
    frequency = findings.plan.frequency
    last = when(findings.panel.last_date, frequency, translate.language, "report.day_plain")
    key = "panel_report.title" if findings.plan.horizon > 1 else "panel_report.title_one"
    return translate(key, count=thousands(len(findings.panel)), horizon=findings.plan.horizon, last=last)


def _horizon(key: str, findings: PanelFindings, translate: Catalogue) -> str:
    """Return a text that tells the horizon, in the form for one step where it is one."""
    horizon = findings.plan.horizon
    return translate(f"panel_report.{key}{'_one' * (horizon == 1)}", horizon=horizon)


def _source(findings: PanelFindings, translate: Catalogue) -> str:
    panel = findings.panel
    first, last = (
        when(date, panel.frequency, translate.language, "report.day_plain")
        for date in (min(one.start for one in panel.series), panel.last_date)
    )
    one = panel.series[0]
    values = {"source": one.source, "name": one.name, "first": first, "last": last}
    key = "panel_report.source" if shared_name(panel) else "panel_report.source_series"
    return translate(key, values=thousands(len(panel.values)), count=thousands(len(panel)), **values)


def _tiles(findings: PanelFindings, summed: SumOfAll | None, translate: Catalogue) -> list[Tile]:
    counts = judged(findings)
    known = sum(counts.values())
    tiles: list[Tile] = []
    if summed is not None:
        told = {"count": thousands(summed.count), "name": unit_of(findings.panel, translate)}
        note = translate("panel_report.tile_sum_note", **told)
        total = number_among(summed.total, summed.known)
        tiles.append(Tile(_horizon("tile_sum", findings, translate), total, note))
    if known:
        told = {"count": thousands(known), "percent": percent(counts["yes"] / known)}
        note = translate("panel_report.tile_better_note", **told)
        tiles.append(Tile(translate("panel_report.tile_better"), thousands(counts["yes"]), note))
    relative = relative_loss(findings)
    if relative is not None:
        note = translate("panel_report.tile_relative_note")
        tiles.append(Tile(translate("panel_report.tile_relative"), f"{percent(relative)}%", note))
    served, at = findings.served, findings.plan.levels.index(LEVEL)
    if served.scored.sum():
        inside = float(np.nansum(served.coverage[:, at] * served.scored) / served.scored.sum())
        note = translate("panel_report.tile_inside_note")
        tiles.append(Tile(translate("report.tile_coverage"), f"{percent(inside)}%", note))
    return tiles


def in_a_row(told: Sequence[str], translate: Catalogue) -> str:
    """Return sentences one after another; Chinese has no blanks between them."""
    return ("" if translate.language == "zh" else " ").join(told)


def _explain_distribution(findings: PanelFindings, translate: Catalogue) -> str:
    """Return what the picture of errors shows, and how many series it leaves out."""
    told = [translate("panel_report.explain_distribution")]
    left = len(findings.panel) + len(findings.panel.refused) - len(relative_errors(findings)[0])
    if left:
        told.append(translate("panel_report.not_shown", count=thousands(left)))
    return in_a_row(told, translate)


def _explain_all(findings: PanelFindings, single: int, translate: Catalogue) -> str:
    """Return how a series is shown, and of how many the page holds what is shown."""
    told = [translate("panel_report.explain_all", name=unit_of(findings.panel, translate))]
    if single < len(findings.panel):
        told.append(translate("panel_report.some_single", count=thousands(single)))
    return in_a_row(told, translate)


def first_table(
    findings: PanelFindings, concerns: Sequence[Concern], translate: Catalogue, count: int = SHOWN_FIRST
) -> Linked | None:
    """Return the series to look at first, and why; None where there is none."""
    if not concerns:
        return None
    shown = names_shown(findings)
    rows = [
        (shown[each.name], [in_a_row([translate(reason) for reason in each.reasons], translate)])
        for each in concerns[:count]
    ]
    return Linked("", [translate("panel_report.series"), translate("panel_report.why")], rows, frozenset({1}))


def _totals(findings: PanelFindings, translate: Catalogue) -> Table | None:
    """Return the totals and how they fared, the first of each level; None where none were asked for."""
    totals, panel = findings.totals, findings.panel
    if totals is None:
        return None
    hierarchy, at = totals.hierarchy, totals.levels.index(LEVEL)
    head = [(translate(f"panel_report.{each}"), "") for each in ("total", "members")]
    head += [(_horizon("sum", findings, translate), ""), (translate("panel_report.own"), "")]
    head.append((translate("panel_report.inside_head", level=f"{LEVEL:.0f}"), ""))
    rows = [
        [
            translate("panel_report.sum_over_all")
            if hierarchy.levels[place] == ALL
            else quotable(hierarchy.keys[place]),
            thousands(len(hierarchy.members[place])),
            number(float(totals.mean[place].sum())),
            number(float(totals.test[place])),
            f"{percent(float(totals.coverage[place, at]))}%" if np.isfinite(totals.coverage[place, at]) else ABSENT,
        ]
        for place in range(len(hierarchy))[:MOST_TOTALS]
    ]
    return Table(translate("report.in_units", name=unit_of(panel, translate)), head, rows)


def _days(findings: PanelFindings, translate: Catalogue) -> Table | None:
    """Return what holidays and events add, the largest first; None where none are taken into account."""
    told = told_days(findings)[:MOST_DAYS]
    if not told:
        return None
    head = [(translate(f"panel_report.{each}"), "") for each in ("day", "added", "dates")]
    country = findings.settings["country"]
    rows = [
        [known_day_name(each, translate.language, country), f"{signed(100 * each.share, 0)}%", thousands(each.dates)]
        for each in told
    ]
    return Table(translate("panel_report.days_caption"), head, rows)


def _more_totals(findings: PanelFindings, translate: Catalogue) -> str:
    count = 0 if findings.totals is None else len(findings.totals.hierarchy)
    if count <= MOST_TOTALS:
        return ""
    return translate("panel_report.more_totals", shown=thousands(MOST_TOTALS), count=thousands(count))


def _comparable(findings: PanelFindings) -> NDArray[np.bool_]:
    return (findings.served.copied > 0) & ~np.isnan(findings.served.test)


def _large(findings: PanelFindings) -> NDArray[np.bool_]:
    """Return which series are not so small that a large share of copying's error would tell little."""
    sizes = sizes_of(findings)
    return sizes >= LEAST_SIZE * sizes.mean()


def _left_out(findings: PanelFindings, translate: Catalogue) -> str:
    """Return how many series are too small for the best and the worst, if any."""
    count = int((_comparable(findings) & ~_large(findings)).sum())
    return translate("panel_report.left_out", count=thousands(count)) if count else ""


def _ranked(findings: PanelFindings, translate: Catalogue, *, worst: bool) -> Linked | None:
    """Return the series with the least, or the largest, error beside copying's; no series stands in both tables."""
    served, panel = findings.served, findings.panel
    scored = np.flatnonzero(_comparable(findings) & _large(findings))
    share = served.test[scored] / served.copied[scored]
    count, shown = min(BEST_AND_WORST, len(scored) // 2), names_shown(findings)
    if not count:
        return None
    order = np.argsort(-share if worst else share, kind="stable")[:count]
    rows = [
        (
            shown[panel.names[scored[at]]],
            [
                f"{percent(float(share[at]))}%",
                number(float(served.test[scored[at]])),
                number(float(served.copied[scored[at]])),
            ],
        )
        for at in order.tolist()
    ]
    head = ["series", "of_copying", "own", "copied"]
    caption = translate("report.unit_mae", name=unit_of(panel, translate))
    return Linked(caption, [translate(f"panel_report.{each}") for each in head], rows, aside=frozenset({3}))


def _columns(findings: PanelFindings, translate: Catalogue) -> list[tuple[str, str, str]]:
    """Return the columns of the table of all series: by what they are sorted, their heads and their kind."""
    sum_head = _horizon("sum", findings, translate)
    return [
        ("names", translate("panel_report.series"), "words"),
        ("", translate("panel_report.course"), "aside"),
        ("sum", sum_head, ""),
        ("share", translate("panel_report.of_copying"), ""),
        ("own", translate("panel_report.own"), "aside"),
        ("inside", translate("panel_report.inside_head", level=f"{LEVEL:.0f}"), "aside"),
        ("rank", translate("panel_report.rank"), "aside"),
    ]


def _words(findings: PanelFindings, translate: Catalogue) -> dict[str, Any]:
    """Return the texts of the script; what it completes stands in braces."""
    told = {
        name: translate(f"panel_report.script.{name}", **{each: f"{{{each}}}" for each in values})
        for name, values in SPOKEN
    }
    told |= {name: translate(f"panel_report.script.{name}") for name in WORDS}
    told["date"] = translate("report.date")
    told["not_held"] = translate(f"panel_report.script.not_held{'_command' * translate.command}")
    return {
        **told,
        "rows": ROWS_AT_ONCE,
        "steps_shown": first_steps(findings.plan.frequency),
        "unit": unit_of(findings.panel, translate),
    }
