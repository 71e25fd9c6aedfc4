"""What moved a forecast of any step ahead: against oracles of their own, and added up for every way and frequency."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.frequencies import WEEKLY, seasonal
from support.small_searches import LINE, NET, WEEK, channel, fitted, predictors_of, shared_networks
from thalweg.errors import InputError
from thalweg.forecast import contributions
from thalweg.forecast.components import allowed_with_level, components_of, divided
from thalweg.forecast.contributions import why_of
from thalweg.forecast.explain.members import attributed
from thalweg.forecast.explain.row import LIMITS, OWN_SOURCES, REMAINDER, ROUNDING, Moved, Row, facts_of
from thalweg.forecast.explain.ways import explained
from thalweg.forecast.features.past import past_of
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.limits import Limits, Room, limits_of
from thalweg.forecast.plan import Block, Plan, one_way
from thalweg.forecast.predictors.baselines import Copy, SeasonalMean, Trend
from thalweg.forecast.predictors.far_ahead import DampedLine, LastYear, far_ahead
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.ways import RECURSIVE, Beside
from thalweg.series.calendar import Calendar
from thalweg.series.events import Event, event_table
from thalweg.series.frequency.dates import day_numbers
from thalweg.series.frequency.record import DAILY, monthly, sub_daily
from thalweg.series.regressors import Regressor, Regressors

SERIES = channel(800, missing=(100, 390))
NEWEST = len(SERIES) - 1
TAIWAN = Calendar("TW")
HOURLY, MONTHLY = sub_daily(60), monthly(31)
NOTHING = np.zeros(60)
NARROW = Limits((Room(MissTransform(None), NOTHING, NOTHING, NOTHING),))  # no further than the past has been


def row_of(series, calendar, steps, back=None):
    """A row whose sources are its past values, each one for itself, and then all facts together."""
    values = series.values if back is None else series.values[-back:]
    past = past_of(series, np.array([len(series) - 1]))
    kept = len(values)
    past = replace(
        past,
        values=values,
        newest=np.array([kept - 1]),
        available=np.array([kept]),
        observed=series.observed[-kept:],
    )
    usual = values[-28:].mean()
    split = np.zeros((kept + 1 + OWN_SOURCES, kept))
    split[:kept] = np.diag(values - usual)
    columns = 0 if calendar.regressors is None else len(calendar.regressors.past)
    facts = facts_of(
        calendar, series.dates[-1], np.full((steps, len(calendar.names)), kept), np.full(columns, kept, dtype=int)
    )
    return Row(past, np.full(kept, usual), split, facts)


def moved_by(predictors, plan, series, calendar, ahead, tolerance=1e-3, back=None):
    past = past_of(series, np.array([len(series) - 1]))
    row = row_of(series, calendar, int(ahead[-1]), back)
    return row, explained(predictors, plan, past, row, ahead, tolerance)


def test_a_line_that_is_fed_its_own_predictions_weighs_each_day_by_its_impulse_response():
    """The forecast is linear in the past, so that a contribution is a weight, found in plain Python, times a value."""
    line = fitted(LINE, SERIES, NEWEST + 1, epochs=15)
    back, steps = line.rung.days_back, 9
    weights = np.mean([line.network.layers(theta.astype(float))[0].weights[0] for theta in line.thetas], axis=0)
    row, moved = moved_by(predictors_of([line]), one_way(RECURSIVE, steps), SERIES, Calendar(), np.array([steps]))
    for lag in range(back):
        response = [float(lag == back - 1 - place) for place in range(back)]
        for _ in range(steps):
            response.append(sum(weights[at] * response[-1 - at] for at in range(back)))
        expected = response[-1] * (row.values[-1 - lag] - row.base[-1 - lag])
        assert moved.parts[0, len(row.values) - 1 - lag] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert not moved.parts[0, : len(row.values) - back].any()
    assert np.abs(moved.parts[0, len(row.values) - back : len(row.values)]).max() > 1


@pytest.mark.parametrize("baseline", [Copy(7), SeasonalMean(7, 4), Trend(7, "trend"), DampedLine(7)])
def test_what_is_linear_is_explained_to_the_last_digit(baseline):
    """One day after another is moved by 1, and the prediction moves by its weight."""
    ahead = np.array([1, 3, 9])
    row = row_of(SERIES, Calendar(), 9, baseline.needed)
    moved = attributed(baseline, row, ahead, 1e-3)
    for day in range(baseline.needed):
        other = replace(SERIES, values=SERIES.values.copy())
        place = len(SERIES) - baseline.needed + day
        other.values[place] += 1
        past, changed = (past_of(each, np.array([NEWEST])) for each in (SERIES, other))
        weight = (baseline.direct(changed, 9) - baseline.direct(past, 9))[0, ahead - 1]
        np.testing.assert_allclose(
            moved.parts[:, day], weight * (row.values[day] - row.base[day]), rtol=1e-7, atol=1e-8
        )
    np.testing.assert_allclose(moved.parts[:, REMAINDER], 0, atol=1e-9)
    assert np.abs(moved.parts).max() > 10


def test_last_year_at_its_level_is_the_integral_of_its_slopes():
    """Slopes by differences at many places of the line, added up by the midpoint rule."""
    baseline, places, step = LastYear(364, 28, ratio=True), 400, 1e-4
    row = row_of(SERIES, Calendar(), 5, baseline.needed)
    moved = attributed(baseline, row, np.array([5]), 1e-6)
    way = row.values - row.base

    def made(rows):
        return baseline.direct(row.pasts(rows), 5)[:, 4]

    for day in (0, 13, 32, 391 - 20, 391):  # days of the level of then, the copied one, days of the level of now
        total = 0.0
        for place in range(places):
            at = row.base + (place + 0.5) / places * way
            up, down = at.copy(), at.copy()
            up[day] += step
            down[day] -= step
            slopes = made(np.stack([up, down]))
            total += (slopes[0] - slopes[1]) / (2 * step) / places
        assert moved.parts[0, day] == pytest.approx(total * way[day], rel=1e-4, abs=1e-4)
    assert abs(moved.parts[0, REMAINDER]) < 1e-3
    assert np.abs(moved.parts).max() > 10


def test_a_limit_is_a_part_of_its_own_and_is_handed_on():
    line = fitted(LINE, SERIES, NEWEST + 1, epochs=15)
    growing = replace(line, thetas=1.5 * line.thetas)
    limited = predictors_of([growing], limits=(NARROW,))
    plan = one_way(RECURSIVE, 12)
    _, moved = moved_by(limited, plan, SERIES, Calendar(), np.arange(1, 13))
    free = predictors_of([growing]).predict(past_of(SERIES, np.array([NEWEST])), {RECURSIVE: 12})[RECURSIVE][0]
    clipped = free > moved.value + 1
    assert clipped.any()
    first = int(np.flatnonzero(clipped)[0])
    assert moved.parts[first, LIMITS] == pytest.approx(moved.value[first] - free[first], rel=1e-4)
    np.testing.assert_allclose(moved.base + moved.parts.sum(axis=1), moved.value, rtol=1e-12)
    why = why_of(limited, plan, Calendar(), SERIES, SERIES.after(12))
    assert [fact.kind for fact in why.facts] == ["limits"]
    assert why.served == moved.value[-1]
    assert abs(why.remainder) <= why.allowed


def events_and_columns(days):
    """A calendar with events, a column that is known beforehand, and one of the past alone."""
    random = np.random.default_rng(1)
    first = int(day_numbers(days.start))
    table = event_table(Event("release", first + at, first + at, 0, 1) for at in range(20, len(days) + 60, 41))
    price = np.repeat(random.choice([2.0, 3.0, 4.0], (len(days) + 60) // 9 + 1), 9)[: len(days) + 60]
    visits = days.values / 10 + random.normal(0, 5, len(days))
    each = (Regressor("price", known=True, values=price), Regressor("visits", known=False, values=visits))
    regressors = Regressors(days.start, days.frequency, each).learned(len(days) - 100, 40)
    return Calendar("TW", events=table, regressors=regressors)


class Kinds(dict):
    """By name; Hypothesis would write the whole of it."""

    def __repr__(self):
        return f"<Kinds: {', '.join(self)}>"


def kinds_of_plans():
    """Predictors with every way, each fitted for a moment, by the name of a series and its calendar."""
    made = Kinds()
    hours = seasonal(HOURLY, 24 * 40, "2023-01-02T00:00", noise=6)
    for name, days, calendar in (
        ("days", SERIES, TAIWAN),
        ("columns", SERIES, events_and_columns(SERIES)),
        ("below zero", replace(SERIES, values=np.log(SERIES.values) - 7), TAIWAN),
        ("hours", hours, Calendar(frequency=HOURLY)),
        ("weeks", seasonal(WEEKLY, 330, "2017-01-01", noise=6), Calendar(frequency=WEEKLY)),
        ("months", seasonal(MONTHLY, 160, "2008-01-31", noise=6), Calendar(frequency=MONTHLY)),
    ):
        frequency = days.frequency
        short, long = frequency.known[0], frequency.known[-1]
        count, reach = len(days), frequency.horizon
        rung = replace(WEEK, known=short, days_back=10)
        shared = replace(rung, known=long, shared=True)
        both = [fitted(shared, days, count, steps, calendar=calendar) for steps in (reach, reach + 6)]
        learned = [fitted(rung, days, count, calendar=calendar), fitted(LINE, days, count, calendar=calendar), Copy(1)]
        several = [fitted(rung, days, count, 4, calendar=calendar)] if name != "columns" else None
        baselines = (*far_ahead(frequency, counts=days.counts), Copy(frequency.season), SeasonalMean(7, 4))
        fed = Beside("fed", Mean((fitted(replace(NET, known=long), days, count, calendar=calendar),)))
        predictors = predictors_of(
            learned,
            several,
            beside=(Beside(shared.name, Mean((both[0],)), Mean((both[1],))), fed),
            baselines=tuple(one for one in baselines if one.needed <= count),
            limits=(limits_of(days, count, reach + 6),),
        )
        made[name] = (days, calendar, predictors)
    return made


@pytest.fixture(scope="module")
def kinds():
    return kinds_of_plans()


NAMES = ("days", "columns", "below zero", "hours", "weeks", "months")


WAYS = st.lists(st.integers(0, 20), min_size=1, max_size=3)


@pytest.mark.slow
@given(near=WAYS, later=WAYS, steps=st.integers(1, 100))
@settings(max_examples=6)
@pytest.mark.parametrize("name", NAMES)
def test_every_date_adds_up_in_every_way(kinds, name, near, later, steps):
    """What is said of a date adds up to the forecast that is served, whichever ways its plan mixes."""
    days, calendar, predictors = kinds[name]
    reach = days.frequency.horizon + 6
    ways = [tuple(dict.fromkeys(predictors.ways[at % len(predictors.ways)] for at in each)) for each in (near, later)]
    plan = Plan((Block(1, 1, (RECURSIVE,)), Block(2, 4, ways[0]), Block(5, reach, ways[1])))
    steps = 1 + steps % min(reach, 36)
    past = past_of(days, np.array([len(days) - 1]))
    served = plan.combined(predictors.predict(past, plan.reach(steps)), steps, axis=1)[0]
    made = components_of(predictors, plan, calendar, days, steps)
    np.testing.assert_allclose(made.values.sum(axis=0), served, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(made.forecast, served)
    assert (np.abs(made.values[-1]) <= made.allowed).all()
    largest = np.maximum(np.abs(made.values).max(axis=0), 2 * np.abs(served - made.base))
    assert (made.allowed <= 1.0001e-3 * largest).all()
    assert np.abs(made.values[1:-1]).max() > 0.001 * np.abs(served).max()
    why = why_of(predictors, plan, calendar, days, days.after(steps))
    assert (why.ahead, why.served) == (steps, pytest.approx(served[-1], rel=1e-9))
    assert abs(why.remainder) <= max(why.allowed, 1e-9 * abs(why.served))
    assert why.base == pytest.approx(made.base[-1], rel=1e-6)


def test_the_parts_of_a_date_do_not_depend_on_the_others_asked_for(kinds):
    days, calendar, predictors = kinds["days"]
    ways = (RECURSIVE, predictors.beside[0].name)
    plan = Plan((Block(1, 1, (RECURSIVE,)), Block(2, 34, ways)))
    whole, short = (components_of(predictors, plan, calendar, days, steps) for steps in (30, 5))
    assert short.components == whole.components
    np.testing.assert_allclose(short.values, whole.values[:, :5], rtol=1e-4, atol=1e-3)


def test_tomorrow_is_explained_alike_from_both_sides(kinds):
    """The components of the first date are the contributions of its days and facts, gathered."""
    days, calendar, predictors = kinds["columns"]
    plan = one_way(RECURSIVE, 3)
    made = components_of(predictors, plan, calendar, days)
    why = why_of(predictors, plan, calendar, days)
    first = {one.column: row[0] for one, row in zip(made.components, made.values, strict=True)}
    facts = {kind: sum(fact.contribution for fact in why.facts if fact.kind in kinds_) for kind, kinds_ in {
        "holidays": ("holiday", "ordinary"), "column_price": ("known_column",), "column_visits": ("past_column",),
    }.items()}  # fmt: skip
    for name, expected in facts.items():
        assert first[name] == pytest.approx(expected, rel=1e-2, abs=why.allowed), name
        assert abs(expected) > 0, name
    weekday = next(fact.contribution for fact in why.facts if fact.kind == "weekday")
    past = first["level"] - made.base[0] + first["week"] + first.get("single", 0.0)
    assert past == pytest.approx(why.contributions.sum() + weekday, rel=1e-2, abs=2 * why.allowed)


def test_components_are_integrated_as_finely_as_their_level_asks_for(monkeypatch):
    """A date like any other has no large contribution, but a level: a thousandth of that is allowed."""
    moved = Moved(np.array([50.0]), np.array([49.9]), np.array([[0.09, 0.0, 0.0, 0.01, 0.0]]))
    asked = []
    monkeypatch.setattr(contributions, "explained", lambda *given: asked.append(given[-1]) or moved)
    row = (None, None, None, None, np.array([1]), 1e-3)
    contributions.within_tolerance(*row, allowed_with_level)
    assert asked == [1e-3]
    contributions.within_tolerance(*row)
    assert len(asked) == 4


def test_a_date_beyond_the_horizon_is_refused_with_the_range():
    plan = one_way(RECURSIVE, 5)
    predictors = predictors_of([Copy(7)])
    assert why_of(predictors, plan, Calendar(), SERIES, SERIES.after(5)).ahead == 5
    first, last = SERIES.dates[7], SERIES.after(5)
    for date in (SERIES.after(6), SERIES.dates[6]):
        with pytest.raises(InputError, match=rf"from {first}, .* to {last}, the end of the horizon"):
            why_of(predictors, plan, Calendar(), SERIES, date)
    with pytest.raises(InputError, match="horizon=6: this model forecasts 1 to 5 days ahead"):
        components_of(predictors, plan, Calendar(), SERIES, 6)


def test_a_copy_far_ahead_is_the_one_day_that_it_copies():
    plan = one_way(RECURSIVE, 10)
    why = why_of(predictors_of([Copy(7)]), plan, Calendar(), SERIES, SERIES.after(10))
    assert why.prediction == SERIES.values[-5]
    (at,) = np.flatnonzero(why.contributions)
    assert why.dates[at] == SERIES.dates[-5]
    assert (why.remainder, why.allowed, why.facts) == (0, 0, ())


def test_parts_of_the_past_add_up_and_are_what_they_are_called():
    """A slow line, a week and a single spike fall apart into level, week and single past days."""
    at = np.arange(140)
    week = np.array([5.0, 3.0, 0.0, -2.0, 1.0, -4.0, -3.0])
    values = 0.1 * at + week[at % 7]
    values[100] += 50
    parts = divided(values, DAILY)
    np.testing.assert_allclose(sum(parts.values()), values, atol=1e-12)
    np.testing.assert_allclose(parts["week"], week[at % 7], atol=0.35)
    np.testing.assert_allclose(parts["level"][10:-10], 0.1 * at[10:-10], atol=0.35)
    assert parts["single"][100] == pytest.approx(50, abs=0.7)
    assert np.abs(np.delete(parts["single"], 100)).max() < 0.7
    far = divided(np.tile(values, 4), DAILY)
    assert not far["level"][: 560 - 182].any()
    assert far["year"][: 560 - 182].any()
    assert not far["year"][560 - 182 :].any()


def test_a_model_with_shared_networks_far_ahead_adds_up():
    days = channel(460)
    model = shared_networks(days)
    made = components_of(model.predictors, model.plan, model.calendar, model.days, model.horizon)
    np.testing.assert_allclose(made.values.sum(axis=0), model.predict().mean, rtol=1e-12)
    assert (np.abs(made.values[-1]) <= made.allowed).all()
    assert len(made.dates) == 40


def test_what_is_rounded_is_told_apart():
    line = fitted(LINE, SERIES, NEWEST + 1, epochs=15)
    _, moved = moved_by(predictors_of([line]), one_way(RECURSIVE, 3), SERIES, Calendar(), np.array([1, 2, 3]))
    assert np.abs(moved.parts[:, ROUNDING]).max() < 1e-5 * np.abs(moved.value).max()
    np.testing.assert_allclose(moved.base + moved.parts.sum(axis=1), moved.value, rtol=1e-14)
