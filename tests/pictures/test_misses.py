"""The days with the largest errors, the holidays near them, and how much a calendar helps."""

import math
from dataclasses import replace

import numpy as np
import pytest

from support.chart_reader import marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.charts.holidays import holiday_name
from thalweg.errors import InputError
from thalweg.messages import catalogue
from thalweg.pictures.misses.chart import misses_chart, misses_illustration
from thalweg.series.holidays import LUNAR_NEW_YEAR, nearest_holiday


@pytest.fixture(scope="module")
def channel():
    return study_of("misses")


@pytest.fixture(scope="module")
def plain():
    return study_of("misses", simulated_series(400, missing=(230, 231)), days_back=7, layers="20", count=4)


def test_the_simulated_channels_lunar_new_year_is_found_and_named(channel):
    assert channel.country == "TW"
    named = dict(zip(map(str, channel.series.dates[channel.missed]), channel.holidays, strict=True))
    assert named["2024-02-09"] == "Lunar New Year's Eve"
    eve = channel.missed[[list(named).index("2024-02-09")]]
    before, after = channel.miss(channel.plain, eve), channel.miss(channel.calendars[0], eve)
    assert before[0] > 300
    assert after[0] < before[0] / 3
    illustration = misses_illustration(channel)
    assert "Fri 9 Feb 2024 (Lunar New Year's Eve)" in illustration.sentences[1]
    assert illustration.sentences[0].startswith("Without a file this picture simulates the channel for 2,300 days")
    assert illustration.sentences[-1].startswith("The lecture's deepest miss")
    assert "2024年2月9日周五（除夕）" in misses_illustration(channel, "zh").sentences[1]


def test_it_is_the_holidays_that_help_there(channel):
    assert channel.stranger is not None
    assert channel.stranger.rung == channel.calendars[-1].rung
    knows, stranger = channel.loss(channel.calendars[-1], channel.named), channel.loss(channel.stranger, channel.named)
    assert knows < stranger / 3
    assert any(
        sentence.startswith("What the holidays themselves help") for sentence in misses_illustration(channel).sentences
    )


def test_the_worst_unseen_days_are_found(plain):
    series, split = plain.series, plain.plain.split
    unseen = [day for day in range(split.train, plain.plain.sealed) if series.observed[day]]
    np.testing.assert_array_equal(plain.unseen, unseen)
    assert 230 not in unseen
    miss = {day: abs(plain.plain.estimates[day] - series.values[day]) for day in unseen}
    assert plain.missed.tolist() == sorted(unseen, key=miss.get, reverse=True)[:4]
    assert miss[plain.missed[0]] > 100


def test_the_calendar_rungs_have_the_same_shape(plain, channel):
    assert [rung.rung.name for rung in plain.rungs] == ["20 relu 7", "20 relu 7 week"]  # 200 days teach no year
    assert [rung.rung.known for rung in channel.rungs] == ["", "week", "year"]


def test_losses_are_over_all_unseen_days_and_over_those_missed(plain):
    illustration = misses_illustration(plain)
    table = illustration.tables["lift"].rows()
    for row, rung in zip(table, plain.rungs, strict=True):
        np.testing.assert_allclose(row["unseen"], rung.unseen(), rtol=1e-12)
        by_hand = np.abs(rung.estimates[plain.missed] - plain.series.values[plain.missed]).mean()
        np.testing.assert_allclose(row["missed"], by_hand, rtol=1e-12)
        assert row["named"] is None
    assert table[0]["missed"] > table[0]["unseen"] > 10


def test_without_a_country_nothing_is_named_and_that_is_said(plain):
    illustration = misses_illustration(plain)
    assert plain.holidays == ("",) * 4
    assert plain.stranger is None
    assert plain.share_near == 0
    assert illustration.sentences[0] == "No holiday is named: the option country says whose holidays count, such as TW."
    assert "holiday" not in illustration.title
    assert not any("2,300 days" in sentence for sentence in illustration.sentences)


def test_the_title_states_all_unseen_days_and_the_rung_that_is_best_there(channel):
    losses = {rung.rung.name: channel.loss(rung, channel.unseen) for rung in channel.calendars}
    best = min(losses, key=losses.get)
    assert channel.best.rung.name == best
    before = channel.loss(channel.plain, channel.unseen)
    assert before > losses[best] > 50
    expected = (
        f"L′ is {before:.0f} for 100 relu 28, with a calendar {losses[best]:.0f} ({best}); "
        f"{len(channel.named)} of the 10 worst is near a holiday (simulated data)"
    )
    assert misses_illustration(channel).title == expected


def test_a_calendar_that_does_not_help_is_stated(channel):
    swapped = replace(channel, plain=channel.calendars[0], calendars=(channel.plain,))
    assert misses_illustration(swapped).title.startswith(
        "No calendar helps: L′ is 132 for 100 relu 28 week, with one at best"
    )
    same = replace(channel, calendars=(channel.plain,))
    assert misses_illustration(same).title.startswith("A calendar changes little: L′ is")


