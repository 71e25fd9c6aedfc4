"""One example in matrices with their numbers, and θ as one vector with its parts coloured (N5, N6, N8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import short_number, thousands, when
from thalweg.charts.style import dress
from thalweg.messages import catalogue
from thalweg.pictures.matrix.panels import MOST_LAYERS, layer_panel, left_out_panel, output_panel, theta_panel
from thalweg.pictures.shared.feature_names import network_name

if TYPE_CHECKING:
    from thalweg.pictures.matrix.study import MatrixStudy

MOST_SHOWN_ROWS = 40


def matrix_illustration(study: MatrixStudy, language: str = "en") -> Illustration:
    """Return the illustration: `matrix_chart` with its tables and sentences."""
    tables = {"parts": _parts(study, language), "values": _values(study, language)}
    shown = tuple(name for name, table in tables.items() if len(table) <= MOST_SHOWN_ROWS)
    return Illustration(
        "matrix", language, matrix_chart(study, language), tables, tuple(_sentences(study, language)), shown
    )


def matrix_chart(study: MatrixStudy, language: str = "en") -> alt.VConcatChart:
    """Draw each layer as matrices, and θ below.

    Parameters
    ----------
    study : MatrixStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        Numbers are standardised as the network sees them; days' values and the prediction are in the user's units.
    """
    translate, example = catalogue(language), study.example
    hidden = len(example.network.widths) - 2
    if hidden <= MOST_LAYERS:
        panels = [layer_panel(study, layer, language) for layer in range(1, hidden + 1)]
    else:
        panels = [layer_panel(study, layer, language) for layer in (1, 2)]
        panels += [left_out_panel(study, language), layer_panel(study, hidden, language)]
    panels += [output_panel(study, language), theta_panel(study, language)]
    name = "line" if not hidden else "network" if hidden == 1 else "deep"
    title = translate(f"look.matrix.title_{name}", size=thousands(example.network.size), y=short_number(_output(study)))
    heading = translate(
        "look.matrix.subtitle",
        network=network_name(example.network, example.rung.days_back, language),
        fitted=translate("look.passes.saved" if example.saved else "look.passes.fitted"),
        day=when(example.day, example.series.frequency, language),
        name=example.series.name,
    )
    return dress(alt.vconcat(*panels, spacing=14), title, heading, language, simulated=example.series.simulated)


def _output(study: MatrixStudy) -> float:
    return float(study.passed.prediction[0, 0])


def part_name(study: MatrixStudy, layer: int, kind: str, language: str) -> str:
    """Return what a part of θ is called: W, b, then c and b of the output; W′, b′ of a second layer."""
    translate, hidden = catalogue(language), len(study.example.network.widths) - 2
    if layer > hidden:
        letter = ("c" if hidden else "w") if kind == "weights" else "b"
        return f"{letter} {translate('look.matrix.of_output')}"
    letter = "W" if kind == "weights" else "b"
    return f"{letter}{'′' * (layer - 1)} {translate('look.matrix.of_layer', layer=layer)}"


def _sentences(study: MatrixStudy, language: str) -> list[str]:
    translate, example = catalogue(language), study.example
    widths = example.network.widths
    sizes = [thousands(part.end - part.first) for part in study.parts]
    sum_of = " + ".join(sizes)
    sentences = [
        translate("look.matrix.said_theta", size=thousands(example.network.size), sum=sum_of),
        translate(
            "look.matrix.said_output",
            y=short_number(_output(study)),
            estimated=example.written(example.estimated),
            name=example.series.name,
            actual=example.written(example.actual),
            day=when(example.day, example.series.frequency, language),
        ),
    ]
    if len(widths) == 2:  # noqa: PLR2004 - features and an output
        sentences.append(translate("look.matrix.said_line"))
    else:
        sentences.append(translate("look.matrix.said_biases"))
    return sentences


def _parts(study: MatrixStudy, language: str) -> Numbers:
    rows = [
        (
            part_name(study, part.layer, part.kind, language),
            " × ".join(thousands(size) for size in part.shape),
            part.end - part.first,
            part.first,
            part.end,
        )
        for part in study.parts
    ]
    names = ("part", "shape", "size", "first", "end")
    return Numbers.of_rows(names, rows)


def _values(study: MatrixStudy, language: str) -> Numbers:
    """Return every unknown: its place in θ, its part, row and column there, counted from 1, and its value."""
    rows: list[tuple[int, str, int, int, float]] = []
    for part in study.parts:
        name = part_name(study, part.layer, part.kind, language)
        inputs = part.shape[1] if part.kind == "weights" else 1
        for at in range(part.end - part.first):
            row, column = divmod(at, inputs)
            rows.append((part.first + at, name, row + 1, column + 1, float(study.example.theta[part.first + at])))
    names = ("place", "part", "row", "column", "value")
    return Numbers.of_rows(names, rows)
