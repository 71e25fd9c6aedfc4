"""What is compared: rungs and ladders of thalweg, regressors, models as statsforecast has them, and functions."""

# ruff: noqa: ARG002, ARG005 -- models take what they are given

import functools
import math

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import thalweg
from support.backtests import DAYS, SEASON, last_season, level, weekly
from thalweg.errors import InputError
from thalweg.forecast.ladder import Ladder, named_ladder, suited
from thalweg.forecast.options import FitOptions
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.rung_by_name import rung_by_name
from thalweg.series.frequency.record import DAILY

SERIES = weekly()
SMALL = Ladder("small", (suited(Rung(7)),))
HORIZON = 7


class Seasonal:
    """A model with the protocol of statsforecast, whose forecasts a plain loop tells."""

    def __init__(self, season=SEASON, alias="Seasonal"):
        self.season, self.alias, self.seen, self.fits = season, alias, None, 0

    def fit(self, y, X=None):
        assert X is None
        self.seen, self.fits = y[-self.season :], self.fits + 1
        return self

    def predict(self, h, X=None, level=None):
        assert X is None
        mean = np.array([self.seen[step % self.season] for step in range(h)])
        ends = {f"{end}-{one}": mean + sign * one / 10 for one in level or () for end, sign in (("lo", -1), ("hi", 1))}
        return {"mean": mean, **ends}


class Forwarding(Seasonal):
    def forward(self, y, h, X=None, X_future=None, level=None, fitted=False):  # noqa: FBT002 -- as theirs has it
        assert X is X_future is None
        assert not fitted
        return {"mean": np.full(h, 1000.0 * self.fits) + len(y)} | {
            f"{end}-{one}": np.full(h, 1000.0 * self.fits) + len(y) for one in level or () for end in ("lo", "hi")
        }


class Plain(Seasonal):
    def predict(self, h, X=None, level=None):
        if level is not None:
            raise Exception("You must pass `prediction_intervals` to compute them.")  # noqa: TRY002 -- as theirs does
        return super().predict(h)


@pytest.mark.slow
def test_a_rung_is_what_a_fit_of_it_forecasts():
    result = thalweg.backtest(SERIES, models=["linear 7", SMALL], windows=2, horizon=HORIZON, level=[50, 80])
    frame = result.to_frame("pandas")
    first = result.forecasts.cutoffs.seen[0]
    fitted = thalweg.fit(SERIES.head(first), ladder=SMALL, horizon=HORIZON, level=[50, 80], keep_last=True)
    expected = fitted.predict()
    np.testing.assert_array_equal(frame["small"][:HORIZON], expected.mean)
    np.testing.assert_array_equal(frame["small-lo-50"][:HORIZON], expected.intervals.of((50,)).low[0])
    np.testing.assert_array_equal(frame["small-hi-80"][:HORIZON], expected.high80)
    assert list(frame)[4:9] == ["linear 7", "linear 7-lo-50", "linear 7-hi-50", "linear 7-lo-80", "linear 7-hi-80"]
    assert (frame["linear 7-lo-50"] <= frame["linear 7"]).all()


def test_a_copy_is_a_plain_loop_and_has_intervals():
    result = thalweg.backtest(SERIES, models=["copy last week", last_season], windows=3, horizon=10)
    frame = result.to_frame("pandas")
    np.testing.assert_array_equal(frame["copy last week"], frame["last_season"])
    assert 0.6 < result.metrics.overall["coverage-80"]["copy last week"] <= 1


def test_without_models_there_are_the_copies_and_the_quick_ladder():
    from thalweg.forecast.evaluation.options import BacktestOptions  # noqa: PLC0415 -- for this test alone
    from thalweg.forecast.evaluation.run import contenders_of  # noqa: PLC0415 -- likewise

    names = [one.name for one in contenders_of(SERIES, BacktestOptions())]
    assert names == ["copy yesterday", "copy last week", "quick"]
    names = [one.name for one in contenders_of(SERIES, BacktestOptions(rungs="linear 7,copy last week"))]
    assert names == ["copy yesterday", "copy last week", "linear 7"]
    options = BacktestOptions(models=[last_season], rungs="linear 7", ladder="quick")
    assert [one.name for one in contenders_of(SERIES, options)] == ["last_season", "linear 7", "quick"]