def test_every_miss_has_a_number_where_there_is_room(channel):
    spec = misses_chart(channel).to_dict()
    above = spec | spec["vconcat"][0]
    numbers = rows(above, marked(above, "text", y="height")[0])
    assert [row["rank"] for row in numbers] == [str(rank) for rank in range(1, 11)]
    heights = [float(row["height"]) for row in numbers]
    drawn = [*channel.series.values[channel.unseen], *channel.plain.estimates[channel.unseen]]
    low, high = marked(above, "line", y="prediction")[0]["encoding"]["y"]["scale"]["domain"]
    assert low < min(drawn)
    assert max(drawn) < min(heights)
    assert max(heights) < high
    places = [(int(at), height) for at, height in zip(channel.missed, heights, strict=True)]
    for one, height in places:
        assert sum(abs(one - other) < 4 and height == beside for other, beside in places) == 1


def test_names_are_those_of_the_calendar_and_chance_is_stated_beside():
    study = study_of("misses", simulated_series(400), country="usa", layers="20", count=12)
    assert study.country == "US"
    dates = study.series.dates
    assert study.holidays == tuple(nearest_holiday(dates[day], "US") for day in study.missed)
    near = [bool(nearest_holiday(dates[day], "US")) for day in study.unseen]
    assert study.share_near == sum(near) / len(near) > 0
    first = misses_illustration(study).sentences[0]
    assert f"{100 * study.share_near:.0f}% of all unseen days do" in first or "None of the 12 days" in first


def test_the_picture_holds_what_came_and_every_estimate(channel):
    spec = misses_chart(channel).to_dict()
    above, below, lift = spec["vconcat"]
    above, below = spec | above, spec | below
    (marks,) = marked(above, "point", y="target")
    table = rows(above, marks)
    assert [row["day"] for row in table] == [str(date) for date in channel.series.dates[channel.missed]]
    assert {row["rank"] for row in table} >= {"1", "2", "3"}
    target = channel.series.values[channel.missed]
    (bars,) = marked(below, "rule", x="target")
    np.testing.assert_allclose([float(row["target"]) for row in rows(below, bars)], target, rtol=1e-6)
    estimates = marked(below, "point", x="prediction")
    for rung, layer in zip(reversed(channel.rungs), estimates, strict=True):  # the smallest mark on top
        shown = rows(below, layer)
        np.testing.assert_allclose(
            [float(row["prediction"]) for row in shown], rung.estimates[channel.missed], rtol=1e-6
        )
        np.testing.assert_allclose(
            [float(row["miss"]) for row in shown], np.abs(rung.estimates[channel.missed] - target), rtol=1e-6
        )
    assert "Lunar New Year's Eve" in estimates[0]["encoding"]["y"]["axis"]["labelExpr"]
    for panel, days in zip(lift["hconcat"], (channel.unseen, channel.missed), strict=True):
        shown = [float(row["loss"]) for row in rows(spec | panel, marked(spec | panel, "bar")[0])]
        np.testing.assert_allclose(shown, [channel.loss(rung, days) for rung in channel.rungs], rtol=1e-6)


def test_the_table_holds_estimate_and_miss_side_by_side(channel):
    for row in misses_illustration(channel).tables["misses"].rows():
        for role in ("plain", "week", "year"):
            assert math.isclose(row[f"miss_{role}"], abs(row[f"estimate_{role}"] - row["target"]))


def test_the_watcher_is_informed_of_every_fit():
    class Watcher:
        total = made = 0

        def stage(self, name, total):
            assert name == "fit"
            self.total = total

        def advance(self, count=1):
            self.made += count

    watcher = Watcher()
    study_of("misses", simulated_series(300), country="TW", layers="5", days_back=7, watcher=watcher)
    assert watcher.total == watcher.made == 3


def test_holidays_have_names_in_both_languages():
    for called, chinese in (
        ("", ""),
        ("Lunar New Year's Eve", "除夕"),
        ("the eve of Dragon Boat Festival", "端午节前一天"),
        ("the day after Memorial Day", "阵亡将士纪念日后一天"),
        ("2 days before Lunar New Year", "农历新年前 2 天"),
        ("2 days after the day off for Christmas Day", "圣诞节补假后 2 天"),
        ("the day after Founder's Feast", "Founder's Feast后一天"),
        ("a weekend day worked in exchange for a day off", "补班的周末"),
    ):
        assert holiday_name(called) == called
        assert holiday_name(called, "zh") == chinese
    for name in LUNAR_NEW_YEAR.values():
        assert not any(letter.isascii() and letter.isalpha() for letter in holiday_name(name, "zh")), name


def test_every_name_is_found_by_its_own_slug():
    names = {key: text for key, text in catalogue("en").templates.items() if key.startswith("holiday.name.")}
    assert len(names) > 20
    for key, name in names.items():
        assert holiday_name(name) == name
        assert holiday_name(name, "zh") == catalogue("zh").templates[key]


def test_options_out_of_range_are_refused():
    series = simulated_series(400)
    for options, found in (
        ({"count": 0}, "count=0"),
        ({"count": 41}, "count=41"),
        ({"country": "Atlantis"}, "country='Atlantis'"),
        ({"days_back": 0}, "days_back=0"),
        ({"layers": "many"}, "layers='many'"),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("misses", series, **options)
