"""What all charts share: colours, fonts, their data as CSV, axes of days, titles."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any, TypeVar

import altair as alt
import numpy as np
import vl_convert

from thalweg.charts.numbers import when
from thalweg.charts.steps import speaking
from thalweg.messages import catalogue
from thalweg.series.frequency.dates import is_moment, iso, isos, months, python_date, step_range, steps_between, years
from thalweg.series.frequency.record import DAILY, MONTHS_OF_A_YEAR
from thalweg.series.variation import figures, variation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency

Chart = TypeVar("Chart", alt.Chart, alt.LayerChart, alt.HConcatChart, alt.VConcatChart)

# The colours of Okabe and Ito (2008): colour-blind people can tell them apart.
INK = "#1f2328"
GREY = "#6b7280"
PALE = "#d9dde3"
BLUE = "#0072b2"
SKY = "#9ccbe8"
PALE_SKY = "#d8ebf7"
GREEN = "#009e73"
VERMILLION = "#d55e00"
ORANGE = "#e69f00"
PURPLE = "#cc79a7"
MONTHS_BETWEEN_TICKS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000)
TICKS_OVER = 1.25  # times as many ticks as asked for, where the next coarser ones would be few
TIME = "%H:%M"  # of a day, as D3 writes it
PART_COLOURS = ("#dfeaf4", "#cfeae0", "#fbe3c0")

WIDTH_PIXELS = 780
HEIGHT_PIXELS = 320
LABELS_APART_PIXELS = 8  # on an axis of dates
FONT = (
    "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
)
DATA_FIGURES = 7  # significant figures of the data, unless they vary by less: more would make the page larger
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def _cells(column: NDArray[Any]) -> list[str]:
    """Return a column's cells as text, its numbers with the figures that show how they vary."""
    if column.dtype.kind != "f":
        return [str(value) for value in column.tolist()]
    finite = np.isfinite(column)
    shown = figures(float(np.abs(column[finite]).max(initial=0.0)), variation(column), DATA_FIGURES, 4)
    return [f"{value:.{shown}g}" if math.isfinite(value) else "" for value in column.tolist()]