def test_a_regressor_sees_lags_and_calendar_and_is_fed_its_own_predictions():
    rng = np.random.default_rng(1)
    clean = weekly(days=300)
    clean.values[:] = 200 + 30 * (np.arange(300) % SEASON == 2) + rng.normal(0, 0.01, 300)
    pipeline = make_pipeline(StandardScaler(), LinearRegression())
    result = thalweg.backtest(clean, models=[LinearRegression(), pipeline, last_season], windows=3, horizon=14)
    frame = result.to_frame("pandas")
    assert list(frame)[4:] == ["LinearRegression", "Pipeline", "last_season"]
    np.testing.assert_allclose(frame["LinearRegression"], frame["y"], rtol=2e-3)
    np.testing.assert_allclose(frame["Pipeline"], frame["LinearRegression"], rtol=1e-4)
    assert not hasattr(pipeline[-1], "coef_"), "the user's own object is not fitted"


def test_a_model_of_statsforecast_gives_its_intervals():
    given = Seasonal()
    result = thalweg.backtest(SERIES, models=[given, ("plain", Plain())], windows=3, horizon=10)
    frame = result.to_frame("pandas")
    assert list(frame)[4:] == [
        "Seasonal",
        *(f"Seasonal-{end}-{one}" for one in (80, 95) for end in ("lo", "hi")),
        "plain",
    ]
    first = result.forecasts.cutoffs.seen[0]
    expected = [SERIES.values[first - SEASON + step % SEASON] for step in range(10)]
    np.testing.assert_array_equal(frame["Seasonal"][:10], expected)
    np.testing.assert_allclose(frame["Seasonal-hi-95"] - frame["Seasonal"], 9.5)
    np.testing.assert_array_equal(frame["plain"], frame["Seasonal"])
    assert given.fits == 0
    statsforecast = pytest.importorskip("statsforecast.models")
    theirs = thalweg.backtest(SERIES, models=[statsforecast.SeasonalNaive(SEASON), last_season], windows=2, horizon=7)
    np.testing.assert_allclose(theirs.to_frame("pandas")["SeasonalNaive"], theirs.to_frame("pandas")["last_season"])


@pytest.mark.slow
def test_between_refits_models_see_the_newest_values():
    models = {"linear": "linear 7", "seasonal": Seasonal(), "forward": Forwarding(), "again": last_season}
    models["regression"] = LinearRegression()
    result = thalweg.backtest(SERIES, models=models, windows=4, step=5, horizon=HORIZON, refit=2)
    frame = result.to_frame("pandas")
    np.testing.assert_array_equal(frame["seasonal"], frame["again"])  # fitted anew, for want of `forward`
    seen = result.forecasts.cutoffs.seen
    forward = frame["forward"].to_numpy().reshape(4, HORIZON)
    assert forward[1, 0] == 1000 + seen[1]
    assert forward[3, 0] == 1000 + seen[3]
    assert forward[0].max() < 1000
    every = thalweg.backtest(SERIES, models=models, windows=4, step=5, horizon=HORIZON).to_frame("pandas")
    for name in ("linear", "regression"):
        both = [one[name].to_numpy().reshape(4, HORIZON) for one in (frame, every)]
        np.testing.assert_array_equal(both[0][[0, 2]], both[1][[0, 2]])
        assert (both[0][[1, 3]] != both[1][[1, 3]]).any()
        np.testing.assert_allclose(both[0], both[1], rtol=0.2)


@pytest.mark.slow
def test_input_size_is_the_most_that_is_seen():
    sizes = []

    def watching(history, horizon):
        sizes.append((len(history), history.dates[-1]))
        return last_season(history, horizon)

    result = thalweg.backtest(SERIES, models=[watching], windows=2, horizon=7, input_size=60)
    seen = result.forecasts.cutoffs.seen
    assert sizes == [(60, SERIES.dates[at - 1]) for at in seen]
    lines = thalweg.backtest(SERIES, models=["linear 7"], windows=2, horizon=7, input_size=100).to_frame("pandas")
    alone = thalweg.backtest(SERIES, models=["linear 7"], windows=2, horizon=7).to_frame("pandas")
    assert (lines["linear 7"] != alone["linear 7"]).any()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits_whatever_the_threads():
    options = {"models": ["100 relu 7", LinearRegression()], "windows": 2, "horizon": 5}
    made = [thalweg.backtest(SERIES, threads=threads, **options).to_frame("pandas") for threads in (1, 2)]
    assert made[0].equals(made[1])


@pytest.mark.parametrize("name", [one.name for one in named_ladder("full").rungs])
def test_every_rung_of_the_ladder_is_found_by_its_name(name):
    assert rung_by_name(name, DAILY).name == name


@pytest.mark.parametrize(
    "name", ["linear 3", "17 tanh 9 week", "2×30 relu 14 year", "30-10 relu 28", "mean of 3 × 7 back", "copy 14"]
)
def test_other_rungs_are_made_of_their_names(name):
    assert rung_by_name(name, DAILY).name == name


