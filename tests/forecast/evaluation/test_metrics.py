"""The metrics of a backtest against plain loops, scikit-learn and numbers that utilsforecast gave."""

# ruff: noqa: ARG005 -- models take what they are given

import math

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, mean_pinball_loss, mean_squared_error
from utilsforecast import losses
from utilsforecast.evaluation import evaluate

import thalweg
from support.backtests import SEASON, last_season, level, weekly
from thalweg.forecast.evaluation.metrics import scale_of, weights_of

MISSING = (150, 151, 163, 199)
SERIES = weekly(missing=MISSING)
MODELS = {"again": last_season, "level": level}
OPTIONS = {"windows": 4, "step": 9, "horizon": 14, "gap": 3}
# evaluate(frame, [mae, rmse, smape, bias, wape]) and, for "level", coverage and mqloss of levels 80 and 95,
# by utilsforecast 0.2.17 on the frame of this backtest.
GOLDEN = {
    "again": {
        "mae": 7.000273789984, "rmse": 8.387505995865, "smape": 0.035346217562, "bias": -0.005646926273,
        "wape": 0.069964338136,
    },
    "level": {
        "mae": 13.491958628920, "rmse": 15.565237188625, "smape": 0.067745109526, "bias": 0.294733100682,
        "wape": 0.134845576608,
    },
}  # fmt: skip
GOLDEN_OF_LEVELS = {"coverage-80": 0.592592592593, "coverage-95": 1.0}
GOLDEN_OF_ENDS = 1.781351856954  # without the median


@pytest.fixture(scope="module")
def result():
    return thalweg.backtest(SERIES, models=MODELS, **OPTIONS)


def value(frame, metric, model):
    (found,) = frame[frame["metric"] == metric][model]
    return found


def test_the_frame_has_the_columns_that_nixtla_reads(result):
    frame = result.to_frame("pandas")
    assert list(frame)[:6] == ["unique_id", "ds", "cutoff", "y", "again", "level"]
    assert list(frame)[6:] == ["level-lo-80", "level-hi-80", "level-lo-95", "level-hi-95"]
    assert frame["ds"].dtype.kind == frame["cutoff"].dtype.kind == "M"
    ahead = (frame["ds"] - frame["cutoff"]).dt.days
    assert set(ahead) == set(range(4, 18))
    dates = {date: place for place, date in enumerate(SERIES.dates)}
    places = [dates[date] for date in frame["ds"].to_numpy().astype("datetime64[D]")]
    assert not set(places) & set(MISSING)
    assert len(frame) == 4 * 14 - sum(
        1 for at in MISSING for seen in result.forecasts.cutoffs.seen if seen + 3 <= at < seen + 17
    )
    np.testing.assert_array_equal(frame["y"], SERIES.values[places])


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_frame_is_of_the_library_asked_for(result, backend):
    frame = result.to_frame(backend)
    assert type(frame).__module__.partition(".")[0] == backend


def test_metrics_are_those_of_plain_loops_and_scikit_learn(result):
    frame, scores = result.to_frame("pandas"), result.scores
    for model in MODELS:
        errors = [float(made - came) for made, came in zip(frame[model], frame["y"], strict=True)]
        assert value(scores, "mae", model) == pytest.approx(mean_absolute_error(frame["y"], frame[model]), rel=1e-12)
        rmse = math.sqrt(mean_squared_error(frame["y"], frame[model]))
        assert value(scores, "rmse", model) == pytest.approx(rmse, rel=1e-12)
        assert value(scores, "bias", model) == pytest.approx(sum(errors) / len(errors), rel=1e-9)
        assert value(scores, "wape", model) == pytest.approx(sum(map(abs, errors)) / sum(frame["y"]), rel=1e-12)
        shares = [abs(e) / (abs(y) + abs(m)) for e, y, m in zip(errors, frame["y"], frame[model], strict=True)]
        assert value(scores, "smape", model) == pytest.approx(sum(shares) / len(shares), rel=1e-12)
        scales = {}
        for cutoff in frame["cutoff"].unique():
            seen = [at for at in range(len(SERIES)) if SERIES.dates[at] <= cutoff.to_numpy()]
            pairs = [
                abs(SERIES.values[at] - SERIES.values[at - SEASON])
                for at in seen[SEASON:]
                if SERIES.observed[at] and SERIES.observed[at - SEASON]
            ]
            scales[cutoff] = sum(pairs) / len(pairs)
        scaled = [abs(e) / scales[cutoff] for e, cutoff in zip(errors, frame["cutoff"], strict=True)]
        assert value(scores, "mase", model) == pytest.approx(sum(scaled) / len(scaled), rel=1e-12)
    losses = {
        q: mean_pinball_loss(frame["y"], frame[column], alpha=q)
        for q, column in {
            0.025: "level-lo-95", 0.1: "level-lo-80", 0.5: "level", 0.9: "level-hi-80", 0.975: "level-hi-95",
        }.items()
    }  # fmt: skip
    assert value(scores, "pinball", "level") == pytest.approx(np.mean(list(losses.values())), rel=1e-12)
    for q in (0.025, 0.1, 0.9, 0.975):
        assert value(scores, f"pinball-{q}", "level") == pytest.approx(losses[q], rel=1e-12)
        assert math.isnan(value(scores, f"pinball-{q}", "again"))
    grid = (np.arange(200_000) + 0.5) / 200_000
    near = np.array(list(losses))[np.abs(grid[:, None] - np.array(list(losses))).argmin(axis=1)]
    crps = 2 * np.mean([losses[q] for q in near.tolist()])
    assert value(scores, "crps", "level") == pytest.approx(crps, rel=1e-4)
    inside = (frame["y"] >= frame["level-lo-80"]) & (frame["y"] <= frame["level-hi-80"])
    assert 0 < value(scores, "coverage-80", "level") == pytest.approx(inside.mean(), rel=1e-12)
    assert math.isnan(value(scores, "coverage-80", "again"))
    assert math.isnan(value(scores, "crps", "again"))


