"""Why a number: the bars lead from the base to the prediction, and all that is written adds up as rounded."""

import re
from dataclasses import replace

import numpy as np
import pytest

from support.chart_reader import marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from support.small_searches import fitted, predictors_of
from thalweg.errors import InputError
from thalweg.forecast.contributions import Fact
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.model import Model
from thalweg.forecast.plan import one_way
from thalweg.forecast.predictors.baselines import Copy
from thalweg.forecast.predictors.network import Rung
from thalweg.pictures.why.chart import why_chart, why_illustration
from thalweg.pictures.why.sentences import MOST_CLAUSES, lines_of, places_of
from thalweg.pictures.why.study import WhyStudy
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import days_after

SMALL = {"days_back": 14, "layers": "8", "country": "US"}
SERIES = simulated_series(450, missing=(300, 301))


@pytest.fixture(scope="module")
def study():
    """The day before Christmas is known; Christmas 2017 is explained, among the days fitted on."""
    return study_of("why", SERIES, day="2017-12-25", **SMALL)


@pytest.fixture(scope="module")
def tomorrow():
    return study_of("why", SERIES, count=4, **SMALL)


def numbers_in(text):
    return [float(word.replace(",", "").replace("−", "-")) for word in re.findall(r"−?\d[\d,]*\.?\d*", text)]


def test_the_day_after_the_last_is_explained(tomorrow):
    assert tomorrow.why.date == days_after(SERIES.dates[-1], 1)
    assert np.isnan(tomorrow.actual)
    assert tomorrow.function == "8 relu 14 week"
    assert "was fitted on this day too" not in " ".join(why_illustration(tomorrow).sentences)


def test_an_earlier_day_is_stated_with_what_came(study):
    at = (study.why.date - SERIES.start).astype(int)
    assert study.actual == SERIES.values[at]
    illustration = why_illustration(study)
    assert f"the actual value was {study.actual:,.0f}" in illustration.sentences[0]
    assert "The function was fitted on this day too" in " ".join(illustration.sentences)
    assert ("holiday", "Christmas Day") in [(fact.kind, fact.name) for fact in study.why.facts]


@pytest.mark.parametrize("which", ["study", "tomorrow"])
def test_the_bars_lead_from_the_base_to_the_estimate(which, request):
    study = request.getfixturevalue(which)
    spec = why_chart(study).to_dict()
    way = spec | spec["vconcat"][0]
    bars = sorted(
        (row for layer in marked(way, "bar") for row in rows(spec, layer)), key=lambda row: -abs(row["moved"])
    )
    ends = rows(spec, marked(way, "point")[0])
    assert [end["from"] for end in ends] == [round(study.why.base), round(study.why.prediction)]
    total = ends[0]["from"]
    shown = why_illustration(study).tables["told"].rows()
    for row in shown[1:-1]:
        (bar,) = [bar for bar in bars if bar["what"] == row["what"]]
        assert (bar["from"], bar["to"]) == (total, total + row["contribution"])
        assert ("−" in bar["text"]) == (bar["moved"] < 0)
        assert numbers_in(bar["text"].lstrip("+")) == [bar["moved"]]
        total = bar["to"]
    assert total == ends[1]["from"]
    assert len(bars) == len(shown) - 2 > study.count // 2
    for layer in marked(way, "bar"):
        moved = [row["moved"] for row in rows(spec, layer)]
        assert min(moved) > 0 or max(moved) < 0, "a colour is a direction"
    order = marked(way, "bar")[0]["encoding"]["y"]["sort"]
    assert order == [row["what"] for row in shown]
    sizes = [abs(row["contribution"]) for row in shown[1 : 1 + study.count]]
    assert sizes[: study.count - 1] == sorted(sizes[: study.count - 1], reverse=True)