@pytest.mark.parametrize(
    ("models", "told"),
    [
        (["liner 7"], "there is no rung 'liner 7'. Did you mean 'linear 7'"),
        (["linear 7 day"], "there is no rung 'linear 7 day'"),
        (["100 rilu 28 week"], "Did you mean '100 relu 28 week'"),
        (["quik"], "Did you mean 'quick'"),
        ([7], "7 \\(int\\) is no model"),
        ([LinearRegression], "is no model"),
        ([], "no model to compare"),
        (["linear 7", "linear 7"], "Two models have the name 'linear 7'"),
        ({"y": "linear 7"}, "cannot be named 'y'"),
        ({"step": "linear 7"}, "cannot be named 'step'"),
        ({"a-lo-80": "linear 7"}, "cannot be named 'a-lo-80'"),
        ({"": "linear 7", " ": "linear 7"}, "cannot be named ' '"),
        ({"a": lambda history, horizon: [1.0] * (horizon + 1)}, "a forecast of length 8 for a at the cutoff"),
        ({"a": lambda history, horizon: [[1.0] * horizon]}, "a forecast of length 1×7"),
        ({"a": lambda history, horizon: [math.nan] * horizon}, "gave nan for a at the cutoff"),
        ({"a": lambda history, horizon: "soon"}, "gave no numbers"),
        ({"a": lambda history, horizon: None}, r"gave no numbers .* but nothing \(None\)\."),
        ({"a": lambda history, horizon: ["1"] * horizon}, "gave no numbers .* but texts"),
        ({"a": lambda history, horizon: [1.0, "2", 3.0, 4.0, 5.0, 6.0, 7.0]}, "gave no numbers .* but texts"),
        ({"a": lambda history, horizon: [True] * horizon}, "gave no numbers .* but truth values"),
        ({"a": lambda history, horizon: [1 + 1j] * horizon}, "gave no numbers .* but complex numbers"),
        ({"a": lambda history, horizon: np.full(horizon, 1 + 0j)}, "gave no numbers .* but complex numbers"),
        ({"a": lambda history, horizon: history.dates[:horizon]}, "gave no numbers .* but dates"),
        ({"a": lambda history, horizon: (1.0 for _ in range(horizon))}, "gave no numbers .* but generator"),
        ({"a": lambda history, horizon: np.ma.masked_less(np.arange(7.0), 1)}, "gave nan for a .*, one day ahead"),
        ({"a": lambda history, horizon: [0.0] * 6 + [math.inf]}, "gave inf for a .*, 7 days ahead"),
        ({"a": lambda history, horizon: [1e300] * horizon}, r"gave 1e\+300 .* beyond what a forecast can be"),
        ({"a": lambda history, horizon: [0.0] * 6 + [-1e31]}, r"gave 1e\+31 .*, 7 days ahead; that is beyond"),
        ({"a": lambda history, horizon: {"mean": [0.0] * 7, "lo-80": [0.0] * 7}}, "gave lo-80 without hi-80"),
        ({"a": lambda history, horizon: {"mean": [0.0] * 7, "hi95": [0.0] * 7}}, "gave hi95 without lo-95"),
        (
            {"a": lambda history, horizon: {"mean": [0.0] * 7, "lo-90": [0.0] * 7, "hi-90": [1.0] * 7}},
            "levels 90 .*80, 95",
        ),
        *(
            (
                {"a": lambda history, horizon, key=key: {"mean": [0.0] * 7, key: [0.0] * 7}},
                f"gave '{key}' .* no name of an end",
            )
            for key in ("lo_80", "low-80", "hi-eighty", "upper", "yhat_lower", "LO-80")
        ),
        ({"a": lambda history, horizon: {"lo-80": [0.0] * horizon}}, "a mapping without mean"),
        ({"a": lambda history, horizon: {**level(history, horizon), "lo-80": np.full(7, 1e9)}}, "above the upper end"),
        ({"a": lambda history, horizon: {**level(history, horizon), "hi-95": np.full(6, 1e9)}}, "for a-hi-95"),
        ({"a": lambda history, horizon: 1 / 0}, "failed at the cutoff .*: ZeroDivisionError: division by zero"),
        ({"a": lambda history: history}, "failed at the cutoff .*: TypeError"),
    ],
)
def test_a_model_that_cannot_serve_is_told_in_a_sentence(models, told):
    with pytest.raises(InputError, match=told) as refused:
        thalweg.backtest(SERIES, models=models, windows=2, horizon=7)
    assert refused.value.sentence("zh") != refused.value.sentence("en")


