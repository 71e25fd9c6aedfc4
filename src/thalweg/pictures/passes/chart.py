"""One example's forward and backward pass: networks, paths, counts and the sum over examples (P0 to P8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import exact_number, large_count, short_number, significant, thousands, when
from thalweg.charts.style import dress
from thalweg.messages import catalogue
from thalweg.pictures.passes.layout import MOST_LABELLED_WIRES, MOST_NEURONS, MOST_WIRES_ALL_LABELLED
from thalweg.pictures.passes.network_chart import cost_formula, network_panels, slope_formula, weight_words
from thalweg.pictures.passes.views_chart import (
    counts_panels,
    examples_panels,
    path_text,
    paths_panels,
    signed,
    vector,
)
from thalweg.pictures.shared.feature_names import feature_name, network_name

if TYPE_CHECKING:
    from thalweg.pictures.passes.study import PassesStudy

MOST_SHOWN_ROWS = 40  # a longer table is not shown
FIRST_TABLE = {
    "paths": "paths",
    "counts": "counts",
    "examples": "examples",
}  # the first table of a view; other views begin with the wires


def passes_illustration(study: PassesStudy, language: str = "en") -> Illustration:
    """Return the illustration: `passes_chart` with its tables and sentences."""
    tables = {
        "wires": _wires(study),
        "nodes": _nodes(study, language),
        "paths": _paths(study, language),
        "counts": _counts(study, language),
        "examples": _examples(study),
    }
    first = FIRST_TABLE.get(study.view, "wires")
    ordered = {first: tables[first]} | tables
    wanted = ("wires", "nodes") if first == "wires" else (first,)
    shown = tuple(name for name in wanted if len(tables[name]) <= MOST_SHOWN_ROWS)
    return Illustration(
        "passes", language, passes_chart(study, language), ordered, tuple(_sentences(study, language)), shown
    )


def passes_chart(study: PassesStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the view that the study was made for.

    Parameters
    ----------
    study : PassesStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        Numbers are standardised as the network sees them; days' values and the prediction are in the user's units.
    """
    translate, trace = catalogue(language), study.trace
    draw = {"paths": paths_panels, "counts": counts_panels, "examples": examples_panels}.get(study.view, network_panels)
    chart = alt.vconcat(*draw(study, language), spacing=16)
    values = weight_words(study) | {
        "connected": short_number(trace.connected),
        "slope": signed(trace.slope),
        "gradient": short_number(trace.gradient),
        "ways": thousands(trace.ways),
        "count": len(study.shares),
        "mean": short_number(float(study.shares.mean())),
        **_ratios(study),
    }
    name = study.view if study.view in FIRST_TABLE else "network"
    title = translate(
        "look.passes.title_path" if name == "paths" and trace.ways == 1 else f"look.passes.title_{name}", **values
    )
    simulated = study.example is not None and study.example.series.simulated
    return dress(chart, title, _subtitle(study, language), language, simulated=simulated)


def _subtitle(study: PassesStudy, language: str) -> str:
    translate, example = catalogue(language), study.example
    cost = cost_formula(study, language)
    if example is None:
        x, target = vector(study.passes.a[0]), vector(study.passes.target)
        if study.view == "examples":
            return translate("look.passes.subtitle_examples", count=len(study.shares), target=target, cost=cost)
        return translate("look.passes.subtitle_worked", x=x, target=target, cost=cost)
    return translate(
        "look.passes.subtitle_examples_of" if study.view == "examples" else "look.passes.subtitle",
        network=network_name(example.network, example.rung.days_back, language),
        fitted=translate("look.passes.saved" if example.saved else "look.passes.fitted"),
        cost=cost,
        day=when(example.day, example.series.frequency, language),
        name=example.series.name,
    )


def _ratios(study: PassesStudy) -> dict[str, str]:
    """Return how many forward passes all ∂C/∂z cost, for the deepest networks drawn."""
    drawn = [counts[-1].backward / counts[-1].forward for counts in (study.counts, study.speech_counts)]
    return {"low": significant(min(drawn), 2), "high": significant(max(drawn), 2)}


def _examples(study: PassesStudy) -> Numbers:
    """Return a row for every example; the toy's with its features."""
    features = {"x": list(map(vector, study.x)), "target": list(map(vector, study.target))}
    columns = features if study.example is None else {"target": study.target[:, 0]}
    return Numbers({"example": list(study.labels), **columns, "share": study.shares})