def columns(table: Mapping[str, NDArray[Any]]) -> alt.InlineData:
    """Return equally long columns as data for a chart; numbers that are not finite leave a gap.

    The data is CSV text: that takes a third of the space of records, and Altair does not validate every day.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*map(_cells, table.values()), strict=True))
    numbers = {name: "number" for name, column in table.items() if column.dtype.kind in "fi"}
    return alt.InlineData(values=text.getvalue(), format=alt.CsvDataFormat(type="csv", parse=numbers))


def days(dates: NDArray[np.datetime64]) -> NDArray[np.str_]:
    """Return dates as ISO 8601 writes them. A chart reads them as UTC, so that every time zone shows the same."""
    written = isos(dates)
    return np.char.add(np.char.replace(written, " ", "T"), "Z") if is_moment(dates) and dates.size else written


def every_step(
    frequency: Frequency, dates: NDArray[np.datetime64], table: Mapping[str, NDArray[np.float64]]
) -> tuple[NDArray[np.datetime64], dict[str, NDArray[np.float64]]]:
    """Return the table with a row for each date that occurs from the first to the last; added rows hold NaN."""
    if not len(dates):
        return dates, dict(table)
    whole = step_range(frequency, dates[0], steps_between(frequency, dates[0], dates[-1]) + 1)
    place = np.searchsorted(whole, dates)
    filled = {name: np.full(len(whole), np.nan) for name in table}
    for name, column in table.items():
        filled[name][place] = column
    return whole, filled


def parted(
    frequency: Frequency, dates: NDArray[np.datetime64], table: Mapping[str, NDArray[np.float64]]
) -> tuple[NDArray[np.datetime64], dict[str, NDArray[np.float64]]]:
    """Return dates and columns with an empty row in each night or weekday without values, so that no line crosses it.

    Only a series whose values stand at some times of day has such nights.
    """
    if not frequency.slots:
        return dates, dict(table)
    between = np.diff(dates)
    before = np.flatnonzero(between > np.timedelta64(frequency.units, "m"))
    parts = np.insert(dates, before + 1, dates[before] + between[before] // 2)
    return parts, {name: np.insert(column, before + 1, np.nan) for name, column in table.items()}


def day_axis(
    language: str,
    field: str = "day",
    *,
    weekly: bool = False,
    padding: int = 0,
    ticks: int = 8,
    frequency: Frequency = DAILY,
    dates: NDArray[np.datetime64] | None = None,
    flush: int | None = None,
) -> alt.X:
    """Return the horizontal axis of dates, with about `ticks` ticks, or with one a week where days are few.

    Where steps are months or longer, a tick stands at the date of a value and has the name of its period. So the
    `dates` of all values must be given: a month may be dated by its last day, and a year by any. A label within `flush`
    pixels of an end of the axis is written inwards, so that it is not cut off.
    """
    if frequency.by_month and dates is not None:
        axis = _period_axis(frequency, dates, ticks, language)
        if flush is not None:
            axis.labelFlush = flush
        return alt.X(f"{field}:T", axis=axis, scale=alt.Scale(type="utc", padding=padding))
    few_days = weekly and frequency.by_day
    axis = alt.Axis(
        title=None,
        labelOverlap="greedy",
        labelSeparation=LABELS_APART_PIXELS,
        grid=False,
        tickCount={"interval": "week", "step": 1} if few_days else ticks,
    )
    short, month, year = ("%-m月%-d日", "%-m月", "%Y年") if language == "zh" else ("%-d %b", "%B", "%Y")
    if flush is not None:
        axis.labelFlush = flush
    if few_days:
        axis.format = short
    else:
        time = f"utchours(datum.value) + utcminutes(datum.value) > 0 ? utcFormat(datum.value, '{TIME}') : "
        axis.labelExpr = (
            f"{time if frequency.sub_daily else ''}"
            f"utcdate(datum.value) != 1 ? utcFormat(datum.value, '{short}') : "
            f"utcFormat(datum.value, utcmonth(datum.value) == 0 ? '{year}' : '{month}')"
        )
    return alt.X(f"{field}:T", axis=axis, scale=alt.Scale(type="utc", padding=padding))


def _period_axis(frequency: Frequency, dates: NDArray[np.datetime64], ticks: int, language: str) -> alt.Axis:
    """Return the axis of months, quarters or years, with a tick at the date of each so many-th."""
    first, last = dates.min(), dates.max()
    whole = step_range(frequency, first, steps_between(frequency, first, last) + 1)
    month = years(whole) * MONTHS_OF_A_YEAR + months(whole)
    begun = month - month[0] % frequency.units  # the first period of a calendar year counts as its January
    apart = [each for each in MONTHS_BETWEEN_TICKS if each % frequency.units == 0]
    placed = next((each for each in apart if (begun % each == 0).sum() <= TICKS_OVER * ticks), apart[-1])
    shown = whole[begun % placed == 0]
    names = {iso(date)[: len("2021-02")]: when(date, frequency, language) for date in shown}
    days_shown = map(python_date, shown)
    return alt.Axis(
        title=None,
        labelOverlap=True,
        grid=False,
        labelSeparation=LABELS_APART_PIXELS,
        values=[alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in days_shown],
        labelExpr=f"{quote(names)}[utcFormat(datum.value, '%Y-%m')]",
    )


def day_tip(language: str, field: str = "day", frequency: Frequency = DAILY) -> alt.Tooltip:
    """Return the field of a tooltip that holds a date: the month alone for months, the time too for parts of a day."""
    form = "%Y年%-m月%-d日%a" if language == "zh" else "%a %-d %b %Y"
    if frequency.by_month:
        form = "%Y年%-m月" if language == "zh" else "%B %Y"
    elif frequency.sub_daily:
        form = f"{form} {TIME}"
    title = speaking(language, frequency)("report.date")
    return alt.Tooltip(
        f"{field}:T",
        timeUnit="utcyearmonthdatehoursminutes" if frequency.sub_daily else "utcyearmonthdate",
        format=form,
        title=title,
    )


def key(colours: Mapping[str, str]) -> alt.Chart:
    """Return a layer that draws only the legend, above the chart; `colours` is name to colour."""
    legend = alt.Legend(
        orient="top", title=None, symbolType="square", symbolOpacity=1, symbolSize=120, labelLimit=0, columns=5
    )
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    names = alt.Data(values=[{"name": name} for name in colours])
    return alt.Chart(names).mark_square(opacity=0).encode(color=alt.Color("name:N", scale=scale, legend=legend))


def lines_key(styles: Mapping[str, tuple[str, Sequence[int]]]) -> alt.Chart:
    """Return a layer that draws only the legend of lines; `styles` is name to colour and dash."""
    legend = alt.Legend(
        orient="top",
        title=None,
        symbolType="stroke",
        symbolOpacity=1,
        symbolSize=600,
        symbolStrokeWidth=2,
        labelLimit=0,
        columns=5,
    )
    colours = alt.Scale(domain=list(styles), range=[colour for colour, _ in styles.values()])
    dashes = alt.Scale(domain=list(styles), range=[list(dash) for _, dash in styles.values()])
    names = alt.Data(values=[{"name": name} for name in styles])
    return (
        alt.Chart(names)
        .mark_line(opacity=0)
        .encode(
            color=alt.Color("name:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=legend),
        )
    )


def band(base: alt.Chart, low: str, high: str, colour: str, title: str | None) -> alt.Chart:
    """Return an interval, drawn as a band between two columns."""
    scale = alt.Scale(zero=False)
    return base.mark_area(color=colour, clip=True).encode(
        y=alt.Y(f"{low}:Q", title=title, scale=scale), y2=alt.Y2(f"{high}:Q")
    )


def short_format(most: float) -> str:
    """Return the number format of an axis that ends at `most`: 25k for 25,000, but 0.25 and not 250m."""
    return "~s" if most >= 1 else "~g"


def short_axis(most: float, **options: Any) -> alt.Axis:  # noqa: ANN401 - those of an axis
    """Return an axis that ends at `most`, with short numbers and a plain 0. Vega would write 0k."""
    return alt.Axis(format=short_format(most), labelExpr="datum.value ? datum.label : '0'", **options)


def quote(text: str | Sequence[Any] | Mapping[str, Any]) -> str:
    """Return text, or lists and mappings of it, as a literal of a Vega expression. A user's text stays text."""
    return json.dumps(text, ensure_ascii=False)


