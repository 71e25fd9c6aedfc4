"""Any levels and quantiles: refused where they cannot be, nested, and the same whichever others are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.small_searches import SHORT, channel, search
from thalweg.errors import InputError
from thalweg.forecast.distribution import TABLE, StepCalibration, between, distribution_of, read
from thalweg.forecast.export import as_json, forecast_rows
from thalweg.forecast.interval import quantiles
from thalweg.forecast.levels import LEVELS, USUAL, Asked, level_of, whole_above, whole_below
from thalweg.forecast.model import load
from thalweg.forecast.options import FitOptions

SHARES = np.array([[0.2, 0.05]])


@pytest.fixture(scope="module")
def asked():
    """A fit that was asked for levels and quantiles, and the same one without."""
    days = channel(430)
    more = {"level": [50, 80, 97.5], "quantiles": [0.05, 0.5, 0.9]}
    return search(days, ladder=SHORT, **more), search(days, ladder=SHORT)


@pytest.mark.parametrize(
    ("option", "given_", "said"),
    [
        ("level", "eighty", "level='eighty': eighty is no number. Give numbers above 0 and below 100"),
        ("level", [80, None], "None is no number"),
        ("level", [80, True], "True is no number"),
        ("level", float("nan"), "nan is no number"),
        ("level", [0, 50], "0 does not lie between 0 and 100"),
        ("level", "80,100", "100 does not lie between 0 and 100"),
        ("level", [-5], "-5 does not lie"),
        ("level", [80, 50, 80.0], "80 stands there twice"),
        ("level", list(range(1, 22)), "level holds 21 numbers. Give at most 20."),
        ("level", [], "level=[] holds no number"),
        ("level", ",", "holds no number"),
        ("quantiles", [1], "1 does not lie between 0 and 1"),
        ("quantiles", "0.1,10", "10 does not lie between 0 and 1"),
        ("quantiles", [0.5, "half"], "half is no number"),
        ("quantiles", [0.1, 0.1], "0.1 stands there twice"),
    ],
)
def test_levels_that_cannot_be_are_refused(option, given_, said):
    with pytest.raises(InputError) as caught:
        FitOptions(**{option: given_})
    assert said in str(caught.value)
    assert caught.value.sentence("zh").endswith("。")


def test_what_is_asked_for():
    assert FitOptions().asked == USUAL == Asked((80, 95), ())
    assert FitOptions(level="95, 50,80").asked == Asked((50, 80, 95), ())
    assert FitOptions(level=90).asked.levels == (90,)
    assert FitOptions(quantiles=np.array([0.9, 0.1])).asked == Asked((), (0.1, 0.9))
    both = FitOptions(level=[60], quantiles=[0.05]).asked
    assert both.calibrated == (60, 80, 90, 95)
    assert [level_of(each) for each in (0.5, 0.1, 0.9, 0.025, 0.35)] == [0, 80, 80, 95, 30]


residual_lists = st.lists(st.floats(-100, 100), min_size=1, max_size=60)


@given(residual_lists, st.floats(0, 20), st.lists(st.floats(0.1, 99.9), min_size=1, max_size=8))
def test_a_higher_level_holds_a_lower_one_and_none_depends_on_the_others(residuals, least, levels):
    residuals = np.array(residuals)
    anchors = quantiles(residuals, SHARES[0], least)
    wanted = sorted({*levels, *LEVELS})
    least = np.array([least])
    (bands,), (median,) = between([residuals], anchors[None], SHARES, wanted, least)
    low, high = bands.T
    assert (np.diff(low) <= 0).all()
    assert (np.diff(high) >= 0).all()
    assert low[0] <= median <= high[0]
    for level, band in zip(wanted, bands, strict=True):
        (alone,), _ = between([residuals], anchors[None], SHARES, [level], least)
        np.testing.assert_array_equal(alone[0], band)
    np.testing.assert_array_equal(bands[[wanted.index(level) for level in LEVELS]], anchors)


def test_levels_between_are_the_ranks_of_their_own_share():
    """Where nothing has drifted, 50% of 99 residuals are those from rank 25 to rank 75."""
    residuals = np.random.default_rng(0).permutation(np.arange(1.0, 100))
    anchors = quantiles(residuals, SHARES[0])
    (bands,), (median,) = between([residuals], anchors[None], SHARES, (10, 50, 90, 99), np.zeros(1))
    assert bands.tolist() == [[45, 55], [25, 75], [5, 95], [1, 99]]
    assert median == 50


def test_any_level_is_covered_as_promised_on_noise():
    residuals = np.random.default_rng(1).standard_t(4, 3000)
    known = np.ones(3000, dtype=bool)
    step = StepCalibration(residuals, known, 200, 7, used=365, least=0.0)
    levels = (20, 50, 80, 90, 95, 99)
    bands, medians = read([step] * 2800, range(200, 3000), levels)
    came = residuals[200:, None]
    inside = ((bands[..., 0] <= came) & (came <= bands[..., 1])).mean(axis=0)
    np.testing.assert_allclose(inside, np.array(levels) / 100, atol=0.025)
    assert np.mean(came[:, 0] <= medians) == pytest.approx(0.5, abs=0.025)
    np.testing.assert_array_equal(bands[:, [2, 4]], step.conformal.bands)


def test_no_level_looks_at_residuals_known_later():
    residuals = np.random.default_rng(2).standard_t(4, 400)
    other = residuals.copy()
    other[300:] = 1e6
    known = np.ones(400, dtype=bool)
    steps = [
        [StepCalibration(each, known, 200, delay, used=365, least=0.0) for delay in (1, 2, 3)]
        for each in (residuals, other)
    ]
    one, two = (distribution_of(each, TABLE, 20, 300) for each in steps)
    np.testing.assert_array_equal(one.bands, two.bands)
    np.testing.assert_array_equal(one.medians, two.medians)
    assert (distribution_of(steps[1], TABLE, 20, 301).bands != one.bands).any()


def test_a_distribution_is_read_at_its_own_levels():
    steps = [StepCalibration(np.arange(-50.0, 51), np.ones(101, dtype=bool), 90, 1, used=365, least=0.0)] * 2
    made = distribution_of(steps, TABLE, 20)
    at = np.array([[0.1, 0.9], [0.5, 0.025]])
    at80, at95 = TABLE.index(80), TABLE.index(95)
    expected = [[made.bands[0, at80, 0], made.bands[1, at80, 1]], [made.medians[0], made.bands[1, at95, 0]]]
    np.testing.assert_allclose(made.at(at), expected)


def test_a_fit_shows_what_was_asked_for_and_knows_the_usual_levels(asked):
    (found, model), (usual, _) = asked
    columns = ["date", "mean", "low50", "high50", "low80", "high80", "low97.5", "high97.5", "q0.05", "q0.5", "q0.9"]
    assert list(found.forecast.columns()) == columns
    assert list(forecast_rows(found.forecast)[0]) == columns
    assert model.asked == Asked((50, 80, 97.5), (0.05, 0.5, 0.9))
    for name in ("mean", "low80", "high80", "low95", "high95"):
        np.testing.assert_array_equal(getattr(found.forecast, name), getattr(usual.forecast, name), err_msg=name)
    np.testing.assert_array_equal(found.as_used.intervals.of(LEVELS).low, usual.as_used.intervals.low)
    np.testing.assert_array_equal(found.forecast.columns()["q0.9"], found.forecast.high80)
    np.testing.assert_array_equal(found.forecast.columns()["q0.05"], found.forecast.intervals.of((90,)).low[0])
    assert list(usual.forecast.columns()) == ["date", "mean", "low80", "high80", "low95", "high95"]


def test_what_is_shown_is_nested_at_every_step(asked):
    (found, _), _ = asked
    columns = found.forecast.columns()
    names = ("low97.5", "q0.05", "low80", "low50", "q0.5", "high50", "high80", "high97.5")
    assert (np.diff([columns[name] for name in names], axis=0) >= 0).all()
    used = found.as_used.intervals
    assert (np.diff(used.low, axis=0) <= 0).all()
    assert (np.diff(used.high, axis=0) >= 0).all()
    assert ((used.low[0] <= used.median) & (used.median <= used.high[0])).all()


def test_the_coverage_of_each_level_is_told(asked):
    (found, _), (usual, _) = asked
    told = as_json(found)
    assert list(told["coverage"]) == ["50", "80", "90", "95", "97.5"]
    assert told["coverage"]["80"] == as_json(usual)["coverage"]["80"]
    assert list(told["quantile_coverage"]) == ["0.05", "0.5", "0.9"]
    shares = list(told["coverage"].values())
    assert shares == sorted(shares)
    assert 0.3 < told["coverage"]["50"] < 0.7
    below = found.as_used.intervals.quantile(0.9)
    assert told["quantile_coverage"]["0.9"] == np.mean(found.as_used.target <= below)
    assert told["settings"]["level"] == [50, 80, 97.5]


def test_a_loaded_model_shows_the_same(asked, tmp_path):
    (found, model), _ = asked
    model.save(tmp_path / "model.thalweg")
    again = load(tmp_path / "model.thalweg").predict()
    for name, column in found.forecast.columns().items():
        np.testing.assert_array_equal(again.columns()[name], column, err_msg=name)


def test_whole_numbers_around_others():
    values = np.array([3.2, 3 + 1e-12, 3 - 1e-12, 0.0, 2047.0000000001, 1e12 + 0.5])
    assert whole_below(values).tolist() == [3, 3, 3, 0, 2047, 1e12]
    assert whole_above(values).tolist() == [4, 3, 3, 0, 2047, 1e12 + 1]
