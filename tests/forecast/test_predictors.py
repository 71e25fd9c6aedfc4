"""One interface: whatever predicts is asked for any set of steps ahead, and answers in the same way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.small_searches import LINE, NET, WEEK, channel, fitted, predictors_of, search, tomorrow_of, ways_of
from thalweg.forecast.contributions import why_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.model import load
from thalweg.forecast.plan import Block, Plan, one_way, strategy_name
from thalweg.forecast.predictors.base import recursive
from thalweg.forecast.predictors.baselines import Copy, SeasonalMean
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.ways import DIRECT, RECURSIVE, Predictors
from thalweg.series.calendar import Calendar

SERIES = channel(460, missing=(100, 390))
ONE_STEP, MANY = fitted(LINE, SERIES, 420), fitted(WEEK, SERIES, 420, 5)
PREDICTORS = {
    "copy": Copy(7),
    "seasonal mean": SeasonalMean(7, 4),
    "line": ONE_STEP,
    "network of five steps": MANY,
    "mean": Mean((ONE_STEP, MANY, MANY, Copy(1))),
    "mean of baselines": Mean((Copy(7), SeasonalMean(7, 2))),
}
PAST = past_of(SERIES, np.array([200, 430, 459]))


@pytest.mark.parametrize("name", PREDICTORS)
@given(steps=st.lists(st.integers(1, 30), min_size=1, max_size=5))
@settings(max_examples=10)
def test_any_set_of_steps_is_answered(name, steps):
    predictor = PREDICTORS[name]
    made = predictor.predict(PAST, steps)
    assert made.shape == (3, len(steps))
    assert np.isfinite(made).all()
    everything = predictor.predict(PAST, np.arange(1, max(steps) + 1))
    # Within its reach and beyond it, a step does not depend on the others asked for, up to rounding.
    np.testing.assert_allclose(made, everything[:, np.array(steps) - 1], rtol=3e-5)


@pytest.mark.parametrize("name", PREDICTORS)
def test_it_tells_what_it_needs(name):
    predictor = PREDICTORS[name]
    longest = max(predictor.needed, 14)
    assert np.isfinite(predictor.predict(past_of(SERIES, np.array([longest - 1])), (1,))).all()
    assert (predictor.reach == np.inf) == ("network" not in name and name not in ("line", "mean"))
    assert predictor.parameters == {"line": 8, "network of five steps": MANY.network.size}.get(
        name, 8 + MANY.network.size if name == "mean" else 0
    )


def test_a_seasonal_mean_by_hand():
    made = SeasonalMean(7, 3).predict(PAST, np.arange(1, 16))
    for row, at in enumerate(PAST.newest):
        for step in range(1, 16):
            back = [SERIES.values[at + 1 + (step - 1) % 7 - 7 * ago] for ago in (1, 2, 3)]
            assert made[row, step - 1] == pytest.approx(np.mean(back), rel=1e-14)


def test_beyond_its_reach_a_network_goes_on_from_its_own_predictions():
    """Five steps at a time, each block from a past that ends on the block before."""
    made = MANY.predict(PAST, np.arange(1, 13))
    by_hand = recursive(MANY, PAST, 12, reach=5)
    np.testing.assert_array_equal(made, by_hand)
    np.testing.assert_allclose(made[:, :5], MANY.direct(PAST, 5), rtol=2e-5)
    assert not np.allclose(made, recursive(MANY, PAST, 12, reach=1), rtol=1e-3)


def test_a_mean_feeds_its_members_the_mean():
    together = Mean((ONE_STEP, fitted(NET, SERIES, 420)))
    made = together.predict(PAST, (1, 2))
    each = [member.predict(PAST, (1, 2)) for member in together.members]
    np.testing.assert_allclose(made[:, 0], np.mean(each, axis=0)[:, 0], rtol=1e-6)
    assert not np.allclose(made[:, 1], np.mean(each, axis=0)[:, 1], rtol=1e-6)


def test_the_way_may_differ_by_step():
    made = ways_of(predictors_of([ONE_STEP], [MANY]), PAST, (DIRECT, RECURSIVE), 5)
    each = ((DIRECT,), (RECURSIVE,), (DIRECT, RECURSIVE), (DIRECT,), (RECURSIVE,))
    mixed = Plan(tuple(Block(step, step, ways) for step, ways in enumerate(each, 1)), fade=0)
    direct, fed = made[DIRECT], made[RECURSIVE]
    expected = [direct[:, 0], fed[:, 1], (direct + fed)[:, 2] / 2, direct[:, 3], fed[:, 4]]
    np.testing.assert_allclose(mixed.combined(made, 5, axis=1), np.stack(expected, axis=1), rtol=1e-14)
    assert strategy_name(mixed) == "by step"
    assert strategy_name(one_way(DIRECT, 9)) == DIRECT
    both = Plan((Block(1, 1, (RECURSIVE,)), Block(2, 9, (DIRECT, RECURSIVE))))
    assert strategy_name(both) == "direct + recursive", "the first step, which is always the choice's, does not count"


@pytest.fixture(scope="module")
def weekly():
    """A series whose weekdays repeat but for noise: the mean of the last weeks is hard to beat."""
    random = np.random.default_rng(0)
    values = np.tile([50.0, 60, 70, 65, 40, 20, 30], 40) + random.normal(0, 6, 280)
    return search(channel(280).__class__(SERIES.start, values, np.ones(280, dtype=bool), "views"),
                  ladder=Ladder("means", (SeasonalMean(7, 8), LINE)), horizon=10)  # fmt: skip


def test_a_seasonal_mean_may_be_chosen_and_served(weekly, tmp_path):
    findings, model = weekly
    assert findings.chosen == "mean of 8 × 7 back"
    assert (findings.choice.kind, findings.choice.parameters) == ("seasonal mean", 0)
    assert "mean of 8 × 7 back" not in findings.baselines
    model.save(tmp_path / "model.thalweg")
    again = load(tmp_path / "model.thalweg")
    np.testing.assert_array_equal(again.predict().mean, findings.forecast.mean)
    alone = replace(again, plan=one_way(RECURSIVE, 10)).predict().mean  # whatever the later steps go by
    assert findings.forecast.mean[0] == alone[0]
    np.testing.assert_array_equal(alone[:3], alone[7:])
    last = model.days.values[-56:].reshape(8, 7)
    np.testing.assert_allclose(alone[:7], last.mean(axis=0), rtol=1e-12)


def test_what_moved_a_seasonal_mean_is_told_exactly():
    baseline = SeasonalMean(7, 2)
    why = why_of(Predictors(Mean((baseline,))), one_way(RECURSIVE, 1), Calendar(), SERIES)
    assert why.remainder == pytest.approx(0, abs=1e-9)
    assert why.prediction == pytest.approx(tomorrow_of(baseline, SERIES, [459])[0], rel=1e-14)
    moved = np.flatnonzero(why.contributions)
    assert [str(date) for date in why.dates[moved]] == [str(SERIES.dates[446]), str(SERIES.dates[453])]