def loss_unit(loss: str, name: str, language: str = "en") -> str:
    """Return the unit of a loss in words: the user's unit, or its square for ``mse``."""
    return catalogue(language)("look.error.unit_squared", name=name) if loss == "mse" else name


def layered(*layers: alt.Chart, width: int = WIDTH_PIXELS, height: int = HEIGHT_PIXELS) -> alt.LayerChart:
    """Return a chart of layers, the first at the bottom; width and height are in pixels."""
    return alt.LayerChart(layer=[_written_out(layer) for layer in layers], width=width, height=height)


def _written_out(layer: alt.Chart) -> alt.Chart:
    """Return the layer with its mark and its channels as plain Vega-Lite.

    Altair copies a layer several times before it is drawn. Of its own objects it copies each property that there could
    be, which took longer than all the rest of a page.
    """
    written = layer.copy(deep=False)
    if isinstance(layer.mark, alt.SchemaBase):
        written.mark = layer.mark.to_dict(validate=False)
    if isinstance(layer.encoding, alt.SchemaBase):
        written.encoding = alt.FacetedEncoding(**layer.encoding.to_dict(validate=False))
    return written


def vega_lite(chart: alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart) -> dict[str, Any]:
    """Return a chart as Vega-Lite; Altair's validation is left to the tests, so that users do not wait for it."""
    described = chart.to_dict(validate=False)
    _escape_tooltips(described)
    return described


def _escape_tooltips(node: Any) -> None:  # noqa: ANN401 - any part of a chart
    """Write the titles of tooltips so that Vega shows them: Vega-Lite makes an expression of them as they stand."""
    if isinstance(node, list):
        for each in node:
            _escape_tooltips(each)
    elif isinstance(node, dict):
        for name, each in node.items():
            if name == "tooltip" and isinstance(each, list):
                for tip in each:
                    if isinstance(tip.get("title"), str):
                        tip["title"] = _tip_title(tip["title"])
            elif name not in ("data", "datasets"):
                _escape_tooltips(each)


def _tip_title(title: str) -> str:
    title = title.replace("\\", "\\\\")
    return title.capitalize() if title in ("title", "image") else title  # Vega's tooltip would take these as orders


def headed(chart: Chart, title: str) -> Chart:
    """Give a panel of a chart its own small title; return the panel."""
    chart.title = alt.Title(title, fontSize=12, fontWeight="normal", anchor="start", offset=4)
    return chart


def dress(chart: Chart, title: str, subtitle: str, language: str = "en", *, simulated: bool = False) -> Chart:
    """Give a chart its title, which says so where the data is simulated, its fonts and its colours; return the chart.

    The chart itself is changed, because a copy by `properties` or `configure` takes Altair longer than all the rest.
    """
    translate = catalogue(language)
    if simulated:
        title = translate("report.simulated_title", text=title)
    locale: dict[str, Any] = {}
    if language == "zh":
        locale["locale"] = {"time": vl_convert.get_time_format_locale("zh-CN")}
    chart.title = alt.Title(title, subtitle=subtitle)
    chart.config = alt.Config(
        font=FONT,
        background="white",
        padding=6,
        title=alt.TitleConfig(
            anchor="start",
            frame="bounds",
            fontSize=15,
            fontWeight=600,
            color=INK,
            subtitleColor=GREY,
            subtitleFontSize=12,
            subtitlePadding=5,
            offset=12,
        ),
        axis=alt.AxisConfig(
            labelColor=INK,
            labelFontSize=12,
            titleColor=GREY,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor="#e8eaee",
            domainColor=PALE,
            tickColor=PALE,
        ),
        legend=alt.LegendConfig(labelFontSize=12, labelColor=INK, columnPadding=18, padding=0, offset=10),
        view=alt.ViewConfig(stroke=None),
        # Vega-Lite would describe every mark in an expression, which a backslash in a name breaks. Pages name pictures.
        aria=False,
        **locale,
    )
    return chart
