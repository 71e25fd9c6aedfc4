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

LETTER_WIDTH = 0.57  # width of a Latin letter, as a share of the font's size
FIRST_WIDE_LETTER = 0x2E80  # from this code point on letters are Chinese: as wide as they are high
LINE_HEIGHT = 1.25  # from one line of text to the next, as a share of the font's size
ARROW_HEAD_AREA = 90  # square pixels of an arrow's head
OP_AMP = "M-1,0L1,-1L1,1Z"  # a triangle that points left


def extent(text: str, size: float) -> Point:
    """Return the approximate width and height, in pixels, of a text of one or more lines."""
    lines = text.split("\n")
    wide = max(
        sum(1.0 if ord(letter) >= FIRST_WIDE_LETTER or letter in "∂×" else LETTER_WIDTH for letter in line)
        for line in lines
    )
    return wide * size, len(lines) * LINE_HEIGHT * size


class Drawing:
    """Collects shapes and texts, then draws them kind by kind: boxes, lines, arrow heads, shapes, labels, texts.

    Within a kind, what was added later lies on top.

    Parameters
    ----------
    width, height : float
        In pixels.
    """

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
        """Add a rectangle; its `tooltip`, by field, appears under the pointer."""
        (x, y), (wide, high) = corner, size
        where = {"x": x, "y": y, "x2": x + wide, "y2": y + high}
        self._boxes.append(where | {"fill": fill, "opacity": opacity, "stroke": stroke} | dict(tooltip or {}))

    def line(
        self, start: Point, end: Point, *, colour: str = GREY, width: float = 1.0, head: float | None = None,
        dashed: bool = False, tooltip: Mapping[str, str] | None = None, below: bool = False,
    ) -> None:  # fmt: skip
        """Add a line, with an arrow head at the share `head` of its length; `below` puts it under the earlier lines."""
        where = {"x": start[0], "y": start[1], "x2": end[0], "y2": end[1]}
        row = where | {"colour": colour, "width": width, "dash": 5 if dashed else 0} | dict(tooltip or {})
        self._lines.insert(0 if below else len(self._lines), row)
        if head is not None:
            across, down = end[0] - start[0], end[1] - start[1]
            angle = math.degrees(math.atan2(across, -down))
            at = {"x": start[0] + head * across, "y": start[1] + head * down}
            self._heads.append(at | {"angle": angle, "colour": colour, "size": ARROW_HEAD_AREA * max(1.0, width / 2)})

    def shape(
        self, at: Point, radius: float, *, shape: str = "circle", fill: str = "white", stroke: str = GREY,
        width: float = 1.3, tooltip: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Add a circle, or another shape in a square with sides of twice the radius. Labels keep clear of it."""
        where = {"x": at[0], "y": at[1], "shape": shape, "size": (2 * radius) ** 2}
        self._shapes.append(where | {"fill": fill, "stroke": stroke, "width": width} | dict(tooltip or {}))
        self._taken.append((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius))

    def text(
        self, at: Point, text: str, *, colour: str = INK, size: float = 11, bold: bool = False,
        align: str = "center", outlined: bool = False, angle: float = 0.0,
    ) -> None:  # fmt: skip
        """Add a text whose lines are centred on the point's height; `outlined` in white where lines may lie behind."""
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
        """Add lines of text, each with its colour, at the first free place; return whether there was one.

        The text lies on a white plate, so that no wire runs through it.
        """
        lines = list(texts)
        for x, y in places:
            box = self.plate((x, y), lines, size=size)
            if self.is_free(box):
                where = dict(zip(("x", "y", "x2", "y2"), box, strict=True))
                self._plates.append(where | {"fill": "white", "opacity": 0.92, "stroke": frame})
                for at, (text, colour) in enumerate(lines):
                    down = y + (at - (len(lines) - 1) / 2) * LINE_HEIGHT * size
                    self.text((x, down), text, colour=colour, size=size, bold=bold)
                return True
        return False

    def plate(self, at: Point, texts: Iterable[tuple[str, str]], *, size: float = 10.5) -> Box:
        """Return the plate, centred on a point, that lines of text with their colours need."""
        wide, high = extent("\n".join(text for text, _ in texts), size)
        return (at[0] - wide / 2 - 2, at[1] - high / 2, at[0] + wide / 2 + 2, at[1] + high / 2)

    def is_free(self, box: Box, taken: Iterable[Box] = ()) -> bool:
        """Whether a plate lies within the drawing and overlaps no shape, no text and none of the boxes `taken`."""
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self.width and box[3] <= self.height
        return inside and not any(_meet(box, other) for other in (*self._taken, *taken))

    def chart(self, tips: Mapping[str, str] | None = None) -> alt.LayerChart:
        """Return the drawing as a chart.

        Parameters
        ----------
        tips : mapping, optional
            Each field of the tooltips to its title.
        """
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
                    x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), color=alt.Color("colour:N", scale=None),
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
        x2=alt.X2("x2:Q"),
        y2=alt.Y2("y2:Q"),
        fill=alt.Fill("fill:N", scale=None),
        fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
    )


def _written(base: alt.Chart, *, bold: bool, outline: int) -> alt.Chart:
    """Draw texts; with an `outline` in pixels, white ones that lie under the coloured ones."""
    paint = alt.value("white") if outline else alt.Color("colour:N", scale=None)
    return base.mark_text(
        align=alt.expr("datum.align"),
        baseline="middle",
        fontWeight="bold" if bold else "normal",
        stroke="white",
        strokeWidth=outline,
        strokeJoin="round",
    ).encode(
        text=alt.Text("text:N"),
        color=paint,
        size=alt.Size("size:Q", scale=None),
        angle=alt.Angle("angle:Q", scale=None),
    )


def resized(box: Box, share: float, more: float = 0.0) -> Box:
    """Return a box with the same centre: a share of the size, plus `more` pixels on every side."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide, high = share * (box[2] - box[0]) / 2 + more, share * (box[3] - box[1]) / 2 + more
    return (x - wide, y - high, x + wide, y + high)


def crosses(box: Box, start: Point, end: Point) -> bool:
    """Whether a line segment crosses a box (Liang and Barsky 1984)."""
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
