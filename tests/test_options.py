"""Options are declared once: each kind takes values from Python as from a text, and refuses others with a sentence."""

import datetime as dt
import math
import re
from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.forecast.options import FitOptions
from thalweg.messages import Argument
from thalweg.options import (
    Day,
    Moment,
    Number,
    Options,
    Switch,
    Text,
    WholeNumber,
    WholeNumbers,
    Word,
    option,
    switch,
    with_options,
)
from thalweg.pictures import PICTURES
from thalweg.pictures.registry import options_of, views_of
from thalweg.series.country import Country
from thalweg.series.read.options import ReadOptions

DAYS = WholeNumber(1, 366, "days")
RATE = Number(0, 10)
SECONDS = Number(0, unit="seconds", exclusive=True)
LOSS = Word(("mae", "mse"))
LAYERS = WholeNumbers(1, 100, 3, "10,10", ordered=True, none_is=0)
LAGS = WholeNumbers(1, 60, 2, "1,7")
SIZES = WholeNumbers(1, 1000, 3, "8,64,all", ordered=True, all_word="all")
RECORDS = [
    FitOptions,
    ReadOptions,
    *(record for name in PICTURES for record in views_of(name).values()),
]


@dataclass(frozen=True, kw_only=True)
class Example(Options):
    """A record as pictures have them; its words are those of `look lags` and of what pictures share."""

    words = "lags"

    days_back: int = option(7, DAYS)
    compare: tuple[int, ...] = option((1, 7), LAGS)
    loss: str = option("mae", LOSS, panel="model")
    day: dt.date | None = option(None, Day())  # noqa: RUF009 - a declaration


def refusal(kind, value, language="en", *, command=False):
    with pytest.raises(InputError) as refused:
        kind.checked("days_back", value)
    return refused.value.sentence(language, command=command)


class TestSwitch:
    @dataclass(frozen=True, kw_only=True)
    class Switched(Options):
        words = "read"

        difference: bool = switch()

    def test_it_is_off_unless_it_is_given(self):
        assert self.Switched().difference is False
        assert self.Switched(difference=True).difference is True
        assert self.Switched.of_texts({"difference": "yes"}).difference is True
        (declared,) = self.Switched.declared()
        assert (declared.default_text, declared.kind.metavar, declared.kind.written(value=True)) == ("", "", "yes")

    @pytest.mark.parametrize("value", [1, 0, "yes", "True", None, np.True_])
    def test_others_are_refused(self, value):
        assert "give True or False" in refusal(Switch(), value)

    def test_the_command_names_it_without_a_value(self):
        argument = Argument("keep_last", value=True)
        assert argument.written(command=True) == "--keep-last"
        assert argument.written(command=False) == "keep_last=True"


class TestWholeNumber:
    @pytest.mark.parametrize("value", [7, 7.0, np.int64(7), np.float32(7)])
    def test_whole_numbers_are_taken_whatever_their_type(self, value):
        assert DAYS.checked("days_back", value) == 7
        assert type(DAYS.checked("days_back", value)) is int

    @pytest.mark.parametrize("value", [0, 367, -1, 7.5, True, "7", None, math.nan, math.inf, [7], "seven"])
    def test_others_are_refused(self, value):
        assert refusal(DAYS, value) == f"days_back={value!r}: give a whole number from 1 to 366 days."

    def test_the_sentence_is_in_both_languages_and_as_the_command_is_typed(self):
        assert refusal(DAYS, 0, command=True) == "--days-back 0: give a whole number from 1 to 366 days."
        chinese = refusal(DAYS, 0, "zh", command=True)
        assert chinese.startswith("--days-back 0：")
        assert all(part in chinese for part in ("1", "366", "天"))
        assert "give" not in chinese

    def test_a_range_without_an_end_says_where_it_begins(self):
        assert refusal(WholeNumber(0), -1) == "days_back=-1: give a whole number of 0 or more."
        assert refusal(WholeNumber(1, 10_000), 0) == "days_back=0: give a whole number from 1 to 10,000."

    @given(st.integers(-1000, 1000))
    def test_a_text_stands_for_the_same_number(self, number):
        if 1 <= number <= 366:
            assert DAYS.parsed("days_back", str(number)) == DAYS.checked("days_back", number) == number
            assert DAYS.parsed("days_back", f" {number} ") == number
        else:
            with pytest.raises(InputError):
                DAYS.parsed("days_back", str(number))

    @pytest.mark.parametrize("text", ["", "seven", "7.0", "1e2", "٧", "7 days", "--7"])
    def test_a_text_without_a_whole_number_is_refused(self, text):
        with pytest.raises(InputError, match=re.escape(f"days_back={text!r}: give a whole number")):
            DAYS.parsed("days_back", text)

    def test_the_unit_stands_for_the_value_in_the_help(self):
        assert (DAYS.metavar, WholeNumber(0).metavar) == ("DAYS", "NUMBER")


