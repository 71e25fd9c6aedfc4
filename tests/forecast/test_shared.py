"""What a network sees that is shared over the steps ahead: how far, the calendar of that date, and no later value."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.frequencies import seasonal
from support.small_searches import WEEK, YEAR, changed_after, channel, fitted
from thalweg.forecast.features.past import past_of
from thalweg.forecast.features.sets import feature_set
from thalweg.forecast.final import last_values
from thalweg.forecast.origins import drawn_steps, span_of_shared
from thalweg.forecast.training import TrainingSet, scored
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import days_after
from thalweg.series.frequency.record import DAILY, monthly, quarterly, sub_daily, weekly
from thalweg.series.scale import fit_scale

SERIES = channel(900, missing=(100, 390))
COUNTRY = Calendar("US")
SHARED = {known: replace(rung, known=known, shared=True) for known, rung in (("week", WEEK), ("year", YEAR))}
SCALE = fit_scale(SERIES.values, level_days=1, season=7, counts=True)


def rows_of(known, newest, ahead, series=SERIES, calendar=COUNTRY):
    """Return the features of a shared network beside past values, by name."""
    features = feature_set(known, 14, calendar, shared="last")
    rows = features.rows(past_of(series, np.asarray(newest)), SCALE, 1, ahead=np.asarray(ahead), limit=np.inf)
    names = [column.name for column in features.columns(1)[14:]]
    assert len(set(names)) == len(names) == rows.dense.shape[1]
    return dict(zip(names, rows.dense.T, strict=True))


@pytest.mark.parametrize("known", ["week", "year"])
@given(newest=st.integers(420, 890), ahead=st.integers(1, 400), later=st.integers(0, 9), seed=st.integers(0, 2**31))
@settings(max_examples=25)
def test_nothing_after_the_newest_value_is_looked_at(known, newest, ahead, later, seed):
    other = changed_after(SERIES, newest + 1 + min(later, 899 - newest - 1), seed)
    for name, column in rows_of(known, [newest], [ahead]).items():
        np.testing.assert_array_equal(column, rows_of(known, [newest], [ahead], other)[name], err_msg=name)


@pytest.mark.parametrize("known", ["week", "year"])
def test_the_calendar_is_that_of_the_date_to_predict(known):
    """Golden: on Thanksgiving, from however many days before. And every column is that of the date."""
    thanksgiving = int(np.flatnonzero(SERIES.dates == np.datetime64("2020-11-26"))[0])
    ahead = np.array([1, 2, 7, 8, 30, 59])
    rows = rows_of(known, thanksgiving - ahead, ahead)
    assert (rows["Thanksgiving Day"] == 1).all()
    newest = np.full(90, thanksgiving - 40)
    ahead = np.arange(1, 91)
    rows = rows_of(known, newest, ahead)
    dates = days_after(SERIES.dates[thanksgiving - 40], ahead)
    expected = COUNTRY.columns(dates)
    for place, name in enumerate(COUNTRY.names):
        if name in rows:
            np.testing.assert_allclose(rows[name], expected[:, place], rtol=1e-12, err_msg=name)
    of_year = {name for name in COUNTRY.names if "of year" in name}
    assert set(COUNTRY.names) - set(rows) == (of_year if known == "week" else set())
    on_fridays = [date.item().weekday() == 4 for date in dates]
    np.testing.assert_array_equal(rows["Friday"] == 1, on_fridays)


def test_it_is_told_in_which_block_the_step_lies():
    rows = rows_of("week", np.full(8, 500), [1, 2, 7, 8, 14, 29, 91, 92])
    blocks = {name: column.tolist() for name, column in rows.items() if "ahead" in name}
    assert list(blocks) == [
        "steps 1 to 1 ahead", "steps 2 to 7 ahead", "steps 8 to 14 ahead", "steps 15 to 28 ahead",
        "steps 29 to 91 ahead", "steps from 92 ahead",
    ]  # fmt: skip
    assert [place for each in zip(*blocks.values(), strict=True) for place, one in enumerate(each) if one] == [
        0, 1, 1, 2, 2, 4, 4, 5,
    ]  # fmt: skip
    assert (np.sum(list(blocks.values()), axis=0) == 1).all()


def log(place):
    """The transformed value of a day."""
    return SCALE.transform(SERIES.values[place : place + 1])[0]


def week_before(place):
    """The mean of the week that ends on a day, after the transform."""
    return np.mean([log(place - back) for back in range(7)])


@pytest.mark.parametrize("ahead", [1, 2, 7, 8, 28, 100])
def test_the_usual_place_is_that_of_the_weekday_to_predict(ahead):
    """By hand: how far the last four of these weekdays lay above the week that ended on them."""
    newest = 700
    rows = rows_of("week", [newest], [ahead])
    target = newest + ahead
    same = [day for day in range(newest, newest - 100, -1) if (target - day) % 7 == 0]
    level = log(newest)
    for ago in (4, 8):
        deviations = [log(day) - week_before(day) for day in same[:ago]]
        expected = (np.mean(deviations) + week_before(newest) - level) / SCALE.spread
        assert rows[f"usual deviation of step 1 over {ago} seasons"][0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("ahead", [1, 5, 28, 100, 361, 362, 400])
def test_the_values_of_last_year_are_those_around_the_date_to_predict(ahead):
    """By hand: whole years before the date and before the newest value, relative to the week that lies so long ago."""
    newest = 880
    rows = rows_of("year", [newest], [ahead])
    names = [name for name in rows if name.startswith("last year, step")]
    assert len(names) == 7
    years = 1 if ahead + 3 <= 364 else 2
    for offset, name in enumerate(sorted(names, key=lambda name: int(name.split()[-1])), -3):
        day = newest + ahead + offset - 364 * years
        assert day <= newest
        expected = (log(day) - week_before(newest - 364 * years)) / SCALE.spread
        assert rows[name][0] == pytest.approx(expected, rel=1e-9), name
    assert rows["last year is known"][0] == 1
    early = rows_of("year", [370], [ahead])
    assert early["last year is known"][0] == 0
    assert {early[name][0] for name in names} == {0.0}


@pytest.mark.parametrize(
    "frequency", [DAILY, weekly(), monthly(), quarterly(), sub_daily(60)], ids=lambda one: one.name
)
def test_what_is_stored_reaches_as_far_back_as_the_furthest_step_looks(frequency):
    """The features of every step ahead are those of the whole history, where only the last values are kept."""
    count = 3 * frequency.longest_horizon + 12 * frequency.long_season
    series = seasonal(frequency, count, np.datetime64("2001-01-01", frequency.date_unit))
    features = feature_set(frequency.known[-1], frequency.lags[2], Calendar(frequency=frequency), shared="season")
    ahead = np.arange(1, frequency.longest_horizon + 1)

    def seen_of(kept):
        past = past_of(kept, np.full(len(ahead), len(kept) - 1))
        return features.rows(past, SCALE, 1, ahead=ahead, limit=np.inf).dense

    np.testing.assert_allclose(seen_of(last_values(series, features.seen)), seen_of(series), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("known", ["week", "year"])
def test_a_step_further_the_same_date_has_the_same_calendar(known):
    """From the day before, two steps ahead is the date that is one step ahead from today."""
    here, before = rows_of(known, [700], [1]), rows_of(known, [699], [2])
    calendar = set(COUNTRY.names) & set(here)
    assert {name: here[name][0] for name in calendar} == pytest.approx({name: before[name][0] for name in calendar})


@pytest.mark.parametrize(("steps", "span"), [(28, (1, 28)), (7, (1, 7)), (91, (29, 91)), (365, (29, 365))])
def test_near_networks_learn_near_steps_and_far_ones_those_beyond(steps, span):
    assert span_of_shared(steps, DAILY) == span
    newest, ahead = drawn_steps(np.arange(200, 800), span, 900, 14)
    assert (ahead.min(), ahead.max()) == span
    assert (newest + ahead < 900).all()
    again = drawn_steps(np.arange(200, 800), span, 900, 14)
    np.testing.assert_array_equal(newest, again[0])
    np.testing.assert_array_equal(ahead, again[1])
    # No step is drawn where its date is not known yet, and every origin has some while it has any date.
    assert set(newest.tolist()) == {one for one in range(200, 800) if one + span[0] < 900}


def usual_place(features, dense):
    """The column of the usual place over eight seasons, shape (rows, 1): what the networks' outputs are added to."""
    names = [column.name for column in features.columns(1)[features.window.length :]]
    return dense[:, names.index("usual deviation of step 1 over 8 seasons")][:, None]


