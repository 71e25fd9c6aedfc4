"""Other columns beside the values: aligned with them, gaps filled and told, what cannot be used refused."""

import datetime as dt

import numpy as np
import pytest

import thalweg
from support.shop import AHEAD, DAYS, shop, written
from thalweg import InputError
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.frequency.dates import iso

SHOP = shop()


def read(table=SHOP, **options):
    return thalweg.read(table, value="sales", **options)


def column(series, name):
    return next(one for one in series.regressors.each if one.name == name)


@pytest.mark.parametrize("form", ["frame", "file"])
def test_columns_stand_beside_the_values_and_known_ones_go_on(form, tmp_path):
    series = read(SHOP if form == "frame" else written(tmp_path / "shop.csv", SHOP), known="price", past=["visits"])
    plain = read()
    np.testing.assert_array_equal(series.values, plain.values)
    assert len(series) == DAYS
    assert plain.regressors is None
    np.testing.assert_array_equal(column(series, "price").values, SHOP["price"])
    np.testing.assert_array_equal(column(series, "visits").values, SHOP["visits"][:DAYS])
    assert [one.name for one in series.regressors.known] == ["price"]
    assert not any("price" in str(note) for note in series.notes), "what is used is not told as unused"


def test_the_value_is_found_where_all_other_numbers_are_named():
    series = thalweg.read(SHOP, known="price", past=["visits", "chance"])
    assert series.name == "sales"


def test_rows_to_come_may_lie_after_today():
    today = dt.date.fromisoformat(SHOP["date"][DAYS - 1])
    series = read(known="price", today=today)
    assert len(column(series, "price").values) == DAYS + AHEAD
    assert not any(note.key == "note.future" for note in series.notes)


def test_gaps_of_the_past_are_filled_and_told_and_the_future_ends_where_one_is():
    price = list(SHOP["price"])
    price[0] = price[1] = price[50] = price[51] = price[DAYS + 6] = np.nan
    series = read(SHOP | {"price": price}, known="price")
    values = column(series, "price").values
    assert len(values) == DAYS + 6
    np.testing.assert_array_equal(values[[0, 1, 50, 51]], np.array(price)[[2, 2, 49, 49]])
    gaps, late = (
        next(note for note in series.notes if note.key == f"note.{key}") for key in ("column_gaps", "column_late")
    )
    assert (gaps.values["count"], gaps.values["first"]) == (2, SHOP["date"][50])
    assert (late.values["count"], late.values["first"]) == (2, SHOP["date"][2])


def test_a_second_source_holds_the_future_or_all(tmp_path):
    own = {name: SHOP[name][:DAYS] for name in ("date", "sales", "price")}
    other = {"day": SHOP["date"], "price": [each + 1 for each in SHOP["price"]], "note": ["x"] * len(SHOP["date"])}
    values = column(read(own, known="price", with_=written(tmp_path / "prices.csv", other)), "price").values
    np.testing.assert_array_equal(values, [*SHOP["price"][:DAYS], *(each + 1 for each in SHOP["price"][DAYS:])])
    without = {name: own[name] for name in ("date", "sales")}
    values = column(read(without, known="price", with_=other), "price").values
    np.testing.assert_array_equal(values, np.array(SHOP["price"]) + 1)


@pytest.mark.parametrize(
    ("steps", "count"),
    [("h", 24 * 30), ("W-MON", 120), ("MS", 60)],
)
def test_columns_follow_any_rhythm(steps, count):
    pandas = pytest.importorskip("pandas")
    dates = pandas.date_range("2020-01-01", periods=count + 10, freq=steps)
    sales = np.random.default_rng(1).uniform(10, 20, count + 10).round(1)
    sales[count:] = np.nan
    table = pandas.DataFrame({"date": dates, "sales": sales, "price": np.arange(count + 10) % 7 + 1.0})
    series = thalweg.read(table, value="sales", known="price")
    assert len(series) == count
    np.testing.assert_array_equal(column(series, "price").values, table["price"])
    ahead = thalweg.read(table[["date", "sales"]], value="sales", known="price", with_=table[["date", "price"]])
    np.testing.assert_array_equal(column(ahead, "price").values, table["price"])


SALES = SHOP["sales"]
LAST = len(SHOP["date"])
REFUSED = {
    "is_value": ({}, {"known": "sales"}),
    "is_date": ({}, {"known": "date"}),
    "no_numbers": ({"kind": ["red", "blue"] * (LAST // 2)}, {"known": "kind"}),
    "empty": ({"none": [None] * LAST}, {"past": "none"}),
    "constant": ({"same": [3.0] * LAST}, {"known": "same"}),
    "copy": ({"copied": [each / 1000 for each in SALES]}, {"past": "copied"}),
    "one_ahead": ({"leak": [*SALES[1:], np.nan]}, {"known": "leak"}),
    "both": ({}, {"known": "price", "past": "price"}),
    "none_there": ({}, {"known": "price", "with_": {"date": SHOP["date"], "cost": SHOP["price"]}}),
}


TWICE = {"date": [*SHOP["date"], SHOP["date"][-1]], "price": [*SHOP["price"], 7.0]}
REFUSED |= {"twice": ({}, {"known": "price", "with_": TWICE}), "with_alone": ({}, {"with_": TWICE})}


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_used_is_refused_in_its_own_sentence(key):
    more, options = REFUSED[key]
    with pytest.raises(InputError) as refused:
        read(SHOP | more, **options)
    message = refused.value.message
    assert message.key == f"error.columns.{key}"
    name = str(next(iter(options.values()))) if key != "with_alone" else "with_"
    told = [catalogue(language)(message) for language in LANGUAGES]
    assert all(name in sentence for sentence in told)
    assert len(set(told)) == len(LANGUAGES)


def test_the_only_column_of_numbers_is_the_value():
    with pytest.raises(InputError) as refused:
        thalweg.read({"date": SHOP["date"][:DAYS], "sales": SALES[:DAYS]}, known="sales")
    assert refused.value.message.key == "error.columns.is_value"


def test_an_unknown_name_is_refused_and_a_near_one_told():
    with pytest.raises(InputError, match="known='price'"):
        read(known="prices")


def test_the_last_date_of_a_known_column_is_that_of_its_rows():
    series = read(known="price")
    assert iso(series.after(AHEAD)) == SHOP["date"][-1]
