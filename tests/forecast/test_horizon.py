"""The forecast of a date does not depend on how many steps ahead are asked for."""

from dataclasses import replace

import numpy as np
import pytest

from support.small_searches import COPIES, LINE, NET, WEEK, channel, search
from thalweg.forecast import forecaster
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.model import load
from thalweg.learn.optimizer import Optimizer

PARTS = ("mean", "low80", "high80", "low95", "high95")
FAST = Optimizer("adamw", 0.02, "cosine", decay=0.01)
SHARED = replace(WEEK, shared=True, epochs=2, seeds=1, optimizer=FAST)
LADDER = Ladder("shared", (*COPIES, replace(LINE, seeds=1, epochs=5), replace(NET, seeds=1, epochs=3), SHARED))
SHORT, LONG = channel(430), channel(1300)  # the refits of the long one go on


@pytest.fixture(scope="module")
def short():
    return {horizon: search(SHORT, ladder=LADDER, horizon=horizon) for horizon in (1, 3, 10, 28, 143)}


@pytest.fixture(scope="module")
def long():
    return {horizon: search(LONG, ladder=LADDER, horizon=horizon) for horizon in (1, 3, 28, 40, 100)}


def same(found, some, more):
    (one, _), (other, _) = found[some], found[more]
    assert one.chosen == other.chosen
    for block, longer in zip(one.plan.blocks, other.plan.blocks, strict=False):
        assert (block.first, block.ways, block.cutoffs) == (longer.first, longer.ways, longer.cutoffs)
        assert block.losses == pytest.approx(longer.losses, rel=1e-6)
    np.testing.assert_array_equal(one.forecast.dates, other.forecast.dates[:some])
    for name in PARTS:
        made, wanted = getattr(one.forecast, name), getattr(other.forecast, name)[:some]
        np.testing.assert_allclose(made, wanted, rtol=1e-6, err_msg=name)
    np.testing.assert_allclose(one.steps, other.steps[:some], rtol=1e-6)
    assert one.as_used.test == pytest.approx(other.as_used.test, rel=1e-6)


@pytest.mark.parametrize(("some", "more"), [(1, 3), (3, 10), (10, 28), (28, 143)])
def test_a_date_has_the_same_forecast_and_intervals(short, some, more):
    same(short, some, more)


@pytest.mark.slow
@pytest.mark.parametrize(("some", "more"), [(1, 3), (3, 28), (28, 40), (28, 100), (40, 100)])
def test_a_date_has_the_same_forecast_where_refits_go_on(long, some, more):
    same(long, some, more)


def test_the_plan_goes_several_ways_so_that_the_above_means_something(long):
    findings, model = long[100]
    assert len(findings.plan.blocks) == 6
    assert len({block.ways for block in findings.plan.blocks}) > 1
    assert set(model.plan.ways) <= set(model.predictors.ways)


def test_a_model_that_is_loaded_says_the_same_for_any_horizon(long, tmp_path):
    _, model = long[100]
    model.save(tmp_path / "model.thalweg")
    again = load(tmp_path / "model.thalweg")
    whole = model.predict()
    for steps in (1, 7, 8, 28, 29, 92, 100):
        some = again.predict(horizon=steps)
        for name in PARTS:
            np.testing.assert_allclose(getattr(some, name), getattr(whole, name)[:steps], rtol=1e-6)


@pytest.mark.slow
def test_no_refit_goes_on_from_what_has_seen_later_values(monkeypatch):
    """Where the ways of far steps are compared on training values, the search's networks have learned those."""
    calls = []

    def watched(data, team, **options):
        calls.append((options["first"][0], bool(options.get("start"))))
        return backtest(data, team, **options)

    backtest = forecaster.backtest
    monkeypatch.setattr(forecaster, "backtest", watched)
    findings, _ = search(LONG, ladder=LADDER, horizon=100)
    assert min(first for first, _ in calls) < findings.split.train
    for first, went_on in calls:
        assert not (went_on and first < findings.split.train)
