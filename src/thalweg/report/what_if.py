"""What other values of known columns change, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.numbers import estimate_decimals, number, signed, when
from thalweg.charts.steps import speaking

if TYPE_CHECKING:
    from thalweg.forecast.what_if import WhatIf
    from thalweg.messages import Catalogue
    from thalweg.series.series import Series


def what_if_sentences(supposed: WhatIf, series: Series, language: str | Catalogue) -> list[str]:
    """Return which columns differ, on how many dates; by how much the forecast does, in sum and where most."""
    translate, places = speaking(language, series.frequency), estimate_decimals(series.values)
    horizon, difference = len(supposed.first.dates), supposed.difference
    one_alone = "_one" if horizon == 1 else ""
    told: list[str] = []
    for one in supposed.changed:
        numbers = {"mean": _mean(one.mean), "first": _mean(one.first_mean)}
        numbers |= {"least": _mean(one.least), "most": _mean(one.most)}
        values = {"column": one.name, "dates": one.dates, "beyond": one.beyond, "horizon": horizon}
        keys = ["changed", "beyond"] if one.beyond else ["changed"]
        told += [translate(f"what_if.{key}{one_alone}", **values, **numbers) for key in keys]
    if not told:
        return [translate("what_if.unchanged")]
    by = signed(float(difference.sum()), places)
    if one_alone:
        mean, first = (number(float(each.mean[0]), places) for each in (supposed.forecast, supposed.first))
        told.append(translate("what_if.sum_one", name=series.name, by=by, mean=mean, first=first))
    else:  # sums of both forecasts would stand beside those of the sample paths, which are others
        told.append(translate("what_if.sum", horizon=horizon, name=series.name, by=by))
        at = int(np.argmax(np.abs(difference)))
        date = when(supposed.first.dates[at], series.frequency, translate.language)
        told.append(translate("what_if.most", day=date, by=signed(float(difference[at]), places), name=series.name))
    return told


def _mean(value: float) -> str:
    """Write a mean with three figures, and a whole one such as that of a steady price without decimals."""
    return number(value, 0) if value.is_integer() else number(value)
