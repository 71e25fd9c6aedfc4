"""Events that are known beforehand are learned: releases, the days after them, and a campaign of five days."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

import thalweg
from support.small_searches import NET, OPTIONS, WEEK, YEAR, changed_after, series_of
from thalweg.checksummed import seal
from thalweg.errors import InputError
from thalweg.forecast.contributions import why_of
from thalweg.forecast.export import as_json
from thalweg.forecast.features.past import past_of
from thalweg.forecast.features.sets import feature_set
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.ladder import Ladder, copies
from thalweg.forecast.model import load
from thalweg.forecast.options import FitOptions
from thalweg.forecast.store.file import MODEL, pack
from thalweg.forecast.training import TrainingSet
from thalweg.messages import catalogue
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import days_after

DAYS, HORIZON = 640, 10
NEXT_RELEASE, NEXT_CAMPAIGN = DAYS + 2, DAYS + 5  # at this place after the first day
RUNG = replace(WEEK, hidden=(24,), epochs=60)


def made(*, days=DAYS):
    """Return a series in which releases add 300, the days after take 100, and campaigns add 150; and its events."""
    generator = np.random.default_rng(4)
    values = 1000 + np.array([0, 40, 60, 50, 20, -120, -150])[np.arange(days) % 7] + generator.normal(0, 12, days)
    releases = sorted({int(at) for at in generator.integers(0, DAYS // 9, 40) * 9 + 3} | {NEXT_RELEASE})
    campaigns = [*range(50, DAYS - 20, 61), NEXT_CAMPAIGN]
    for at in releases:
        values[at : at + 1] += 300
        values[at + 1 : at + 2] -= 100
    for at in campaigns:
        values[at : at + 5] += 150
    series = series_of(values)
    rows = [("release", at, 0, 1) for at in releases] + [("campaign", at, 0, 4) for at in campaigns]
    return series, [(name, str(days_after(series.start, at)), lower, upper) for name, at, lower, upper in rows]


SERIES, ROWS = made()


def frame(rows):
    names = ("holiday", "ds", "lower_window", "upper_window")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def search(series=SERIES, **changes):
    options = OPTIONS | {"ladder": Ladder("week", (*copies(), RUNG)), "horizon": HORIZON}
    return fit_series(series, FitOptions(**(options | changes)))


@pytest.fixture(scope="module")
def with_events():
    return search(events=frame(ROWS))


@pytest.fixture(scope="module")
def without_events():
    return search()


def error_on_event_days(findings):
    """Return the mean absolute error over the sealed test on the days of events and of their windows."""
    used = findings.as_used
    calendar = Calendar(events=thalweg.read_events(frame(ROWS)))
    at = calendar.group("event", used.dates).any(axis=1)
    assert at.sum() > 15
    return np.abs(used.target - used.prediction)[at].mean()


def test_the_error_on_event_days_falls_by_more_than_half(with_events, without_events):
    (known, _), (unknown, _) = with_events, without_events
    assert known.chosen == unknown.chosen == RUNG.name
    assert error_on_event_days(known) < error_on_event_days(unknown) / 2


def test_the_forecast_holds_the_effect_of_events_to_come(with_events, without_events):
    (known, _), (unknown, _) = with_events, without_events
    gained = known.forecast.mean - unknown.forecast.mean
    assert gained[2] > 200, "a release"
    assert gained[3] < -50, "the day after it"
    assert (gained[5:10] > 90).all(), "a campaign of five days"
    assert np.abs(gained[[0, 1, 4]]).max() < 60, "ordinary days"
    assert known.events_ahead[2:5] == (("release",), ("the day after release",), ())
    assert known.events_ahead[5][0] == "campaign"


def test_rows_in_another_order_give_the_same_bits(with_events):
    findings, model = with_events
    again, other = search(events=frame(ROWS[::-1]))
    np.testing.assert_array_equal(again.forecast.mean, findings.forecast.mean)
    np.testing.assert_array_equal(again.as_used.prediction, findings.as_used.prediction)
    assert pack(model) == pack(other)


def test_days_missed_most_are_named_by_events(with_events, without_events):
    told = as_json(with_events[0])
    assert [event["name"] for event in told["events"]] == ["campaign"] * 5 + ["release"] * 2
    release = next(event for event in told["events"] if (event["name"], event["offset"]) == ("release", 0))
    assert release["days"] == sum(name == "release" for name, *_ in ROWS) - 1
    assert release["ahead"] == [str(days_after(SERIES.start, NEXT_RELEASE))]
    assert as_json(without_events[0])["events"] is None
    assert all(miss["events"] == [] for miss in as_json(without_events[0])["misses"])
    calendar = with_events[1].calendar
    for miss in with_events[0].misses:
        assert miss.events == calendar.events_near(miss.date, 2)


def test_a_model_brings_its_events_along(with_events, tmp_path):
    _, model = with_events
    path = tmp_path / "model.thalweg"
    model.save(path)
    again = load(path)
    assert again.calendar.names == model.calendar.names
    np.testing.assert_array_equal(again.predict().mean, model.predict().mean)
    assert pack(again) == pack(model)


def forged(source, target, change):
    with safe_open(source, framework="numpy") as file:
        description = json.loads(file.metadata()[MODEL.key])
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != "sha256"}  # noqa: SIM118
    description.pop("version")
    change(description)
    target.write_bytes(seal(MODEL, description, tensors))


@pytest.mark.parametrize(
    "events",
    [
        [],
        [["release", 0, [3, 1]]],
        [["re\x1blease", 0, [1]]],
        [["release", "0", [1]]],
        [["release", 0]],
        "x",
        [[1, 2, 3]],
    ],
)
def test_forged_events_are_refused(with_events, tmp_path, events):
    with_events[1].save(tmp_path / "model.thalweg")
    forged(tmp_path / "model.thalweg", tmp_path / "forged.thalweg", lambda made: made.update(events=events))
    with pytest.raises(InputError, match="does not describe a model"):
        load(tmp_path / "forged.thalweg")


def test_a_model_without_events_says_nothing_of_them(without_events):
    assert b'"events"' not in pack(without_events[1])


def test_predict_takes_other_events_in_place_of_those_to_come(with_events):
    _, model = with_events
    before = model.predict().mean
    moved = [("release", str(days_after(SERIES.start, DAYS + 4)))]
    after = model.with_events(
        thalweg.read_events(dict(zip(("holiday", "ds"), zip(*moved, strict=True), strict=True)))
    ).predict()
    assert after.mean[4] - before[4] > 200, "the release is later"
    assert after.mean[2] - before[2] < -200
    assert (after.mean[6:10] - before[6:10] < -60).all(), "the campaign is called off"
    np.testing.assert_array_equal(model.predict().mean, before)
    with pytest.raises(InputError, match="the model knows no event 'sale'"):
        model.with_events(thalweg.read_events({"holiday": ["sale"], "ds": ["2023-01-01"]}))


def test_a_saved_model_takes_events_as_a_file_or_a_frame(with_events, tmp_path):
    with_events[1].save(tmp_path / "model.thalweg")
    later = {"holiday": ["release"], "ds": [str(days_after(SERIES.start, DAYS + 4))]}
    (tmp_path / "later.csv").write_text(f"date,event\n{later['ds'][0]},release\n")
    model = thalweg.load(tmp_path / "model.thalweg")
    expected = with_events[1].with_events(thalweg.read_events(later)).predict().mean
    for given in (later, tmp_path / "later.csv", str(tmp_path / "later.csv"), thalweg.read_events(later)):
        np.testing.assert_array_equal(model.predict(events=given).mean, expected)
    with pytest.raises(InputError, match=r"no_file\.csv"):
        model.predict(events=tmp_path / "no_file.csv")


def test_a_model_without_events_refuses_them(without_events):
    with pytest.raises(InputError, match="fitted without events"):
        without_events[1].with_events(thalweg.read_events(frame(ROWS)))


def test_why_names_the_event_and_its_contribution(with_events):
    _, model = with_events
    last = [at for name, date, *_ in ROWS if name == "release" and (at := SERIES.place(np.datetime64(date))) < DAYS][-1]
    why = why_of(model.predictors.one_step, model.calendar, model.days, SERIES.dates[last])
    (fact,) = [fact for fact in why.facts if fact.kind == "event"]
    assert fact.name == "release"
    assert fact.contribution > 150
    assert abs(why.remainder) <= why.allowed
    ordinary = why_of(model.predictors.one_step, model.calendar, model.days, SERIES.dates[last - 3])
    assert not [fact for fact in ordinary.facts if fact.kind == "event"]


def told(findings):
    return [message.key for message in findings.verdict], [catalogue("zh")(message) for message in findings.verdict]


def test_an_event_that_cannot_be_learned_is_named(with_events):
    assert not any(key.startswith("verdict.events") for key in told(with_events[0])[0])
    sealed = str(days_after(SERIES.start, DAYS - 30))
    ahead = str(days_after(SERIES.start, DAYS + 1))
    findings, _ = search(events=frame([*ROWS, ("merger", ahead, 0, 0), ("strike", sealed, 0, 0)]))
    never, late = (message for message in findings.verdict if message.key.startswith("verdict.events"))
    assert (never.key, never.values["names"]) == ("verdict.events_never", ["merger"])
    assert (late.key, late.values["names"]) == ("verdict.events_late", ["strike"])
    assert "merger" in " ".join(told(findings)[1])
    assert findings.events_ahead[1] == ("merger",)


def test_events_of_other_days_are_refused():
    with pytest.raises(InputError, match="no event falls on a day of the data, 2021-03-01 to 2022-11-30") as refused:
        search(events={"holiday": ["release"], "ds": ["2023-02-01"]})
    assert "2022-12-10" in str(refused.value)
    assert "2023-02-01" in refused.value.sentence("zh")


@pytest.mark.parametrize("rung", [WEEK, YEAR], ids=lambda rung: rung.known)
@pytest.mark.parametrize("steps", [1, 4])
def test_an_event_is_a_feature_of_the_day_that_is_predicted(rung, steps):
    """And of no other; values after the newest day change nothing."""
    calendar = Calendar(events=thalweg.read_events(frame(ROWS)))
    features = feature_set(rung.known, rung.days_back, calendar)
    newest = np.arange(500, 600)
    scale = TrainingSet.of(rung, SERIES, calendar, "mae", 480, steps).scale
    rows = features.rows(past_of(SERIES, newest), scale, steps).gather()
    changed = features.rows(past_of(changed_after(SERIES, 600, 5), newest), scale, steps).gather()
    np.testing.assert_array_equal(rows, changed)
    names = [column.name for column in features.columns(steps)]
    known = calendar.group("event", days_after(SERIES.dates[newest], steps))
    for place, name in enumerate(calendar.groups["event"]):
        at = names.index(name if steps == 1 else f"{name}, step {steps}")
        np.testing.assert_array_equal(rows[:, at], known[:, place])
    assert known.any(axis=0).all()


def test_rungs_that_do_not_know_the_calendar_do_not_see_events():
    calendar = Calendar(events=thalweg.read_events(frame(ROWS)))
    assert not any(column.known_ahead for column in feature_set(NET.known, NET.days_back, calendar).columns(1))
