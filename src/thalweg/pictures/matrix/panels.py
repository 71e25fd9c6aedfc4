"""Matrices as cells with numbers, with brackets and signs between them; θ as a row of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.drawing import Drawing, extent
from thalweg.charts.numbers import short_number, thousands
from thalweg.charts.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILLION, WIDTH_PIXELS, headed
from thalweg.messages import catalogue
from thalweg.pictures.shared.feature_names import feature_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    from numpy.typing import NDArray

    from thalweg.learn.parameters import Part
    from thalweg.pictures.matrix.study import MatrixStudy

MOST_LAYERS = 3  # hidden layers drawn; of more, the first two and the last
MOST_CELLS = 6  # rows or columns drawn; of more, the first and the last
CELL_WIDTH_PIXELS, CELL_HEIGHT_PIXELS = 47.0, 26.0
SIGN_WIDTH_PIXELS = 25.0  # room for a sign between two matrices
TOP_MARGIN_PIXELS, BOTTOM_MARGIN_PIXELS = 22.0, 10.0
NAME_WIDTH_PIXELS, MOST_NAME_LETTERS = 112.0, 17  # for a feature's name beside x
ARROW_WIDTH_PIXELS = 62.0  # room for σ → before a
STRONGEST_OPACITY = 0.62  # of the largest number's cell in a matrix
THETA_CELL_PIXELS, THETA_LINE_PIXELS = 46.0, 74.0
GAP_LINE_PIXELS = 30.0  # of the line that stands for layers left out
ROW_COLOURS = (BLUE, "#56a3d0")  # of the rows of W, in turn


@dataclass(frozen=True)
class Block:
    """A matrix, or a sign between two matrices: its name, and its numbers; None for a place that stands for several."""

    name: str
    cells: list[list[float | None]]

    @property
    def rows(self) -> int:
        """The number of rows of cells."""
        return len(self.cells)

    @property
    def columns(self) -> int:
        """The number of columns of cells."""
        return len(self.cells[0])


def kept(length: int, most: int = MOST_CELLS) -> list[int | None]:
    """Return the places that are drawn: all of them, or the first ones, None, and the last."""
    if length <= most:
        return list(range(length))
    first = most - 2
    return [*range(first), None, length - 1]


def block(name: str, values: NDArray[np.floating]) -> Block:
    """Return a matrix of shape (rows, columns) as a block; a large one is shortened."""
    rows, columns = kept(values.shape[0]), kept(values.shape[1])
    return Block(
        name,
        [[None if i is None or j is None else float(values[i, j]) for j in columns] for i in rows],
    )


def column(name: str, values: NDArray[np.floating]) -> Block:
    """Return a vector as a column."""
    return block(name, values[:, None])


def layer_panel(study: MatrixStudy, layer: int, language: str) -> alt.LayerChart:
    """Draw r = b + W·x and a = σ(r) of a hidden layer, counted from 1."""
    translate, example = catalogue(language), study.example
    unknown = example.network.layers(example.theta)[layer - 1]
    before, dash = study.passed.a[layer - 1][0], "′" * (layer - 1)
    into = "x" if layer == 1 else f"a{'′' * (layer - 2)}"
    line = [
        column(f"r{dash}", study.passed.z[layer - 1][0]),
        "=",
        column(f"b{dash}", unknown.biases),
        "+",
        block(f"W{dash}", unknown.weights),
        "·",
        column(into, before),
    ]
    after = [column(f"a{dash} = σ(r{dash})", study.passed.a[layer][0])]
    heading = translate(
        "look.matrix.layer",
        layer=layer,
        weights=f"W{dash}",
        formula=f"r{dash} = b{dash} + W{dash}·{into}, a{dash} = σ(r{dash})",
        activation=translate(f"look.matrix.{example.network.activation.replace(' ', '_')}"),
        neurons=thousands(example.network.widths[layer]),
        inputs=thousands(example.network.widths[layer - 1]),
    )
    return headed(_line(study, line, after, language, names=layer == 1), heading)


def output_panel(study: MatrixStudy, language: str) -> alt.LayerChart:
    """Draw y = b + c·a, or y = b + w·x of a straight line. Few fonts have the raised T of cᵀ."""
    translate, example, hidden = catalogue(language), study.example, len(study.example.network.widths) - 2
    unknown = example.network.layers(example.theta)[-1]
    into, letter = ("x", "w") if not hidden else (f"a{'′' * (hidden - 1)}", "c")
    line = [
        column("y", study.passed.z[-1][0]),
        "=",
        column("b", unknown.biases),
        "+",
        block(letter, unknown.weights),
        "·",
        column(into, study.passed.a[-2][0]),
    ]
    heading = translate(
        "look.matrix.output",
        formula=f"y = b + {letter}·{into}",
        estimated=example.written(example.estimated),
        name=example.series.name,
        actual=example.written(example.actual),
    )
    return headed(_line(study, line, [], language, names=not hidden), heading)


def left_out_panel(study: MatrixStudy, language: str) -> alt.LayerChart:
    """Write how many layers of the same form are not drawn."""
    count = len(study.example.network.widths) - 2 - MOST_LAYERS
    drawing = Drawing(WIDTH_PIXELS, 26)
    drawing.text((2, 13), catalogue(language)("look.matrix.left_out", count=count), align="left", colour=GREY, size=12)
    return drawing.chart()


def theta_panel(study: MatrixStudy, language: str) -> alt.LayerChart:
    """Draw θ, a line of cells a layer, its parts coloured and labelled with their places (N6)."""
    translate, example = catalogue(language), study.example
    layers = [part.layer for part in study.parts]
    drawn = kept(max(layers), 4)
    one_line = len(example.network.widths) == 3 or example.network.size <= 16  # noqa: PLR2004 - then there is room
    lines: list[list[Part] | None] = (
        [list(study.parts)]
        if one_line
        else [None if at is None else [part for part in study.parts if part.layer == at + 1] for at in drawn]
    )
    tops = np.cumsum([18.0, *[GAP_LINE_PIXELS if parts is None else THETA_LINE_PIXELS for parts in lines]]).tolist()
    drawing = Drawing(WIDTH_PIXELS, tops[-1] - 14)
    for place, (parts, top) in enumerate(zip(lines, tops, strict=False)):
        if parts is None:
            drawing.text((4, top - 2), "⋮", align="left", size=16, bold=True)
            continue
        _theta_line(drawing, study, parts, top, language, first=place == 0, last=place == len(lines) - 1)
    heading = translate("look.matrix.theta", size=thousands(example.network.size))
    return headed(drawing.chart(), heading)


def _theta_line(
    drawing: Drawing, study: MatrixStudy, parts: Sequence[Part], top: float, language: str, *, first: bool, last: bool
) -> None:
    groups: list[tuple[str, int, int, str]] = []  # name, first, end, colour
    hidden = len(study.example.network.widths) - 2
    for part in parts:
        dash = "′" * (part.layer - 1) if part.layer <= hidden else ""
        if part.kind == "biases":
            colour = ORANGE if part.layer <= hidden else PURPLE
            groups.append((f"b{dash}", part.first, part.end, colour))
        elif part.layer > hidden:
            groups.append(("c" if hidden else "w", part.first, part.end, GREEN))
        else:
            inputs = part.shape[1]
            for row in kept(part.shape[0], 3):
                if row is None:
                    groups.append(("", -1, -1, GREY))
                else:
                    begin = part.first + row * inputs
                    name = catalogue(language)("look.matrix.row", number=row + 1, weights=f"W{dash}")
                    groups.append((name, begin, begin + inputs, ROW_COLOURS[row % 2]))
    shown = [(group, _places(*group[1:3])) for group in groups]
    count = sum(len(places) for _, places in shown)
    wide = min(THETA_CELL_PIXELS, (WIDTH_PIXELS - 44 - 4 * len(shown)) / count)
    x = 20.0
    drawing.text((8, top + CELL_HEIGHT_PIXELS / 2), "θ = (" if first else "…", size=12 if first else 14, bold=True)
    x += 16 if first else 4
    for (name, begin, end, colour), places in shown:
        start = x
        for at in places:
            if at is not None:
                drawing.box((x, top), (wide, CELL_HEIGHT_PIXELS), fill=colour, opacity=0.28, stroke="white")
            text = "…" if at is None else short_number(float(study.example.theta[at]))
            size = min(11.0, 11.0 * wide / (extent(text, 11.0)[0] + 4))
            drawing.text((x + wide / 2, top + CELL_HEIGHT_PIXELS / 2), text, size=size)
            x += wide
        if name:
            size = min(11.0, 11.0 * (x - start) / extent(name, 11.0)[0])
            drawing.text(((start + x) / 2, top - 9), name, bold=True, size=size)
            drawing.box((start + 1, top + CELL_HEIGHT_PIXELS + 2), (x - start - 2, 4), fill=colour)
            span = f"{begin:,}…{end - 1:,}" if end - begin > 1 else thousands(begin)
            drawing.text(
                ((start + x) / 2, top + CELL_HEIGHT_PIXELS + 16),
                span,
                colour=GREY,
                size=min(10.5, 2.1 * (x - start) / len(span)),
            )
        x += 4
    drawing.text((x + 4, top + CELL_HEIGHT_PIXELS / 2), ")" if last else "…", size=14, bold=True)


def _places(begin: int, end: int) -> list[int | None]:
    """Return which of some places in θ are drawn as cells."""
    if begin < 0:
        return [None]
    return [None if at is None else begin + at for at in kept(end - begin, 3)]


def _line(
    study: MatrixStudy, line: Sequence[Block | str], after: Sequence[Block], language: str, *, names: bool
) -> alt.LayerChart:
    """Draw matrices with signs between them; with `names`, the days stand beside x."""
    blocks = [one for one in (*line, *after) if isinstance(one, Block)]
    most = max(one.rows for one in blocks)
    drawing = Drawing(WIDTH_PIXELS, TOP_MARGIN_PIXELS + BOTTOM_MARGIN_PIXELS + CELL_HEIGHT_PIXELS * most)
    middle = TOP_MARGIN_PIXELS + CELL_HEIGHT_PIXELS * most / 2
    room = WIDTH_PIXELS - NAME_WIDTH_PIXELS - SIGN_WIDTH_PIXELS * len(line) / 2 - (70 if after else 0) - 24
    cell = min(CELL_WIDTH_PIXELS + 8, room / sum(one.columns for one in blocks))
    x = 10.0
    for one in line:
        if isinstance(one, str):
            drawing.text((x + SIGN_WIDTH_PIXELS / 2, middle), one, size=17, bold=True)
            x += SIGN_WIDTH_PIXELS
            continue
        _draw(drawing, one, x, middle, cell)
        x += cell * one.columns
    if names:
        x = _feature_names(drawing, study, x + 8, middle, language)
    if after:
        x = min(x + ARROW_WIDTH_PIXELS, WIDTH_PIXELS - cell * after[0].columns - 12)
        drawing.text((x - ARROW_WIDTH_PIXELS / 2 + 4, middle), "σ →", size=14, bold=True, colour=GREY)
        _draw(drawing, after[0], x, middle, cell, named_left=True)
    return drawing.chart()


def _draw(drawing: Drawing, one: Block, x: float, middle: float, cell: float, *, named_left: bool = False) -> None:
    top = middle - CELL_HEIGHT_PIXELS * one.rows / 2
    wide, high = cell * one.columns, CELL_HEIGHT_PIXELS * one.rows
    numbers = [abs(value) for row in one.cells for value in row if value is not None]
    largest = max(numbers) or 1.0
    for i, row in enumerate(one.cells):
        for j, value in enumerate(row):
            corner = (x + j * cell, top + i * CELL_HEIGHT_PIXELS)
            centre = (corner[0] + cell / 2, corner[1] + CELL_HEIGHT_PIXELS / 2)
            if value is None:
                drawing.text(centre, "⋮" if one.columns == 1 else "…", colour=GREY, size=13)
                continue
            drawing.box(
                corner,
                (cell, CELL_HEIGHT_PIXELS),
                fill=BLUE if value >= 0 else VERMILLION,
                opacity=STRONGEST_OPACITY * abs(value) / largest,
            )
            text = short_number(value)
            drawing.text(centre, text, size=min(11.5, 11.5 * (cell - 4) / extent(text, 11.5)[0]))
    for side, inward in ((x - 3, 5), (x + wide + 3, -5)):
        drawing.line((side, top - 2), (side, top + high + 2), colour=INK, width=1.3)
        for y in (top - 2, top + high + 2):
            drawing.line((side, y), (side + inward, y), colour=INK, width=1.3)
    align = "right" if named_left else "center"
    drawing.text((x + (wide if named_left else wide / 2), top - 11), one.name, bold=True, size=12, align=align)


def _feature_names(drawing: Drawing, study: MatrixStudy, x: float, middle: float, language: str) -> float:
    """Write the features' names and values beside x; return where they end."""
    end = x
    shown = kept(study.example.network.widths[0])
    top = middle - CELL_HEIGHT_PIXELS * len(shown) / 2
    for place, at in enumerate(shown):
        if at is None:
            continue
        y = top + CELL_HEIGHT_PIXELS * (place + 0.5)
        name, value = feature_name(study.example, at + 1, language)
        if value:
            drawing.text((x, y + 6), value, align="left", size=10.5)
        name = name if len(name) <= MOST_NAME_LETTERS else name[: MOST_NAME_LETTERS - 1] + "…"
        drawing.text((x, y - 6 if value else y), name, align="left", colour=GREY, size=10)
        end = max(end, x + extent(name, 10)[0], x + extent(value, 10.5)[0])
    return end
