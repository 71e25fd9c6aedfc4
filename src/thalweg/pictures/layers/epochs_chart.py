"""L and L′ of a network by epoch, marked where L′ is lowest: from there on it overfits (U4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.numbers import number, percent, thousands
from thalweg.charts.style import BLUE, GREEN, VERMILLION, WIDTH_PIXELS, columns, headed, key, layered, short_axis
from thalweg.pictures.layers.study import LEAST_RISE_SHARE

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.layers.study import LayersStudy, Shape

MOST_POINTS = 300  # of a curve; more are not visible
HEIGHT_PIXELS = 170
HEADROOM_RATIO = 1.35  # times the highest L′ after its minimum


def turn_sentence(shape: Shape, study: LayersStudy, translate: Catalogue) -> str:
    """Return a sentence that says at which epoch L′ begins to rise, or that it does not."""
    turn = shape.turn
    seen = shape.seen_by_epoch.mean(axis=0)
    ended = turn.at == study.epochs
    kind = "last" if ended else "not" if not turn.turned else "overfit" if seen[-1] < seen[turn.place] else "turned"
    return translate(
        f"look.layers.epoch_{kind}",
        network=shape.name,
        at=thousands(turn.at),
        epochs=thousands(study.epochs),
        seen=number(float(seen[turn.place])),
        seen_last=number(float(seen[-1])),
        unseen=number(turn.lowest),
        unseen_last=number(turn.last),
        least=percent(LEAST_RISE_SHARE),
        percent=percent(turn.last / turn.lowest - 1) if turn.lowest else "0",
        all=translate("look.layers.one_seed")
        if study.seeds == 1
        else translate("look.layers.every_seed", seeds=study.seeds),
    )


def epochs_chart(study: LayersStudy, translate: Catalogue) -> alt.VConcatChart:
    """Draw the curves of every depth, two side by side."""
    shapes = study.groups["depth"]
    half = WIDTH_PIXELS // 2 - 38
    panels = [curve_panel(shape, study, translate, width=half, height=HEIGHT_PIXELS) for shape in shapes]
    rows = [alt.hconcat(*panels[at : at + 2], spacing=24) for at in range(0, len(panels), 2)]
    return alt.vconcat(*rows, spacing=18)


def curve_panel(shape: Shape, study: LayersStudy, translate: Catalogue, *, width: int, height: int) -> alt.LayerChart:
    """Draw L and L′ after every epoch, means and spread of the seeds, with a mark where L′ is lowest."""
    seen, unseen, turn = translate("look.layers.seen"), translate("look.layers.unseen"), shape.turn
    wanted = np.linspace(0, study.epochs - 1, min(study.epochs, MOST_POINTS)).round().astype(int)
    wanted = np.union1d(wanted, turn.place)
    values = np.concatenate([shape.seen_by_epoch[:, wanted], shape.unseen_by_epoch[:, wanted]], axis=1)
    table = {
        "part": np.repeat([seen, unseen], len(wanted)),
        "epoch": np.tile(wanted + 1, 2),
        "loss": values.mean(axis=0),
        "low": values.min(axis=0),
        "high": values.max(axis=0),
    }
    title = translate(f"report.loss_{study.loss}", name=study.series.name)
    # The first epochs may lie above the panel: with them, the rise of L′ would look flat.
    most = HEADROOM_RATIO * float(shape.unseen_by_epoch[:, turn.place :].max())
    scale = alt.Scale(domain=[min(0.0, float(values.min())), most], nice=False)
    y = alt.Y("low:Q", title=title, scale=scale, axis=short_axis(most, tickCount=5))
    x = alt.X(
        "epoch:Q",
        title=translate("report.epoch"),
        axis=alt.Axis(grid=False, format="d", tickMinStep=1, tickCount=max(width // 90, 3)),
        scale=alt.Scale(domain=[0, study.epochs], nice=False),
    )
    colour = alt.Color("part:N", scale=alt.Scale(domain=[seen, unseen], range=[BLUE, GREEN]), legend=None)
    tips = [
        alt.Tooltip("epoch:Q", title=translate("report.epoch")),
        alt.Tooltip("part:N", title=" "),
        alt.Tooltip("loss:Q", title=translate("look.layers.loss"), format=",.5~r"),
    ]
    base = alt.Chart(columns(table)).encode(x=x, color=colour)
    by_epoch = shape.seen_by_epoch.mean(axis=0)
    overfits = turn.turned and by_epoch[-1] < by_epoch[turn.place]
    text = translate(
        f"look.layers.epoch_mark{'' if overfits else '_not'}", at=thousands(turn.at), unseen=number(turn.lowest)
    )
    there = alt.Chart(alt.Data(values=[{"epoch": turn.at, "loss": turn.lowest, "text": text}])).encode(x=x)
    right = turn.at > study.epochs / 2
    chart = layered(
        key({seen: BLUE, unseen: GREEN}),
        base.mark_area(opacity=0.2, clip=True).encode(y=y, y2="high:Q"),
        base.mark_line(strokeWidth=2, clip=True).encode(y=alt.Y("loss:Q", scale=scale), tooltip=tips),
        there.mark_rule(color=VERMILLION, strokeDash=[4, 3]),
        there.mark_point(color=VERMILLION, size=130, strokeWidth=2, filled=False, opacity=1).encode(y="loss:Q"),
        there.mark_text(
            color=VERMILLION,
            align="right" if right else "left",
            baseline="top",
            dx=-6 if right else 6,
            dy=4,
            fontWeight="bold",
        ).encode(text="text:N", y=alt.value(0)),
        width=width,
        height=height,
    )
    heading = translate("look.layers.by_epoch", network=shape.name, unknowns=thousands(shape.network.size))
    return headed(chart, heading)
