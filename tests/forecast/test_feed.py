"""What is fed its own predictions computes the new ones alone, and gets what computing everything anew gives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.frequencies import WEEKDAYS_ONLY, WEEKLY, seasonal
from thalweg.forecast.features.feed import Feed
from thalweg.forecast.features.last_season import look_back
from thalweg.forecast.features.past import Past, past_of
from thalweg.forecast.interval import Ends
from thalweg.forecast.limits import limits_of
from thalweg.forecast.predictors import base
from thalweg.forecast.predictors.base import recursive
from thalweg.forecast.predictors.baselines import Copy, Trend
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import NetworkPredictor, Rung
from thalweg.forecast.training import TrainingSet
from thalweg.learn.backprop import forward
from thalweg.series.calendar import Calendar
from thalweg.series.events import EventDay, EventTable
from thalweg.series.frequency.dates import day_numbers, steps_after
from thalweg.series.frequency.record import DAILY, monthly, sub_daily
from thalweg.series.regressors import Regressor, Regressors

STEPS = 12
LENGTHS = {
    "days": (DAILY, 800, "2021-03-01"),
    "weekdays": (WEEKDAYS_ONLY, 600, "2021-03-01"),
    "hours": (sub_daily(60), 24 * 40, "2021-03-01T00:00"),
    "nights without values": (sub_daily(60, slots=tuple(range(480, 1080, 60))), 300, "2021-03-01T08:00"),
    "weeks": (WEEKLY, 180, "2018-01-01"),
    "months": (monthly(), 120, "2012-01-01"),
}
KINDS = {
    "line": Rung(7),
    "raw network": Rung(9, hidden=(6,)),
    "first season": Rung(9, hidden=(6,), known="first"),
    "last season": Rung(9, hidden=(6,), known="last"),
}


class InDoublePrecision(NetworkPredictor):
    """The same networks in double precision, so that what rounds differently does not hide what differs."""

    def _answers(self, past, ahead):
        scale = self.scales[past.place]
        rows = self.features.rows(past, scale, self.network.widths[-1], ahead=ahead)
        features = replace(rows, values=rows.values.astype(np.float32)).gather()  # as the engine reads a window
        each = [forward(self.network, theta.astype(np.float64), features).a[-1] for theta in self.thetas]
        return np.mean([scale.inverse(outputs, rows.level) for outputs in each], axis=0)


def untrained(rung, series, upto, steps=1, calendar=None):
    """Return the predictor of two networks as they are before descent, of outputs small enough to be fed back."""
    calendar = calendar or Calendar(frequency=series.frequency)
    known = {"first": series.frequency.known[0], "last": series.frequency.known[-1]}.get(rung.known, rung.known)
    training_set = TrainingSet.of(replace(rung, known=known), series, calendar, "mae", upto, steps)
    thetas = np.stack([0.7 * training_set.network.start(seed) for seed in (0, 1)])
    own = training_set.rung, training_set.data.calendar, training_set.scales, training_set.network, thetas
    return InDoublePrecision(*own)


def plain(predictor, past, steps, *, reach=1, ends=None):
    """Write each row's past out after each step, and compute everything of it anew."""
    kept = max(look_back(past.frequency), predictor.seen)
    at = np.maximum(past.newest[:, None] - np.arange(kept - 1, -1, -1), 0)
    values = past.values[at]
    observed = np.ones(values.shape, dtype=bool) if past.observed is None else past.observed[at]
    made = []
    for step in range(0, steps, reach):
        now = Past(
            values.ravel(),
            np.arange(1, len(past) + 1) * values.shape[1] - 1,
            steps_after(past.frequency, past.dates, step),
            np.minimum(past.available, kept) + step,
            past.frequency,
            observed.ravel(),
            past.place,
            past.fed + step,
        )
        new = predictor.direct(now, min(reach, steps - step))
        if ends is not None:
            part = slice(step, step + new.shape[1])
            new = np.clip(new, ends.low[:, part], ends.high[:, part])
        made.append(new)
        values = np.concatenate([values, new], axis=1)
        observed = np.concatenate([observed, np.ones(new.shape, dtype=bool)], axis=1)
    return np.concatenate(made, axis=1)


def missing_in(series, share):
    """Return the series with some values filled in, each by the one a season before."""
    values, observed, season = series.values.copy(), series.observed.copy(), series.frequency.season
    for at in np.random.default_rng(4).choice(len(series), round(share * len(series)), replace=False):
        if at >= season:
            values[at], observed[at] = values[at - season], False
    return replace(series, values=values, observed=observed)


