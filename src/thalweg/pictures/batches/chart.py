"""Which day is in which batch, the loss of each batch beside that of all, and batches of several sizes (B1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, percent, significant, thousands
from thalweg.charts.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    headed,
    key,
    layered,
    loss_unit,
    short_axis,
)
from thalweg.messages import catalogue
from thalweg.pictures.batches.study import LECTURE_SIZES, SHOWN_EPOCHS, updates_an_epoch

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.batches.study import BatchDescent, BatchesStudy

STRIP_HEIGHT_PIXELS, LOSSES_HEIGHT_PIXELS, SIZES_HEIGHT_PIXELS = 105, 190, 200
MOST_STRIP_DAYS = 2000  # of a strip; more marks would make a page slow
COLOURS = (VERMILLION, ORANGE, GREEN, BLUE, PURPLE)
DASHES = ([1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [12, 3])  # so that lines that lie on each other can be distinguished
MARKED_PARAMETER = "marked_batch"


def batches_illustration(study: BatchesStudy, language: str = "en") -> Illustration:
    """Return the illustration: `batches_chart` with its tables and sentences."""
    translate = catalogue(language)
    chosen = study.chosen
    tables = {
        "arithmetic": _arithmetic(study, translate),
        "sizes": Numbers(
            {
                "batch": [one.size for one in study.descents],
                "updates": [one.updates_an_epoch * study.epochs for one in study.descents],
                "loss_at_start": [float(one.of_all[0]) for one in study.descents],
                "loss_one_epoch": [_after(one, one.updates_an_epoch) for one in study.descents],
                "loss_at_end": [float(one.of_all[-1]) for one in study.descents],
                "seconds": [one.seconds for one in study.descents],
            }
        ),
        "updates": Numbers(
            {
                "update": np.arange(1, chosen.followed + 1),
                "epoch": np.arange(chosen.followed) // chosen.updates_an_epoch + 1,
                "batch_number": np.arange(chosen.followed) % chosen.updates_an_epoch + 1,
                "loss_of_batch": chosen.of_batch[: chosen.followed],
                "loss_of_all": chosen.of_all[1 : chosen.followed + 1],
            }
        ),
        "days": Numbers({"date": study.dates, "epoch_1": chosen.batches[0], "epoch_2": chosen.batches[1]}),
        "curves": Numbers(
            {
                "batch": np.concatenate([np.full(len(one.updates), one.size) for one in study.descents]),
                "update": np.concatenate([one.updates for one in study.descents]),
                "loss_of_all": np.concatenate([one.of_all for one in study.descents]),
            }
        ),
    }
    return Illustration(
        "batches",
        language,
        batches_chart(study, language),
        tables,
        tuple(_sentences(study, translate)),
        shown=("arithmetic", "sizes"),
        asked=("batch",),
    )


def _after(one: BatchDescent, updates: int) -> float:
    return float(one.of_all[np.searchsorted(one.updates, updates)])


def _arithmetic(study: BatchesStudy, translate: Catalogue) -> Numbers:
    """Return the table of updates per epoch by N and B: the lecture's two examples, then the user's days."""
    cases = [(translate("look.batches.lecture"), *case) for case in LECTURE_SIZES]
    cases += [(study.series.name, study.examples, one.size) for one in study.descents]
    return Numbers(
        {
            "whose": [whose for whose, _, _ in cases],
            "examples": [examples for _, examples, _ in cases],
            "batch": [batch for _, _, batch in cases],
            "updates_an_epoch": [updates_an_epoch(examples, batch) for _, examples, batch in cases],
            "last_batch": [(examples - 1) % batch + 1 for _, examples, batch in cases],
        }
    )


def _sentences(study: BatchesStudy, translate: Catalogue) -> list[str]:
    chosen, name = study.chosen, study.series.name
    an_epoch, first, second = chosen.updates_an_epoch, *(numbers == 1 for numbers in chosen.batches)
    unit = loss_unit(chosen.fitted_rung.training_set.loss, name, translate.language)
    sentences: list[str] = []
    if study.asked > study.examples:
        sentences.append(
            translate("look.batches.too_large", asked=thousands(study.asked), examples=thousands(study.examples))
        )
    if an_epoch > 1:
        sentences.append(
            translate(
                "look.batches.arithmetic",
                examples=thousands(study.examples),
                batch=thousands(study.batch),
                updates=thousands(an_epoch),
                last=thousands((study.examples - 1) % study.batch + 1),
                epochs=thousands(study.epochs),
                total=thousands(an_epoch * study.epochs),
            )
        )
        again = int((first & second).sum())
        sentences.append(translate("look.batches.split", count=thousands(int(first.sum())), again=thousands(again)))
        sentences.append(
            translate(
                "look.batches.one_batch",
                miss=number(float(np.nanmean(chosen.misses))),
                unit=unit,
                updates=thousands(chosen.followed),
                uphill=percent(chosen.uphill),
            )
        )
    else:
        sentences.append(translate("look.batches.all_at_once"))
    ends = [
        translate(
            "look.batches.end",
            batch=thousands(one.size),
            loss=number(float(one.of_all[-1])),
            updates=thousands(one.updates_an_epoch * study.epochs),
            seconds=_seconds(one.seconds),
        )
        for one in study.descents
    ]
    start = number(float(chosen.of_all[0]))
    sentences.append(
        translate(
            "look.batches.ends",
            start=start,
            unit=unit,
            epochs=study.epochs,
            ends=translate("look.batches.and").join(ends),
        )
    )
    common = min(one.updates_an_epoch for one in study.descents) * study.epochs
    alike = [
        translate(
            "look.batches.same_one",
            loss=number(_after(one, common)),
            batch=thousands(one.size),
            seen=thousands(min(common * one.size, study.examples * study.epochs)),
        )
        for one in study.descents
    ]
    if len(alike) > 1:
        sentences.append(
            translate(
                "look.batches.same_updates",
                updates=thousands(common),
                unit=unit,
                list=translate("look.batches.and").join(alike),
            )
        )
    without = int((~study.observed).sum())
    if without:
        sentences.append(translate("look.batches.without", count=thousands(without), name=name))
    return sentences


def _seconds(seconds: float) -> str:
    return significant(seconds, 2) if seconds < 1 else f"{seconds:.1f}"


def batches_chart(study: BatchesStudy, language: str = "en") -> alt.VConcatChart:
    """Draw which day is in which batch, L of each batch and of all examples, and L of all for several batch sizes.

    A slider marks another batch in the two strips.

    Parameters
    ----------
    study : BatchesStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units (squared for MSE).
    """
    translate = catalogue(language)
    chosen = study.chosen
    slider = alt.param(
        name=MARKED_PARAMETER,
        value=1,
        bind=alt.binding_range(min=1, max=chosen.updates_an_epoch, step=1, name=translate("look.batches.slider") + " "),
    )
    strips = [_strip(study, epoch, language) for epoch in range(SHOWN_EPOCHS)]
    chart = alt.vconcat(*strips, _losses(study, translate), _sizes(study, translate), spacing=16).resolve_scale(
        color="independent", strokeDash="independent"
    )
    title = translate(
        f"look.batches.title{'_all' if chosen.updates_an_epoch == 1 else ''}",
        examples=thousands(study.examples),
        batch=thousands(study.batch),
        updates=thousands(chosen.updates_an_epoch),
    )
    subtitle = translate("look.batches.subtitle", rung=chosen.fitted_rung.rung.name)
    return dress(chart.add_params(slider), title, subtitle, language, simulated=study.series.simulated)


def _strip(study: BatchesStudy, epoch: int, language: str) -> alt.LayerChart:
    """Draw each training day at the number of its batch in one epoch, one batch marked."""
    translate = catalogue(language)
    frequency = study.series.frequency
    numbers = study.chosen.batches[epoch][-MOST_STRIP_DAYS:]
    base = alt.Chart(columns({"day": days(study.dates[-MOST_STRIP_DAYS:]), "batch": numbers}))
    last = study.chosen.updates_an_epoch
    y = alt.Y(
        "batch:Q",
        title=translate("look.batches.batch"),
        scale=alt.Scale(domain=[0.5, last + 0.5], reverse=True, nice=False),
        axis=alt.Axis(values=[1], format="d", grid=False)
        if last == 1
        else alt.Axis(tickCount=4, tickMinStep=1, format="d", grid=False),
    )
    x = day_axis(language, frequency=frequency, dates=study.dates[-MOST_STRIP_DAYS:])
    tips = [
        day_tip(language, frequency=frequency),
        alt.Tooltip("batch:Q", title=translate("look.batches.batch"), format="d"),
    ]
    layers = [
        base.mark_square(color=SKY, size=9, opacity=1).encode(x=x, y=y, tooltip=tips),
        base.mark_square(color=VERMILLION, size=34, opacity=1)
        .encode(x=x, y=y, tooltip=tips)
        .transform_filter(f"datum.batch == {MARKED_PARAMETER}"),
    ]
    if epoch == 0:
        layers.append(key({translate("look.batches.marked"): VERMILLION, translate("look.batches.others"): SKY}))
    title = "look.batches.strip_part" if study.examples > MOST_STRIP_DAYS else "look.batches.strip"
    heading = translate(title, epoch=epoch + 1, count=thousands(MOST_STRIP_DAYS), examples=thousands(study.examples))
    return headed(layered(*layers, height=STRIP_HEIGHT_PIXELS), heading)


def _loss_axis(study: BatchesStudy, translate: Catalogue, title: str | None = "") -> alt.Y:
    """Return the axis of L, logarithmic where L is positive, because L falls most in the first updates."""
    fitted = study.chosen.fitted_rung
    named = translate(f"report.loss_{fitted.training_set.loss}", name=study.series.name) if title == "" else title
    least = min(np.nanmin(study.chosen.of_batch), *(one.of_all.min() for one in study.descents))
    most = max(float(one.of_all.max()) for one in study.descents)
    scale = alt.Scale(type="log", nice=False, padding=6) if least > 0 else alt.Scale(zero=False)
    return alt.Y("loss:Q", title=named, scale=scale, axis=short_axis(most, tickCount=5))


def _losses(study: BatchesStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw L of each batch before its update as a dot, and L of all after it as a line, with a rule per epoch."""
    chosen = study.chosen
    count, an_epoch = chosen.followed, chosen.updates_an_epoch
    x = alt.X(
        "update:Q",
        title=translate("look.batches.update"),
        axis=alt.Axis(grid=False, format=",d", tickMinStep=1, tickCount=8),
        scale=alt.Scale(domain=[0, count], nice=False),
    )
    tips = [
        alt.Tooltip("update:Q", title=translate("look.batches.update")),
        alt.Tooltip("loss:Q", title="L", format=",.6~r"),
    ]
    dots = alt.Chart(columns({"update": np.arange(1, count + 1), "loss": chosen.of_batch[:count]}))
    line = alt.Chart(columns({"update": np.arange(count + 1), "loss": chosen.of_all[: count + 1]}))
    ends = alt.Chart(
        alt.Data(values=[{"update": end} for end in range(an_epoch, count + 1, an_epoch)] if an_epoch > 1 else [])
    )
    chart = layered(
        key(
            {
                translate("look.batches.of_batch"): BLUE,
                translate("look.batches.of_all"): INK,
                translate("look.batches.ends_here"): PALE,
            }
        ),
        ends.mark_rule(color=PALE).encode(x=x),
        dots.mark_point(color=BLUE, filled=True, size=24, opacity=0.5).encode(
            x=x, y=_loss_axis(study, translate), tooltip=tips
        ),
        line.mark_line(color=INK, strokeWidth=2).encode(x=x, y="loss:Q"),
        height=LOSSES_HEIGHT_PIXELS,
    )
    head = "look.batches.losses_all" if an_epoch == 1 else "look.batches.losses"
    return headed(chart, translate(head, batch=thousands(study.batch), count=thousands(count)))


