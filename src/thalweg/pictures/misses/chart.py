"""The days with the largest errors, the holidays near them, and the errors of rungs with a calendar (U5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from thalweg.charts.holidays import holiday_name
from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import day, number, thousands, turn, value_format
from thalweg.charts.steps import speaking
from thalweg.charts.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PALE,
    VERMILLION,
    WIDTH_PIXELS,
    columns,
    day_axis,
    day_tip,
    days,
    dress,
    every_step,
    headed,
    key,
    layered,
    loss_unit,
    quote,
)
from thalweg.pictures.misses.study import SIMULATED_DAYS
from thalweg.series.frequency.record import DAILY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.misses.study import MissesStudy
    from thalweg.pictures.shared.fitted_rung import FittedRung

HEIGHT_PIXELS, ROW_PIXELS, BAR_PIXELS = 210, 36, 24
ROWS_WIDTH_PIXELS = WIDTH_PIXELS - 130  # beside a day and most holidays' names
HOLIDAY_NAME_PIXELS = 320  # for a holiday's name
LEAST_DISTANCE_PIXELS = 17  # numbers of days that are nearer would cover each other
MOST_NUMBER_ROWS, NUMBER_ROW_PIXELS = (
    5,
    15,
)  # rows of numbers above the picture, and the height of one
COLOURS, SHAPES, SIZES = (BLUE, GREEN, ORANGE), ("diamond", "triangle-up", "square"), (75, 60, 190)


def misses_illustration(study: MissesStudy, language: str = "en") -> Illustration:
    """Return the illustration: `misses_chart` with its tables and sentences."""
    translate = speaking(language, DAILY)
    series, missed = study.series, study.missed
    table: dict[str, Any] = {
        "date": series.dates[missed],
        "holiday": [holiday_name(name, language, study.country) for name in study.holidays],
        "target": series.values[missed],
    }
    worst = dict(table)  # columns that fit a terminal
    for role, rung in zip(_roles(study), study.rungs, strict=True):
        table[f"estimate_{role}"] = rung.estimates[missed]
        table[f"miss_{role}"] = worst[f"miss_{role}"] = study.miss(rung, missed)
    fits = [*study.rungs, *([study.stranger] if study.stranger is not None else [])]
    of_named = len(study.named) > 0
    lift = {
        "rung": [_called(study, rung, translate) for rung in fits],
        "unseen": np.array([study.loss(rung, study.unseen) for rung in fits]),
        "missed": np.array([study.loss(rung, missed) for rung in fits]),
        "named": [study.loss(rung, study.named) if of_named else None for rung in fits],
    }
    unseen: dict[str, Any] = {"date": series.dates[study.unseen], "target": series.values[study.unseen]}
    for role, rung in zip(_roles(study), study.rungs, strict=True):
        unseen[f"estimate_{role}"] = rung.estimates[study.unseen]
    return Illustration(
        "misses",
        language,
        misses_chart(study, language),
        {"misses": Numbers(table), "worst": Numbers(worst), "lift": Numbers(lift), "days": Numbers(unseen)},
        _sentences(study, translate),
        shown=("worst", "lift"),
    )


def _roles(study: MissesStudy) -> list[str]:
    return ["plain", *(rung.rung.known for rung in study.calendars)]


def _called(study: MissesStudy, rung: FittedRung, translate: Catalogue) -> str:
    if rung is study.stranger:
        return translate("look.misses.stranger", rung=rung.rung.name, country=study.country)
    return rung.rung.name


def _sentences(study: MissesStudy, translate: Catalogue) -> tuple[str, ...]:
    series, language, missed, named = study.series, translate.language, study.missed, study.named
    last, unit = study.calendars[-1], loss_unit(study.plain.training_set.loss, series.name, language)
    sentences = [translate("look.misses.longer", days=thousands(SIMULATED_DAYS))] if study.own else []
    if not study.country:
        sentences.append(translate("look.misses.no_country"))
    elif len(named):
        listed = translate("look.misses.between").join(
            translate(
                "look.misses.day_named", day=day(date, language), holiday=holiday_name(name, language, study.country)
            )
            for date, name in zip(series.dates[missed], study.holidays, strict=True)
            if name
        )
        sentences.append(
            translate(
                "look.misses.named",
                named=len(named),
                count=len(missed),
                country=study.country,
                listed=listed,
                share=number(100 * len(named) / len(missed), 0),
                near=number(100 * study.share_near, 0),
            )
        )
    else:
        sentences.append(translate("look.misses.none_named", count=len(missed), country=study.country))
    for rung in study.calendars:
        before, after = study.loss(study.plain, missed), study.loss(rung, missed)
        of_all, of_all_after = study.loss(study.plain, study.unseen), study.loss(rung, study.unseen)
        sentences.append(
            translate(
                "look.misses.lift",
                rung=rung.rung.name,
                missed=translate(f"look.misses.{turn(before, after)}", before=number(before), after=number(after)),
                unseen=translate(
                    f"look.misses.{turn(of_all, of_all_after)}", before=number(of_all), after=number(of_all_after)
                ),
                name=unit,
            )
        )
    sentences.append(translate("look.misses.flattered"))
    if study.stranger is not None and len(named):
        with_names, without = study.loss(last, named), study.loss(study.stranger, named)
        how = {"falls": "holidays_help", "rises": "holidays_harm", "stays": "holidays_idle"}[turn(without, with_names)]
        sentences.append(
            translate(
                f"look.misses.{how}",
                rung=last.rung.name,
                country=study.country,
                before=number(without),
                after=number(with_names),
                name=unit,
            )
        )
    sentences.append(translate("look.misses.see_more"))
    if series.simulated:
        sentences.append(translate("look.misses.lecture"))
    return tuple(sentences)


def misses_chart(study: MissesStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the validation days with the largest errors marked, the predictions of every rung for those, and the losses.

    Parameters
    ----------
    study : MissesStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units. Each missed day is a row, the worst at the top.
    """
    translate = speaking(language, DAILY)
    series, missed = study.series, study.missed
    parts = [_unseen(study, translate), _rows(study, translate), _lift(study, translate)]
    chart = alt.vconcat(*parts, spacing=20).resolve_scale(color="independent", shape="independent")
    named, before, after = len(study.named), *(study.loss(rung, study.unseen) for rung in (study.plain, study.best))
    title = translate(
        f"look.misses.title_{turn(before, after)}",
        plain=study.plain.rung.name,
        best=study.best.rung.name,
        before=number(before),
        after=number(after),
        near=translate(f"look.misses.near_{'one' if named == 1 else 'many'}", named=named, count=len(missed))
        if study.country
        else "",
    )
    subtitle = translate(
        "look.misses.subtitle", rung=study.plain.rung.name, count=len(missed), unseen=len(study.unseen)
    )
    return dress(chart, title, subtitle, language, simulated=series.simulated)