class TestNumber:
    @given(st.floats(0, 10))
    def test_every_number_of_the_range_is_taken_as_it_is(self, value):
        assert RATE.checked("rate", value) == value
        assert RATE.parsed("rate", repr(value)) == value

    @given(st.floats().filter(lambda value: not 0 <= value <= 10))
    def test_every_other_number_is_refused(self, value):
        for take, given_value in ((RATE.checked, value), (RATE.parsed, repr(value))):
            with pytest.raises(InputError, match="give a number from 0 to 10"):
                take("rate", given_value)

    @pytest.mark.parametrize("value", ["0.5", None, True, 1j, [0.5], 10**400])
    def test_what_is_no_number_is_refused(self, value):
        with pytest.raises(InputError, match="rate="):
            RATE.checked("rate", value)

    def test_a_text_without_a_number_is_shown_as_it_was_typed(self):
        with pytest.raises(InputError, match=r"rate='fast': give a number from 0 to 10\."):
            RATE.parsed("rate", "fast")

    def test_a_number_must_be_above_an_exclusive_end(self):
        assert SECONDS.checked("time_limit", 1e-9) == 1e-9
        for value in (0, -1.0, math.inf, math.nan):
            with pytest.raises(InputError, match=r"give a number above 0 seconds\."):
                SECONDS.checked("time_limit", value)

    def test_without_ends_it_must_be_finite(self):
        assert Number().checked("minus", -1e300) == -1e300
        with pytest.raises(InputError, match=r"minus=nan: give a number that is finite\."):
            Number().checked("minus", math.nan)


class TestWord:
    def test_only_the_words_are_taken(self):
        assert LOSS.checked("loss", "mse") == LOSS.parsed("loss", "mse") == "mse"
        assert (LOSS.choices, LOSS.metavar) == (("mae", "mse"), "[mae|mse]")
        for value in ("rmse", "MAE", "", None, 3, ["mae"]):
            with pytest.raises(InputError, match=r"choose one of mae, mse\."):
                LOSS.checked("loss", value)

    def test_the_choices_are_separated_as_the_language_does(self):
        assert "mae、mse" in refusal(LOSS, "rmse", "zh")


class TestWholeNumbers:
    def test_without_an_order_they_are_sorted_and_stand_once(self):
        assert LAGS.parsed("compare", "56, 7,") == LAGS.checked("compare", [56, 7]) == (7, 56)
        assert LAGS.parsed("compare", "7,7") == (7,)
        assert LAGS.checked("compare", 7) == LAGS.checked("compare", np.array([7])) == (7,)

    def test_with_an_order_they_stay_as_they_are(self):
        assert LAYERS.parsed("layers", "10×10×5") == LAYERS.checked("layers", (10, 10, 5)) == (10, 10, 5)
        assert LAYERS.checked("layers", "100,50") == (100, 50)

    def test_one_number_may_stand_for_none_at_all(self):
        assert LAYERS.parsed("layers", "0") == LAYERS.checked("layers", ()) == LAYERS.checked("layers", 0) == ()
        assert LAYERS.written(()) == "0"

    def test_a_word_may_stand_for_all(self):
        assert SIZES.parsed("sizes", "8, all") == SIZES.checked("sizes", (8, 0)) == (8, 0)
        assert SIZES.written((8, 0)) == "8,all"
        with pytest.raises(InputError, match="or the word all"):
            SIZES.parsed("sizes", "8,0")

    @pytest.mark.parametrize(
        "value", ["", "0", "61", "-1", "1;7", "1,2,3", "one", (1, 2, 3), (1.5,), (True,), None, 7.5, [[1]]]
    )
    def test_others_are_refused(self, value):
        with pytest.raises(InputError) as refused:
            LAGS.checked("compare", value)
        wanted = "give from 1 to 2 whole numbers from 1 to 60, with commas between, such as 1,7."
        assert str(refused.value) == f"compare={value!r}: {wanted}"

    @given(st.lists(st.integers(1, 100), min_size=1, max_size=3))
    def test_what_is_written_is_read_again(self, numbers):
        for kind in (LAYERS, SIZES):
            held = kind.checked("layers", numbers)
            assert kind.parsed("layers", kind.written(held)) == held == tuple(numbers)


