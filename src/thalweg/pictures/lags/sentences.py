"""What the weights and losses of straight lines say, in words (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.numbers import day, number, turn
from thalweg.charts.style import loss_unit
from thalweg.pictures.lags.rhythm import WEEK
from thalweg.pictures.lags.study import LECTURE_LOSSES

if TYPE_CHECKING:
    from thalweg.messages import Catalogue
    from thalweg.pictures.lags.study import LagsStudy


def weekday_names(translate: Catalogue) -> list[str]:
    """Return the names of the weekdays, Monday first."""
    return translate("report.weekdays").split()


def title_of(study: LagsStudy, translate: Catalogue) -> str:
    """Return what is seen at once: whether looking back further helps, or copying yesterday beats every line."""
    unit = loss_unit(study.fitted.training_set.loss, study.fitted.series.name, translate.language)
    at = study.looked.index(WEEK) if WEEK in study.looked else len(study.looked) - 1
    best = int(np.argmin(study.unseen))
    if study.copying[1] < study.unseen[best]:
        return translate(
            "look.lags.title_copying",
            copying=number(study.copying[1]),
            looked=_looking(study.looked[best], translate),
            unseen=number(float(study.unseen[best])),
            name=unit,
        )
    if at:
        return translate(
            f"look.lags.title_{turn(float(study.unseen[0]), float(study.unseen[at]))}",
            before=study.looked[0],
            after=study.looked[at],
            unseen_before=number(float(study.unseen[0])),
            unseen_after=number(float(study.unseen[at])),
            name=unit,
        )
    looked = _looking(study.looked[0], translate)
    return translate("look.lags.title_one", looked=looked, unseen=number(float(study.unseen[0])), name=unit)


def _looking(days: int, translate: Catalogue) -> str:
    return translate("look.lags.day_one" if days == 1 else "look.lags.day_many", days=days)


def sentences_of(study: LagsStudy, translate: Catalogue) -> list[str]:
    """Return what is seen, in sentences."""
    series, rhythm, language = study.fitted.series, study.rhythm, translate.language
    unit = loss_unit(study.fitted.training_set.loss, series.name, language)
    sentences = [_rhythm_sentence(study, translate)]
    if np.isfinite(rhythm.weekdays).all() and rhythm.lag is not None and rhythm.lag % WEEK == 0:
        low, high = int(np.argmin(rhythm.weekdays)), int(np.argmax(rhythm.weekdays))
        names = weekday_names(translate)
        sentences.append(
            translate("look.lags.weekday_extremes", low=names[low], low_mean=number(float(rhythm.weekdays[low])),
                 high=names[high], high_mean=number(float(rhythm.weekdays[high])), name=series.name)
        )  # fmt: skip
    largest = int(np.argmax(np.abs(study.weights)))
    sentences.append(
        translate(
            "look.lags.largest_weight",
            line=study.fitted.rung.name,
            weight=f"w{largest + 1}",
            value=number(float(study.weights[largest]), 2),
            day=day(study.dates[largest], language),
            target=day(study.day, language),
            bias=number(study.bias),
            name=series.name,
        )
    )
    if len(study.weights) >= WEEK:
        same = study.weights[WEEK - 1 :: WEEK]
        others = np.delete(study.weights, np.arange(WEEK - 1, len(study.weights), WEEK))
        sentences.append(
            translate("look.lags.same_weekday", same=number(float(np.abs(same).mean()), 2),
                 others=number(float(np.abs(others).mean()), 2))
        )  # fmt: skip
    for before, after in zip(_stops(study)[:-1], _stops(study)[1:], strict=True):
        seen, unseen = study.seen, study.unseen
        sentences.append(
            translate(
                "look.lags.more_days",
                before=study.looked[before],
                after=study.looked[after],
                seen=translate(f"look.lags.{turn(seen[before], seen[after])}",
                          before=number(float(seen[before])), after=number(float(seen[after]))),
                unseen=translate(f"look.lags.{turn(unseen[before], unseen[after])}",
                            before=number(float(unseen[before])), after=number(float(unseen[after]))),
            )
        )  # fmt: skip
    sentences.append(
        translate("look.lags.baseline", seen=number(study.copying[0]), unseen=number(study.copying[1]), name=unit)
    )
    if study.copying[1] < study.unseen.min():
        sentences.append(translate("look.lags.copying_wins"))
    if study.looked[:2] == (1, WEEK) and study.fitted.training_set.loss == "mae":
        share = 100 * (float(study.unseen[1] / study.unseen[0]) - 1) if study.unseen[0] > 0 else 0.0
        how = "stays" if not round(share) else "falls" if share < 0 else "rises"
        lecture = 1 - LECTURE_LOSSES[WEEK][1] / LECTURE_LOSSES[1][1]
        sentences.append(
            translate(f"look.lags.lecture_{how}", share=number(abs(share), 0), lecture=number(100 * lecture, 0))
        )  # fmt: skip
    best = int(np.argmin(study.unseen))
    if study.seen[-1] < study.seen[best] and turn(study.unseen[best], study.unseen[-1]) == "rises":
        sentences.append(
            translate("look.lags.overfit", best=_looking(study.looked[best], translate), last=study.looked[-1],
                 before=number(float(study.unseen[best])), after=number(float(study.unseen[-1])), name=unit)
        )  # fmt: skip
    if study.left_out:
        sentences.append(
            translate("look.lags.left_out", days=", ".join(map(str, study.left_out)), train=study.fitted.split.train)
        )
    return sentences


def _stops(study: LagsStudy) -> list[int]:
    """Return the places of the days looked back that are told in a sentence: the first, a week, the last."""
    wanted = [0, *(at for at, looked in enumerate(study.looked) if looked == WEEK), len(study.looked) - 1]
    return sorted(set(wanted))


def _rhythm_sentence(study: LagsStudy, translate: Catalogue) -> str:
    rhythm = study.rhythm
    if rhythm.lag is None:
        return translate("look.lags.no_rhythm", lags=len(rhythm.lags))
    found = number(float(rhythm.correlation[rhythm.lag - 1]), 2)
    return translate("look.lags.week" if rhythm.lag == WEEK else "look.lags.rhythm", lag=rhythm.lag, correlation=found)