def test_what_a_mapping_holds_beside_is_left_out():
    def rich(history, horizon):
        extra = {
            "lo-90": np.zeros(horizon),
            "hi-90": np.ones(horizon),
            "fitted": history.values,
            "sigma": 3.0,
            "hour": 1,
        }
        return level(history, horizon) | extra

    frame = thalweg.backtest(SERIES, models=[rich, level], windows=2, horizon=7).to_frame("pandas")
    assert [name for name in frame if name.startswith("rich")] == [
        "rich",
        *(f"rich-{e}-{n}" for n in (80, 95) for e in ("lo", "hi")),
    ]
    np.testing.assert_array_equal(frame["rich-hi-95"], frame["level-hi-95"])


def test_huge_forecasts_have_numbers_in_every_measure_or_none():
    def huge(history, horizon):
        large = np.full(horizon, 1e30 / (1 + len(history) % 5))
        return {"mean": large, "lo-80": -large, "hi-80": large}

    models = {"huge": huge, "level": level}
    for metric in ("mae", "rmse", "mase", "smape", "wape", "crps"):
        result = thalweg.backtest(SERIES, models=models, windows=12, step=3, horizon=7, level=80, metric=metric)
        assert result.best == "level"
        assert all(math.isfinite(value) for row in result.metrics.overall.values() for value in row.values())
        assert result.compared.test.probability < 0.05
        assert result.as_json()["ranking"] == ["level", "huge"]
    tiny = weekly()
    tiny.values[:] *= 1e-300
    result = thalweg.backtest(tiny, models=models, windows=3, horizon=7, level=80)
    assert math.isnan(result.metrics.overall["mase"]["huge"])  # beyond what a float can be
    assert result.metrics.overall["mae"]["huge"] > 1e29


class Failing(Seasonal):
    """A model whose forecasts fail for a reason that has nothing to do with intervals."""

    def predict(self, h, X=None, level=None):
        raise ValueError("the season is too long" if level is not None else "called twice")


class Sometimes(Seasonal):
    def predict(self, h, X=None, level=None):
        if level is not None and self.seen[0] > 100:
            raise ValueError("no spread is known")
        return super().predict(h, level=level)


def test_the_first_error_of_a_model_is_told():
    with pytest.raises(InputError, match=r"failed at the cutoff .*: ValueError: the season is too long"):
        thalweg.backtest(SERIES, models=[Failing()], windows=2, horizon=7)
    with pytest.raises(
        InputError, match=r"and not at others\. Where there are none, it said: ValueError: no spread is known"
    ):
        thalweg.backtest(SERIES, models=[Sometimes()], windows=12, step=2, horizon=7)


def test_intervals_at_some_cutoffs_alone_are_refused():
    def sometimes(history, horizon):
        return level(history, horizon) if len(history) > 190 else last_season(history, horizon)

    with pytest.raises(InputError, match="at some cutoffs and not at others"):
        thalweg.backtest(SERIES, models=[sometimes], windows=3, horizon=7)


def test_too_little_history_is_told_with_the_model_and_the_cutoff():
    with pytest.raises(InputError, match=r"2023-02-10'?: only 40 days are seen .* at least 56.* serves is 2023-02-26"):
        thalweg.backtest(SERIES, models=["linear 7"], cutoffs="2023-02-10,2023-05-01", horizon=7)
    with pytest.raises(InputError, match=r"only 60 days are seen .* at least 84, with 28 days ahead"):
        thalweg.backtest(SERIES, models=["copy yesterday"], cutoffs="2023-03-02", horizon=21, gap=7)
    assert thalweg.backtest(SERIES, models=[last_season], cutoffs="2023-02-10", horizon=7).best == "last_season"
    with pytest.raises(InputError, match="features of a regressor need at least"):
        thalweg.backtest(SERIES, models=[LinearRegression()], cutoffs="2023-01-08", horizon=7)
    with pytest.raises(InputError, match=r"linear 56 cannot be fitted at the cutoff 2023-04-10: it was left out"):
        thalweg.backtest(SERIES, models=["linear 56"], cutoffs="2023-04-10", horizon=7)


def test_names_come_from_the_user_the_function_or_the_class():
    models = [("mine", last_season), level, functools.partial(last_season), LinearRegression()]
    result = thalweg.backtest(SERIES, models=models, windows=1, horizon=7)
    assert list(result.forecasts.made) == ["mine", "level", "last_season", "LinearRegression"]
    assert FitOptions().keep_last is False
    assert len(SERIES) == DAYS
