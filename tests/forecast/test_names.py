"""Names of rungs: in English those that the predictors give themselves, in Chinese words of their own."""

import re

import pytest

from support.frequencies import WEEKLY
from thalweg.charts.rungs import rung_name
from thalweg.forecast.ladder import named_ladder
from thalweg.forecast.options import LADDERS
from thalweg.forecast.predictors.baselines import Copy, Medians, SeasonalMean
from thalweg.forecast.predictors.far_ahead import far_ahead
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.predictors.rates import RateAndSize, SeasonalShare
from thalweg.series.frequency.record import DAILY, monthly, quarterly, sub_daily, yearly

RHYTHMS = (DAILY, WEEKLY, sub_daily(60), sub_daily(15), monthly(), quarterly(), yearly())
NAMES = {rung.name for name in LADDERS for frequency in RHYTHMS for rung in named_ladder(name, frequency).rungs}
NAMES |= {rung.name for frequency in RHYTHMS for rung in named_ladder("full", frequency).again}
NAMES |= {
    Copy(14).name,
    SeasonalMean(7, 4).name,
    Medians(7, 28).name,
    "mean of 5",
    "copy last year",
    Rung(28, hidden=(100, 10), known="year").name,
}
NAMES |= {one.name for frequency in RHYTHMS for one in far_ahead(frequency, counts=True)}
NAMES |= {RateAndSize(8, 4, 30).name, SeasonalShare(8, 4, 30, 7).name, SeasonalShare(8, 4, 30, 168).name}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_rung_has_its_own_name_in_each_language(name):
    assert rung_name(name) == name
    told = rung_name(name, "zh")
    assert not re.search("copy|last|linear|mean|median|week|year|back|rate|share", told)
    assert re.search("[\u4e00-\u9fff]", told) or re.fullmatch(r"[\d×-]+ relu \d+", name)


def test_no_two_rungs_have_the_same_name():
    assert len({rung_name(name, "zh") for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", ["<b>mine</b>", "linear", "linear 7 month", "copy", "copy the moon"])
def test_a_name_of_another_form_stays(name):
    assert rung_name(name, "zh") == rung_name(name) == name
