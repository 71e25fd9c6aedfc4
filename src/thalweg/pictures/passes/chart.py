"""One example's forward and backward pass: networks, paths, counts and the sum over examples (P0 to P8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.drawing import exact, short
from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import day, number, significant, thousands
from thalweg.charts.style import dress
from thalweg.messages import catalogue
from thalweg.pictures.passes.layout import ALL_WIRES, MOST_NEURONS, MOST_WIRES
from thalweg.pictures.passes.network_chart import cost_formula, network_panels, slope_formula, weight_words
from thalweg.pictures.passes.views_chart import (
    counts_panels,
    examples_panels,
    many,
    path_text,
    paths_panels,
    signed,
    vector,
)
from thalweg.pictures.shared.feature_names import feature_name, network_name

if TYPE_CHECKING:
    from thalweg.pictures.passes.study import PassesStudy

READ = 40  # rows that a person reads
FIRST = {"paths": "paths", "counts": "counts", "examples": "examples"}  # the table of a view; of the others the wires


def passes_illustration(study: PassesStudy, language: str = "en") -> Illustration:
    """Return the look: `passes_chart` with its numbers and words."""
    tables = {
        "wires": _wires(study),
        "nodes": _nodes(study, language),
        "paths": _paths(study, language),
        "counts": _counts(study, language),
        "examples": _examples(study),
    }
    first = FIRST.get(study.view, "wires")
    ordered = {first: tables[first]} | tables
    wanted = ("wires", "nodes") if first == "wires" else (first,)
    shown = tuple(name for name in wanted if len(tables[name]) <= READ)
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
        Numbers as the network sees them; days, their values and the estimate in the user's units.
    """
    translate, trace = catalogue(language), study.trace
    draw = {"paths": paths_panels, "counts": counts_panels, "examples": examples_panels}.get(study.view, network_panels)
    chart = alt.vconcat(*draw(study, language), spacing=16)
    told = weight_words(study) | {
        "connected": short(trace.connected),
        "slope": signed(trace.slope),
        "gradient": short(trace.gradient),
        "ways": thousands(trace.ways),
        "count": len(study.shares),
        "mean": short(float(study.shares.mean())),
        **_ratios(study),
    }
    name = study.view if study.view in FIRST else "network"
    title = translate(
        "look.passes.title_path" if name == "paths" and trace.ways == 1 else f"look.passes.title_{name}", **told
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
        network=network_name(example, language),
        fitted=translate("look.passes.saved" if example.saved else "look.passes.fitted"),
        cost=cost,
        day=day(example.day, language),
        name=example.series.name,
    )


def _ratios(study: PassesStudy) -> dict[str, str]:
    """Return how many times the forward pass all ∂C/∂z take, of the deepest networks drawn."""
    drawn = [counts[-1].backward / counts[-1].forward for counts in (study.counts, study.speech_counts)]
    return {"low": significant(min(drawn), 2), "high": significant(max(drawn), 2)}


def _examples(study: PassesStudy) -> Numbers:
    """Return a row for every example, of the toy with its features."""
    features = {"x": list(map(vector, study.x)), "target": list(map(vector, study.target))}
    told = features if study.example is None else {"target": study.target[:, 0]}
    return Numbers({"example": list(study.labels), **told, "share": study.shares})


def _sentences(study: PassesStudy, language: str) -> list[str]:
    translate, trace, passes = catalogue(language), study.trace, study.passes
    told = weight_words(study)
    sentences = [
        translate(
            "look.passes.said_cost_worked" if study.example is None else "look.passes.said_cost",
            cost=cost_formula(study, language),
            slope=slope_formula(study, language),
        ),
        translate("look.passes.chosen_bias" if trace.source == 0 else "look.passes.chosen_weight", **told,
             connected=exact(trace.connected), slope=exact(trace.slope), gradient=exact(trace.gradient),
             difference=exact(trace.difference))
    ]  # fmt: skip
    if study.example is None:
        printed = [short(float(a)) for layer in passes.a[1:] for a in layer]
        marked = [short(float(passes.a[layer - 1][source - 1])) for layer, _, source in study.marked]
        sentences.append(translate("look.passes.said_worked", values=", ".join(printed), marked=", ".join(marked)))
    else:
        example = study.example
        sentences.append(
            translate("look.passes.said_day", day=day(example.day, language), estimated=number(example.estimated),
                 came=number(example.came), name=example.series.name, cost=exact(passes.cost))
        )  # fmt: skip
    if trace.layer == len(passes.z):
        sentences.append(translate("look.passes.said_last"))
    elif trace.ways == 1:
        sentences.append(translate("look.passes.said_path", total=exact(trace.total)))
    else:
        largest = trace.paths[0]
        sentences.append(translate("look.passes.said_paths", ways=thousands(trace.ways), total=exact(trace.total),
                         way=path_text(largest), product=exact(largest.product)))  # fmt: skip
    if trace.gradient == 0:
        sentences.append(translate("look.passes.said_zero", connected=short(trace.connected), slope=short(trace.slope)))
    if study.example is not None and study.example.scale.logarithm:
        sentences.insert(1, translate("look.passes.said_weighed"))
    widths = study.passes.network.widths
    if max(one * other for one, other in pairwise(widths)) > ALL_WIRES:
        sentences.append(translate("look.passes.said_drawn", neurons=MOST_NEURONS, wires=MOST_WIRES))
    here, speech = study.own, study.speech_counts[-1]
    sentences.append(
        translate("look.passes.said_counts", widths="-".join(map(str, here.widths)), once=many(here.backward),
             asked=many(here.naive), ahead=many(here.forward), speech="-".join(map(str, speech.widths)),
             backward=many(speech.backward), forward=many(speech.forward), naive=many(speech.naive))
    )  # fmt: skip
    if study.view == "examples" and len(study.shares) < study.asked:
        sentences.append(
            translate("look.passes.said_few_worked" if study.example is None else "look.passes.said_few",
                 count=len(study.shares), asked=study.asked)
        )  # fmt: skip
    mean = float(study.shares.mean())
    sentences.append(
        translate("look.passes.said_examples", count=len(study.shares), mean=exact(mean),
             low=exact(float(study.shares.min())), high=exact(float(study.shares.max())))
    )  # fmt: skip
    return sentences


def _wires(study: PassesStudy) -> Numbers:
    """Return a row for every unknown, in the order of θ but each neuron's bias behind its weights."""
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
                (layer, k + 1, i + 1, float(unknown.weights[k, i]), float(a[i]), float(slopes[k]),
                 float(gradient.weights[k, i]), float(difference.weights[k, i]))
                for i in range(len(a))
            )  # fmt: skip
            rows.append((layer, k + 1, 0, float(unknown.biases[k]), 1.0, float(slopes[k]), float(gradient.biases[k]),
                         float(difference.biases[k])))  # fmt: skip
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
    rows = [(name, "-".join(map(str, one.widths)), len(one.widths) - 2, one.forward, one.backward, float(one.naive))
            for name, counts in groups.items() for one in counts]  # fmt: skip
    names = ("network", "widths", "depth", "forward", "backward", "naive")
    return Numbers.of_rows(names, rows)