def _sizes(study: BatchesStudy, translate: Catalogue) -> alt.HConcatChart:
    """Draw L of all examples for each batch size, by update and by epoch."""
    names = [translate("look.batches.size", batch=thousands(one.size)) for one in study.descents]
    table = {
        "size": np.repeat(names, [len(one.updates) for one in study.descents]),
        "update": np.concatenate([one.updates for one in study.descents]),
        "epoch": np.concatenate([one.updates / one.updates_an_epoch for one in study.descents]),
        "loss": np.concatenate([one.of_all for one in study.descents]),
    }
    base = alt.Chart(columns(table))
    colour = alt.Color(
        "size:N",
        scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
        legend=alt.Legend(orient="top", title=None, labelLimit=0, symbolType="stroke", symbolStrokeWidth=3),
    )
    dash = alt.StrokeDash(
        "size:N", scale=alt.Scale(domain=names, range=[list(one) for one in DASHES[: len(names)]]), legend=None
    )
    tips = [
        alt.Tooltip("size:N", title=" "),
        alt.Tooltip("update:Q", title=translate("look.batches.update")),
        alt.Tooltip("loss:Q", title="L", format=",.6~r"),
    ]
    lines = base.mark_line(strokeWidth=2).encode(color=colour, strokeDash=dash, tooltip=tips)
    by_update = (
        lines.transform_filter("datum.update >= 1")
        .encode(
            x=alt.X(
                "update:Q",
                title=translate("look.batches.by_update"),
                scale=alt.Scale(type="log", nice=False),
                axis=alt.Axis(grid=False, format="~s", tickCount=5),
            ),
            y=_loss_axis(study, translate),
        )
        .properties(width=WIDTH_PIXELS // 2 - 38, height=SIZES_HEIGHT_PIXELS)
    )
    by_epoch = lines.encode(
        x=alt.X(
            "epoch:Q", title=translate("look.batches.by_epoch"), axis=alt.Axis(grid=False, format="d", tickMinStep=1)
        ),
        y=_loss_axis(study, translate, None),
    ).properties(width=WIDTH_PIXELS // 2 - 38, height=SIZES_HEIGHT_PIXELS)
    heading = translate("look.batches.sizes", epochs=study.epochs)
    return headed(alt.hconcat(by_update, by_epoch, spacing=20).resolve_scale(y="shared"), heading)
