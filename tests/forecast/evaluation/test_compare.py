"""The test of Diebold and Mariano against numbers of plain loops, SciPy's t, and simulated chance."""

import math

import numpy as np
import pytest
from scipy import stats

import thalweg
from support.backtests import last_season, level, weekly
from thalweg.forecast.evaluation.compare import diebold_mariano
from thalweg.forecast.few_residuals import outside_of


def by_hand(differences, h):
    """Return statistic and probability as the papers write them, one sum at a time."""
    n = len(differences)
    mean = sum(differences) / n
    variance = 0.0
    for lag in range(h):
        covariance = sum((differences[t] - mean) * (differences[t - lag] - mean) for t in range(lag, n)) / n
        variance += covariance if lag == 0 else 2 * covariance
    statistic = mean / math.sqrt(variance / n)
    statistic *= math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    return statistic, 2 * stats.t.sf(abs(statistic), n - 1)


@pytest.mark.parametrize("h", [1, 2, 4])
@pytest.mark.parametrize("count", [12, 40])
def test_statistic_and_probability_are_those_of_the_papers(h, count):
    rng = np.random.default_rng(count + h)
    noise = rng.normal(0.3, 1, count + 3)
    differences = noise[3:] + 0.5 * noise[2:-1] + 0.3 * noise[1:-2]
    made = diebold_mariano(differences, h)
    statistic, probability = by_hand(differences.tolist(), h)
    assert abs(statistic) > 0.1
    assert made.statistic == pytest.approx(statistic, rel=1e-10)
    assert made.probability == pytest.approx(probability, rel=1e-8)
    assert (made.count, made.lags, made.weighted) == (count, h - 1, False)


@pytest.mark.parametrize("freedom", [1, 2, 5, 11, 60])
@pytest.mark.parametrize("size", [0.0, 0.3, 1.0, 2.5, 9.0])
def test_the_tail_of_students_t_is_that_of_scipy(size, freedom):
    assert outside_of(size, freedom) == pytest.approx(2 * stats.t.sf(size, freedom), abs=1e-12)


def test_a_variance_that_is_not_positive_is_weighted():
    differences = np.tile([1.0, -1.0], 10) + 0.1
    made = diebold_mariano(differences, 2)
    assert made.weighted
    assert math.isfinite(made.statistic)


def test_without_variation_nothing_is_told():
    for differences in (np.zeros(20), np.full(20, 2.0), np.array([1.0])):
        assert math.isnan(diebold_mariano(differences, 3).probability)


def test_equal_models_differ_by_chance_as_often_as_it_says():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (2000, 24))
    found = np.array([diebold_mariano(row).probability for row in noise])
    assert 0.035 < (found < 0.05).mean() < 0.065
    assert 0.45 < (found < 0.5).mean() < 0.55


def test_words_say_whether_it_may_be_chance_in_both_languages():
    series = weekly(days=400)
    models = {"again": last_season, "level": level}
    result = thalweg.backtest(series, models=models, windows=20, horizon=7)
    assert (result.compared.first, result.compared.second) == ("again", "level")
    assert result.compared.test.probability < 1e-4
    assert "hardly chance" in str(result.compared)
    assert "0.1 of 100" in str(result.compared)

    def nearly(history, horizon):
        return np.array(last_season(history, horizon)) + (-1.0) ** len(history) * 0.5

    result = thalweg.backtest(series, models={"again": last_season, "nearly": nearly}, windows=20, horizon=7, step=7)
    test = result.compared.test
    frame = result.to_frame("pandas")
    first, second = result.compared.first, result.compared.second
    losses = [(frame[name] - frame["y"]).abs().groupby(frame["cutoff"]).mean() for name in (first, second)]
    expected = by_hand((losses[0] - losses[1]).tolist(), 1)
    assert (test.statistic, test.probability) == pytest.approx(expected, rel=1e-8)
    assert test.probability > 0.05
    assert "could be chance" in str(result.compared)
    from thalweg.messages import catalogue  # noqa: PLC0415 -- for the Chinese alone

    assert "可能是偶然的" in "".join(result.sentences(catalogue("zh")))


def test_forecasts_that_share_dates_count_autocovariances_and_need_more_cutoffs():
    series = weekly(days=400)
    models = {"again": last_season, "level": level}
    made = thalweg.backtest(series, models=models, windows=20, step=7, horizon=14, gap=1)
    assert made.compared.test.lags == 2  # 15 steps ahead, 7 apart: three forecasts in a row share dates
    few = thalweg.backtest(series, models=models, windows=5, step=7, horizon=28)
    assert few.compared.test is None
    assert "Cutoffs with values: 5; needed for this horizon: 8." in str(few.compared)


def test_what_ranks_says_which_loss_is_compared():
    series = weekly(days=300)

    def wide(history, horizon):
        answer = level(history, horizon)
        return {
            name: values + (0 if name == "mean" else 40 * (1 if name[0] == "h" else -1))
            for name, values in answer.items()
        }

    models = {"level": level, "wide": wide}
    losses = {
        metric: thalweg.backtest(series, models=models, windows=8, horizon=7, metric=metric).compared
        for metric in ("rmse", "crps", "wape")
    }
    assert {metric: one.loss for metric, one in losses.items()} == {
        "rmse": "squared", "crps": "quantiles", "wape": "absolute",
    }  # fmt: skip
    assert losses["crps"].first == "level"
    assert losses["crps"].test.probability < 0.01
    assert "Both miss by the same" in str(losses["rmse"])
    alone = thalweg.backtest(series, models=[level], windows=3, horizon=7)
    assert alone.compared is None


def test_equal_models_are_level_and_singular_words_are_singular():
    models = {"f": last_season, "g": last_season}
    result = thalweg.backtest(weekly(), models=models, windows=8, step=4, horizon=8)
    assert str(result.compared).startswith("By MASE, f and g are level (")
    assert "is next" not in str(result.compared)
    result = thalweg.backtest(weekly(), models=[last_season, level], windows=8, step=4, horizon=8)
    assert "so that one autocovariance counts" in str(result.compared)
    assert "up to 8 days ahead" in str(result.compared)
    result = thalweg.backtest(weekly(), models=[last_season, level], windows=8, step=1, horizon=1)
    assert "up to one day ahead" in str(result.compared)
    assert result.plot().to_dict()["title"]["subtitle"].startswith("Up to one day ahead at each of 8 cutoffs")
    result = thalweg.backtest(weekly(), models=[last_season, level], windows=12, step=2, horizon=8)
    assert "so that 3 autocovariances count" in str(result.compared)
