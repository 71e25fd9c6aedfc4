"""What is told of a source of many series before any work: a sentence, in both languages, that names what to mend."""

from __future__ import annotations

import datetime as dt

import pytest

from thalweg import InputError, read, read_panel
from thalweg.messages import LANGUAGES
from thalweg.series.panel import panel_of
from thalweg.series.panel_events import events_of_panel
from thalweg.series.read.events import read_events

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(40)]
SOLD = [float(i * i % 17) for i in range(40)]


def table(*shops, **others):
    """Return a table of the same values for each shop."""
    names = shops or ("north", "south", "west")
    made = {"shop": [name for name in names for _ in DAYS], "when": DAYS * len(names), "sold": SOLD * len(names)}
    return {**made, **others}


def number(count=3):
    return list(range(40 * count))


def many():
    """Return a table of two frequencies, three series of each."""
    weeks = [DAYS[0] + dt.timedelta(days=7 * i) for i in range(40)]
    return table(*"abcdef", when=DAYS * 3 + weeks * 3)


REFUSED = {  # to a source, options, and what the sentence says
    "read.no_column": (table(), {"by": "region"}, ["has no column 'region'", "shop (text"]),
    "read.no_column_but_near": (table(), {"by": "shops"}, ["Did you mean by='shop'?"]),
    "panel.by_is_date": (table(), {"by": "when"}, ["by='when' names the column of the dates"]),
    "panel.by_is_value": (table(), {"by": "sold"}, ["by='sold' names the column of the values"]),
    "panel.two_roles": (table(), {"by": "shop", "static": "shop"}, ["'shop' is named by by and by static"]),
    "panel.too_many_but": (
        table(order=number()),
        {"by": "order", "value": "sold"},
        ["by='order' would make 120 series of 120 rows", 'such as "0"', "by='shop' (3 values)"],
    ),
    "panel.too_many": (
        {"order": number(1), "when": DAYS, "sold": SOLD},
        {"by": "order", "value": "sold"},
        ["40 series of 40 rows"],
    ),
    "panel.alike": (
        table("north", "North", "west"),
        {"by": "shop"},
        ["'north' in row 0", "'North' in row 40", "column 'shop'"],
    ),
    "panel.no_name": (table("north", None, "west"), {"by": "shop"}, ["row 40", "column 'shop' is empty"]),
    "panel.mixed": (
        many(),
        {"by": "shop"},
        ["3 daily (such as 'a'), 3 weekly, on Mondays (such as 'd')", "freq='D'", "file of its own"],
    ),
    "panel.static_changes": (
        table(size=[1.0] * 60 + [2.0] * 60),
        {"by": "shop", "value": "sold", "static": "size"},
        ["static='size' changes within the series 'south'", '"1" in row 40', '"2" in row 60'],
    ),
    "panel.wide_without_numbers": ({"when": DAYS, "shop": ["a"] * 40}, {"wide": True}, ["there is none"]),
    "read.rows_differ_often": (
        table("north", "north", sold=[*SOLD, *SOLD[::-1]]),
        {"by": "shop"},
        ["Series 'north' of the frame: row 0 and row 40 are both of 2024-01-01"],
    ),
    "read.not_a_number": (
        table(sold=["x" if i == 77 else str(i % 7) for i in number()]),
        {"by": "shop", "value": "sold"},
        ['row 77: "x" in column sold'],
    ),
    "read.several_numbers": (table(paid=[3.0 + i * i % 5 for i in number()]), {"by": "shop"}, ["value='sold'"]),
    "read.many_series": (
        table(),
        {},
        ["3 values of shop a date", "by='shop' reads each of them", "thalweg.read_panel"],
    ),
    "columns.with_alone": (table(), {"by": "shop", "with_": table()}, ["no column is named"]),
    "read.all_missing": (table(sold=[None] * 119 + [1.0]), {"by": "shop", "until": DAYS[38]}, ["Series 'north'"]),
}


def told(error):
    """Return the sentence in English; check that it is whole in both languages, and ends in what to do."""
    for language in LANGUAGES:
        sentence = error.sentence(language, command=True)
        assert sentence.endswith("." if language == "en" else "。")
        assert "Message(" not in sentence
    return str(error)