def _unseen(study: MissesStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw the validation days; the missed days are numbered from the worst."""
    series, missed, plain = study.series, study.missed, study.plain
    truth, estimate, marked = translate("report.mark_truth"), plain.rung.name, translate("report.mark_miss")
    dates, table = every_step(
        series.frequency,
        series.dates[study.unseen],
        {"target": series.values[study.unseen], "prediction": plain.estimates[study.unseen]},
    )
    x = day_axis(translate.language, padding=8)
    base = alt.Chart(columns({"day": days(dates), **table})).encode(x=x)
    rows = _rows_of_numbers(missed, ROWS_WIDTH_PIXELS / max(len(dates), 1))
    heights, domain = _heights(study, rows)
    dots = alt.Chart(
        columns(
            {
                "day": days(series.dates[missed]),
                "target": series.values[missed],
                "prediction": plain.estimates[missed],
                "rank": np.array(["" if row is None else str(rank) for rank, row in enumerate(rows, 1)]),
                "height": heights,
                "holiday": np.array([holiday_name(name, translate.language, study.country) for name in study.holidays]),
            }
        )
    ).encode(x=x)
    shown = value_format(series.values)
    tips = [
        day_tip(translate.language),
        alt.Tooltip("target:Q", title=truth, format=shown),
        alt.Tooltip("prediction:Q", title=estimate, format=shown),
    ]
    chart = layered(
        key({truth: INK, estimate: BLUE, marked: VERMILLION}),
        base.mark_line(color=BLUE, strokeWidth=1.3).encode(
            y=alt.Y(
                "prediction:Q",
                title=series.name,
                scale=alt.Scale(domain=domain, zero=False, nice=False),
                axis=alt.Axis(tickCount=5),
            )
        ),
        base.mark_line(color=INK, strokeWidth=1.3).encode(y="target:Q"),
        dots.mark_rule(color=VERMILLION, strokeWidth=2).encode(y="target:Q", y2="prediction:Q"),
        dots.transform_filter("isValid(datum.height)")
        .mark_rule(color=VERMILLION, strokeWidth=1, opacity=0.5)
        .encode(y="height:Q", y2="target:Q"),
        dots.mark_point(color=VERMILLION, filled=True, size=55, opacity=1).encode(
            y="target:Q", tooltip=[*tips, alt.Tooltip("holiday:N", title=translate("report.holiday"))]
        ),
        # White letters under the coloured ones keep them readable over the lines.
        *(
            dots.mark_text(color=paint, stroke=paint, strokeWidth=outline, fontWeight="bold", fontSize=12).encode(
                y="height:Q", text="rank:N"
            )
            for paint, outline in (("white", 4), (VERMILLION, 0))
        ),
        width=ROWS_WIDTH_PIXELS,
        height=HEIGHT_PIXELS,
    )
    return headed(chart, translate("look.misses.panel_unseen"))


def _rows_of_numbers(missed: NDArray[np.int64], across: float) -> list[int | None]:
    """Return the row above the picture for the number of each miss; the worse ones choose first."""
    taken: list[list[int]] = [[] for _ in range(MOST_NUMBER_ROWS)]
    rows: list[int | None] = []
    for at in missed.tolist():
        free = (
            row
            for row, others in enumerate(taken)
            if all(abs(at - each) * across >= LEAST_DISTANCE_PIXELS for each in others)
        )
        row = next(free, None)
        if row is not None:
            taken[row].append(at)
        rows.append(row)
    return rows


def _heights(study: MissesStudy, rows: list[int | None]) -> tuple[NDArray[np.float64], list[float]]:
    """Return the height of each number above the data, NaN for none, and the ends of the axis."""
    drawn = np.concatenate([study.series.values[study.unseen], study.plain.estimates[study.unseen]])
    low, high = float(drawn.min()), float(drawn.max())
    count = 1 + max((row for row in rows if row is not None), default=-1)
    unit = ((high - low) or 1.0) / (HEIGHT_PIXELS - NUMBER_ROW_PIXELS * (count + 1))
    heights = np.array([np.nan if row is None else high + (row + 1) * NUMBER_ROW_PIXELS * unit for row in rows])
    return heights, [low - NUMBER_ROW_PIXELS * unit / 2, high + (count + 0.5) * NUMBER_ROW_PIXELS * unit]


def _rows(study: MissesStudy, translate: Catalogue) -> alt.LayerChart:
    """Draw a row for each miss: the actual value and the prediction of each rung."""
    series, missed = study.series, study.missed
    names = [str(rank) for rank in range(1, len(missed) + 1)]
    labels = {
        name: [
            f"{name}. {day(date, translate.language)}",
            *([holiday_name(holiday, translate.language, study.country)] if holiday else []),
        ]
        for name, date, holiday in zip(names, series.dates[missed], study.holidays, strict=True)
    }
    y = alt.Y(
        "rank:N",
        sort=names,
        title=None,
        axis=alt.Axis(
            labelExpr=f"{quote(labels)}[datum.value]",
            labelLimit=HOLIDAY_NAME_PIXELS,
            labelLineHeight=14,
            ticks=False,
            domain=False,
            grid=True,
        ),
    )
    truth = translate("report.mark_truth")
    marks = {truth: INK} | {rung.rung.name: colour for rung, colour in zip(study.rungs, COLOURS, strict=False)}
    ends = {
        "rank": np.array(names),
        "target": series.values[missed],
        "prediction": study.plain.estimates[missed],
    }
    base = alt.Chart(columns(ends)).encode(y=y)
    shown = value_format(series.values)
    layers = [
        key(marks),
        base.mark_rule(color=PALE, strokeWidth=7).encode(
            x=alt.X("target:Q", title=series.name, scale=alt.Scale(zero=False, padding=12), axis=alt.Axis(tickCount=8)),
            x2="prediction:Q",
        ),
    ]
    # The hollow marks first, so that marks at the same place stay visible.
    marked = list(zip(study.rungs, COLOURS, SHAPES, SIZES, strict=False))
    layers.append(
        base.mark_point(color=INK, filled=True, size=75, opacity=1).encode(
            x="target:Q", tooltip=[alt.Tooltip("target:Q", title=truth, format=shown)]
        )
    )
    for rung, colour, shape, size in reversed(marked):
        table = {"rank": ends["rank"], "prediction": rung.estimates[missed], "miss": study.miss(rung, missed)}
        layers.append(
            alt.Chart(columns(table))
            .mark_point(color=colour, filled=shape != "square", shape=shape, size=size, strokeWidth=2, opacity=1)
            .encode(
                y=y,
                x="prediction:Q",
                tooltip=[
                    alt.Tooltip("prediction:Q", title=rung.rung.name, format=shown),
                    alt.Tooltip("miss:Q", title=translate("look.misses.miss"), format=",.6~r"),
                ],
            )
        )
    chart = layered(*layers, width=ROWS_WIDTH_PIXELS, height=ROW_PIXELS * len(missed))
    return headed(chart, translate("look.misses.panel_rows"))


def _lift(study: MissesStudy, translate: Catalogue) -> alt.HConcatChart:
    """Draw the loss of each rung on all validation days and on the missed ones."""
    loss = study.plain.training_set.loss
    halves = [
        _bars(
            study,
            translate,
            days_of,
            translate(f"look.misses.panel_{what}", count=len(days_of)),
            labelled=not at,
            loss=loss,
        )
        for at, (what, days_of) in enumerate((("all", study.unseen), ("missed", study.missed)))
    ]
    return alt.hconcat(*halves, spacing=24)


def _bars(
    study: MissesStudy, translate: Catalogue, of: np.ndarray, head: str, *, labelled: bool, loss: str
) -> alt.LayerChart:
    names = [rung.rung.name for rung in study.rungs]
    losses = [study.loss(rung, of) for rung in study.rungs]
    data = columns(
        {"rung": np.array(names), "loss": np.array(losses), "label": np.array([number(value) for value in losses])}
    )
    base = alt.Chart(data).encode(
        y=alt.Y(
            "rung:N",
            sort=names,
            title=None,
            axis=alt.Axis(labelLimit=HOLIDAY_NAME_PIXELS, ticks=False, domain=False) if labelled else None,
        ),
        x=alt.X(
            "loss:Q",
            title=translate(f"report.loss_{loss}", name=study.series.name),
            scale=alt.Scale(domain=[0, 1.2 * max(*losses, 1e-300)], nice=False),
            axis=alt.Axis(tickCount=4),
        ),
        tooltip=[
            alt.Tooltip("rung:N", title=translate("table.rung")),
            alt.Tooltip("loss:Q", title="L", format=",.6~r"),
        ],
    )
    chart = layered(
        base.mark_bar(size=14).encode(
            color=alt.Color("rung:N", scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])), legend=None)
        ),
        base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text="label:N"),
        width=(ROWS_WIDTH_PIXELS - 24) // 2,
        height=BAR_PIXELS * len(names),
    )
    return headed(chart, head)
