"""Nobody sees what comes after a cutoff, nor within the gap: a signal that is planted there profits nobody."""

# ruff: noqa: ARG002 -- models take what they are given

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

import thalweg
from support.backtests import DAYS, last_season, weekly
from support.shop import shop
from thalweg.forecast.evaluation.run import history_of
from thalweg.forecast.ladder import Ladder, suited
from thalweg.forecast.predictors.network import Rung

CUTOFFS, GAP, HORIZON = (120, 139, 150), 4, 7
LINE = replace(suited(Rung(7)), seeds=1, epochs=8, updates=0)
NETWORK = replace(suited(Rung(7, hidden=(10,), known="week")), seeds=1, epochs=8)


def greedy(history, horizon):
    """Look wherever a history could lead further than it should, and forecast that."""
    found = [history.values.max(), history.dates.astype(float).max() * 1e-6]
    arrays = [history.values, history.observed, history.dates]
    if history.regressors is not None:
        arrays += [one.values for one in history.regressors.past]
        found += [float(one.values.max()) for one in history.regressors.past]
    for array in arrays:
        base = array
        while base is not None:
            assert not isinstance(base, np.ndarray) or len(base) <= len(history)
            found.append(float(np.asarray(base).astype(float).max()) * 1e-3)
            base = getattr(base, "base", None)
    return np.full(horizon, max(found))


class Greedy:
    """A model as statsforecast has them that takes the largest value it has ever been given."""

    most = 0.0

    def fit(self, y):
        Greedy.most = max(Greedy.most, float(y.max()), float(y.base.max() if y.base is not None else 0))
        return self

    def predict(self, h, level=None):
        return {"mean": np.full(h, Greedy.most)}


MODELS = {
    "rung": LINE,
    "ladder": Ladder("small", (NETWORK,)),
    "copy": "copy last week",
    "line": LinearRegression(),
    "neighbours": KNeighborsRegressor(1),
    "again": last_season,
    "greedy": greedy,
    "Greedy": Greedy(),
}


def made(series, **options):
    Greedy.most = 0.0
    dates = [series.dates[seen - 1] for seen in CUTOFFS]
    result = thalweg.backtest(series, models=MODELS, cutoffs=dates, horizon=HORIZON, gap=GAP, **options)
    return result, result.to_frame("pandas")


@pytest.mark.slow
@pytest.mark.parametrize("refit", [1, 3])
def test_what_lies_after_the_last_cutoff_changes_no_forecast(refit):
    plain, planted = weekly(), weekly(future=max(CUTOFFS))
    assert (plain.values[: max(CUTOFFS)] == planted.values[: max(CUTOFFS)]).all()
    (_, first), (result, second) = made(plain, refit=refit), made(planted, refit=refit)
    models = [name for name in first if name not in ("unique_id", "ds", "cutoff", "y")]
    assert len(models) == len(MODELS) + 3 * 4
    for name in models:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
    assert (first["y"] != second["y"]).sum() == HORIZON  # those of the last cutoff alone
    assert min(rows["mae"][name] for rows in result.metrics.by_cutoff[-1:] for name in MODELS) > 1000


@pytest.mark.slow
def test_what_lies_between_two_cutoffs_changes_no_forecast_of_the_first():
    plain, other = weekly(), weekly()
    other.values[CUTOFFS[0] :] += 3000
    (_, first), (_, second) = made(plain), made(other)
    at = (first["cutoff"] == first["cutoff"].min()).to_numpy()
    assert at.sum() == HORIZON
    for name in MODELS:
        np.testing.assert_array_equal(first[name][at], second[name][at], err_msg=name)
        assert (first[name][~at] != second[name][~at]).all(), name


def test_columns_of_the_past_end_at_the_cutoff_and_known_ones_go_on():
    table = shop(days=300, ahead=28)
    series = thalweg.read(table, value="sales", known="price", past="visits")
    history = history_of(series, 150, None)
    (visits,), (price,) = history.regressors.past, history.regressors.known
    np.testing.assert_array_equal(visits.values, series.regressors.past[0].values[:150])
    assert len(price.values) == len(series.regressors.known[0].values)
    assert visits.values.base is None
    short = history_of(series, 150, 60)
    assert short.start == series.dates[90]
    assert short.regressors.start == short.start
    np.testing.assert_array_equal(short.regressors.past[0].values, series.regressors.past[0].values[90:150])


def test_a_column_that_tells_tomorrow_helps_one_step_and_no_further_than_it_is_known():
    table = shop(days=300, ahead=28)
    other = {**table, "sales": list(table["sales"]), "visits": list(table["visits"])}
    for at in range(200, 300):
        other["sales"][at] += 5000.0
        other["visits"][at] += 5000.0
    frames = []
    for each in (table, other):
        series = thalweg.read(each, value="sales", known="price", past="visits")
        options = {
            "cutoffs": [series.dates[199]],
            "horizon": 7,
            "models": ["linear 7 week", LinearRegression(), greedy],
        }
        frames.append(thalweg.backtest(series, **options).to_frame("pandas"))
    for name in ("linear 7 week", "LinearRegression", "greedy"):
        np.testing.assert_array_equal(frames[0][name], frames[1][name], err_msg=name)
    assert (frames[1]["y"] > 4000).all()


def test_a_history_holds_copies():
    series = weekly()
    before = series.values.copy()

    def vandal(history, horizon):
        history.values[:] = -1
        history.observed[:] = False
        return [0.0] * horizon

    thalweg.backtest(series, models=[vandal, last_season], windows=2, horizon=7)
    np.testing.assert_array_equal(series.values, before)
    assert series.observed.all()
    assert len(series) == DAYS


def test_a_regressor_learns_from_known_columns_which_need_not_go_on_beyond_the_values():
    errors = {}
    for known in ("price", ()):
        series = thalweg.read(shop(days=300, ahead=0), value="sales", known=known)
        result = thalweg.backtest(series, models={"line": LinearRegression()}, windows=12, step=9, horizon=7)
        errors[known] = result.metrics.overall["mae"]["line"]
    assert 0 < errors["price"] < errors[()] / 3
    series = thalweg.read(shop(days=240, ahead=0), value="sales", known="price", past="visits")
    assert len(series.regressors.known[0].values) == 240
    made = thalweg.backtest(series, models=[NETWORK], windows=1, horizon=7)
    assert np.isfinite(made.to_frame("pandas")[NETWORK.name]).all()


def test_a_last_value_that_is_not_complete_is_left_out_unless_it_is_kept():
    broken = weekly()
    broken.values[-1] = 3.0
    left, kept = (
        thalweg.backtest(broken, models=[last_season], windows=2, horizon=7, keep_last=keep) for keep in (False, True)
    )
    assert (len(left.forecasts.series), len(kept.forecasts.series)) == (DAYS - 1, DAYS)
    assert "looks unfinished" in str(left.forecasts.series.notes[0])
    assert left.to_frame("pandas")["y"].min() > 50