def rows_of(series, needed):
    """Return rows with a short past, with a long one, and two at the end."""
    count = len(series)
    newest = np.array([needed - 1, needed, needed + 3, count // 2, count - STEPS - 2, count - 2, count - 1])
    return past_of(series, newest[newest >= needed - 1])


def assert_same(made, expected):
    assert np.isfinite(expected).all()
    assert (np.ptp(expected, axis=0) > 0).all(), "rows that are all alike would show nothing"
    np.testing.assert_allclose(made, expected, rtol=1e-9)


@pytest.mark.parametrize("missing", [0, 0.1])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rhythm", LENGTHS)
def test_it_equals_computing_everything_anew(rhythm, kind, missing):
    frequency, count, start = LENGTHS[rhythm]
    series = missing_in(seasonal(frequency, count, start), missing)
    predictor = untrained(KINDS[kind], series, count - 20)
    past = rows_of(series, predictor.needed)
    assert_same(recursive(predictor, past, STEPS, reach=1), plain(predictor, past, STEPS))


SERIES = missing_in(seasonal(DAILY, 800, "2021-03-01"), 0.1)
FITS = [untrained(rung, SERIES, 700) for rung in KINDS.values()]


@given(
    members=st.lists(st.sampled_from([*FITS, Copy(7), Copy(1), Trend(7, "trend")]), min_size=1, max_size=4),
    newest=st.lists(st.integers(60, 799), min_size=2, max_size=5, unique=True),
    steps=st.integers(1, 20),
    limited=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_means_of_rungs_and_copies_are_fed_their_mean_within_limits(members, newest, steps, limited):
    mean, past = Mean((FITS[0], *members)), past_of(SERIES, np.array(newest))
    ends = limits_of(SERIES, 700, steps).of_predictions(past, steps) if limited else None
    np.testing.assert_allclose(
        recursive(mean, past, steps, reach=1, ends=ends), plain(mean, past, steps, ends=ends), rtol=1e-9
    )


@pytest.mark.parametrize("reach", [1, 4, 5])
def test_several_steps_may_be_fed_at_once(reach):
    predictor = untrained(KINDS["last season"], SERIES, 700, 5)
    past = rows_of(SERIES, predictor.needed)
    assert_same(recursive(predictor, past, STEPS, reach=reach), plain(predictor, past, STEPS, reach=reach))


@pytest.mark.parametrize("kind", ["first season", "last season"])
def test_columns_and_events_are_seen_on_each_date(kind):
    random = np.random.default_rng(3)
    values = random.uniform(0, 100, (2, len(SERIES) + 40))
    price = Regressor("price", known=True, values=values[0], centre=50, spread=30)
    visits = Regressor("visits", known=False, values=values[1], centre=50, spread=30)
    events = EventTable({EventDay("release", 0): day_numbers(SERIES.dates[5::17])})
    calendar = Calendar("TW", regressors=Regressors(SERIES.start, DAILY, (price, visits), 28), events=events)
    predictor = untrained(KINDS[kind], SERIES, 700, calendar=calendar)
    past = rows_of(SERIES, predictor.needed)
    made = recursive(predictor, past, STEPS, reach=1)
    assert_same(made, plain(predictor, past, STEPS))
    for other in (
        replace(calendar, regressors=Regressors(SERIES.start, DAILY, (replace(price, values=values[1]), visits), 28)),
        replace(calendar, events=EventTable({EventDay("release", 0): day_numbers(SERIES.dates[:1])})),
    ):
        elsewhere = recursive(predictor.with_calendar(other), past, STEPS, reach=1)
        assert not np.allclose(made, elsewhere, rtol=1e-4), "what is known of the dates moves nothing"


def test_many_rows_are_fed_in_parts(monkeypatch):
    predictor = untrained(KINDS["last season"], SERIES, 700)
    past = past_of(SERIES, np.arange(500, 560))
    ends = Ends(*(limits_of(SERIES, 700, STEPS).of_predictions(past, STEPS)))
    whole = recursive(predictor, past, STEPS, reach=1, ends=ends)
    monkeypatch.setattr(base, "MOST_FED", 7 * (look_back(DAILY) + STEPS))
    np.testing.assert_allclose(recursive(predictor, past, STEPS, reach=1, ends=ends), whole, rtol=1e-12)
    assert np.ptp(whole[:, -1]) > 0


def test_a_step_transforms_what_is_new_alone():
    """Nothing of the past is transformed or added up again, however many steps are fed."""
    predictor = untrained(KINDS["last season"], SERIES, 700)
    past = past_of(SERIES, np.array([700, 720]))
    feed = Feed(past, predictor.seen, 3)
    first = feed.transformed(predictor.scale)
    before = first.values.copy(), first.totals.sums.copy()
    feed.add(np.array([[5.0], [7.0]]))
    again = feed.transformed(predictor.scale)
    assert again is first
    changed = np.flatnonzero(again.values != before[0])
    np.testing.assert_array_equal(changed, feed.now().newest)
    np.testing.assert_array_equal(again.values[changed], predictor.scale.transform(np.array([5.0, 7.0])))
    np.testing.assert_array_equal(np.flatnonzero(again.totals.sums != before[1]), changed + 1)
