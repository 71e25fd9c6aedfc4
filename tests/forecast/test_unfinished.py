"""A last value that is not complete yet is left out and told, by a fit and by a saved model; others stay."""

from dataclasses import replace

import numpy as np
import pytest

from support.data import real
from support.small_searches import channel, part, search, series_of
from thalweg import read
from thalweg.forecast.options import FitOptions
from thalweg.forecast.unfinished import may_be_unfinished, without_unfinished
from thalweg.messages import LANGUAGES, catalogue

PARTS = ("dates", "mean", "low80", "high95")


def with_last(series, value):
    return replace(series, values=np.append(series.values[:-1], value))


def keys(series):
    return [note.key for note in series.notes]


def same(one, two):
    for name in PARTS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


@pytest.fixture(scope="module")
def whole():
    return channel(430)


def test_a_fit_leaves_it_out_and_forecasts_its_date_first(whole):
    partial = with_last(whole, 0.4 * whole.values[-1])
    findings, _ = search(partial, horizon=3)
    without, _ = search(whole.head(429), horizon=3)
    same(findings.forecast, without.forecast)
    assert findings.forecast.dates[0] == whole.dates[-1]
    assert keys(findings.series) == ["note.unfinished"]
    assert findings.settings["keep_last"] is False
    kept, _ = search(partial, horizon=3, keep_last=True)
    assert (keys(kept.series), kept.forecast.dates[0]) == ([], whole.after(1))


def test_the_note_comes_first_and_says_what_was_found(whole):
    series = replace(with_last(whole, 1.5), notes=tuple(search(whole, horizon=1)[0].split.notes))
    left = without_unfinished(series, FitOptions())
    note = left.notes[0]
    weekdays = whole.values[-8::-7][:8]
    for language in LANGUAGES:
        sentence = catalogue(language, command=True)(note)
        for told in ("1.5", str(whole.dates[-1]), f"{weekdays.min():,.12g}", f"{weekdays.max():,.12g}", "--keep-last"):
            assert told in sentence
        assert "keep_last=True" in catalogue(language)(note)
    assert left.notes[1:] == series.notes
    assert without_unfinished(left, FitOptions()) is left, "one value is left out, once"


@pytest.mark.parametrize("back", [1, 4, 8])
def test_a_value_as_low_on_its_weekday_before_lets_it_stay(whole, back):
    values = whole.values.copy()
    values[-1], values[-1 - 7 * back] = 5.0, 5.0
    series = replace(whole, values=values)
    assert not may_be_unfinished(series)
    assert without_unfinished(series, FitOptions()) is series


def test_values_that_were_filled_in_do_not_count(whole):
    observed = whole.observed.copy()
    observed[-1 - 7 * np.arange(1, 6)] = False  # three of eight are left
    assert not may_be_unfinished(with_last(replace(whole, observed=observed), 5.0))
    observed = whole.observed.copy()
    observed[-3:-1] = False
    left = without_unfinished(with_last(replace(whole, observed=observed), 5.0), FitOptions())
    assert left.dates[-1] == whole.dates[-4], "the series ends with a value that was observed"


def test_whole_days_stay():
    """Of 70 whole last days, few are below their 1% bound; most are not even below those of their weekday."""
    series = channel(500)
    left_out = sum(bool(keys(without_unfinished(series.head(days), FitOptions()))) for days in range(430, 500))
    assert left_out <= 2


def test_a_series_that_falls_is_not_cut():
    weeks = np.resize([100, 104, 108, 103, 99, 60, 50], 400)
    falling = weeks * np.linspace(10, 1, 400) + np.random.default_rng(3).normal(0, 3, 400)
    series = series_of(falling)
    assert sum(may_be_unfinished(series.head(days)) for days in range(380, 400)) >= 15
    assert sum(bool(keys(without_unfinished(series.head(days), FitOptions()))) for days in range(390, 400)) <= 1


def test_a_series_too_short_for_a_fit_stays():
    series = series_of([100.0] * 35 + [1.0])
    assert may_be_unfinished(series)
    assert without_unfinished(series, FitOptions()) is series


@pytest.fixture(scope="module")
def model(whole):
    return search(whole.head(400), horizon=4)[1]


@pytest.mark.parametrize("first", [0, 380, 395, 400])
def test_a_saved_model_leaves_it_out(model, whole, first):
    newer = part(with_last(whole, 0.3 * whole.values[-1]), first)
    complete = part(whole, first, len(whole) - 1)
    left, note = model.without_unfinished(newer)
    assert (left.notes[0], note.key) == (note, "note.unfinished")
    np.testing.assert_array_equal(left.values, complete.values)
    forecast = model.predict(newer)
    same(forecast, model.predict(complete))
    assert [one.key for one in forecast.notes] == ["note.unfinished"]
    assert model.recent(newer) == model.recent(complete)
    kept = model.predict(newer, keep_last=True)
    assert (kept.dates[0], kept.notes) == (whole.after(1), ())
    assert model.recent(newer, keep_last=True).loss > model.recent(newer).loss


def test_a_saved_model_that_is_given_this_value_alone_goes_on_from_its_own(model, whole):
    alone = part(with_last(whole.head(401), 3.0), 400)
    left, note = model.without_unfinished(alone)
    assert (left, note.key) == (None, "note.unfinished")
    same(model.predict(alone), model.predict())
    assert model.recent(alone) is None


def test_whole_newer_values_stay(model, whole):
    assert model.without_unfinished(whole) == (whole, None)
    assert model.predict(whole).dates[0] == whole.after(1)
    old = part(whole, 0, 400)
    assert model.without_unfinished(old) == (old, None), "no value is newer"


@pytest.mark.real
def test_the_last_day_of_the_website_is_left_out():
    series = read(real("website_visitors_statforecasting_2014_2020.csv"), value="Unique.Visits")
    left = without_unfinished(series, FitOptions())
    assert (str(series.dates[-1]), str(left.dates[-1])) == ("2020-08-19", "2020-08-18")
    assert without_unfinished(left, FitOptions(keep_last=True)) is left
    shorter = replace(left, notes=())
    assert without_unfinished(shorter, FitOptions()) is shorter, "the day before is whole"
