"""Title and sentences about the weights and losses of straight lines (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.numbers import day, number, number_among, turn
from thalweg.charts.style import loss_unit
from thalweg.pictures.lags.rhythm import WEEK_DAYS
from thalweg.pictures.lags.study import LECTURE_LOSSES

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.lags.study import LagsStudy


def weekday_names(translate: Catalogue) -> list[str]:
    """Return the names of the weekdays, Monday first."""
    return translate("report.weekdays").split()


def title_of(study: LagsStudy, translate: Catalogue) -> str:
    """Return the title: whether more lags help, or copying yesterday beats every line."""
    unit = loss_unit(study.fitted_rung.training_set.loss, study.fitted_rung.series.name, translate.language)
    at = study.days_back.index(WEEK_DAYS) if WEEK_DAYS in study.days_back else len(study.days_back) - 1
    best = int(np.argmin(study.unseen))
    if study.copying[1] < study.unseen[best]:
        return translate(
            "look.lags.title_copying",
            copying=number(study.copying[1]),
            looked=_looking(study.days_back[best], translate),
            unseen=number(float(study.unseen[best])),
            name=unit,
        )
    if at:
        return translate(
            f"look.lags.title_{turn(float(study.unseen[0]), float(study.unseen[at]))}",
            before=study.days_back[0],
            after=study.days_back[at],
            unseen_before=number(float(study.unseen[0])),
            unseen_after=number(float(study.unseen[at])),
            name=unit,
        )
    looked = _looking(study.days_back[0], translate)
    return translate("look.lags.title_one", looked=looked, unseen=number(float(study.unseen[0])), name=unit)


def _looking(days: int, translate: Catalogue) -> str:
    return translate("look.lags.day_one" if days == 1 else "look.lags.day_many", days=days)


def sentences_of(study: LagsStudy, translate: Catalogue) -> list[str]:
    """Return what the picture shows, in sentences."""
    series, rhythm, language = study.fitted_rung.series, study.rhythm, translate.language
    unit = loss_unit(study.fitted_rung.training_set.loss, series.name, language)
    sentences = [_rhythm_sentence(study, translate)]
    if np.isfinite(rhythm.weekdays).all() and rhythm.lag is not None and rhythm.lag % WEEK_DAYS == 0:
        low, high = int(np.argmin(rhythm.weekdays)), int(np.argmax(rhythm.weekdays))
        names = weekday_names(translate)
        sentences.append(
            translate(
                "look.lags.weekday_extremes",
                low=names[low],
                low_mean=number_among(float(rhythm.weekdays[low]), series.values),
                high=names[high],
                high_mean=number_among(float(rhythm.weekdays[high]), series.values),
                name=series.name,
            )
        )
    largest = int(np.argmax(np.abs(study.weights)))
    sentences.append(
        translate(
            "look.lags.largest_weight",
            line=study.fitted_rung.rung.name,
            weight=f"w{largest + 1}",
            value=number(float(study.weights[largest]), 2),
            day=day(study.dates[largest], language),
            target=day(study.day, language),
            bias=number_among(study.bias, series.values),
            name=series.name,
        )
    )
    if len(study.weights) >= WEEK_DAYS:
        same = study.weights[WEEK_DAYS - 1 :: WEEK_DAYS]
        others = np.delete(study.weights, np.arange(WEEK_DAYS - 1, len(study.weights), WEEK_DAYS))
        sentences.append(
            translate(
                "look.lags.same_weekday",
                same=number(float(np.abs(same).mean()), 2),
                others=number(float(np.abs(others).mean()), 2),
            )
        )
    for before, after in zip(_stops(study)[:-1], _stops(study)[1:], strict=True):
        seen, unseen = study.seen, study.unseen
        sentences.append(
            translate(
                "look.lags.more_days",
                before=study.days_back[before],
                after=study.days_back[after],
                seen=translate(
                    f"look.lags.{turn(seen[before], seen[after])}",
                    before=number(float(seen[before])),
                    after=number(float(seen[after])),
                ),
                unseen=translate(
                    f"look.lags.{turn(unseen[before], unseen[after])}",
                    before=number(float(unseen[before])),
                    after=number(float(unseen[after])),
                ),
            )
        )
    sentences.append(
        translate("look.lags.baseline", seen=number(study.copying[0]), unseen=number(study.copying[1]), name=unit)
    )
    if study.copying[1] < study.unseen.min():
        sentences.append(translate("look.lags.copying_wins"))
    if study.days_back[:2] == (1, WEEK_DAYS) and study.fitted_rung.training_set.loss == "mae":
        share = 100 * (float(study.unseen[1] / study.unseen[0]) - 1) if study.unseen[0] > 0 else 0.0
        how = "stays" if not round(share) else "falls" if share < 0 else "rises"
        lecture = 1 - LECTURE_LOSSES[WEEK_DAYS][1] / LECTURE_LOSSES[1][1]
        sentences.append(
            translate(f"look.lags.lecture_{how}", share=number(abs(share), 0), lecture=number(100 * lecture, 0))
        )
    best = int(np.argmin(study.unseen))
    if study.seen[-1] < study.seen[best] and turn(study.unseen[best], study.unseen[-1]) == "rises":
        sentences.append(
            translate(
                "look.lags.overfit",
                best=_looking(study.days_back[best], translate),
                last=study.days_back[-1],
                before=number(float(study.unseen[best])),
                after=number(float(study.unseen[-1])),
                name=unit,
            )
        )
    if study.left_out:
        sentences.append(
            translate(
                "look.lags.left_out", days=", ".join(map(str, study.left_out)), train=study.fitted_rung.split.train
            )
        )
    return sentences


def _stops(study: LagsStudy) -> list[int]:
    """Return the positions, among the lines, of those that sentences compare: the first, a week, the last."""
    wanted = [0, *(at for at, looked in enumerate(study.days_back) if looked == WEEK_DAYS), len(study.days_back) - 1]
    return sorted(set(wanted))


def _rhythm_sentence(study: LagsStudy, translate: Catalogue) -> str:
    rhythm = study.rhythm
    if rhythm.lag is None:
        return translate("look.lags.no_rhythm", lags=len(rhythm.lags))
    found = number(float(rhythm.correlation[rhythm.lag - 1]), 2)
    return translate(
        "look.lags.week" if rhythm.lag == WEEK_DAYS else "look.lags.rhythm", lag=rhythm.lag, correlation=found
    )