@pytest.mark.parametrize("steps", [28, 60])
def test_a_row_learns_the_value_of_its_date(steps):
    """The target of each row is the value so many steps after its newest one, from the level of that newest value."""
    rung, upto = replace(SHARED["week"], seeds=1), 600
    training_set = TrainingSet.of(rung, SERIES, COUNTRY, "mae", upto, steps)
    examples, scale = training_set.examples, training_set.scale
    assert training_set.outputs == 1
    assert training_set.network.widths[-1] == 1
    newest, ahead = training_set.origins(np.arange(training_set.features.needed - 1, upto - 1), upto)
    np.testing.assert_array_equal(examples.newest, newest)
    assert ((newest + ahead) < upto).all()
    made = scale.inverse(examples.target + usual_place(training_set.features, examples.dense), examples.level)
    np.testing.assert_allclose(made[:, 0], SERIES.values[newest + ahead], rtol=1e-9)
    np.testing.assert_array_equal(examples.weight[:, 0] > 0, SERIES.observed[newest + ahead])
    other = TrainingSet.of(rung, changed_after(SERIES, upto, 1), COUNTRY, "mae", upto, steps).examples
    for name in ("target", "weight", "dense", "level"):
        np.testing.assert_array_equal(getattr(examples, name), getattr(other, name), err_msg=name)