def _sentences(study: PassesStudy, language: str) -> list[str]:
    translate, trace, passes = catalogue(language), study.trace, study.passes
    values = weight_words(study)
    sentences = [
        translate(
            "look.passes.said_cost_worked" if study.example is None else "look.passes.said_cost",
            cost=cost_formula(study, language),
            slope=slope_formula(study, language),
        ),
        translate(
            "look.passes.chosen_bias" if trace.source == 0 else "look.passes.chosen_weight",
            **values,
            connected=exact_number(trace.connected),
            slope=exact_number(trace.slope),
            gradient=exact_number(trace.gradient),
            difference=exact_number(trace.difference),
        ),
    ]
    if study.example is None:
        printed = [short_number(float(a)) for layer in passes.a[1:] for a in layer]
        marked = [short_number(float(passes.a[layer - 1][source - 1])) for layer, _, source in study.marked]
        sentences.append(translate("look.passes.said_worked", values=", ".join(printed), marked=", ".join(marked)))
    else:
        example = study.example
        sentences.append(
            translate(
                "look.passes.said_day",
                day=when(example.day, example.series.frequency, language),
                estimated=example.written(example.estimated),
                actual=example.written(example.actual),
                name=example.series.name,
                cost=exact_number(passes.cost),
            )
        )
    if trace.layer == len(passes.z):
        sentences.append(translate("look.passes.said_last"))
    elif trace.ways == 1:
        sentences.append(translate("look.passes.said_path", total=exact_number(trace.total)))
    else:
        largest = trace.paths[0]
        sentences.append(
            translate(
                "look.passes.said_paths",
                ways=thousands(trace.ways),
                total=exact_number(trace.total),
                way=path_text(largest),
                product=exact_number(largest.product),
            )
        )
    if trace.gradient == 0:
        sentences.append(
            translate("look.passes.said_zero", connected=short_number(trace.connected), slope=short_number(trace.slope))
        )
    if study.example is not None and study.example.scale.logarithm:
        sentences.insert(1, translate("look.passes.said_weighed"))
    widths = study.passes.network.widths
    if max(one * other for one, other in pairwise(widths)) > MOST_WIRES_ALL_LABELLED:
        sentences.append(translate("look.passes.said_drawn", neurons=MOST_NEURONS, wires=MOST_LABELLED_WIRES))
    here, speech = study.own, study.speech_counts[-1]
    sentences.append(
        translate(
            "look.passes.said_counts",
            widths="-".join(map(str, here.widths)),
            once=large_count(here.backward),
            asked=large_count(here.naive),
            ahead=large_count(here.forward),
            speech="-".join(map(str, speech.widths)),
            backward=large_count(speech.backward),
            forward=large_count(speech.forward),
            naive=large_count(speech.naive),
        )
    )
    if study.view == "examples" and len(study.shares) < study.asked:
        sentences.append(
            translate(
                "look.passes.said_few_worked" if study.example is None else "look.passes.said_few",
                count=len(study.shares),
                asked=study.asked,
            )
        )
    mean = float(study.shares.mean())
    sentences.append(
        translate(
            "look.passes.said_examples",
            count=len(study.shares),
            mean=exact_number(mean),
            low=exact_number(float(study.shares.min())),
            high=exact_number(float(study.shares.max())),
        )
    )
    return sentences


def _wires(study: PassesStudy) -> Numbers:
    """Return a row for every unknown, in the order of θ, except that a neuron's bias follows its weights."""
    passes = study.passes
    rows: list[tuple[int, int, int, float, float, float, float, float]] = []
    parts = zip(
        passes.network.layers(passes.theta),
        passes.network.layers(passes.gradient),
        passes.network.layers(study.differences),
        strict=True,
    )
    for layer, (unknown, gradient, difference) in enumerate(parts, 1):
        a, slopes = passes.a[layer - 1], passes.slopes[layer - 1]
        for k in range(len(unknown.biases)):
            rows.extend(
                (
                    layer,
                    k + 1,
                    i + 1,
                    float(unknown.weights[k, i]),
                    float(a[i]),
                    float(slopes[k]),
                    float(gradient.weights[k, i]),
                    float(difference.weights[k, i]),
                )
                for i in range(len(a))
            )
            rows.append(
                (
                    layer,
                    k + 1,
                    0,
                    float(unknown.biases[k]),
                    1.0,
                    float(slopes[k]),
                    float(gradient.biases[k]),
                    float(difference.biases[k]),
                )
            )
    names = ("layer", "neuron", "input", "weight", "connected", "slope", "gradient", "difference")
    return Numbers.of_rows(names, rows)


def _nodes(study: PassesStudy, language: str) -> Numbers:
    """Return a row for every feature and neuron."""
    passes = study.passes
    features = [
        " ".join(filter(None, feature_name(study.example, at, language))) for at in range(1, len(passes.a[0]) + 1)
    ]
    widths = passes.network.widths
    nothing = [np.full(widths[0], np.nan)]
    return Numbers(
        {
            "layer": np.repeat(np.arange(len(widths)), widths),
            "neuron": np.concatenate([np.arange(1, width + 1) for width in widths]),
            "name": [*features, *[""] * sum(widths[1:])],
            "z": np.concatenate(nothing + passes.z),
            "a": np.concatenate(passes.a),
            "derivative": np.concatenate(nothing + passes.derivatives),
            "slope": np.concatenate(nothing + passes.slopes),
        }
    )


def _paths(study: PassesStudy, language: str) -> Numbers:
    translate, trace = catalogue(language), study.trace
    rows = [(path_text(path), path.ways, " × ".join(map(repr, path.factors)), path.product) for path in trace.paths]
    if trace.rest_ways:
        rows.append((translate("look.passes.rest", count=thousands(trace.rest_ways)), trace.rest_ways, "", trace.rest))
    rows.append((translate("look.passes.sum", count=thousands(trace.ways)), trace.ways, "", trace.total))
    return Numbers.of_rows(("path", "ways", "factors", "product"), rows)


def _counts(study: PassesStudy, language: str) -> Numbers:
    translate = catalogue(language)
    groups = {
        translate("look.passes.this_network"): study.counts,
        translate("look.passes.speech_network"): study.speech_counts,
    }
    rows = [
        (name, "-".join(map(str, one.widths)), len(one.widths) - 2, one.forward, one.backward, float(one.naive))
        for name, counts in groups.items()
        for one in counts
    ]
    names = ("network", "widths", "depth", "forward", "backward", "naive")
    return Numbers.of_rows(names, rows)
