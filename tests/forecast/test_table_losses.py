"""L and L′ of the table, and the loss as used, computed independently over the same days."""

from dataclasses import replace

import numpy as np
import pytest

from support.small_searches import LINE, SHORT, TINY, search, tomorrow_of
from thalweg.forecast.choose import open_sealed_test
from thalweg.forecast.data import data_of
from thalweg.forecast.predictors.network import network_predictor
from thalweg.forecast.search import FIRST_RUNGS_OF_MEAN, MOST_RUNGS_IN_MEAN, Scorer, mean_of, network_seed, parts_of
from thalweg.forecast.search import search as search_ladder
from thalweg.forecast.training import TrainingSet, descend
from thalweg.forecast.watch import Silence
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.calendar import Calendar
from thalweg.series.split import split_by_date

LONGEST = 14  # days that the ladder's longest look back leaves out of training


@pytest.fixture(scope="module")
def candidates(series):
    """The search over the tiny ladder, with L′ in its lines."""
    data = data_of(series, Calendar(), "mae")
    with thread_pool(2) as pool:
        found = search_ladder(data, (split_by_date(series),), TINY, seed=0, pool=pool, watcher=Silence())
    opened = open_sealed_test(found, Silence())
    return [replace(one, line=line) for one, line in zip(found.candidates, opened.lines, strict=True)]


def scorer_of(series):
    return Scorer(data_of(series, Calendar(), "mae"), parts_of((split_by_date(series),)), LONGEST)


def edges(split):
    sealed = split.train + split.validation
    return {"train": (LONGEST, split.train), "validation": (split.train, sealed), "test": (sealed, split.days)}


def by_hand(series, split, estimate):
    """Mean absolute error over the observed days of each part; `estimate` gives one of each day."""
    out = {}
    for name, (first, last) in edges(split).items():
        days = [day for day in range(first, last) if series.observed[day]]
        out[name] = float(np.mean([abs(series.values[day] - estimate(day)) for day in days]))
    return out


@pytest.mark.parametrize(("rung", "back"), [("copy yesterday", 1), ("copy last week", 7)])
def test_copying(series, found, rung, back):
    findings, _ = found
    line = next(line for line in findings.ladder if line.rung == rung)

    def copied(day):
        source = day - back
        while not series.observed[source]:
            source -= back  # a copy takes what was observed
        return series.values[source]

    expected = by_hand(series, findings.split, copied)
    assert (line.train, line.validation, line.test) == pytest.approx(tuple(expected.values()), rel=1e-12)
    assert findings.baselines[rung] == line.test
    assert line.parameters == 0


def test_a_fitted_line_from_its_unknowns(series, candidates):
    one = next(one for one in candidates if one.members[0].rung == LINE)
    (line,) = one.predictor.members
    scale, back, split = line.scale, LINE.days_back, split_by_date(series)
    training = series.values[: split.train]
    centre, spread = training.mean(), training.std()
    assert (scale.centre, scale.spread) == pytest.approx((centre, spread), rel=1e-12)

    def estimate(day):
        seen = (series.values[day - back : day][::-1] - centre) / spread
        made = [theta[:back].astype(float) @ seen + float(theta[back]) for theta in line.thetas]
        return np.mean([max(value * spread + centre, 0) for value in made])

    expected = by_hand(series, split, estimate)
    line = one.line
    assert (line.train, line.validation, line.test) == pytest.approx(tuple(expected.values()), rel=1e-5)
    assert line.parameters == back + 1


def test_the_mean_is_picked_greedily_on_validation(candidates, series):
    """Predictions with residuals of known size; an independent greedy choice over the observed days."""
    split = split_by_date(series)
    sealed = split.train + split.validation
    random = np.random.default_rng(4)
    parts = [
        replace(one, estimates=series.values + random.normal(0, spread, len(series)))
        for one, spread in zip([one for one in candidates if one.learned] * 2, (50, 60, 70, 400, 55, 90), strict=True)
    ]
    made = mean_of(parts, scorer_of(series))

    seen = series.observed[split.train : sealed]
    truth = series.values[split.train : sealed]

    def loss(places):
        together = sum(parts[place].estimates[split.train : sealed] for place in places) / len(places)
        return np.abs(together - truth)[seen].mean()

    picked = sorted(range(len(parts)), key=lambda place: parts[place].line.validation)[:FIRST_RUNGS_OF_MEAN]
    best = loss(picked)
    for _ in range(MOST_RUNGS_IN_MEAN - len(picked)):
        place = min(range(len(parts)), key=lambda place: loss([*picked, place]))
        if loss([*picked, place]) >= best:
            break
        picked.append(place)
        best = loss(picked)
    assert len(set(picked)) > 1
    assert made.places == tuple(sorted(picked))
    assert made.line.validation == pytest.approx(best, rel=1e-12)
    assert made.line.rung == f"mean of {len(set(picked))}"
    assert made.line.members == tuple(parts[place].line.rung for place in made.places)
    assert made.line.parameters == sum(parts[place].line.parameters for place in set(picked))
    np.testing.assert_allclose(made.estimates, np.mean([parts[place].estimates for place in picked], axis=0))


