"""What a model does with newer days, and when it says that it has become worse."""

from dataclasses import replace

import numpy as np
import pytest

from support.small_searches import BOTH, SHORT, channel, estimates_of, fitted, meant, part, search, series_of, served_by
from thalweg.errors import InputError
from thalweg.forecast.ways import DIRECT, RECURSIVE
from thalweg.series.frequency.dates import date_range, days_after

MADE = 430  # days that the model was made of
PARTS = ("mean", "low80", "high80", "low95", "high95")


@pytest.fixture(scope="module")
def whole():
    """The series of the model, and what came after it."""
    return channel(MADE + 60)


WAYS = {"direct": (DIRECT,), "recursive": (RECURSIVE,), "both": BOTH}


@pytest.fixture(scope="module", params=[*WAYS, "mean", "copy"])
def model(request, whole):
    if request.param == "mean":
        return meant(search(whole.head(MADE), horizon=3)[1], whole.head(MADE))
    if request.param == "copy":
        return search(whole.head(MADE), ladder=replace(SHORT, rungs=SHORT.rungs[:2]), horizon=9)[1]
    made = search(whole.head(MADE), horizon=6)[1]
    # Whichever validation prefers, all are to be shown.
    members = made.predictors.one_step.members
    many = [fitted(one.rung, whole.head(MADE), MADE, 6, epochs=40) for one in members if one.rung.seeds]
    return served_by(made, WAYS[request.param], multi_step=None if request.param == "recursive" else many)


def same(one, two, rtol=0.0):
    np.testing.assert_array_equal(one.dates, two.dates)
    for name in PARTS:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=rtol)


def test_the_forecast_goes_on_from_the_last_day(model, whole):
    made = model.predict()
    np.testing.assert_array_equal(made.dates, date_range(days_after(whole.dates[MADE - 1], 1), model.horizon))
    assert (made.low95 <= made.low80).all()
    assert (made.low80 <= made.mean).all()
    assert (made.mean <= made.high80).all()
    assert (made.high80 <= made.high95).all()
    assert (made.low95 >= 0).all()


def test_a_shorter_horizon_is_the_beginning_of_the_longer(model):
    full = model.predict()
    for steps in (1, 3, model.horizon):
        some = model.predict(horizon=steps)
        assert len(some.dates) == steps
        for name in (*PARTS, "dates"):
            np.testing.assert_array_equal(getattr(some, name), getattr(full, name)[:steps])


@pytest.mark.parametrize("beyond", [0, -1, 1])
def test_horizons_out_of_range_are_refused(model, beyond):
    steps = model.horizon + 1 if beyond == 1 else beyond
    with pytest.raises(InputError, match=f"horizon={steps}: this model forecasts 1 to {model.horizon}"):
        model.predict(horizon=steps)


@pytest.mark.parametrize("newer", [1, 5, 40])
@pytest.mark.parametrize("overlap", [0, 3, 100, 430])
def test_newer_days_are_joined_to_those_stored(model, whole, newer, overlap):
    """However much the new file overlaps, the forecast is that of one whole series."""
    last = MADE + newer
    made = model.predict(part(whole, MADE - overlap, last))
    assert made.dates[0] == days_after(whole.dates[last - 1], 1)
    same(made, model.predict(whole.head(last)), rtol=2e-6)
    if newer == 5:
        assert not np.allclose(made.mean, model.predict().mean, rtol=1e-3)


def test_tomorrow_of_newer_days_is_the_one_day_estimate(model, whole):
    made = model.predict(part(whole, MADE, MADE + 10)).mean[0]
    each = [
        estimates_of(one, whole, MADE + 10, MADE + 11)[0]
        for one in model.predictors.one_step.members
    ]  # fmt: skip
    assert made == pytest.approx(np.mean(each), rel=2e-6)


def test_a_file_that_ends_where_the_model_does(model, whole):
    same(model.predict(whole.head(MADE)), model.predict(), rtol=2e-6)


