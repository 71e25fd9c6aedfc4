"""Series that are mostly zero: which they are, by what their rungs are judged, and what users get."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.articles import WEEK, article
from support.frequencies import WEEKLY
from support.small_searches import COPIES, LINE, SHORT, search, series_of
from thalweg.forecast.export import as_json
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.model import load
from thalweg.forecast.mostly_zero import Scaled, Scales, mostly_zero, scales_of, sums_ahead
from thalweg.forecast.predictors.rates import RateAndSize
from thalweg.forecast.sizes import ends_of_sizes, last_sizes, zeros_and_sizes
from thalweg.forecast.update import updated
from thalweg.series.frequency.record import DAILY, monthly, sub_daily
from thalweg.series.series import Series

ONE = Ladder("one", (*COPIES, LINE))
OPTIONS = {"ladder": ONE, "horizon": 28, "threads": 1}


def of_frequency(values, frequency, start="2020-01-01"):
    values = np.asarray(values, dtype=float)
    start = np.datetime64(start, frequency.date_unit)
    return Series(start, values, np.ones(len(values), bool), "sold", "sold.csv", frequency=frequency)


# Which series are mostly zero -----------------------------------------------------------------------------------------


def test_an_article_sold_now_and_then_is_mostly_zero():
    found = mostly_zero(series_of(article(700)), 400)
    assert found.zeros == np.mean(article(700)[:400] == 0) > 0.75
    assert 0.1 < found.recurring < 0.35


def hours(days=120):
    hour, day = np.arange(24 * days) % 24, np.arange(24 * days) // 24
    return hour, day, np.random.default_rng(1).poisson(40, 24 * days) + 1


def test_zeros_that_a_season_tells_are_none_of_these():
    random = np.random.default_rng(4)
    day = np.arange(1300)
    shop = np.where(day % 7 < 5, 500 + random.integers(0, 50, 1300), 0)
    saturdays = np.where((day % 7 == 5) & (random.random(1300) < 0.9), random.integers(1, 9, 1300), 0)
    lift = np.where(day % 364 < 110, random.integers(1, 900, 1300), 0)
    hour, of, sold = hours()
    open_by_day = np.where((hour > 8) & (hour < 17) & (of % 7 < 5), sold, 0)
    ice = np.where(np.isin(np.arange(180) % 12, (5, 6, 7)), random.integers(1, 9, 180), 0)
    for values, frequency in (
        (shop, DAILY),
        (saturdays, DAILY),
        (lift, DAILY),
        (open_by_day, sub_daily(60)),
        (ice, monthly()),
    ):
        series = of_frequency(values, frequency)
        assert mostly_zero(series, len(series) * 2 // 3) is None
        if values is not shop:
            assert np.mean(values == 0) > 0.6
    # Where one of a hundred open hours sells something, the season does not tell the zeros any more.
    assert mostly_zero(of_frequency(open_by_day * (random.random(len(hour)) < 0.1), sub_daily(60)), 2000)


def test_half_zeros_negative_values_and_filled_ones():
    values = np.tile([0.0, 0.0, 3.0, 0.0, 5.0, 1.0, 2.0], 40)[np.random.default_rng(0).permutation(280)]
    assert mostly_zero(series_of(values), 280) is None
    sold = article(300)
    assert mostly_zero(series_of(sold), 200)
    sold[250] = -1  # a return, anywhere
    assert mostly_zero(series_of(sold), 200) is None
    sold[250], observed = 0, np.random.default_rng(1).random(300) < 0.8
    filled = np.where(observed, sold, 7.0)
    found = mostly_zero(series_of(filled, observed), 200)
    assert found.zeros == pytest.approx(np.mean(sold[:200][observed[:200]] == 0))


def test_few_values_above_zero_are_mostly_zero():
    for sold in ([180], [10], [10, 17, 24]):
        values = np.zeros(200)
        values[sold] = 2
        assert mostly_zero(series_of(values), 150).recurring == 0
    assert mostly_zero(series_of(np.zeros(200)), 150) is None


@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, monthly(), sub_daily(60)], ids=lambda each: each.name)
def test_sums_are_over_the_usual_horizon_and_a_third_of_validation(frequency):
    series = of_frequency(article(500), frequency, "2020-01-06" if frequency is WEEKLY else "2020-01-01")
    assert scales_of(series, 300, 1000).steps == frequency.horizon
    assert scales_of(series, 300, 12).steps == 4
    assert scales_of(series, 300, 2).steps == 1
    assert scales_of(replace(series, values=series.values + 1), 300, 90) is None


# By what they are judged ----------------------------------------------------------------------------------------------


def test_scales_are_the_squared_changes_of_copying():
    train = np.array([0.0, 2, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0])
    scales = Scales(mostly_zero(series_of(train), 12), train, 3)
    assert scales.change(1) == np.mean(np.diff(train) ** 2)
    sums = np.array([train[at : at + 3].sum() for at in range(10)])
    assert scales.change(3) == pytest.approx(np.mean((sums[3:] - sums[:-3]) ** 2))
    assert scales.change(6) == 6 * scales.change(1)  # too long for a change
    made = scales.scaled(4.0, 9.0)
    assert made.one_step == pytest.approx(2 / np.sqrt(scales.change(1)))
    assert made.sums == pytest.approx(3 / np.sqrt(scales.change(3)))
    assert made.judged == pytest.approx((made.one_step + made.sums) / 2)
    assert Scaled(0.5, float("nan")).judged == 0.5
    assert replace(scales, train=np.zeros(12)).change(3) == 3


def test_sums_count_observed_steps_alone():
    series = series_of(np.arange(8.0), np.array([True, True, False, True, True, False, False, False]))
    at = np.array([[0, 1, 2], [2, 3, 4], [5, 6, 7]])
    predicted, actual = sums_ahead(series, np.full((3, 3), 10.0), at)
    np.testing.assert_array_equal(predicted, [20, 20, np.nan])
    np.testing.assert_array_equal(actual, [1, 7, np.nan])
    assert np.isnan(sums_ahead(series, np.array([[np.nan, 1, 1]]), at[:1])[0]).all()


@pytest.fixture(scope="module")
def series():
    return series_of(article(728, week=WEEK))


@pytest.fixture(scope="module")
def found(series):
    return search(series.head(700), **OPTIONS)


def test_a_line_of_zeros_does_not_win(series, found):
    findings, _ = found
    assert findings.chosen == "seasonal share 7"
    assert [line.rung for line in findings.ladder] == [
        "copy yesterday",
        "copy last week",
        "rate and size",
        "seasonal share 7",
        "linear 7",
    ]
    choice, zeros = findings.choice.scaled, findings.zero_line
    assert choice.judged == min(line.scaled.judged for line in findings.ladder) < 0.8 * zeros.judged
    assert zeros.sums > 1.5 * choice.sums
    # Under absolute errors the line learned to be near zero, and would have won.
    assert findings.ladder[-1].scaled.sums > 1.3 * choice.sums
    # By hand: the error of a line of zeros on validation.
    split, values = findings.split, series.values
    validation = values[split.train : split.train + split.validation]
    change = np.mean(np.diff(values[: split.train]) ** 2)
    assert zeros.one_step == pytest.approx(np.sqrt(np.mean(validation**2) / change))
    sums = np.convolve(validation, np.ones(28), "valid")
    trained = np.convolve(values[: split.train], np.ones(28), "valid")
    assert zeros.sums == pytest.approx(np.sqrt(np.mean(sums**2) / np.mean((trained[28:] - trained[:-28]) ** 2)))
    assert zeros == findings.zero_line


def test_the_forecast_is_a_rate_with_the_sum_that_comes(series, found):
    findings, _ = found
    forecast, came = findings.forecast, series.values[700:]
    assert (forecast.mean > 0).all()
    assert forecast.mean.max() < 2 < came.max()
    assert came.sum() > 5
    total = forecast.totals()[-1]
    assert total.mean == pytest.approx(forecast.mean.sum(), rel=0.05)
    assert total.low[95] <= came.sum() <= total.high[95]
    assert total.mean == pytest.approx(came.sum(), rel=0.5)
    assert forecast.mean[np.arange(28) % 7 == 5].mean() > 2 * forecast.mean.mean()  # Saturdays of the pattern


def test_paths_and_ends_are_whole_and_never_negative(found):
    findings, _ = found
    forecast = findings.forecast
    paths, ends = forecast.sample(500, 1), forecast.intervals
    for values in (paths, ends.low, ends.high, ends.median):
        assert (values >= 0).all()
        np.testing.assert_array_equal(values, np.rint(values))
    assert 0.7 < (paths == 0).mean() < 0.95
    np.testing.assert_allclose(paths.mean(), forecast.mean.mean(), rtol=0.1)
    used = findings.as_used
    assert 0.8 <= used.coverage[80] <= used.coverage[95]
    assert used.coverage[95] > 0.93
    assert (used.intervals.low <= used.prediction).all()
    inside = {each.steps: each.coverage for each in forecast.inside}
    assert set(inside) == {7, 28}
    assert inside[28][LEVELS.index(80)] > 0.6  # of six sums that have no day in common


def test_losses_told_are_of_squared_errors_and_networks_learn_what_was_asked(found):
    findings, model = found
    used = findings.as_used
    assert (findings.loss, findings.settings["loss"]) == ("mse", "mae")
    assert (model.loss, model.trained_on) == ("mse", "mae")
    assert used.test == pytest.approx(np.mean((used.target - used.prediction) ** 2))
    assert findings.steps[0] == pytest.approx(used.test)
    keys = [message.key for message in findings.verdict]
    assert keys[:3] == ["verdict.mostly_zero", "verdict.judged_with_sums", "verdict.trained_on_mae"]
    assert "verdict.better_mse" in keys
    assert "verdict.trained_on_mae" not in [
        message.key for message in search(series_of(article(300)), **OPTIONS | {"loss": "mse"})[0].verdict
    ]


def test_each_block_goes_the_ways_with_the_least_scaled_error(series, found):
    findings, _ = found
    for block in findings.plan.blocks[1:]:
        best = min(block.losses.values())
        assert block.losses[" + ".join(block.ways)] <= 1.02 * best
        assert not set(block.ways) & {"copy yesterday", "copy last week"}
    # By hand: the error of copying the week before, over the last block of this horizon.
    (first, last), scales = (15, 28), findings.scales
    split, values = findings.split, series.values[:700]
    begin, end = split.train, split.train + split.validation
    squares, sums = [], []
    for step in range(first, last + 1):
        copied = {at: values[at - step - 6 + (step - 1) % 7] for at in range(begin + step - 1, end)}
        squares.append(np.mean([(values[at] - value) ** 2 for at, value in copied.items()]))
    for cutoff in range(begin, end - last + 1):
        ahead = np.arange(first, last + 1)
        copied = values[cutoff - 7 + (ahead - 1) % 7]
        sums.append((copied.sum() - values[cutoff + ahead - 1].sum()) ** 2)
    expected = scales.scaled(float(np.mean(squares)), float(np.mean(sums)), last - first + 1).judged
    assert findings.plan.blocks[-1].losses["copy last week"] == pytest.approx(expected)


def test_a_date_is_forecast_alike_whatever_the_horizon(series, found):
    near = search(series.head(700), **OPTIONS | {"horizon": 9})[0].forecast
    np.testing.assert_allclose(near.mean, found[0].forecast.mean[:9], rtol=1e-6)


def test_json_has_both_figures(found):
    told = as_json(found[0])
    assert told["mostly_zero"] == {
        "zeros": pytest.approx(np.mean(article(728, week=WEEK)[: found[0].split.train] == 0)),
        "recurring": found[0].scales.found.recurring,
        "sum_steps": 28,
        "zero_line": {"one_step": found[0].zero_line.one_step, "sums": found[0].zero_line.sums},
    }
    assert told["ladder"][3]["scaled"] == {
        "one_step": found[0].choice.scaled.one_step,
        "sums": found[0].choice.scaled.sums,
    }
    usual = as_json(search(series_of(1 + article(200)), ladder=SHORT)[0])
    assert usual["mostly_zero"] is None
    assert all(line["scaled"] is None for line in usual["ladder"])


# Models ---------------------------------------------------------------------------------------------------------------


def test_a_model_that_was_saved_forecasts_alike(found, tmp_path):
    _, model = found
    model.save(tmp_path / "model.thalweg")
    read, first = load(tmp_path / "model.thalweg"), model.predict()
    assert read.predictors.baselines == model.predictors.baselines
    assert read.trained_on == "mae"
    again = read.predict()
    for name in ("mean", "low80", "high95"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    np.testing.assert_array_equal(again.sample(50, 3), first.sample(50, 3))


def test_an_updated_model_goes_on_with_the_same_memories(series, found):
    _, model = found
    later = updated(model, series)
    assert later.predictors.one_step.members == model.predictors.one_step.members
    np.testing.assert_array_equal(later.sizes, last_sizes(series.values, series.observed))
    assert (later.loss, later.trained_on) == ("mse", "mae")
    window = model.predictors.one_step.members[0].window
    long = replace(later, days=replace(series, start=series.start))
    assert len(later.days) > window
    np.testing.assert_allclose(long.predict().mean, later.predict().mean, rtol=1e-9)


# Edges ----------------------------------------------------------------------------------------------------------------


SOLD = article(400, rate=0.25, seed=6)


def made(first, last):
    """Return the article without sales on some days."""
    return np.where((np.arange(400) >= first) & (np.arange(400) < last), 0, SOLD)


def test_no_sale_in_training():
    findings, _ = search(series_of(made(0, 200)), **OPTIONS)
    assert findings.rests_on == "validation"
    assert findings.forecast.mean.sum() == pytest.approx(SOLD[300:].mean() * 28, rel=0.4)


def test_no_sale_in_validation():
    findings, _ = search(series_of(made(200, 280)), **OPTIONS)
    assert (findings.rests_on, findings.chosen) == ("training", "rate and size")
    assert [message.key for message in findings.verdict][:3] == [
        "verdict.mostly_zero",
        "verdict.trained_on_mae",
        "verdict.rests_on_training",
    ]
    assert findings.forecast.mean.sum() > 4


def test_few_sales_in_validation_tell_nothing():
    sold = made(200, 275)
    assert 0 < (sold[200:280] > 0).sum() < 10
    findings, _ = search(series_of(sold), **OPTIONS)
    assert findings.rests_on == "training"
    assert findings.choice.kind in ("rate and size", "seasonal share")
    told = next(message for message in findings.verdict if message.key == "verdict.rests_on_training")
    assert told.values["why"].key == "verdict.validation_few"
    assert findings.forecast.mean.sum() > 4


def test_a_series_that_ended_fades():
    findings, _ = search(series_of(made(250, 400)), **OPTIONS)
    assert findings.forecast.mean.sum() < 0.3 * SOLD[:250].mean() * 28
    assert (findings.forecast.mean >= 0).all()


def test_amounts_and_missing_days():
    sold = np.where(article(400) > 0, article(400) * 3.37 + 0.001 * np.arange(400), 0)
    observed = np.random.default_rng(2).random(400) < 0.9
    observed[[0, 399]] = True
    filled = sold.copy()
    for at in np.flatnonzero(~observed):
        filled[at] = filled[at - 7] if at >= 7 else filled[at - 1]
    findings, _ = search(series_of(filled, observed), **OPTIONS)
    assert findings.scales
    forecast = findings.forecast
    assert not forecast.whole
    paths = forecast.sample(300)
    assert np.isin(paths, [0, *last_sizes(filled, observed)]).all()
    assert forecast.mean.sum() == pytest.approx(sold.mean() * 28, rel=0.4)


# The distribution of a step -------------------------------------------------------------------------------------------


@given(
    mean=st.lists(st.floats(0, 50), min_size=1, max_size=4),
    sizes=st.lists(st.floats(0.5, 20), min_size=1, max_size=30).map(sorted),
)
@settings(max_examples=50, deadline=None)
def test_zeros_and_sizes_have_the_mean_that_is_predicted(mean, sizes):
    mean, sizes = np.array(mean), np.array(sizes)
    places = (np.arange(100_000) + 0.5)[:, None] / 100_000
    values = zeros_and_sizes(mean, sizes, np.repeat(places, len(mean), axis=1))
    np.testing.assert_allclose(values.mean(axis=0), mean, rtol=1e-3, atol=1e-3 * sizes.max())
    assert (np.diff(values, axis=0) >= 0).all()
    assert (values >= 0).all()
    ends, median = ends_of_sizes(mean, sizes, (50, 80, 95))
    assert (np.diff(ends[..., 0], axis=1) <= 0).all()
    assert (np.diff(ends[..., 1], axis=1) >= 0).all()
    np.testing.assert_array_equal(median, values[50_000])


def test_without_sizes_all_is_zero():
    assert (zeros_and_sizes(np.array([0.3]), np.zeros(0), np.array([[0.1], [0.99]])) == 0).all()
    assert RateAndSize(8, 4, 30).repeats