def test_one_rung_alone_is_no_mean(candidates, series):
    """Where the best rung is right on every day, nothing gains by being mixed in."""
    best, other = [one for one in candidates if one.learned][:2]
    right = replace(best, line=replace(best.line, validation=0.0), estimates=series.values)
    assert mean_of([right, other], scorer_of(series)) is None


def test_as_used(series, found):
    findings, model = found
    used = findings.as_used
    sealed = findings.split.train + findings.split.validation
    scored = np.flatnonzero(series.observed)
    scored = scored[scored >= sealed]
    assert len(scored) < findings.split.test, "some sealed days are gaps here"
    np.testing.assert_array_equal(used.dates, series.dates[scored])
    np.testing.assert_array_equal(used.target, series.values[scored])
    assert used.test == pytest.approx(np.mean(np.abs(used.target - used.prediction)), rel=1e-12)
    assert used.coverage[80] == np.mean((used.low80 <= used.target) & (used.target <= used.high80))
    assert used.coverage[95] == np.mean((used.low95 <= used.target) & (used.target <= used.high95))
    assert (used.low95 <= used.low80).all()
    assert (used.low80 <= used.prediction).all()
    assert (used.prediction <= used.high80).all()
    assert (used.high80 <= used.high95).all()
    assert used.coverage[80] == pytest.approx(0.80, abs=0.10)
    assert used.coverage[95] == pytest.approx(0.95, abs=0.06)
    np.testing.assert_allclose(model.errors, np.abs(used.target - used.prediction), rtol=1e-12)
    assert findings.steps[0] == pytest.approx(used.test, rel=1e-12)
    assert len(findings.steps) == 5


def test_misses_are_the_worst_days_worst_first(found):
    findings, _ = found
    used = findings.as_used
    sizes = [abs(miss.target - miss.prediction) for miss in findings.misses]
    assert sizes == sorted(sizes, reverse=True)
    np.testing.assert_allclose(sizes, np.sort(np.abs(used.target - used.prediction))[::-1][: len(sizes)])
    assert len({miss.date for miss in findings.misses}) == len(sizes) > 0


def test_misses_hold_the_predictions_of_the_best_rungs_without_and_with_a_calendar(found, series):
    findings, _ = found
    fitted = [line for line in findings.ladder if line.kind in {"linear", "network"}]
    best = [min((line for line in fitted if line.known is known), key=lambda line: line.validation).rung
            for known in (False, True)]  # fmt: skip
    rungs = {rung.name: rung for rung in TINY.rungs}
    split, calendar = findings.split, Calendar()
    for name in best:
        # Fitted by hand on training days, stopped on validation days, as the search does.
        training_set = TrainingSet.of(rungs[name], series, calendar, "mae", split.train, 1)
        thetas = [
            descend(
                training_set, network_seed(0, place), validation=[(split.train, split.train + split.validation)]
            ).theta
            for place in range(rungs[name].seeds)
        ]
        predictor = network_predictor(training_set, np.stack(thetas))
        for miss in findings.misses:
            newest = np.array([int((miss.date - series.start).astype(int)) - 1])
            assert miss.others[name] == pytest.approx(tomorrow_of(predictor, series, newest)[0], rel=1e-9)
    assert all(list(miss.others) == best for miss in findings.misses)


def test_squared_errors_are_counted_in_squares(series):
    findings, _ = search(series, loss="mse", ladder=SHORT, horizon=2)
    sealed = findings.split.train + findings.split.validation
    days = [day for day in range(sealed, 430) if series.observed[day]]
    copied = np.mean([(series.values[day] - series.values[day - 7]) ** 2 for day in days])
    assert findings.baselines["copy last week"] == pytest.approx(copied, rel=1e-12)
    used = findings.as_used
    assert used.test == pytest.approx(np.mean((used.target - used.prediction) ** 2), rel=1e-12)