def test_days_longer_ago_than_a_horizon_are_no_hindrance(model, whole):
    """A model of last month goes on from the days of today."""
    assert model.horizon < 40
    assert model.predict(part(whole, MADE, MADE + 40)).dates[0] == whole.dates[MADE + 40]


def test_a_gap_after_the_models_days_is_refused(model, whole):
    with pytest.raises(InputError, match=rf"begins on {whole.dates[MADE + 1]}, after a gap.*{whole.dates[MADE - 1]}"):
        model.predict(part(whole, MADE + 1))


def test_an_older_file_is_refused(model, whole):
    with pytest.raises(InputError, match=rf"ends on {whole.dates[MADE - 2]}, before the model's last day"):
        model.predict(whole.head(MADE - 1))


def test_another_column_is_refused(model, whole):
    with pytest.raises(InputError, match=r"views\.csv holds 'visits'; this model forecasts 'views'.*value='views'"):
        model.predict(replace(whole, name="visits"))


def test_negative_days_are_refused_by_a_model_of_counts(model, whole):
    values = whole.values.copy()
    values[-1] = -5
    with pytest.raises(InputError, match="negative values"):
        model.predict(replace(whole, values=values))


def test_negative_days_are_served_by_a_model_of_negative_days(whole):
    below = replace(whole, values=whole.values - 2000)
    made = search(below.head(MADE), ladder=SHORT, horizon=4)[1].predict(part(below, MADE, MADE + 3))
    assert made.mean.max() < 0


def test_it_is_of_negative_days_even_if_those_it_keeps_are_not(whole):
    values = whole.values.copy()
    values[3] = -50.0
    made = search(replace(whole, values=values).head(MADE), ladder=SHORT, horizon=4)[1]
    stored = replace(
        made.days, start=made.days.dates[20], values=made.days.values[20:], observed=made.days.observed[20:]
    )
    made = replace(made, days=stored)
    assert made.days.counts
    values[MADE + 1] = -5.0
    assert np.isfinite(made.predict(part(replace(whole, values=values), MADE)).mean).all()


def test_faithful_days_are_not_worse_than_expected(model, whole):
    recent = model.recent(part(whole, MADE))
    assert recent.days == 60
    estimated = np.mean(
        [
            estimates_of(one, whole, MADE, MADE + 60)
            for one in model.predictors.one_step.members
        ],
        axis=0,
    )  # fmt: skip
    assert recent.loss == pytest.approx(np.abs(estimated - whole.values[MADE:]).mean(), rel=1e-5)
    assert recent.expected == pytest.approx(model.errors.mean(), rel=1e-12)
    assert not recent.worse


def test_shifted_days_are_worse_than_expected(model, whole):
    random = np.random.default_rng(0)
    values = whole.values.copy()
    values[MADE:] *= random.choice([0.3, 2.5], 60)
    recent = model.recent(part(replace(whole, values=values), MADE))
    assert recent.worse
    assert recent.loss > 2 * recent.expected


def test_without_newer_observed_days_there_is_nothing_recent(model, whole):
    assert model.recent(whole.head(MADE)) is None
    unseen = replace(whole, observed=np.arange(len(whole)) < MADE)
    assert model.recent(unseen) is None


def test_unobserved_days_are_not_counted(model, whole):
    observed = whole.observed.copy()
    observed[MADE : MADE + 20] = False
    assert model.recent(replace(whole, observed=observed)).days == 40


def test_one_new_day_is_worse_only_beyond_nineteen_in_twenty(whole):
    week = np.tile([50.0, 60, 70, 65, 40, 20, 30], 20)
    noisy = week + np.random.default_rng(1).integers(0, 3, 140)
    copying = search(series_of(noisy), ladder=replace(SHORT, rungs=SHORT.rungs[:2]))[1]
    edge = np.quantile(copying.errors, 0.95, method="inverted_cdf")
    for miss, worse in ((0.0, False), (edge, False), (copying.errors.max() + 1, True)):
        day = series_of([noisy[-7] + miss], start=str(days_after(copying.days.dates[-1], 1)))
        assert copying.recent(day).worse is worse
    assert whole.name == copying.name