class TestMoment:
    def test_takes_days_and_moments(self):
        for text, expected in (
            ("2025-01-09", dt.date(2025, 1, 9)),
            ("2025-01-09 14:00", dt.datetime(2025, 1, 9, 14)),  # noqa: DTZ001 - dates have no time zone here
            ("2025-01-09T14:30", dt.datetime(2025, 1, 9, 14, 30)),  # noqa: DTZ001
        ):
            assert Moment().parsed("day", text) == expected
            assert Moment().checked("day", expected) == expected
        assert Moment().parsed("day", "") is None

    @pytest.mark.parametrize("text", ["2025-01-09 25:00", "14:00", "2025-01-09 14:00+01:00", "20250109", "noon"])
    def test_refuses_what_is_none(self, text):
        with pytest.raises(InputError, match="day="):
            Moment().checked("day", text)


class TestDay:
    @given(st.dates())
    def test_a_day_is_taken_in_every_form(self, date):
        assert Day().checked("day", date) == Day().parsed("day", date.isoformat()) == date
        assert Day().checked("day", np.datetime64(date, "D")) == date

    def test_an_empty_text_is_none(self):
        assert Day().parsed("day", "") is None

    @pytest.mark.parametrize(
        "text", ["2021", "2021-02", "2021-02-30", "20210211", "today", "NaT", "2021-02-11T10", "11 February", " "]
    )
    def test_what_is_no_day_is_refused(self, text):
        with pytest.raises(InputError, match=re.escape(f"day={text!r} is no day. Write it as")):
            Day().checked("day", text)


def test_a_text_is_taken_as_it_is_and_nothing_else():
    assert Text().checked("unknowns", "w1,b") == "w1,b"
    with pytest.raises(InputError, match=r"unknowns=5: give a text\."):
        Text().checked("unknowns", 5)


class TestRecord:
    def test_it_checks_when_it_is_made_and_cannot_be_changed(self):
        record = Example(days_back=np.int64(28), compare="7,1", day="2021-02-11")
        assert record == Example(days_back=28, compare=(1, 7), day=dt.date(2021, 2, 11))
        with pytest.raises(InputError, match="days_back=0"):
            Example(days_back=0)
        with pytest.raises(FrozenInstanceError):
            record.days_back = 3

    def test_texts_and_keywords_make_the_same_record(self):
        texts = {"days_back": "28", "compare": "7,1", "loss": "mse", "day": "2021-02-11"}
        assert Example.of_texts(texts) == Example(days_back=28, compare=[1, 7], loss="mse", day=dt.date(2021, 2, 11))
        assert Example.of_texts({}) == Example() == Example.of({}, "lags")

    def test_an_unknown_name_is_refused_with_those_there_are(self):
        with pytest.raises(InputError) as refused:
            Example.of({"days": 3}, "lags")
        assert str(refused.value) == "lags has no option 'days'. Its options are days_back, compare, loss, day."
        assert "days_back、compare、loss、day" in refused.value.sentence("zh")

    def test_declarations_come_in_their_order_with_default_and_panel(self):
        assert [each.name for each in Example.declared()] == ["days_back", "compare", "loss", "day"]
        assert [each.default_text for each in Example.declared()] == ["7", "1,7", "mae", ""]
        assert [each.panel for each in Example.declared()] == ["", "", "model", ""]

    def test_help_is_the_records_own_or_the_shared_one(self):
        assert Example.help("compare") != Example.help("compare", "zh")
        assert Example.help("seed").startswith("Same seed")

    def test_changed_names_what_is_not_the_default(self):
        assert Example(loss="mse", days_back=3).changed(("days_back", "compare", "loss")) == ["days_back", "loss"]

    def test_a_function_of_a_record_takes_its_options_as_keywords(self):
        @with_options(Example)
        def total(first, options):
            """Add."""
            return first + options.days_back

        assert total(1) == 8
        assert total(1, days_back=2) == 3
        assert total.__doc__ == "Add."
        with pytest.raises(InputError, match="days_back=0"):
            total(1, days_back=0)
        with pytest.raises(TypeError):
            total(1, days=3)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
