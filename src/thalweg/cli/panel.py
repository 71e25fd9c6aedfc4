"""The findings of many series as the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from thalweg.charts.events import known_day_name
from thalweg.charts.numbers import number_among, signed, thousands
from thalweg.cli.wrap import Sentence
from thalweg.forecast.panel.days_told import told_days
from thalweg.forecast.panel.look_first import look_first
from thalweg.forecast.panel.sum_of_all import sum_of_all
from thalweg.forecast.panel.summary import sentences
from thalweg.report.charts.forecast import usual_past
from thalweg.report.charts.panel import unit_of
from thalweg.report.panel import in_a_row
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from thalweg.forecast.panel.look_first import Concern
    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.messages import Catalogue

SHOWN = 5  # series to look at first
WIDEST = 3  # of the width is the share of a name, at most one third


def print_panel(console: Console, findings: PanelFindings, translate: Catalogue) -> None:
    """Print how good the forecasts are, what they add up to, and which series to look at first."""
    for each in _parts(console, findings, translate):
        console.print(each)


def _parts(console: Console, findings: PanelFindings, translate: Catalogue) -> Iterator[RenderableType]:
    yield from (Sentence(translate(each)) for each in sentences(findings))
    if told := told_days(findings)[:SHOWN]:
        country, language = findings.settings["country"], translate.language
        each = [f"{known_day_name(day, language, country)} {signed(100 * day.share, 0)}%" for day in told]
        yield Sentence(translate("cli.panel.days", days=translate("cli.panel.between_days").join(each)))
    summed = sum_of_all(findings, usual_past(findings.plan.frequency))
    if summed is not None:
        told = {"total": number_among(summed.total, summed.known), "count": thousands(summed.count)}
        told["left_out"] = thousands(summed.left_out)
        key = f"cli.panel.sum{'_left_out' * (summed.left_out > 0)}{'_one' * (len(summed.ahead) == 1)}"
        yield Sentence(translate(key, horizon=len(summed.ahead), name=unit_of(findings.panel, translate), **told))
    concerns = look_first(findings)
    yield ""
    if not concerns:
        yield Sentence(translate("panel_report.none_first"))
    else:
        head = "cli.panel.look_first" if len(concerns) <= SHOWN else "cli.panel.look_first_of"
        yield Text(translate(head, shown=min(SHOWN, len(concerns)), count=thousands(len(concerns))), style="bold")
        yield _concerns(concerns[:SHOWN], console.width // WIDEST, translate)
    yield ""


def _concerns(concerns: Sequence[Concern], widest: int, translate: Catalogue) -> Padding:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(max_width=widest, overflow="fold")
    grid.add_column()
    for each in concerns:
        reasons = in_a_row([translate(reason) for reason in each.reasons], translate)
        grid.add_row(Text(quotable(each.name)), Sentence(reasons))
    return Padding(grid, (0, 0, 0, 2), expand=False)
