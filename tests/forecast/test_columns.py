"""Columns known beforehand and columns of the past: what they change, and what they must not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thalweg
from support.shop import AHEAD, DAYS, NOISE, shop
from support.small_searches import COPIES, LINE, WEEK, YEAR, channel, fitted
from thalweg import InputError
from thalweg.forecast.backtest import backtest
from thalweg.forecast.contributions import why_of
from thalweg.forecast.data import data_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.features.sets import feature_set
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.predictors.base import recursive
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.search import Member
from thalweg.forecast.team import Team
from thalweg.forecast.training import TrainingSet
from thalweg.forecast.ways import RECURSIVE
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY
from thalweg.series.regressors import Regressor, Regressors

SHOP = shop()
HORIZON = 14
SMALL = Ladder("small", (*COPIES, replace(WEEK, hidden=(32,), epochs=60)))
OPTIONS = {"ladder": SMALL, "horizon": HORIZON, "threads": 2}


def read(table=SHOP, **options):
    return thalweg.read(table, value="sales", **options)


@pytest.fixture(scope="module")
def fits():
    """The same fit with the price, without it, and with a column that does not change on training days."""
    still = SHOP | {"late": [0.0] * (DAYS - 60) + [1.0] * (AHEAD + 60)}
    return {
        "price": thalweg.fit(read(known=["price"]), **OPTIONS),
        "none": thalweg.fit(read(), **OPTIONS),
        "still": thalweg.fit(read(still, known=["late"]), **OPTIONS),
    }


def actual(first=DAYS, steps=HORIZON, price=SHOP["price"]):
    return 500 - 3 * np.array(price[first : first + steps])


@pytest.mark.slow
def test_a_known_price_more_than_halves_the_error(fits):
    with_it, without = fits["price"].findings, fits["none"].findings
    assert with_it.served < without.served / 2
    np.testing.assert_allclose(fits["price"].forecast.mean, actual(), atol=5 * NOISE)
    assert np.abs(fits["none"].forecast.mean - actual()).max() > 6 * NOISE
    (price,) = with_it.columns
    assert (price.name, price.known, price.kept) == ("price", True, True)
    assert price.with_it < price.without_it / 2
    assert without.columns == ()


def test_a_forecast_follows_another_price_to_come(fits):
    model = fits["price"].model
    dates = SHOP["date"][DAYS : DAYS + HORIZON]
    for price in ([30.0] * 7 + [90.0] * 7, [90.0] * HORIZON):
        made = model.predict(with_={"date": dates, "price": price}).mean
        np.testing.assert_allclose(made, 500 - 3 * np.array(price), atol=5 * NOISE)
    np.testing.assert_array_equal(model.predict().mean, fits["price"].forecast.mean)
    supposed = model.predict(with_={"date": dates, "price": [30.0] * HORIZON}).supposed
    np.testing.assert_array_equal(supposed.first.mean, fits["price"].forecast.mean)
    np.testing.assert_array_equal(supposed.difference, supposed.forecast.mean - supposed.first.mean)
    assert [one.name for one in supposed.changed] == ["price"]
    assert model.predict(with_={"date": dates, "price": [30.0] * HORIZON}).plot().to_dict(validate=False)["vconcat"]
    same = {"date": dates, "price": SHOP["price"][DAYS : DAYS + HORIZON]}
    assert model.predict(with_=same).supposed.changed == ()
    np.testing.assert_array_equal(model.predict(with_=same).mean, fits["price"].forecast.mean)


def test_what_does_not_help_changes_no_bit(fits):
    """A column that is left out leaves the fit as it is without it."""
    one, other = fits["still"], fits["none"]
    np.testing.assert_array_equal(one.forecast.mean, other.forecast.mean)
    assert [line.test for line in one.findings.ladder] == [line.test for line in other.findings.ladder]
    assert [(each.name, each.kept) for each in one.findings.columns] == [("late", False)]
    assert one.model.calendar.regressors is None
    assert "late" in str(one)


def test_chance_is_left_out_and_a_past_column_that_foretells_is_kept():
    found = thalweg.fit(read(shop(seed=4), past=["visits", "chance"]), **OPTIONS).findings
    assert {each.name: (each.known, each.kept) for each in found.columns} == {
        "visits": (False, True),
        "chance": (False, False),
    }


def test_a_model_keeps_its_columns(fits, tmp_path):
    fits["price"].save(tmp_path / "model.thalweg")
    loaded = thalweg.load(tmp_path / "model.thalweg")
    np.testing.assert_array_equal(loaded.predict().mean, fits["price"].forecast.mean)
    stored, made = loaded.calendar.regressors, fits["price"].model.calendar.regressors
    assert (stored.names, stored.start, stored.horizon) == (made.names, made.start, made.horizon)
    np.testing.assert_array_equal(stored.known[0].values, made.known[0].values)


def test_newer_values_bring_newer_columns(fits):
    model, newer = fits["price"].model, shop(DAYS + 10, AHEAD - 10)
    newer = newer | {"sales": SHOP["sales"][:DAYS] + newer["sales"][DAYS:], "price": SHOP["price"]}
    newer["sales"][DAYS : DAYS + 10] = actual(steps=10).tolist()
    expected = actual(DAYS + 10)
    np.testing.assert_allclose(model.predict(newer).mean, expected, atol=5 * NOISE)
    assert model.recent(newer).loss < 2 * NOISE
    updated = model.update(newer)
    np.testing.assert_allclose(updated.predict().mean, expected, atol=5 * NOISE)
    what_if = {"date": SHOP["date"][DAYS + 10 : DAYS + 24], "price": [50.0] * HORIZON}
    np.testing.assert_allclose(model.predict(newer, with_=what_if).mean, 350, atol=5 * NOISE)
    with pytest.raises(InputError, match="price"):
        model.predict({name: newer[name] for name in ("date", "sales")})
    newer["sales"][DAYS : DAYS + 20] = actual(steps=20).tolist()
    few = {name: column[DAYS - 5 : DAYS + 3] for name, column in newer.items()} | {"price": [40.0] * 8}
    np.testing.assert_allclose(model.predict(few).mean[:2], actual(DAYS + 3, 2), atol=5 * NOISE)
    with pytest.raises(InputError, match="2023-03-27"):  # the day after the last of which the model or the file knows
        model.predict(newer)


def test_the_price_is_among_what_moved_the_estimate(fits):
    model = fits["price"].model
    changes = [at for at in range(DAYS, DAYS + HORIZON) if SHOP["price"][at] != SHOP["price"][DAYS - 1]]
    for at in (changes[0], changes[-1]):
        date = model.days.after(at - DAYS + 1)
        why = why_of(model.predictors, model.plan, model.calendar, model.days, date)
        moved = sum(fact.contribution for fact in why.facts if fact.kind == "known_column")
        expected = -3 * (SHOP["price"][at] - SHOP["price"][DAYS - 1])
        assert moved == pytest.approx(expected, abs=4 * NOISE)
        assert abs(expected) > 50
        assert abs(why.remainder) <= why.allowed


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"horizon": AHEAD + 1}, "2023-03-27"),
        ({"known": ["cost"]}, "cost"),
    ],
)
def test_a_fit_refuses(change, named):
    series = read(known=["price"]) if "horizon" in change else read()
    with pytest.raises(InputError, match=named):
        thalweg.fit(series, **(OPTIONS | change))


# What is computed before a date does not change with what columns say of later ones.
SERIES = channel(460)
TODAY, SEEN = 420, 5


def columns(past, known, horizon=SEEN):
    each = (
        Regressor("price", known=True, values=known, centre=50, spread=30),
        Regressor("visits", known=False, values=past, centre=40, spread=25),
    )
    return Calendar(regressors=Regressors(SERIES.start, DAILY, each, horizon))


def numbers(seed):
    return np.random.default_rng(seed).uniform(0, 100, len(SERIES) + 50)


PAST, KNOWN = numbers(1), numbers(2)
PLAIN = columns(PAST, KNOWN)


def changed(values, first, seed):
    other = values.copy()
    other[first:] = numbers(seed)[first:]
    return other


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("known", DAILY.known)
def test_features_see_past_columns_up_to_the_origin_and_known_ones_up_to_the_horizon(known, shared):
    newest = np.arange(400, 410)
    steps, ahead = (1, np.full(len(newest), SEEN)) if shared else (SEEN + 4, None)

    def rows(calendar):
        features = feature_set(known, 14, calendar, shared="last" if shared else "")
        scale = TrainingSet.of(replace(WEEK, known=known, shared=shared), SERIES, calendar, "mae", 380, 1).scale
        return features.rows(past_of(SERIES, newest), scale, steps, ahead=ahead).gather()

    at = newest[-1]
    plain = rows(PLAIN)
    np.testing.assert_array_equal(plain, rows(columns(changed(PAST, at + 1, 5), KNOWN)))
    np.testing.assert_array_equal(plain, rows(columns(PAST, changed(KNOWN, at + SEEN + 1, 5))))
    assert not np.array_equal(plain, rows(columns(changed(PAST, at, 5), KNOWN)))
    assert not np.array_equal(plain, rows(columns(PAST, changed(KNOWN, at + SEEN, 5))))


def test_features_hold_the_value_of_the_date_to_predict():
    features = feature_set("week", 14, PLAIN)
    names = [column.name for column in features.columns(2)]
    newest = np.array([400, 401])
    scale = TrainingSet.of(WEEK, SERIES, PLAIN, "mae", 380, 1).scale
    rows = features.rows(past_of(SERIES, newest), scale, 2, limit=np.inf).gather()

    def column(name):
        return rows[:, names.index(name)]

    np.testing.assert_allclose(column("price"), (KNOWN[newest + 1] - 50) / 30)
    np.testing.assert_allclose(column("price, step 2"), (KNOWN[newest + 2] - 50) / 30)
    np.testing.assert_allclose(column("price less its last value"), (KNOWN[newest + 1] - KNOWN[newest]) / 30)
    mean = np.array([KNOWN[at - 6 : at + 1].mean() for at in newest])
    np.testing.assert_allclose(column("price less its mean, step 2"), (KNOWN[newest + 2] - mean) / 30)
    np.testing.assert_allclose(column("visits, last value"), (PAST[newest] - 40) / 25)
    season = np.array([PAST[at - 6 : at + 1].mean() for at in newest])
    np.testing.assert_allclose(column("visits, mean of a season"), (season - 40) / 25)


def test_rungs_without_a_season_do_not_see_columns():
    assert feature_set("", 14, PLAIN).columns(3) == feature_set("", 14, Calendar()).columns(3)
    blocks = {column.block for column in feature_set("week", 14, Calendar()).columns(3)}
    assert not blocks & {"known_column", "column_changes", "past_columns"}


@pytest.mark.parametrize("rung", [WEEK, YEAR], ids=lambda rung: rung.known)
def test_a_rung_that_is_fed_its_predictions_keeps_past_columns_at_their_last_value(rung):
    fit = fitted(rung, SERIES, TODAY, calendar=PLAIN)
    newest = np.array([TODAY, TODAY + 3])
    made = recursive(fit, past_of(SERIES, newest), 4, reach=1)
    for row, at in enumerate(newest):
        other = fit.with_calendar(columns(changed(PAST, at + 1, 7), KNOWN))
        np.testing.assert_array_equal(made[row], recursive(other, past_of(SERIES, newest), 4, reach=1)[row])
        held = fit.with_calendar(columns(np.concatenate([PAST[: at + 1], np.full(50, PAST[at])]), KNOWN))
        flat = [held.predict(past_of(SERIES, np.array([at])), (1,))[0, 0]]
        np.testing.assert_allclose(made[row, :1], flat, rtol=1e-6)


SHARED = Member(replace(WEEK, shared=True), (1,), (0,))
TEAM = Team(DAILY, (Member(WEEK, (1,), (0,)),), (SHARED,), baselines=(Copy(7, "copy last week"),))
FIRST = 400


def run_backtest(calendar):
    with thread_pool(1) as pool:
        made = backtest(
            data_of(SERIES, calendar, "mae"), TEAM, first=(FIRST,), until=(len(SERIES),), refit_days=25, steps=4,
            pool=pool, advance=lambda _: None,
        )  # fmt: skip
    return {way: each[:, FIRST:] for way, each in made.forecasts.items()}


@pytest.fixture(scope="module")
def tested():
    return run_backtest(PLAIN)


@given(day=st.integers(FIRST, 455), seed=st.integers(10, 2**31))
@settings(max_examples=4)
def test_a_backtest_sees_past_columns_up_to_the_date_of_each_forecast(tested, day, seed):
    after = run_backtest(columns(changed(PAST, day, seed), KNOWN))
    for way, before in tested.items():
        for step, (was, now) in enumerate(zip(before, after[way], strict=True), 1):
            # The forecast of day t, made `step` days before, saw days up to t − step.
            made_before = max(day + step - FIRST, 0)
            np.testing.assert_array_equal(was[:made_before], now[:made_before], err_msg=way)
            if way in (RECURSIVE, SHARED.rung.name):
                assert not np.array_equal(was[made_before:], now[made_before:], equal_nan=True), way


def test_a_line_without_a_season_tells_that_it_does_not_look():
    made = thalweg.fit(read(known=["price"]), **(OPTIONS | {"ladder": Ladder("line", (*COPIES, LINE))}))
    assert any(sentence.key == "verdict.columns_idle" for sentence in made.findings.verdict)