class TestEveryDeclaration:
    def test_every_option_has_help_in_both_languages(self, record):
        for each in record.declared():
            english, chinese = record.help(each.name), record.help(each.name, "zh", command=True)
            assert english.endswith((".", "…"))
            assert re.search(r"[\u4e00-\u9fff]", chinese), each.name

    def test_every_default_is_taken_and_can_be_typed(self, record):
        assert record() == record.of({}, "")
        for each in record.declared():
            held = each.checked(each.default)
            assert each.checked(held) == held
            if each.default_text:
                assert each.kind.parsed(each.name, each.default_text) == held

    def test_every_option_is_of_a_kind_with_a_metavar(self, record):
        assert all(each.kind.metavar or isinstance(each.kind, Switch) for each in record.declared())


class TestPictures:
    def test_each_view_offers_its_own_options_only(self):
        offered = {view: [each.name for each in record.declared()] for view, record in views_of("surface").items()}
        model = ["days_back", "layers", "activation", "loss", "seed"]
        assert offered == {
            "path": [*model, "rate", "updates", "plane", "unknowns", "step"],
            "curve": [*model, "unknowns", "rate"],
            "losses": [],
            "search": ["rate", "updates", "loss", "seed"],
            "starts": [*model, "rate", "updates", "starts"],
            "rates": ["rate", "updates", "loss", "seed"],
        }
        assert [each.name for each in views_of("pieces")["sliders"].declared()] == ["c", "b", "w"]
        for name, view, own in (("passes", "examples", "examples"), ("layers", "depth", "widths")):
            assert [
                other for other, record in views_of(name).items() if own in [each.name for each in record.declared()]
            ] == [view]

    def test_an_option_of_another_view_is_refused_with_those_there_are(self):
        with pytest.raises(InputError) as refused:
            options_of("surface", "curve", {"step": 3})
        assert str(refused.value) == (
            "surface curve has no option 'step'. "
            "Its options are days_back, layers, activation, loss, seed, unknowns, rate."
        )
        with pytest.raises(InputError, match=r"surface losses takes no options\. Leave out: days_back, seed\."):
            options_of("surface", "losses", {"days_back": 3, "seed": 1})

    def test_an_option_is_checked_before_anything_is_fitted(self):
        with pytest.raises(InputError, match="days_back=0: give a whole number from 1 to 3,650 steps"):
            options_of("surface", None, {"days_back": 0})

    def test_without_a_view_it_is_the_usual_one(self):
        assert options_of("surface", None, {}) == options_of("surface", "path", {})
        assert options_of("pieces", None, {}) == options_of("pieces", "build", {})

    @pytest.mark.parametrize("name", PICTURES)
    def test_a_view_that_is_not_there_is_refused(self, name):
        views = tuple(views_of(name))
        with pytest.raises(InputError, match="has one view alone" if views == ("",) else f"views are {views[0]}"):
            options_of(name, "nowhere", {})

    def test_a_country_is_found_by_its_name(self):
        assert options_of("why", None, {"country": "usa"}).country == "US"
        assert Country().checked("country", "") == ""
        with pytest.raises(InputError, match="country='Atlantis'"):
            options_of("misses", None, {"country": "Atlantis"})

    def test_what_a_function_knows_beside_past_days(self):
        assert [options_of("shift", None, {"known": known}).known for known in ("none", "week", "year")]
        with pytest.raises(InputError, match="known='': choose one of none, day, week, year"):
            options_of("shift", None, {"known": ""})