def test_by_step_and_by_cutoff_are_the_scores_of_their_rows(result):
    frame = result.to_frame("pandas")
    steps = result.metrics.by_step
    assert list(steps) == list(range(4, 18))
    ahead = (frame["ds"] - frame["cutoff"]).dt.days
    for step, rows in steps.items():
        part = frame[ahead == step]
        assert rows["mae"]["level"] == pytest.approx(mean_absolute_error(part["y"], part["level"]), rel=1e-12)
    cutoffs = sorted(frame["cutoff"].unique())
    assert len(cutoffs) == len(result.metrics.by_cutoff) == 4
    for cutoff, rows in zip(cutoffs, result.metrics.by_cutoff, strict=True):
        part = frame[frame["cutoff"] == cutoff]
        assert rows["rmse"]["again"] == pytest.approx(
            math.sqrt(mean_squared_error(part["y"], part["again"])), rel=1e-12
        )


def test_numbers_are_those_of_utilsforecast(result):
    for model, golden in GOLDEN.items():
        for metric, expected in golden.items():
            assert result.metrics.overall[metric][model] == pytest.approx(expected, rel=1e-9)
    for metric, expected in GOLDEN_OF_LEVELS.items():
        assert result.metrics.overall[metric]["level"] == pytest.approx(expected, rel=1e-9)
    pinball, mae = (result.metrics.overall[metric]["level"] for metric in ("pinball", "mae"))
    assert (5 * pinball - mae / 2) / 4 == pytest.approx(GOLDEN_OF_ENDS, rel=1e-9)


def test_utilsforecast_evaluates_the_frame_as_it_is(result):
    found = evaluate(result.to_frame("pandas"), [losses.mae, losses.rmse, losses.smape, losses.bias, losses.wape])
    by_cutoff = result.metrics.by_cutoff
    for at, (_, rows) in enumerate(found.groupby("cutoff")):
        for metric, model in ((metric, model) for metric in GOLDEN["level"] for model in MODELS):
            assert value(rows, metric, model) == pytest.approx(by_cutoff[at][metric][model], rel=1e-9)


def test_a_constant_series_has_no_mase_and_is_ranked_by_the_mean_absolute_error():
    flat = weekly()
    flat.values[:] = 5.0
    result = thalweg.backtest(flat, models={"five": lambda h, n: [5.0] * n, "six": lambda h, n: [6.0] * n}, horizon=7)
    assert math.isnan(scale_of(flat, 100, 7))
    assert math.isnan(result.metrics.overall["mase"]["six"])
    assert (result.metric, result.best) == ("mae", "five")
    assert "the same amount at every cutoff" in str(result.compared)


def test_weights_of_quantiles_sum_to_one_and_are_even_on_an_even_grid():
    assert weights_of([0.1, 0.3, 0.5, 0.7, 0.9]) == pytest.approx([0.2] * 5)
    assert weights_of([0.025, 0.5, 0.975]).sum() == pytest.approx(1)
    assert weights_of([0.5]) == pytest.approx([1])
