"""Sample paths and sums: each step as calibrated, steps together as in the backtest, and sums covered as promised."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from support.small_searches import SHORT, channel, search, series_of
from thalweg.errors import InputError
from thalweg.forecast.distribution import TABLE, Distribution
from thalweg.forecast.export import as_json, samples_csv
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.model import load
from thalweg.forecast.paths import MOST_ROWS, Ahead, residual_rows
from thalweg.forecast.totals import lengths
from thalweg.series.frequency.record import DAILY, monthly, sub_daily, weekly

STEPS = 6
NORMAL = {
    10: 0.126, 25: 0.319, 40: 0.524, 50: 0.674, 60: 0.842, 70: 1.036,
    80: 1.282, 90: 1.645, 95: 1.96, 98: 2.326, 99.5: 2.807,
}  # fmt: skip


def normal_ahead(rows, *, whole=False, mean=0.0):
    """Return what paths are made of, where each step is distributed as a standard normal number."""
    steps = rows.shape[1]
    ends = np.array([[-NORMAL[level], NORMAL[level]] for level in TABLE])
    distribution = Distribution(TABLE, np.tile(ends, (steps, 1, 1)), np.zeros(steps))
    return Ahead(np.full(steps, mean), distribution, rows.astype(np.float32), MissTransform(None), None, whole)


def correlated(share, forecasts=200, steps=STEPS):
    random = np.random.default_rng(0)
    shared, own = random.normal(size=(forecasts, 1)), random.normal(size=(forecasts, steps))
    return np.sqrt(share) * shared + np.sqrt(1 - share) * own


@pytest.fixture(scope="module")
def served():
    days = channel(430)
    return days, *search(days, ladder=SHORT, horizon=28)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_steps_belong_together_as_in_the_backtest(share):
    rows = correlated(share)
    paths = normal_ahead(rows * 7 + 3).sample(4000, 0)  # neither scale nor level of the residuals counts
    made, given = np.corrcoef(paths.T), np.corrcoef(rows.T)
    np.testing.assert_allclose(made, given, atol=0.08)
    spread = STEPS * (1 + (STEPS - 1) * share)
    assert paths.sum(axis=1).var() == pytest.approx(spread, rel=0.2)


def test_each_step_has_its_calibrated_quantiles():
    paths = normal_ahead(correlated(0.5)).sample(4000, 1)
    for level in (25, 50, 80, 95):
        low, high = np.quantile(paths, [(1 - level / 100) / 2, (1 + level / 100) / 2], axis=0)
        np.testing.assert_allclose(low, -NORMAL[level], atol=0.09)
        np.testing.assert_allclose(high, NORMAL[level], atol=0.09)


def test_the_same_seed_gives_the_same_paths_and_the_first_steps_need_no_later_ones():
    rows = correlated(0.3)
    rows[3, 2] = rows[7, 0] = np.nan
    ahead = normal_ahead(rows, whole=True, mean=40)
    paths = ahead.sample(500, 5)
    np.testing.assert_array_equal(paths, ahead.sample(500, 5))
    assert (paths != ahead.sample(500, 6)).any()
    np.testing.assert_array_equal(normal_ahead(rows[:, :4], whole=True, mean=40).sample(500, 5), paths[:, :4])


def test_whole_paths_keep_their_mean():
    """A rate of 0.3 becomes 0 or 1, and not always 0."""
    rows = correlated(0.0)
    ahead = normal_ahead(rows, mean=0.3)
    still = replace(ahead, distribution=Distribution(TABLE, 0 * ahead.distribution.bands, np.zeros(STEPS)), whole=True)
    paths = still.sample(5000, 0)
    assert set(np.unique(paths)) == {0.0, 1.0}
    np.testing.assert_allclose(paths.mean(axis=0), 0.3, atol=0.03)


def test_rows_are_whole_forecasts_of_earlier_dates():
    """Row h − 1 of the residuals is told by the value that was predicted."""
    steps, values = 3, 50
    residuals = np.arange(values) + 1000.0 * np.arange(steps)[:, None]
    known = np.ones((steps, values), dtype=bool)
    known[1, 11] = False
    rows = residual_rows(residuals, known, 40, steps)
    assert len(rows) == 38  # from 0 to 37: the last one ends with value 39
    np.testing.assert_array_equal(rows[0], [0, 1001, 2002])
    np.testing.assert_array_equal(rows[-1], [37, 1038, 2039])
    assert np.isnan(rows[10, 1])
    changed = residuals.copy()
    changed[:, 40:] = np.nan
    np.testing.assert_array_equal(residual_rows(changed, known, 40, steps), rows)
    few = residual_rows(residuals, known, 10, steps)
    assert len(few) == 10, "where there are few whole forecasts, those whose last steps have not come count too"
    assert np.isnan(few[-1]).tolist() == [False, True, True]
    assert len(residual_rows(np.zeros((steps, 2000)), np.ones((steps, 2000), dtype=bool), 2000, steps)) == MOST_ROWS
    assert residual_rows(residuals, known, 0, steps).shape == (0, steps)


def test_forecasts_of_which_far_steps_alone_are_known_leave_near_sums_as_they_are():
    """Independent steps stay so, also in how far out they lie: else most paths of zeros are zero throughout."""
    rows, near = correlated(0.0, steps=12), slice(0, 6)
    rows[::3, near] = np.nan
    paths = normal_ahead(rows).sample(4000, 0)[:, near]
    assert len(np.unique(paths[:, 0])) > 1000
    for values in (paths, np.abs(paths)):
        together = np.corrcoef(values.T)[np.triu_indices(6, 1)]
        assert abs(together.mean()) < 0.05


def test_over_how_many_steps_sums_are_told():
    assert lengths(DAILY, 28) == (7, 28)
    assert lengths(DAILY, 91) == (7, 28, 91)
    assert lengths(DAILY, 365) == (7, 28, 365)
    assert lengths(sub_daily(60), 200) == (24, 168, 200)
    assert lengths(DAILY, 1) == ()
    assert lengths(weekly(), 13) == (4, 13)
    assert lengths(monthly(), 12) == (12,)


def test_paths_and_sums_of_a_fit(served):
    days, found, model = served
    forecast = found.forecast
    paths = forecast.sample(2000, seed=3)
    assert paths.shape == (2000, 28)
    assert (paths == np.rint(paths)).all()
    assert paths.min() >= 0
    np.testing.assert_array_equal(model.predict(horizon=9).sample(2000, 3), paths[:, :9])
    inside = ((forecast.low80 <= paths) & (paths <= forecast.high80)).mean(axis=0)
    np.testing.assert_allclose(inside, 0.8, atol=0.05)
    week, month = forecast.totals()
    assert (week.steps, month.steps) == (7, 28)
    assert (week.first, month.last) == (forecast.dates[0], forecast.dates[-1])
    sums = forecast.sample()[:, :7].sum(axis=1)
    assert week.mean == sums.mean()
    assert np.quantile(sums, 0.1) - 1 < week.low[80] <= np.quantile(sums, 0.1) + 1e-6
    assert np.quantile(sums, 0.9) - 1e-6 <= week.high[80] < np.quantile(sums, 0.9) + 1
    assert week.low[95] <= week.low[80] < week.mean < week.high[80] <= week.high[95]
    assert 0.5 <= week.coverage[80] <= week.coverage[95] <= 1
    assert week.sums >= 30
    (five,) = forecast.totals(5)
    assert (five.steps, five.coverage, five.sums) == (5, {}, 0)
    assert five.mean == forecast.sample()[:, :5].sum(axis=1).mean()
    told = as_json(found)["totals"]
    assert [each["steps"] for each in told] == [7, 28]
    assert told[0]["low80"] == week.low[80]
    assert told[0]["coverage"] == {"80": week.coverage[80], "95": week.coverage[95]}
    json.dumps(told, allow_nan=False)
    lines = samples_csv(forecast, paths[:2], days.values).decode().splitlines()
    assert lines[0] == "path,date,value"
    assert lines[29] == f"1,{forecast.dates[0]},{paths[1, 0]:.0f}"
    assert len(lines) == 1 + 2 * 28


def test_what_cannot_be_asked_for_is_refused(served):
    _, found, model = served
    for call in (
        lambda: found.forecast.sample(0),
        lambda: found.forecast.sample(10**6),
        lambda: found.forecast.sample(seed=-1),
        lambda: found.forecast.sample("many"),
        lambda: found.forecast.totals(0),
        lambda: found.forecast.totals(29),
    ):
        with pytest.raises(InputError):
            call()
    earlier = replace(model, medians=None, rows=np.zeros((0, 28), dtype=np.float32), inside=())
    assert earlier.predict().totals() == ()
    with pytest.raises(InputError, match="earlier version"):
        earlier.predict().sample()


def test_paths_travel_with_a_model(served, tmp_path):
    _, found, model = served
    model.save(tmp_path / "model.thalweg")
    again = load(tmp_path / "model.thalweg")
    assert again.rows.dtype == np.float32
    assert again.whole
    np.testing.assert_array_equal(again.rows, model.rows)
    np.testing.assert_array_equal(again.predict().sample(), found.forecast.sample())
    assert again.predict().totals() == found.forecast.totals()


def test_the_ends_of_counts_are_whole_and_cover_no_less():
    whole = channel(430)
    found, model = search(whole, ladder=SHORT)
    parted = replace(whole, values=whole.values + np.where(np.arange(430) == 5, 0.25, 0.0))
    other, _ = search(parted, ladder=SHORT)
    assert model.whole
    for intervals in (found.forecast.intervals, found.as_used.intervals):
        assert (intervals.low == np.rint(intervals.low)).all()
        assert (intervals.high == np.rint(intervals.high)).all()
        assert intervals.low.min() >= 0
    assert (other.forecast.low80 != np.rint(other.forecast.low80)).any()
    assert (found.forecast.mean != np.rint(found.forecast.mean)).any(), "the central forecast may be a rate"
    free = replace(model, whole=False).predict()
    assert (found.forecast.low80 <= free.low80).all()
    assert (found.forecast.high95 >= free.high95).all()
    assert (found.forecast.low80 > free.low80 - 1).all()


def test_a_model_of_counts_goes_on_with_parts_of_a_whole():
    days = channel(430)
    _, model = search(days, ladder=SHORT)
    newer = replace(days, values=days.values + np.where(np.arange(430) == 429, 0.5, 0.0))
    assert (model.predict(newer).low80 != np.rint(model.predict(newer).low80)).any()


@pytest.mark.slow
@pytest.mark.parametrize("memory", [0.0, 0.95])
def test_sums_are_covered_as_promised(memory):
    """Over many made series, whose noise forgets at once or hardly ever; sums of uncorrelated steps would miss."""
    inside, narrow = [], []
    for seed in range(8):
        random = np.random.default_rng(seed)
        noise = np.zeros(700)
        for day in range(1, 700):
            noise[day] = memory * noise[day - 1] + random.normal(0, 10)
        whole = 500 + np.array([30, 20, 10, 0, -10, -30, -20])[np.arange(700) % 7] + noise
        days, came = series_of(whole[:672]), whole[672:]
        found, _ = search(days, ladder=SHORT, horizon=28)
        _, month = found.forecast.totals()
        inside += [month.coverage[80], float(month.low[80] <= came.sum() <= month.high[80])]
        half = (found.forecast.high80 - found.forecast.low80) / 2
        narrow.append(np.sqrt((half**2).sum()) / ((month.high[80] - month.low[80]) / 2))
    assert 0.7 <= np.mean(inside) <= 0.92
    assert np.mean(narrow) < 0.35 if memory else np.mean(narrow) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("sold", [False, True])
def test_sums_of_series_with_many_zeros_are_no_line_of_zeros(sold):
    """The median of most days is 0; the forecast column is a rate, and it and the paths bring what comes on average."""
    share, column, inside = [], [], []
    at = np.arange(756)
    for seed in range(12):
        random = np.random.default_rng(seed)
        rate = 0.2 * (1 + 0.5 * np.cos(2 * np.pi * at / 7)) if sold else 0.6 * (1 + 0.6 * np.sin(2 * np.pi * at / 7))
        values = (random.random(756) < rate) * random.integers(1, 20, 756) if sold else random.poisson(rate)
        found, _ = search(series_of(values[:728]), ladder=SHORT, horizon=28)
        month = found.forecast.totals()[-1]
        true = (10 if sold else 1) * rate[728:].sum()
        share.append(month.mean / true)
        column.append(found.forecast.mean.sum() / true)
        inside += [month.coverage[80], float(month.low[80] <= values[728:].sum() <= month.high[80])]
    assert np.mean(share) == pytest.approx(1, abs=0.15)
    assert np.mean(column) == pytest.approx(np.mean(share), rel=0.01)
    assert 0.65 <= np.mean(inside) <= 1