@pytest.mark.parametrize("key", REFUSED)
def test_refused(key):
    source, options, parts = REFUSED[key]
    with pytest.raises(InputError) as caught:
        read_panel(source, **options)
    assert caught.value.message.key == f"error.{key}"
    sentence = told(caught.value)
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize("other", [" north", "north\u00a0", "NORTH", "\uff4eorth", "nor\u200bth"])
def test_one_series_under_two_names(other):
    with pytest.raises(InputError) as caught:
        read_panel(table("north", other), by="shop")
    assert caught.value.message.key == "error.panel.alike"
    assert "row 0" in told(caught.value)


def test_blanks_around_every_name_are_no_part_of_it():
    assert read_panel(table(" north ", " south "), by="shop").names == ("north", "south")


def test_rows_of_files_are_counted_as_a_spreadsheet_does(tmp_path):
    path = tmp_path / "sales.csv"
    rows = [f"{shop or ''},{when},{sold}" for shop, when, sold in zip(*table("n", None).values(), strict=True)]
    path.write_text("\n".join(["shop,when,sold", *rows]))
    with pytest.raises(InputError, match=r"sales.csv, row 42: the cell of the column 'shop' is empty"):
        read_panel(path, by="shop")


def test_an_empty_name_beside_a_total_is_no_mistake(tmp_path):
    """As YouTube Studio writes it: a row of sums, whose date and series are empty or no date."""
    path = tmp_path / "sales.csv"
    rows = [f"{shop},{when},{sold}" for shop, when, sold in zip(*table("n", "s").values(), strict=True)]
    path.write_text("\n".join(["shop,when,sold", *rows, f",Total,{2 * sum(SOLD)}"]))
    panel = read_panel(path, by="shop")
    assert panel.names == ("n", "s")
    assert "note.total" in [note.key for note in panel.notes]


def test_the_advice_for_a_mixed_panel_can_be_followed():
    with pytest.raises(InputError) as caught:
        read_panel(many(), by="shop")
    argument = caught.value.message.values["argument"]
    panel = read_panel(many(), by="shop", **{argument.name: argument.value})
    assert panel.names == ("a", "b", "c")
    for one in panel.refused:
        assert one.name in told(InputError(one.why))


def test_hours_in_some_series_alone():
    hours = [dt.datetime(2024, 1, 1) + dt.timedelta(hours=i) for i in range(80)]  # noqa: DTZ001 - as a clock shows it
    source = table("a", "b", "c", when=[str(each) for each in [*hours, *DAYS]])
    source["shop"] = ["a"] * 80 + ["c"] * 40
    with pytest.raises(InputError) as caught:
        read_panel(source, by="shop")
    assert caught.value.message.key == "error.panel.mixed_in_parts"
    assert "1 with several values a day (such as 'a')" in told(caught.value)


def test_folders(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "README.md").write_text("nothing")
    for source, key in ((empty, "panel.no_files"), (tmp_path / "*.csv", "read.no_match")):
        with pytest.raises(InputError) as caught:
            read_panel(source)
        assert caught.value.message.key == f"error.{key}"
        told(caught.value)
    for name in ("a.csv", "a.txt"):
        (tmp_path / name).write_text("when,sold\n2024-01-01,1\n2024-01-02,2\n")
    with pytest.raises(InputError) as caught:
        read_panel(tmp_path)
    assert caught.value.message.key == "error.panel.files_alike"
    told(caught.value)
    (tmp_path / "a.txt").write_text("shop,when,price\nx,2024-01-01,1\n")
    (tmp_path / "a.csv").write_text("shop,when,sold\nx,2024-01-01,1\n")
    with pytest.raises(InputError) as caught:
        read_panel(tmp_path, by="shop")
    assert caught.value.message.key == "error.panel.parts_differ"
    told(caught.value)


def test_events_of_a_series_that_there_is_not():
    panel = read_panel(table(), by="shop")
    given = {"holiday": ["sale"], "ds": [DAYS[3]], "shop": ["nort"]}
    with pytest.raises(InputError) as caught:
        events_of_panel(read_events(given, by=panel.keys), panel)
    assert caught.value.message.key == "error.events.no_series"
    assert "Did you mean 'north'?" in told(caught.value)


def test_a_panel_is_of_one_frequency():
    days = read({"when": DAYS, "sold": SOLD})
    weeks = read({"when": [DAYS[0] + dt.timedelta(days=7 * i) for i in range(40)], "sold": SOLD})
    for given, key in (((), "empty"), ((days, weeks), "frequencies")):
        with pytest.raises(InputError) as caught:
            panel_of(*given)
        assert caught.value.message.key == f"error.panel.{key}"
        assert str(caught.value).endswith(".")