def test_it_is_scored_on_steps_whose_dates_lie_in_validation():
    training_set = TrainingSet.of(SHARED["week"], SERIES, COUNTRY, "mae", 600, 28)
    values = scored(training_set, [(600, 700)])
    newest = values.rows.newest
    assert newest.min() == 599
    assert (newest < 699).all()
    assert set(values.target[:, 0]) <= set(SERIES.values[600:700])
    assert len(newest) > 300


def output_by_hand(fit, rows):
    """Return the mean of the networks' outputs for one row, in the user's units."""
    made = []
    for theta in fit.thetas:
        inside = rows.gather()[0]
        *hidden, last = fit.network.layers(theta)
        for layer in hidden:
            inside = np.maximum(layer.weights @ inside + layer.biases, 0)
        output = last.weights @ inside + last.biases + usual_place(fit.features, rows.dense)[0]
        made.append(fit.scale.inverse(output[None], rows.level)[0, 0])
    return np.mean(made)


@pytest.mark.parametrize("known", ["week", "year"])
def test_a_prediction_is_that_of_its_row(known):
    """Many steps are answered together; each is what the row of that step gives alone."""
    fit = fitted(SHARED[known], SERIES, 800, 28, calendar=COUNTRY)
    past = past_of(SERIES, np.array([500, 850]))
    made = fit.predict(past, np.arange(1, 71))
    assert fit.reach == np.inf
    for row in range(2):
        for step in (1, 2, 28, 32, 33, 64, 70):
            alone = fit.features.rows(past.rows(np.array([row])), fit.scale, 1, ahead=np.array([step]))
            assert made[row, step - 1] == pytest.approx(output_by_hand(fit, alone), rel=1e-5)


def test_within_a_block_a_week_repeats_where_nothing_else_is_known():
    """Without a country and a year, only the weekday and the block tell one step from another."""
    made = fitted(SHARED["week"], SERIES, 800, 28).predict(past_of(SERIES, np.array([500, 850])), np.arange(1, 29))
    np.testing.assert_allclose(made[:, 14:21], made[:, 21:28], rtol=1e-5)
    assert not np.allclose(made[:, 14], made[:, 15], rtol=1e-3)
    assert not np.allclose(made[:, 7:14], made[:, 14:21], rtol=1e-5), "another block"


BOUNDED = ("last year, ", "usual deviation of step", "same place", "level of")


@pytest.mark.parametrize("level", ["last", "season"])
def test_features_are_kept_within_the_range_that_most_rows_have(level):
    """By hand: the columns made of past values lie between two quantiles, long levels within a spread besides."""
    rung = replace(SHARED["year"], level=level)
    training_set = TrainingSet.of(rung, SERIES, COUNTRY, "mae", 880, 28)
    features, dense = training_set.features, training_set.examples.dense
    free = replace(features, bounds=None)
    newest, ahead = training_set.origins(np.arange(features.needed - 1, 879), 880)
    rows = free.rows(past_of(SERIES, newest), training_set.scale, 1, ahead=ahead).dense
    names = [column.name for column in features.columns(1)[rung.days_back :]]
    some = rows[:: -(-len(rows) // 2000)]
    told = 0
    for name, column, before, part in zip(names, dense.T, rows.T, some.T, strict=True):
        if not name.startswith(BOUNDED):
            np.testing.assert_array_equal(column, before, err_msg=name)
            continue
        told += 1
        least, most = np.quantile(part, [0.02, 0.98])
        if name.startswith("level of"):
            least, most = np.clip([least, most], -1, 1)
        np.testing.assert_allclose(column, np.clip(before, least, most), rtol=1e-9, atol=1e-12, err_msg=name)
    assert told == 2 + 4 + 7 + 3 * (level == "season")
    assert (dense != rows).any(axis=0).sum() >= told - 2


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_after_a_break_no_feature_lies_further_than_in_training(factor):
    """What is predicted ten days after all values jumped stays within what the features of training allow."""
    rung = replace(SHARED["year"], level="season", seeds=1, epochs=2)
    jumped = SERIES.values.copy()
    jumped[890:] *= factor
    broken = replace(SERIES, values=jumped)
    predictor = fitted(rung, SERIES, 880, 28, calendar=COUNTRY)
    (low, high), place = predictor.features.ends, rung.days_back
    ahead = np.arange(1, 29)
    rows = predictor.features.rows(past_of(broken, np.full(28, 899)), predictor.scale, 1, ahead=ahead).dense
    assert ((low[place:] <= rows) & (rows <= high[place:])).all()
    free = replace(predictor.features, bounds=None)
    unbounded = free.rows(past_of(broken, np.full(28, 899)), predictor.scale, 1, ahead=ahead).dense
    assert (unbounded > high[place:]).any() or (unbounded < low[place:]).any()
