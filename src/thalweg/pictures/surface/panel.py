"""One panel of the error surface: shades of L with contour lines, and paths drawn on them (L3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import altair as alt
import numpy as np
from contourpy import FillType, LineType, contour_generator

from thalweg.charts.numbers import number
from thalweg.charts.style import BLUE, INK, PALE_SKY, SKY, columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.explain.surface import Surface

    _Outlines = tuple[list[NDArray[np.float64]], list[NDArray[np.uint32]]]  # of FillType.OuterOffset

CELLS_PER_SIDE = 30  # cells in which a tooltip shows L
CONTOUR_LEVELS = 10
SHADES = ("#ffffff", PALE_SKY, SKY, BLUE)  # from the lowest L to the greatest
LINE_TOLERANCE_PIXELS = 0.25  # a point of a contour line that is nearer to the straight line is left out
LABEL_SPACING_PIXELS = 58.0  # between the labels of contour lines
EDGE_MARGIN_PIXELS = 24.0  # between a label and the edge of the panel
ARROW_PIXELS = 56.0


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel with a surface.

    Attributes
    ----------
    surface : Surface
    axes : (str, str)
        Titles of the horizontal and the vertical axis.
    width, height : int
    unit : str
        The unit of L, for tooltips.
    named : (str, str)
        The names of u and v, for tooltips.
    """

    surface: Surface
    axes: tuple[str, str]
    width: int
    height: int
    unit: str = "L"
    named: tuple[str, str] = ("u", "v")
    avoided: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))

    @property
    def low(self) -> NDArray[np.float64]:
        """The least u and v."""
        return np.array([self.surface.u[0], self.surface.v[0]])

    @property
    def high(self) -> NDArray[np.float64]:
        """The greatest u and v."""
        return np.array([self.surface.u[-1], self.surface.v[-1]])

    def x(self, name: str = "u") -> alt.X:
        """Return the horizontal channel."""
        scale = alt.Scale(domain=[float(self.low[0]), float(self.high[0])], nice=False, zero=False)
        return alt.X(f"{name}:Q", title=self.axes[0], scale=scale, axis=alt.Axis(grid=False, tickCount=8))

    def y(self, name: str = "v") -> alt.Y:
        """Return the vertical channel."""
        scale = alt.Scale(domain=[float(self.low[1]), float(self.high[1])], nice=False, zero=False)
        return alt.Y(f"{name}:Q", title=self.axes[1], scale=scale, axis=alt.Axis(grid=False, tickCount=8))

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points in pixels from the panel's lower left corner, shape (points, 2)."""
        return (points - self.low) / (self.high - self.low) * np.array([self.width, self.height])

    def tips(self) -> list[alt.Tooltip]:
        """Return the tooltip of a point."""
        return [
            alt.Tooltip("u:Q", title=self.named[0], format=",.4~g"),
            alt.Tooltip("v:Q", title=self.named[1], format=",.4~g"),
            alt.Tooltip("loss:Q", title=self.unit, format=",.5~g"),
        ]

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """L of the contour lines. They are denser near the lowest L, so that the valley is visible."""
        least, most = float(self.surface.losses.min()), float(self.surface.losses.max())
        levels = least + (most - least) * (np.arange(1, CONTOUR_LEVELS) / CONTOUR_LEVELS) ** 2
        step = 10 ** np.floor(np.log10(max(levels[0] - least, 1e-300))) / 2
        return np.unique(np.round(levels / step) * step)

    def cells(self) -> dict[str, NDArray[np.float64]]:
        """Return cells as columns: a cell's edges, its middle, and L there."""
        surface = self.surface
        edges = [np.linspace(self.low[axis], self.high[axis], CELLS_PER_SIDE + 1) for axis in (0, 1)]
        middles = [(edge[1:] + edge[:-1]) / 2 for edge in edges]
        column = [int(np.argmin(np.abs(surface.u - middle))) for middle in middles[0]]
        row = [int(np.argmin(np.abs(surface.v - middle))) for middle in middles[1]]
        losses = surface.losses[np.ix_(row, column)]
        u, v = np.meshgrid(middles[0], middles[1])
        wide, tall = edges[0][1] - edges[0][0], edges[1][1] - edges[1][0]
        table = {"u": u, "v": v, "left": u - wide / 2, "right": u + wide / 2, "low": v - tall / 2}
        table |= {"high": v + tall / 2, "loss": losses}
        return {name: values.ravel() for name, values in table.items()}

    def shading(self) -> list[alt.Chart]:
        """Return the layers of the surface: shades, contour lines and their labels."""
        tooltips = (
            alt.Chart(columns(self.cells()))
            .mark_rect(clip=True, strokeWidth=0, opacity=0)  # invisible; it shows the tooltips
            .encode(x=self.x("left"), x2=alt.X2("right:Q"), y=self.y("low"), y2=alt.Y2("high:Q"), tooltip=self.tips())
        )
        bands = (
            alt.Chart(self._bands())
            .mark_line(strokeWidth=0, clip=True)
            .encode(
                x=self.x(),
                y=self.y(),
                detail=alt.Detail("piece:N"),
                order=alt.Order("at:Q"),
                fill=alt.Fill("colour:N", scale=None),
                stroke=alt.value(None),
            )
        )
        lines, labels = self._contours()
        drawn = [bands, tooltips]
        if lines is not None and labels is not None:
            contour = (
                alt.Chart(lines)
                .mark_line(color=INK, opacity=0.4, strokeWidth=0.8, clip=True)
                .encode(x=self.x(), y=self.y(), detail=alt.Detail("piece:N"), order=alt.Order("at:Q"))
            )
            drawn += [contour, *self.text(labels, "text", INK, size=11)]
        return drawn

    def text(
        self,
        data: alt.InlineData,
        name: str,
        colour: str,
        *,
        size: int = 12,
        dx: float = 0,
        dy: float = 0,
        align: str = "center",
        bold: bool = False,
        shown: str | None = None,
    ) -> list[alt.Chart]:
        """Return words on the surface, with a white edge so that they are readable on every shade."""
        made: list[alt.Chart] = []
        white: dict[str, Any] = {"stroke": "white", "strokeWidth": 3.5, "strokeJoin": "round", "color": "white"}
        edges: list[dict[str, Any]] = [white, {"color": colour}]
        for edge in edges:
            base = alt.Chart(data)
            if shown is not None:
                base = base.transform_filter(shown)
            mark = base.mark_text(
                fontSize=size,
                fontWeight="bold" if bold else "normal",
                dx=dx,
                dy=dy,
                align=align,  # pyright: ignore[reportArgumentType] - one of Vega's words
                baseline="middle",
                **edge,
            )
            made.append(mark.encode(x=self.x(), y=self.y(), text=alt.Text(f"{name}:N")))
        return made

    def path(
        self, points: NDArray[np.float64], losses: NDArray[np.float64], colour: str, *, width: float = 2.0
    ) -> list[alt.Chart]:
        """Return a path with a dot at each of its points."""
        data = columns(
            {"u": points[:, 0], "v": points[:, 1], "loss": losses, "number": np.arange(len(points), dtype=np.int64)}
        )
        base = alt.Chart(data).encode(x=self.x(), y=self.y())
        return [
            base.mark_line(color="white", strokeWidth=width + 2.2, opacity=0.8, clip=True).encode(
                order=alt.Order("number:Q")
            ),
            base.mark_line(color=colour, strokeWidth=width, clip=True).encode(order=alt.Order("number:Q")),
            base.mark_point(color=colour, filled=True, size=26, opacity=1, clip=True).encode(tooltip=self.tips()),
        ]

    def mark(
        self, points: NDArray[np.float64], losses: NDArray[np.float64], colour: str, shape: str, *, size: int = 150
    ) -> alt.Chart:
        """Return marks for single places: start, end, the lowest point."""
        data = columns({"u": points[:, 0], "v": points[:, 1], "loss": losses})
        return (
            alt.Chart(data)
            .mark_point(color=colour, fill=colour, shape=shape, size=size, stroke="white", strokeWidth=1.5, opacity=1)
            .encode(x=self.x(), y=self.y(), tooltip=self.tips())
        )

    def numbered(self, points: NDArray[np.float64], every: int, room: float = 13.0) -> dict[int, str]:
        """Return the points of a path that have a number: the first few and every n-th, where there is room."""
        places, kept = self.pixels(points), list[int]()
        wanted = [*range(min(6, len(points))), *range(every, len(points), every)]
        for at in dict.fromkeys(wanted):
            inside = bool((places[at] >= 0).all() and (places[at] <= [self.width, self.height]).all())
            if inside and all(np.hypot(*(places[at] - places[other])) >= room for other in kept):
                kept.append(at)
        return {at: str(at) for at in kept}

    def arrow(self, point: NDArray[np.float64], move: NDArray[np.float64]) -> tuple[float, float, float]:
        """Return the end of an arrow from a point along a move, and the angle of its head in degrees."""
        scale = np.array([self.width, self.height]) / (self.high - self.low)
        way = move * scale
        length = float(np.hypot(*way))
        if not length > 0:
            return float(point[0]), float(point[1]), 0.0
        way = way / length
        place = self.pixels(point[None])[0]
        edges = np.array([self.width, self.height], dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            free = np.where(way > 0, (edges - place) / way, np.where(way < 0, -place / way, np.inf))
        reach = float(np.clip(free.min() - 8, 0, ARROW_PIXELS))
        u, v = point + way * reach / scale
        return float(u), float(v), float(np.degrees(np.arctan2(way[0], way[1])))

    def free_corner(self, points: NDArray[np.float64]) -> tuple[int, int]:
        """Return the corner, (0 or 1 to the right, 0 or 1 up), that lies farthest from the points."""
        places = self.pixels(points)
        corners = [(right, up) for up in (1, 0) for right in (0, 1)]
        return max(
            corners,
            key=lambda corner: float(
                np.hypot(*(places - np.array([corner[0] * self.width, corner[1] * self.height])).T).min()
            ),
        )

    def words_in(self, corner: tuple[int, int]) -> NDArray[np.float64]:
        """Return points that a line of words in a corner covers, so that no label is placed under it."""
        across = np.arange(20.0, 320.0, 50.0)
        across = self.width - across if corner[0] else across
        places = np.stack([across, np.full(len(across), self.height - 14.0 if corner[1] else 14.0)], axis=1)
        return self.low + places / np.array([self.width, self.height]) * (self.high - self.low)

    def _bands(self) -> alt.InlineData:
        """Return the shades: for each contour line, from the greatest L on, all that lies below it."""
        surface = self.surface
        generator = contour_generator(surface.u, surface.v, surface.losses, fill_type=FillType.OuterOffset)
        edges = [*self.levels, np.inf]
        kept: dict[str, list[Any]] = {"u": [], "v": [], "piece": [], "at": [], "colour": []}
        pieces = 0
        for at, edge in reversed(list(enumerate(edges))):
            outlines, offsets = cast("_Outlines", generator.filled(-np.inf, float(edge)))
            for outline, cuts in zip(outlines, offsets, strict=True):
                rings = [self._fewer(outline[low:high]) for low, high in pairwise(cuts.tolist())]
                # A hole is cut along a seam: to the hole, around its edge in reverse, and back.
                points = np.concatenate([*rings, *(ring[:1] for ring in reversed(rings[:-1]))])
                kept["u"] += points[:, 0].tolist()
                kept["v"] += points[:, 1].tolist()
                kept["piece"] += [pieces] * len(points)
                kept["at"] += range(len(points))
                kept["colour"] += [_shade(at / (len(edges) - 1))] * len(points)
                pieces += 1
        return columns({name: np.array(values) for name, values in kept.items()})

    def _fewer(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points of a line without those that lie on a straight line between others."""
        places, kept = self.pixels(points), np.zeros(len(points), dtype=bool)
        kept[[0, -1]] = True
        middle = len(points) // 2
        parts = [(0, middle), (middle, len(points) - 1)]  # in two parts, because a closed line begins where it ends
        while parts:
            low, high = parts.pop()
            kept[[low, high]] = True
            if high - low < 2:  # noqa: PLR2004 - nothing between
                continue
            way, away = places[high] - places[low], places[low + 1 : high] - places[low]
            length = float(np.hypot(*way))
            off = np.abs(way[0] * away[:, 1] - way[1] * away[:, 0]) / length if length else np.hypot(*away.T)
            most = int(np.argmax(off))
            if off[most] > LINE_TOLERANCE_PIXELS:
                parts += [(low, low + 1 + most), (low + 1 + most, high)]
        return points[kept]

    def _contours(self) -> tuple[alt.InlineData | None, alt.InlineData | None]:
        """Return the contour lines and their labels, each where it lies farthest from the others and from the path."""
        surface = self.surface
        generator = contour_generator(surface.u, surface.v, surface.losses, line_type=LineType.Separate)
        kept: dict[str, list[NDArray[np.float64]]] = {"u": [], "v": [], "piece": [], "at": []}
        placed, labels = list(self.pixels(self.avoided)), list[tuple[float, float, str]]()
        pieces = 0
        for level in self.levels:
            found: list[NDArray[np.float64]] = []
            for line in generator.lines(float(level)):
                points = np.asarray(line, dtype=np.float64)
                found.append(points)
            for points in map(self._fewer, found):
                for name, values in (("u", points[:, 0]), ("v", points[:, 1])):
                    kept[name].append(values)
                kept["piece"].append(np.full(len(points), float(pieces)))
                kept["at"].append(np.arange(len(points), dtype=np.float64))
                pieces += 1
            where = self._label_place(found, placed, 4.0 * len(number(float(level))))
            if where is not None:
                placed.append(self.pixels(where[None])[0])
                labels.append((float(where[0]), float(where[1]), number(float(level))))
        if not pieces:
            return None, None
        lines = columns({name: np.concatenate(values) for name, values in kept.items()})
        u, v, text = zip(*labels, strict=True) if labels else ((), (), ())
        return lines, columns({"u": np.array(u, dtype=float), "v": np.array(v, dtype=float), "text": np.array(text)})

    def _label_place(
        self, lines: list[NDArray[np.float64]], placed: list[NDArray[np.float64]], half: float
    ) -> NDArray[np.float64] | None:
        if not lines:
            return None
        points = np.concatenate(lines)
        places = self.pixels(points)
        margin = np.array([max(EDGE_MARGIN_PIXELS, half), EDGE_MARGIN_PIXELS])  # so that no label is cut off
        inside = ((places > margin) & (places < np.array([self.width, self.height]) - margin)).all(axis=1)
        if not inside.any():
            return None
        points, places = points[inside], places[inside]
        if not placed:
            return points[len(points) // 2]
        near = np.min([np.hypot(*(places - other).T) for other in placed], axis=0)
        best = int(np.argmax(np.minimum(near, 2.5 * LABEL_SPACING_PIXELS)))
        return points[best] if near[best] >= LABEL_SPACING_PIXELS / 2 else None


def _shade(share: float) -> str:
    """Return the colour of a share, from 0 for the lowest L to 1 for the greatest."""
    at = share * (len(SHADES) - 1)
    low = min(int(at), len(SHADES) - 2)
    ends = [[int(colour[digit : digit + 2], 16) for digit in (1, 3, 5)] for colour in SHADES[low : low + 2]]
    mixed = (round(one + (other - one) * (at - low)) for one, other in zip(*ends, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
