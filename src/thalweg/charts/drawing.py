"""A drawing measured in pixels from its top left corner: wires, arrows, shapes, numbers that do not overlap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt

from thalweg.charts.style import GREY, INK, layered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Row = dict[str, Any]

LETTER = 0.57  # of the font's size: how wide a letter is
WIDE = 0x2E80  # from here on letters are Chinese, as wide as high
LINE = 1.25  # of the font's size: from one line to the next
HEAD = 90  # square pixels of an arrow's head
OP_AMP = "M-1,0L1,-1L1,1Z"  # a triangle that points left


def short(value: float) -> str:
    """Write a number for a drawing: two decimals as the lecture does, or two figures where it is small."""
    size = abs(value)
    if not math.isfinite(value):
        return "–"
    if size < 1e-300:  # noqa: PLR2004 - what is below is nothing, and has no logarithm
        return "0"
    if size < 9.5e-5 or size >= 1e6:  # noqa: PLR2004 - written out, it would be too long
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    places = 2 if size >= 0.0995 else 3 if size >= 0.00995 else 4 if size >= 9.95e-4 else 5  # noqa: PLR2004 - two figures
    if size >= 1000:  # noqa: PLR2004 - no decimals
        places = 0
    text = f"{value:,.{places}f}"
    if "." in text and abs(float(text.replace(",", "")) - value) < 1e-12 * max(1.0, size):
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def exact(value: float) -> str:
    """Write a number with five figures, to be compared."""
    if value == 0:
        return "0"
    if abs(value) < 1e-4:  # noqa: PLR2004 - written out, it would be too long
        mantissa, power = f"{value:.4e}".split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    return f"{value:.5g}".replace("-", "−")


def extent(text: str, size: float) -> Point:
    """Return about how wide and high a text of some lines is."""
    lines = text.split("\n")
    wide = max(sum(1.0 if ord(letter) >= WIDE or letter in "∂×" else LETTER for letter in line) for line in lines)
    return wide * size, len(lines) * LINE * size


class Drawing:
    """What is added is drawn kind over kind: boxes, lines, heads, shapes, labels, texts; later over earlier."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._boxes: list[Row] = []
        self._lines: list[Row] = []
        self._heads: list[Row] = []
        self._shapes: list[Row] = []
        self._plates: list[Row] = []
        self._texts: list[Row] = []
        self._taken: list[Box] = []

    def box(
        self,
        corner: Point,
        size: Point,
        *,
        fill: str,
        opacity: float = 1.0,
        stroke: str = "white",
        tooltip: Mapping[str, str] | None = None,
    ) -> None:
        """Add a rectangle; what is `told` shows where one points at it."""
        (x, y), (wide, high) = corner, size
        where = {"x": x, "y": y, "x2": x + wide, "y2": y + high}
        self._boxes.append(where | {"fill": fill, "opacity": opacity, "stroke": stroke} | dict(tooltip or {}))

    def line(
        self, start: Point, end: Point, *, colour: str = GREY, width: float = 1.0, head: float | None = None,
        dashed: bool = False, tooltip: Mapping[str, str] | None = None, below: bool = False,
    ) -> None:  # fmt: skip
        """Add a line, with an arrow's head at a share of its way; `below` the lines that are there already."""
        where = {"x": start[0], "y": start[1], "x2": end[0], "y2": end[1]}
        row = where | {"colour": colour, "width": width, "dash": 5 if dashed else 0} | dict(tooltip or {})
        self._lines.insert(0 if below else len(self._lines), row)
        if head is not None:
            across, down = end[0] - start[0], end[1] - start[1]
            angle = math.degrees(math.atan2(across, -down))
            at = {"x": start[0] + head * across, "y": start[1] + head * down}
            self._heads.append(at | {"angle": angle, "colour": colour, "size": HEAD * max(1.0, width / 2)})

    def shape(
        self, at: Point, radius: float, *, shape: str = "circle", fill: str = "white", stroke: str = GREY,
        width: float = 1.3, tooltip: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Add a circle, or another shape that fills a square of twice the radius; texts keep away from it."""
        where = {"x": at[0], "y": at[1], "shape": shape, "size": (2 * radius) ** 2}
        self._shapes.append(where | {"fill": fill, "stroke": stroke, "width": width} | dict(tooltip or {}))
        self._taken.append((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius))

    def text(
        self, at: Point, text: str, *, colour: str = INK, size: float = 11, bold: bool = False,
        align: str = "center", outlined: bool = False, angle: float = 0.0,
    ) -> None:  # fmt: skip
        """Add a text, its lines centred on the height given; outlined in white where lines may lie behind it."""
        self._texts.append(
            {"x": at[0], "y": at[1], "text": text, "colour": colour, "size": size, "bold": bold, "align": align,
             "outlined": outlined, "angle": angle}
        )  # fmt: skip
        wide, high = extent(text, size)
        left = at[0] - {"left": 0.0, "center": wide / 2, "right": wide}[align]
        self._taken.append((left, at[1] - high / 2, left + wide, at[1] + high / 2))

    def label(
        self,
        places: Iterable[Point],
        texts: Iterable[tuple[str, str]],
        *,
        size: float = 10.5,
        bold: bool = False,
        frame: str = "white",
    ) -> bool:
        """Add lines of text, each with its colour, at the first place that is free; tell whether there was one.

        They lie on a white plate, so that no wire runs through them.
        """
        lines = list(texts)
        for x, y in places:
            box = self.plate((x, y), lines, size=size)
            if self.is_free(box):
                where = dict(zip(("x", "y", "x2", "y2"), box, strict=True))
                self._plates.append(where | {"fill": "white", "opacity": 0.92, "stroke": frame})
                for at, (text, colour) in enumerate(lines):
                    down = y + (at - (len(lines) - 1) / 2) * LINE * size
                    self.text((x, down), text, colour=colour, size=size, bold=bold)
                return True
        return False

    def plate(self, at: Point, texts: Iterable[tuple[str, str]], *, size: float = 10.5) -> Box:
        """Return the plate that lines of text with their colours need about a point."""
        wide, high = extent("\n".join(text for text, _ in texts), size)
        return (at[0] - wide / 2 - 2, at[1] - high / 2, at[0] + wide / 2 + 2, at[1] + high / 2)

    def is_free(self, box: Box, taken: Iterable[Box] = ()) -> bool:
        """Whether a plate lies within the drawing and meets no shape, no text and nothing else that is `taken`."""
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self.width and box[3] <= self.height
        return inside and not any(_meet(box, other) for other in (*self._taken, *taken))

    def chart(self, tips: Mapping[str, str] | None = None) -> alt.LayerChart:
        """Return the drawing; `tips` names what was told of shapes and lines, for who points at them."""
        tooltips = [alt.Tooltip(f"{name}:N", title=title) for name, title in (tips or {}).items()]
        x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, self.width], nice=False, zero=False))
        y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[self.height, 0], nice=False, zero=False))
        parts: list[alt.Chart] = []

        def data(rows: list[Row]) -> alt.Chart:
            return alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)

        if self._boxes:
            parts.append(_filled(data(self._boxes)).encode(tooltip=tooltips))
        if self._lines:
            parts.append(
                data(self._lines).mark_rule(strokeDash=alt.expr("datum.dash ? [5, 4] : [1, 0]")).encode(
                    x2="x2:Q", y2="y2:Q", color=alt.Color("colour:N", scale=None),
                    strokeWidth=alt.StrokeWidth("width:Q", scale=None), tooltip=tooltips,
                )
            )  # fmt: skip
        if self._heads:
            parts.append(
                data(self._heads).mark_point(shape="triangle", filled=True, opacity=1).encode(
                    angle=alt.Angle("angle:Q", scale=None), color=alt.Color("colour:N", scale=None),
                    size=alt.Size("size:Q", scale=None),
                )
            )  # fmt: skip
        if self._shapes:
            parts.append(
                data(self._shapes).mark_point(opacity=1).encode(
                    shape=alt.Shape("shape:N", scale=None), size=alt.Size("size:Q", scale=None),
                    fill=alt.Fill("fill:N", scale=None), stroke=alt.Stroke("stroke:N", scale=None),
                    strokeWidth=alt.StrokeWidth("width:Q", scale=None), tooltip=tooltips,
                )
            )  # fmt: skip
        if self._plates:
            parts.append(_filled(data(self._plates)))
        for bold in (False, True):
            rows = [row for row in self._texts if row["bold"] is bold]
            outlined = [row for row in rows if row["outlined"]]
            for chosen, outline in ((outlined, 4), (rows, 0)):
                if chosen:
                    parts.append(_written(data(chosen), bold=bold, outline=outline))
        return layered(*parts, width=int(self.width), height=int(self.height))


def _filled(base: alt.Chart) -> alt.Chart:
    """Draw rectangles."""
    return base.mark_rect(strokeWidth=1).encode(
        x2="x2:Q",
        y2="y2:Q",
        fill=alt.Fill("fill:N", scale=None),
        fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
    )


def _written(base: alt.Chart, *, bold: bool, outline: int) -> alt.Chart:
    """Draw texts; with an outline, white ones for the coloured to lie on."""
    paint = alt.value("white") if outline else alt.Color("colour:N", scale=None)
    return base.mark_text(
        align=alt.expr("datum.align"),
        baseline="middle",
        fontWeight="bold" if bold else "normal",
        stroke="white",
        strokeWidth=outline,
        strokeJoin="round",
    ).encode(text="text:N", color=paint, size=alt.Size("size:Q", scale=None), angle=alt.Angle("angle:Q", scale=None))


def resized(box: Box, share: float, more: float = 0.0) -> Box:
    """Return a box about the same middle: a share of its size, and some pixels more on every side."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide, high = share * (box[2] - box[0]) / 2 + more, share * (box[3] - box[1]) / 2 + more
    return (x - wide, y - high, x + wide, y + high)


def crosses(box: Box, start: Point, end: Point) -> bool:
    """Whether a line runs through a box (Liang and Barsky 1984)."""
    first, last = 0.0, 1.0
    for axis in (0, 1):
        way = end[axis] - start[axis]
        low, high = box[axis] - start[axis], box[axis + 2] - start[axis]
        if way == 0:
            if low >= 0 or high <= 0:
                return False
            continue
        enter, leave = sorted((low / way, high / way))
        first, last = max(first, enter), min(last, leave)
    return first < last


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