def test_the_bars_are_the_largest_contributions(tomorrow):
    moved = [*tomorrow.why.contributions, *(fact.contribution for fact in tomorrow.why.facts)]
    largest = sorted(np.round(np.abs(moved)), reverse=True)[:4]
    lines = lines_of(tomorrow, "en", 4)
    assert [abs(line.moved) for line in lines[:4]] == largest
    others = next(line for line in lines if line.what.startswith("all other days"))
    named = sum(line.what[:3] in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") for line in lines)
    assert others.what == f"all other days ({len(tomorrow.why.dates) - named})"


def test_the_days_are_drawn_as_they_are(study):
    why = study.why
    spec = why_chart(study).to_dict()
    for panel, field, expected in ((1, "value", why.values), (2, "moved", why.contributions)):
        part = spec | spec["vconcat"][panel]
        layer = marked(part, "line" if field == "value" else "bar", y=field)[0]
        drawn = {row["day"]: row[field] for row in rows(spec, layer) if row[field] and row["day"] != str(why.date)}
        assert list(drawn) == [str(day) for day in why.dates[-56:]]
        np.testing.assert_allclose([float(value) for value in drawn.values()], expected[-56:], rtol=1e-6, atol=1e-9)
    part = spec | spec["vconcat"][1]
    (usual,) = marked(part, "rule", y="usual")
    assert rows(spec, usual)[0]["usual"] == why.usual


def test_the_words_add_up(study, tomorrow):
    for one in (study, tomorrow):
        for language, adds, takes in (("en", "adds?", "takes? off"), ("zh", "增加", "减少")):
            illustration = why_illustration(one, language)
            shown = next(sentence for sentence in illustration.sentences if re.search(f"{adds}|{takes}", sentence))
            plus = [numbers_in(found)[0] for found in re.findall(rf"(?:{adds}) ([\d,]+)", shown)]
            minus = [numbers_in(found)[0] for found in re.findall(rf"(?:{takes}) ([\d,]+)", shown)]
            assert round(one.why.base) + sum(plus) - sum(minus) == round(one.why.prediction)
            assert len(plus) + len(minus) >= min(one.count, MOST_CLAUSES)
            assert f"{round(one.why.prediction):,}" in illustration.title


def test_the_day_before_and_the_week_before_are_named(study):
    shown = lines_of(study, "en", 200)
    spoken = {line.spoken.split(",")[0]: line for line in shown}
    assert f"with its {study.why.values[-1]:,.0f}" in spoken["the day before"].spoken
    assert f"with its {study.why.values[-7]:,.0f}" in spoken["the same weekday a week before"].spoken
    assert "that it is a Monday" in spoken
    assert len({line.what for line in shown}) == len(shown)


def test_the_words_and_the_table_have_the_same_lines(study, tomorrow):
    for one in (study, tomorrow):
        illustration = why_illustration(one)
        shown = [row["contribution"] for row in illustration.tables["told"].rows()[1:-1]]
        (sentence,) = [sentence for sentence in illustration.sentences if sentence.startswith("From there:")]
        signs = re.findall(r"(adds?|takes? off) ([\d,]+)", sentence)
        spoken = [float(by.replace(",", "")) * (-1 if "take" in how else 1) for how, by in signs]
        if len(shown) <= MOST_CLAUSES + 1:
            assert spoken == shown
        else:
            assert spoken[:MOST_CLAUSES] == shown[:MOST_CLAUSES]
            assert sum(spoken[MOST_CLAUSES:]) == sum(shown[MOST_CLAUSES:])


def test_what_was_fitted_for_the_picture_is_stated_for_a_file_only(study):
    own = "8 relu 14 week was fitted for this picture; it is not necessarily the function that thalweg forecast chooses"
    assert any(sentence.startswith(own) for sentence in why_illustration(study).sentences)
    assert any(
        "thalweg look why 文件夹/model.thalweg" in sentence for sentence in why_illustration(study, "zh").sentences
    )
    model = why_illustration(study_of("why", model_of([Copy(7)])))
    assert not any("fitted for this picture" in sentence or "usual place" in sentence for sentence in model.sentences)


def test_why_days_of_long_ago_are_named_is_stated_where_a_calendar_is_known(study):
    assert any("over the last 8 weeks." in sentence for sentence in why_illustration(study).sentences)
    year = why_illustration(replace(study, known="year"))
    assert any("at the same weeks of last year" in sentence for sentence in year.sentences)
    plain = why_illustration(study_of("why", SERIES, **(SMALL | {"known": "none", "country": ""})))
    assert not any("usual place" in sentence for sentence in plain.sentences)


def test_what_is_left_is_named_for_what_it_is(study):
    some = [line.what for line in lines_of(replace(study, count=2), "en", 2)]
    assert "rounding" not in some
    everything = [line.what for line in lines_of(study, "en", 200)]
    assert "other calendar facts, rounding" not in everything


def test_holidays_are_given_by_name(study):
    weekday, *_ = study.why.facts
    holiday_name, none = Fact("holiday", "Christmas Day", -40.0), Fact("ordinary", "", 30.0)
    for facts, expected in (((weekday, holiday_name, none), "no other holiday"), ((weekday, none), "no holiday")):
        shown = [line.what for line in lines_of(replace(study, why=replace(study.why, facts=facts)), "en", 12)]
        assert expected in shown
        assert ("Christmas Day" in shown) == (holiday_name in facts)


@pytest.mark.parametrize(
    ("called", "written"),
    [
        ("Labor Day", "劳动节"),
        ("any public holiday", "任一公众假日"),
        ("eve of a holiday", "节日前一天"),
        ("端午", "端午"),
    ],
)
def test_holidays_have_chinese_names(study, called, written):
    facts = (Fact("holiday", called, -400.0), Fact("ordinary", "", 30.0))
    shown = replace(study, country="US", why=replace(study.why, facts=facts))
    assert written in [line.what for line in lines_of(shown, "zh", 12)]
    assert f"“{written}”" in [line.spoken for line in lines_of(shown, "zh", 12)]


def test_the_remainder_is_stated(study):
    sums = why_illustration(study).tables["sums"].rows()[0]
    parts = sums["of_days"] + sums["of_calendar"] + sums["remainder"]
    assert parts == pytest.approx(sums["prediction"] - sums["base"], rel=1e-12)
    assert abs(sums["remainder"]) <= sums["allowed"]
    assert sums["in_float32"] == pytest.approx(sums["prediction"], rel=1e-5)
    assert "at most" in why_illustration(study).sentences[-2]


def test_small_numbers_keep_their_decimals():
    """A logarithm: three decimals, negative values, and the same in table, words and bars."""
    series = replace(SERIES, values=np.round(np.log(SERIES.values) - 7.5, 3))
    study = study_of("why", series, **SMALL)
    assert places_of(study) == 3
    illustration = why_illustration(study)
    total = illustration.tables["told"].rows()[-1]["total"]
    assert total == round(study.why.prediction, 3)
    assert f"{total:.3f}".replace("-", "−") in illustration.title
    bars = [row["contribution"] for row in illustration.tables["told"].rows()]
    assert sum(bars) == pytest.approx(total - round(study.why.base, 3), abs=1e-9)


def model_of(members, days=SERIES):
    from thalweg.forecast.interval import miss_transform  # noqa: PLC0415

    stick = miss_transform(days.values, counts=days.counts)
    made = days.dates[-1].item()
    return Model(
        "mean of 2",
        "mae",
        one_way("recursive", 1),
        predictors_of(members),
        Calendar(),
        days,
        stick,
        LEVELS,
        np.zeros((1, 2, 2)),
        np.ones(1),
        -1.0,
        made,
        days.start,
    )


def test_a_saved_model_is_explained_as_it_is():
    rung = Rung(7, seeds=1, epochs=5)
    model = model_of([fitted(rung, SERIES, len(SERIES), epochs=None, seeds=(0,)), Copy(7)])
    study = study_of("why", model)
    assert isinstance(study, WhyStudy)
    assert study.why.served == model.predict().mean[0]
    assert study.function == "mean of 2"
    for option, value in (("layers", "3"), ("country", "US"), ("days_back", 7), ("seed", 1)):
        with pytest.raises(InputError, match=f"{option} is for a file of daily numbers"):
            study_of("why", model, **{option: value})


def test_copying_is_stated_exactly():
    illustration = why_illustration(study_of("why", model_of([Copy(7)])))
    assert len(illustration.tables["told"]) == 3
    assert "exactly" in illustration.sentences[-2]
    assert "calendar" not in illustration.tables
    same = why_illustration(study_of("why", model_of([Copy(7)], replace(SERIES, values=np.full(450, 5.0)))))
    assert "as on an average day" in same.title
    assert len(same.tables["told"]) == 2


def test_options_out_of_range_are_refused():
    for options, found in (
        ({"day": "9 January"}, "day='9 January' is no day"),
        ({"day": "2017"}, "day='2017' is no day"),
        ({"day": "2030-01-01"}, r"day='2030-01-01': .* to 2018-04-24, the end of the horizon"),
        ({"count": 0}, "count=0"),
        ({"days_back": 300}, "days_back=300"),
        ({"known": "month"}, "known='month'"),
        ({"known": "year"}, "known='year': .* 730 or more"),
        ({"layers": "ten"}, "layers='ten'"),
        ({"layers": "3000,3000"}, "layers: .* unknowns; a picture fits up to 5,000,000"),
        ({"loss": "mad"}, "loss='mad'"),
        ({"country": "Atlantis"}, "country='Atlantis'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("why", SERIES, **(SMALL | options))
