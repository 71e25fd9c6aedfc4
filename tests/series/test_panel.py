"""Each series of a panel is what `read` makes of its rows alone, in whatever form the many are given."""
# ruff: noqa: PD011 - the values of a series are no frame's

from __future__ import annotations

import csv
import datetime as dt
import gzip
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import thalweg
from support.data import real
from thalweg import InputError, Panel, read, read_events, read_panel
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.panel import panel_of
from thalweg.series.panel_events import events_of_panel

FIRST = dt.date(2023, 1, 2)
NAMES = ("apples", "pears", "quinces")
START, COUNT = {"apples": 0, "pears": 31, "quinces": 7}, {"apples": 120, "pears": 60, "quinces": 113}


def day(i):
    return FIRST + dt.timedelta(days=i)


def value(name, i):
    return float((i * (7 + len(name)) + i * i) % 53 + 10 * len(name))


def rows_of(name):
    return [(name, day(i), value(name, i)) for i in range(START[name], START[name] + COUNT[name])]


ROWS = [row for name in NAMES for row in rows_of(name)]


def columns(rows=ROWS, names=("shop", "when", "sold")):
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def written(path, rows=ROWS, header=("shop", "when", "sold"), delimiter=","):
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def alike(one, other, *, notes=True):
    assert one.start == other.start
    assert np.array_equal(one.values, other.values)
    assert np.array_equal(one.observed, other.observed)
    assert one.frequency == other.frequency
    assert not notes or one.notes == other.notes


def is_whole(panel, names=NAMES):
    """Check a panel against the rows themselves, not against another reading of them."""
    assert panel.names == names
    for name, series in panel:
        assert series.start == np.datetime64(day(START[name]))
        assert series.values.tolist() == [row[2] for row in rows_of(name)]
        assert series.observed.all()
    assert np.array_equal(panel.values, np.concatenate([series.values for series in panel.series]))
    assert panel.offsets.tolist() == [0, *np.cumsum([COUNT[name] for name in names])]
    assert all(np.shares_memory(series.values, panel.values) for series in panel.series)
    assert panel.refused == ()


def texts_of(panel):
    """Return the keys of the panel's notes; each of them can be told in both languages."""
    for language in LANGUAGES:
        told = [catalogue(language)(note) for note in panel.notes]
        assert all(told)
    return [note.key.removeprefix("note.") for note in panel.notes]


# The forms of a long table


def test_a_file_of_many_series(tmp_path):
    panel = read_panel(written(tmp_path / "sales.csv"), by="shop")
    is_whole(panel)
    assert panel.keys == {"shop": NAMES}
    assert texts_of(panel) == ["panel_ends_early"]
    assert panel.notes[0].values == {"count": 1, "of": 3, "last": "2023-05-01", "name": "pears", "end": "2023-04-02"}
    assert {(series.name, series.source) for series in panel.series} == {("sold", "sales.csv")}
    assert repr(panel) == "<Panel of 3 series: 293 days, 2023-01-02 to 2023-05-01>"
    assert isinstance(panel, Panel)


def test_forms_of_files(tmp_path):
    frame = pd.DataFrame(columns())
    frame["when"] = pd.to_datetime(frame["when"])
    plain = written(tmp_path / "sales.csv")
    (tmp_path / "sales.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    frame.to_parquet(tmp_path / "sales.parquet")
    frame.to_json(tmp_path / "sales.json", orient="records", date_format="iso")
    with pd.ExcelWriter(tmp_path / "sales.xlsx") as writer:
        frame.to_excel(writer, index=False)
    for ending in (".csv.gz", ".parquet", ".json", ".xlsx"):
        is_whole(read_panel(tmp_path / f"sales{ending}", by=["shop"]))


@pytest.mark.slow
@pytest.mark.parametrize("names", [("unique_id", "ds", "y"), ("item_id", "timestamp", "target"), ("ID", "ds", "y")])
def test_names_that_other_tools_give(names, tmp_path):
    given = columns(names=names)
    for source in (given, pd.DataFrame(given), pl.DataFrame(given), pa.table(given)):
        is_whole(read_panel(source))
    is_whole(read_panel(written(tmp_path / "sales.csv", header=names)))
    others = {**given, "price": [1.5 + i % 7 for i in range(len(ROWS))]}
    is_whole(read_panel(others))  # another column of numbers stands beside them
    assert read_panel(others, value="price").series[0].name == "price"


def test_names_given_count_before_those_known():
    table = {**columns(names=("unique_id", "ds", "y")), "kind": ["fruit"] * len(ROWS)}
    assert read_panel(table).keys == {"unique_id": NAMES}
    panel = read_panel({**table, "y2": [2 * sold for *_, sold in ROWS]}, by="kind,unique_id", value="y2")
    assert panel.keys == {"kind": ("fruit",) * 3, "unique_id": NAMES}
    assert panel["fruit/pears"].values.tolist() == [2 * row[2] for row in rows_of("pears")]


def test_an_index_of_series_and_dates():
    frame = pd.DataFrame(columns(names=("item_id", "timestamp", "target")))
    frame["timestamp"] = pd.to_datetime(frame["timestamp"])
    is_whole(read_panel(frame.set_index(["item_id", "timestamp"])))


def test_the_backend_is_that_of_the_frame():
    given = columns(names=("unique_id", "ds", "y"))
    assert isinstance(read_panel(pl.DataFrame(given)).to_frame(), pl.DataFrame)
    assert isinstance(read_panel(pd.DataFrame(given)).to_frame(), pd.DataFrame)


def test_a_frame_comes_back_as_it_was():
    gap = [row for row in ROWS if row[1] != day(40)]
    panel = read_panel(columns(gap), by="shop")
    frame = panel.to_frame("pandas")
    assert list(frame.columns) == ["unique_id", "ds", "y"]
    assert frame["y"].isna().sum() == 3
    again = read_panel(frame)
    for name, series in panel:
        alike(again[name], series, notes=False)


def test_several_columns_name_a_series():
    rows = [("north", *row) for row in ROWS] + [("south", *row) for row in ROWS if row[0] != "pears"]
    panel = read_panel(columns(rows, ("region", "shop", "when", "sold")), by="region,shop")
    assert panel.names == ("north/apples", "north/pears", "north/quinces", "south/apples", "south/quinces")
    assert panel.keys == {"region": ("north",) * 3 + ("south",) * 2, "shop": (*NAMES, "apples", "quinces")}
    assert panel.key("south/apples") == {"unique_id": "south/apples", "region": "south", "shop": "apples"}
    assert "south/pears" not in panel
    with pytest.raises(KeyError):
        panel["south/pears"]


def test_joined_names_are_unlike():
    rows = [(first, second, day(i), i % 9) for first, second in (("a/b", "c"), ("a", "b/c")) for i in range(30)]
    for order in (rows, rows[::-1]):
        panel = read_panel(columns(order, ("one", "two", "when", "sold")), by="one,two")
        assert panel.names == ("a/b/c", "a/b/c (2)")
        assert panel.keys == {"one": ("a", "a/b"), "two": ("b/c", "c")}


def test_numbers_name_series_in_their_order():
    rows = [(number, day(i), number + i % 9) for number in (10, 9, 100) for i in range(30)]
    assert read_panel(columns(rows), by="shop", value="sold").names == ("9", "10", "100")
    texts = [(str(number), when, sold) for number, when, sold in rows]
    assert read_panel(columns(texts), by="shop", value="sold").names == ("9", "10", "100")


def test_a_country_called_na_is_a_series():
    rows = [(code, day(i), i % 9) for code in ("NA", "NE", "null") for i in range(30)]
    assert read_panel(columns(rows), by="shop").names == ("NA", "NE", "null")


# The oracle: the rows of one series alone


@pytest.mark.slow
def test_real_views_by_country(tmp_path):
    path = real("youtube_codingtrain_daily_views_by_country_2021.csv")
    panel = read_panel(path, by="Geography")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(panel) == len({row["Geography"] for row in rows}) == 201
    compared = zeros = 0
    for name, series in panel:
        own = [(row["Date"], row["Views"]) for row in rows if row["Geography"] == name]
        assert series.values[series.observed].tolist() == [float(views) for _, views in own if views]
        if len({views for _, views in own}) == 1:
            zeros += 1
        elif len(name) == 2 and name[0] < "E":
            alone = read(written(tmp_path / "one.csv", own, ("Date", "Views")))
            alike(series, alone)
            compared += bool(alone.values.any())
    assert compared > 20
    assert zeros > 0


def tried(reading, source, **options):
    """Return what is read, or the key of the error."""
    try:
        return reading(source, **options)
    except InputError as error:
        return error.message.key


POINTS = st.tuples(st.integers(0, 50), st.one_of(st.none(), st.integers(-5, 30)))
SERIES = st.lists(POINTS, min_size=9, max_size=60, unique_by=lambda pair: pair[0])


@given(st.lists(SERIES, min_size=2, max_size=4), st.randoms())
def test_any_rows_in_any_order(many, random):
    names = "abcd"[: len(many)]
    rows = [(name, day(i), sold) for name, points in zip(names, many, strict=True) for i, sold in points]
    random.shuffle(rows)
    panel = tried(read_panel, columns(rows), by="shop")
    if isinstance(panel, str):
        assert panel in ("error.panel.mixed", *REASONS)
        return
    assert sorted([*panel.names, *(one.name for one in panel.refused)]) == list(names)
    for name, series in panel:
        assert series.observed.sum() == sum(row[0] == name and row[2] is not None for row in rows)
        alone = tried(read, columns([row[1:] for row in rows if row[0] == name], ("when", "sold")))
        if isinstance(alone, str):
            assert alone in ("error.read.all_equal", "error.read.one_day", *REASONS)
        elif alone.frequency == panel.frequency:
            alike(series, alone)
    for one in panel.refused:
        assert one.why.key in ("error.panel.other_frequency", *REASONS)


REASONS = [
    f"error.read.{key}"
    for key in (
        *("all_missing", "not_served", "rhythm_changes", "other_weekdays", "no_dated_values", "no_numbers"),
        *("scattered", "scattered_before", "scattered_after", "two_in_one"),
    )
]


LATE = st.tuples(st.integers(0, 40), st.integers(35, 80), st.sets(st.integers(1, 30), max_size=8), st.integers(2, 9))


@given(st.lists(LATE, min_size=2, max_size=5), st.randoms())
def test_series_that_start_late_end_early_and_have_gaps(many, random):
    rows = [
        (f"s{number}", day(start + i), float(i * i % 11 + factor * (i % 3)))
        for number, (start, length, absent, factor) in enumerate(many)
        for i in range(length)
        if i not in absent
    ]
    random.shuffle(rows)
    panel = read_panel(columns(rows), by="shop")
    assert panel.names == tuple(f"s{number}" for number in range(len(many)))
    for (name, series), (start, length, absent, _) in zip(panel, many, strict=True):
        assert series.start == np.datetime64(day(start))
        assert (len(series), len(series) - series.observed.sum()) == (length, len(absent))
        alike(series, read(columns([row[1:] for row in rows if row[0] == name], ("when", "sold"))))
    ends = [start + length for start, length, *_ in many]
    early = [note.values["count"] for note in panel.notes if note.key == "note.panel_ends_early"]
    assert sum(early) == sum(end < max(ends) for end in ends)


def test_shuffled_rows_give_the_same_panel():
    order = np.random.default_rng(5).permutation(len(ROWS))
    panel = read_panel(columns([ROWS[place] for place in order]), by="shop")
    is_whole(panel)
    assert all([note.key for note in series.notes] == ["note.unsorted"] for series in panel.series)


def test_grouped_rows_are_those_that_were_sorted_alone():
    """One repeated row makes every row be grouped, which else is left out."""
    plain, grouped = (read_panel(columns([*ROWS, *more]), by="shop") for more in ([], [ROWS[3]]))
    for name, series in plain:
        alike(grouped[name], series, notes=False)
    assert [note.key for note in grouped["apples"].notes] == ["note.duplicates_dropped"]
    assert grouped["pears"].notes == plain["pears"].notes == ()


@pytest.mark.parametrize("way", ["sum", "mean", "last"])
def test_rows_of_one_date_are_combined_as_asked(way):
    rows = ROWS + [(name, when, 3 * sold) for name, when, sold in rows_of("pears")]
    panel = read_panel(columns(rows), by="shop", duplicates=way)
    sold = np.array([row[2] for row in rows_of("pears")])
    assert panel["pears"].values.tolist() == (sold * {"sum": 4, "mean": 2, "last": 3}[way]).tolist()
    assert [note.key for note in panel["pears"].notes] == [f"note.duplicates_{way}"]
    alike(panel["apples"], read(columns([row[1:] for row in rows_of("apples")], ("when", "sold"))))


def test_marks_are_decided_from_all_series(tmp_path):
    rows = [("a", day(i), f"1.{100 + i}") for i in range(30)] + [("b", day(i), f"{i},5") for i in range(30)]
    panel = read_panel(written(tmp_path / "sales.csv", rows, delimiter=";"), by="shop")
    assert panel["a"].values[:2].tolist() == [1100, 1101]
    assert panel["b"].values[:2].tolist() == [0.5, 1.5]
    assert "decimal_comma" in texts_of(panel)


def test_dates_that_repeat_are_found_in_one_series():
    years = [(name, 1990 + i, (i * len(name)) % 11) for name in NAMES for i in range(30)]
    panel = read_panel(columns(years), by="shop")
    assert panel.frequency.name == "yearly"
    assert panel["pears"].start == np.datetime64("1990-01-01")


def test_days_of_hours():
    start = dt.datetime.fromisoformat("2024-01-01")
    hours = [
        (name, str(start + dt.timedelta(hours=i + shift)), float(i % 24 + i % 7))
        for name, shift in (("a", 0), ("b", 30))
        for i in range(400)
    ]
    panel = read_panel(columns(hours), by="shop")
    assert panel.frequency.name == "hourly"
    for name, series in panel:
        alike(series, read(columns([row[1:] for row in hours if row[0] == name], ("when", "sold"))))
    by_day = read_panel(columns(hours), by="shop", duplicates="sum", freq="D")
    assert by_day.frequency.name == "daily"
    assert by_day["a"].values[0] == sum(row[2] for row in hours[:24])


# What fits few series is told, and the others are served


def test_tiny_constant_and_empty_series():
    rows = [*ROWS, ("one", day(9), 4.0), ("two", day(9), 4.0), ("two", day(11), 5.0)]
    rows += [(name, day(i), sold) for name, sold in (("zero", 0.0), ("same", 7.0), ("none", None)) for i in range(40)]
    panel = read_panel(columns(rows), by="shop")
    assert panel.names == (*NAMES[:1], "one", "pears", "quinces", "same", "two", "zero")
    assert panel["one"].values.tolist() == [4]
    assert (panel["two"].values.tolist(), panel["two"].observed.tolist()) == ([4, 4, 5], [True, False, True])
    assert set(panel["zero"].values) == {0}
    assert set(panel["same"].values) == {7}
    ((name, why),) = [(one.name, one.why) for one in panel.refused]
    assert (name, why.key) == ("none", "error.read.all_missing")
    assert "Series 'none' of the frame" in str(why)
    assert repr(panel).endswith(", 1 refused>")


def weekly(name, count=20, step=7):
    return [(name, day(step * i), float(i * i % 17)) for i in range(count)]


def many(count, name="s"):
    return [(f"{name}{number}", day(i), float((i * number) % 13)) for number in range(count) for i in range(60)]


def test_few_of_another_frequency_are_refused():
    panel = read_panel(columns([*many(18), *weekly("weekly")]), by="shop")
    assert len(panel) == 18
    ((name, why),) = [(one.name, one.why) for one in panel.refused]
    assert (name, why.key) == ("weekly", "error.panel.other_frequency")
    assert "is weekly, on Mondays, while most series are daily" in str(why)
    asked = why.values["argument"]
    assert (asked.name, asked.value) == ("freq", "W-MON")
    assert read_panel(columns([*many(18), *weekly("weekly")]), by="shop", freq="W-MON").names == ("weekly",)


def test_a_panel_of_several_frequencies():
    rows = columns([*many(3), *weekly("weekly"), *weekly("later", 30)])
    with pytest.raises(InputError) as caught:
        read_panel(rows, by="shop")
    assert caught.value.message.key == "error.panel.mixed"
    assert "3 daily (such as 's0'), 2 weekly, on Mondays (such as 'weekly')" in str(caught.value)
    argument = caught.value.message.values["argument"]
    kept = read_panel(rows, by="shop", freq=argument.value)
    assert kept.names == ("s0", "s1", "s2")
    assert {one.why.key for one in kept.refused} == {"error.read.freq_differs"}


def working(name, days=120):
    return [(name, day(i), float(i % 11)) for i in range(days) if day(i).weekday() < 5]


def test_weekdays_of_most_and_of_all():
    most = [row for number in range(18) for row in working(f"w{number}")]
    panel = read_panel(columns([*most, *many(1)]), by="shop")
    assert panel.frequency.weekmask == "1111100"
    assert [(one.name, one.why.key) for one in panel.refused] == [("s0", "error.panel.other_frequency")]
    asked = read_panel(columns([*most, *many(1)]), by="shop", freq="D")
    assert (len(asked), asked.frequency.weekmask) == (19, "1111111")
    assert asked["w0"].observed.sum() == len(working("w0"))
    half = read_panel(columns([*working("w"), *many(1)]), by="shop")
    assert (half.names, half.frequency.weekmask) == (("s0", "w"), "1111111")


def test_a_short_series_takes_the_frequency_of_the_others():
    short = [("short", day(7 * i), 3.0) for i in (5, 6)]
    panel = read_panel(columns([*weekly("a"), *weekly("b"), *short]), by="shop")
    assert panel.frequency.name == "weekly"
    assert panel["short"].values.tolist() == [3, 3]


def test_hours_and_days_are_two_frequencies():
    start = dt.datetime.fromisoformat("2024-01-01")
    hours = [("hours", str(start + dt.timedelta(hours=i)), float(i % 24)) for i in range(400)]
    days = [("days", str(start + dt.timedelta(days=i)), float(i % 5)) for i in range(60)]
    with pytest.raises(InputError) as caught:
        read_panel(columns([*hours, *days]), by="shop")
    assert caught.value.message.key == "error.panel.mixed_in_parts"
    panel = read_panel(columns([*hours, *days]), by="shop", freq="h")
    assert (panel.names, panel.frequency.name) == (("hours",), "hourly")
    assert [(one.name, one.why.key) for one in panel.refused] == [("days", "error.read.freq_differs")]


def test_rows_that_differ_stop_one_series_alone():
    panel = read_panel(columns([*ROWS, ("pears", day(40), 9e3)]), by="shop")
    assert panel.names == ("apples", "quinces")
    ((name, why),) = [(one.name, one.why) for one in panel.refused]
    assert (name, why.key) == ("pears", "error.read.rows_differ")
    assert f"row {120 + 40 - 31} and row {len(ROWS)} are both of {day(40)}" in str(why)


def test_days_asked_for():
    panel = read_panel(columns(), by="shop", since=day(50), until=day(80))
    assert [(series.start, len(series)) for series in panel.series] == [(np.datetime64(day(50)), 31)] * 3
    late = read_panel(columns(), by="shop", since=day(100))
    assert late.names == ("apples", "quinces")
    assert [(one.name, one.why.key) for one in late.refused] == [("pears", "error.read.all_before_since")]


# Wide tables, and several files


def wide():
    table = {"when": [day(i) for i in range(120)]}
    for name in NAMES:
        sold = {when: number for _, when, number in rows_of(name)}
        table[name] = [sold.get(when) for when in table["when"]]
    return table


def test_a_wide_table(tmp_path):
    panel = read_panel(wide(), wide=True)
    is_whole(panel)
    assert panel.keys == {"series": NAMES}
    assert [series.name for series in panel.series] == list(NAMES)
    for name, series in panel:
        alone = read(wide(), value=name)
        notes = tuple(note for note in alone.notes if note.key != "note.ahead")  # of the other columns
        alike(series, replace(alone, notes=notes))
    rows = list(zip(*wide().values(), strict=True))
    is_whole(read_panel(written(tmp_path / "wide.csv", rows, tuple(wide())), wide=True))
    assert read_panel(wide(), wide=True, value="pears,apples").names == ("apples", "pears")


def test_columns_of_a_wide_table_that_are_no_series():
    table = {**wide(), "week": [1 + i // 7 for i in range(120)], "zero": [0] * 120, "shop": ["x"] * 120}
    panel = read_panel(table, wide=True)
    assert panel.names == (*NAMES, "zero")
    assert "panel_columns_of_the_date" in texts_of(panel)
    assert read_panel(table, wide=True, value="week").names == ("week",)


def test_columns_of_a_wide_table_are_written_each_in_its_way(tmp_path):
    rows = [(day(i), f"$ {i}", f"{i}%", 2 * i) for i in range(40)]
    panel = read_panel(written(tmp_path / "wide.csv", rows, ("when", "price", "share", "count")), wide=True)
    assert panel.names == ("count", "price", "share")
    for name, series in panel:
        assert series.values.tolist() == [i * (2 if name == "count" else 1) for i in range(40)]
    rows[7] = (day(7), "$ 7", "much", 14)
    with pytest.raises(InputError, match=r'wide.csv, row 9: "much" in column share'):
        read_panel(written(tmp_path / "wide.csv", rows, ("when", "price", "share", "count")), wide=True)


def test_a_wide_table_for_each_shop():
    table = {"when": [day(i) for i in range(40)] * 2, "shop": ["n"] * 40 + ["s"] * 40}
    table |= {"cups": [i * i % 7 for i in range(80)], "pots": [i * i % 9 for i in range(80)]}
    panel = read_panel(table, by="shop", wide=True)
    assert panel.names == ("n/cups", "n/pots", "s/cups", "s/pots")
    assert panel["s/pots"].values.tolist() == table["pots"][40:]


def folder_of(path):
    path.mkdir()
    for name in NAMES:
        written(path / f"{name}.csv", [row[1:] for row in rows_of(name)], ("when", "sold"))
    packed = path / "pears.csv"
    (path / "pears.csv.gz").write_bytes(gzip.compress(packed.read_bytes()))
    packed.unlink()
    return path


def test_a_folder_and_a_pattern(tmp_path):
    folder = folder_of(tmp_path / "shops")
    is_whole(read_panel(folder))
    is_whole(read_panel(str(folder / "*.csv*")))
    assert read_panel(folder / "[aq]*.csv").names == ("apples", "quinces")
    for name, ending in (("apples", ".csv"), ("pears", ".csv.gz")):
        alike(read_panel(folder)[name], read(folder / f"{name}{ending}"))


def test_a_file_that_cannot_be_read_stops_nothing(tmp_path):
    folder = folder_of(tmp_path / "shops")
    (folder / "empty.csv").write_text("")
    (folder / "README.md").write_text("what is here")
    written(folder / "worse.csv", [(day(i), "x" if i == 5 else i) for i in range(40)], ("when", "sold"))
    panel = read_panel(folder)
    assert panel.names == NAMES
    assert [(one.name, one.why.key) for one in panel.refused] == [
        ("empty", "error.read.empty_file"),
        ("worse", "error.read.not_a_number"),
    ]
    assert "panel_other_files" in texts_of(panel)


def test_files_of_one_name_in_several_folders(tmp_path):
    for name in NAMES:
        (tmp_path / name).mkdir()
        written(tmp_path / name / "sales.csv", [row[1:] for row in rows_of(name)], ("when", "sold"))
    assert read_panel(tmp_path / "*" / "sales.csv").names == tuple(f"{name}/sales" for name in NAMES)


def test_files_are_parts_of_one_table(tmp_path):
    parts = tmp_path / "parts"
    parts.mkdir()
    written(parts / "a.csv", ROWS[:100])
    pd.DataFrame(columns(ROWS[100:150])).to_parquet(parts / "b.parquet")
    written(parts / "c.csv", [(sold, name, when) for name, when, sold in ROWS[150:]], ("sold", "shop", "when"))
    is_whole(read_panel(parts, by="shop"))
    written(parts / "d.csv", [("apples", "2030-01-01", "x"), ("pears", "2030-01-01", 1)])
    with pytest.raises(InputError, match=r'row 2 of d.csv: "x" in column sold'):
        read_panel(parts, by="shop", today=dt.date(2031, 1, 1))
    written(parts / "d.csv", [("apples", "2030-01-01", 1)], ("shop", "when", "sale"))
    with pytest.raises(InputError, match=r"d.csv has no column 'sold', which a.csv has"):
        read_panel(parts, by="shop")


# Columns beside the values


def beside():
    """Return rows with a price that is known beforehand, and clicks of the past."""
    table = columns()
    table["price"] = [1.0 + (i * i) % 5 for i in range(len(ROWS))]
    table["clicks"] = [float((i * 31) % 17) for i in range(len(ROWS))]
    for name in NAMES:
        for i in range(START[name] + COUNT[name], START[name] + COUNT[name] + 14):
            for column, cell in zip(table, (name, day(i), None, 1.0 + i % 3, None), strict=True):
                table[column].append(cell)
    return table


def of_one(table, name):
    kept = [place for place, shop in enumerate(table["shop"]) if shop == name]
    return {column: [cells[place] for place in kept] for column, cells in table.items() if column != "shop"}


def same_columns(one, other):
    assert one.regressors.names == other.regressors.names
    for mine, its in zip(one.regressors.each, other.regressors.each, strict=True):
        assert np.array_equal(mine.values, its.values)
        assert mine.known == its.known


def test_columns_of_each_series():
    panel = read_panel(beside(), by="shop", value="sold", known="price", past="clicks")
    assert texts_of(panel) == ["panel_ends_early"]
    for name, series in panel:
        alone = read(of_one(beside(), name), value="sold", known="price", past="clicks")
        alike(series, alone)
        same_columns(series, alone)
        assert len(series.regressors.known[0].values) == len(series) + 14
    assert "panel_ahead" in texts_of(read_panel(beside(), by="shop", value="sold"))


def test_known_columns_of_a_second_source(tmp_path):
    prices = [(name, day(i), 1.0 + (i * i * len(name)) % 11) for name in NAMES for i in range(140)]
    given = written(tmp_path / "prices.csv", prices, ("shop", "when", "price"))
    panel = read_panel(columns(), by="shop", known="price", with_=given)
    for name, series in panel:
        own = written(tmp_path / "own.csv", [row[1:] for row in prices if row[0] == name], ("when", "price"))
        alone = read(columns([row[1:] for row in rows_of(name)], ("when", "sold")), known="price", with_=own)
        same_columns(series, alone)
    for_all = written(tmp_path / "all.csv", [row[1:] for row in prices if row[0] == "pears"], ("when", "price"))
    panel = read_panel(columns(), by="shop", known="price", with_=for_all)
    alone = read(columns([row[1:] for row in rows_of("apples")], ("when", "sold")), known="price", with_=for_all)
    same_columns(panel["apples"], alone)


def test_a_column_may_be_constant_in_a_series_but_no_copy():
    table = {**columns(), "price": [float(len(name)) for name, *_ in ROWS]}
    panel = read_panel(table, by="shop", value="sold", known="price")
    assert {series.regressors.each[0].values[0] for series in panel.series} == {6, 5, 7}
    table["price"] = table["sold"]
    with pytest.raises(InputError) as caught:
        read_panel(table, by="shop", value="sold", known="price")
    assert caught.value.message.key == "error.columns.copy"


def test_static_columns(tmp_path):
    size, place = {"apples": 1.5, "pears": None, "quinces": 20}, {"apples": "N", "pears": "", "quinces": "S "}
    rows = [(*row, size[row[0]], place[row[0]]) for row in ROWS]
    header = ("shop", "when", "sold", "size", "place")
    path = written(tmp_path / "sales.csv", rows, header)
    for source in (path, columns(rows, header)):
        panel = read_panel(source, by="shop", value="sold", static="size,place")
        assert np.array_equal(panel.static["size"], [1.5, np.nan, 20], equal_nan=True)
        assert panel.static["size"].dtype == np.float64
        assert panel.static["place"].tolist() == ["N", "", "S"]
    folder = tmp_path / "shops"
    folder.mkdir()
    for name in NAMES:
        written(folder / f"{name}.csv", [row[1:] for row in rows if row[0] == name], header[1:])
    static = read_panel(folder, value="sold", static="size,place").static
    assert np.array_equal(static["size"], [1.5, np.nan, 20], equal_nan=True)
    assert static["place"].tolist() == ["N", "", "S"]


def test_static_columns_follow_the_series_that_are_served():
    rows = [("none", day(i), None, 9) for i in range(30)] + [(*row, len(row[0])) for row in ROWS]
    panel = read_panel(columns(rows, ("shop", "when", "sold", "size")), by="shop", value="sold", static="size")
    assert panel.names == NAMES
    assert panel.static["size"].tolist() == [6, 5, 7]


# Events


EVENTS = {
    "holiday": ["sale", "sale", "fair", "closed"],
    "ds": [day(40), day(50), day(60), day(70)],
    "shop": ["apples", "pears", "", "quinces"],
}


def days_of(events):
    return {str(column): [int(i) - (FIRST - dt.date(1970, 1, 1)).days for i in days] for column, days in events}


def test_events_of_each_series():
    panel = read_panel(columns(), by="shop")
    of_each = events_of_panel(read_events(EVENTS, by=panel.keys), panel)
    assert {name: days_of(events.days.items()) for name, events in of_each.items()} == {
        "apples": {"sale": [40], "fair": [60]},
        "pears": {"sale": [50], "fair": [60]},
        "quinces": {"fair": [60], "closed": [70]},
    }
    whole = {"unique_id" if name == "shop" else name: cells for name, cells in EVENTS.items()}
    again = events_of_panel(read_events(whole, by=panel.keys), panel, whole=True)
    assert {name: days_of(events.days.items()) for name, events in again.items()} == {
        "apples": {"closed": [], "fair": [60], "sale": [40]},
        "pears": {"closed": [], "fair": [60], "sale": [50]},
        "quinces": {"closed": [70], "fair": [60], "sale": []},
    }


def test_events_of_a_part_of_the_key():
    rows = [(region, *row) for region in ("n", "s") for row in ROWS]
    panel = read_panel(columns(rows, ("region", "shop", "when", "sold")), by="region,shop")
    table = {"holiday": ["fog", "sale"], "ds": [day(40), day(41)], "region": ["n", ""], "shop": ["", "pears"]}
    of_each = events_of_panel(read_events(table, by=panel.keys), panel)
    assert {name: events.names for name, events in of_each.items()} == {
        "n/apples": ("fog",),
        "n/pears": ("fog", "sale"),
        "n/quinces": ("fog",),
        "s/apples": (),
        "s/pears": ("sale",),
        "s/quinces": (),
    }


def test_one_event_on_the_same_day_in_two_series_is_no_mistake():
    table = {"holiday": ["sale"] * 2, "ds": [day(40)] * 2, "shop": ["apples", "pears"]}
    assert read_events(table, by=("shop",)).names == ("sale",)
    with pytest.raises(InputError) as caught:
        read_events({**table, "shop": ["apples", "apples"]}, by=("shop",))
    assert caught.value.message.key == "error.events.twice"


# A panel of series


def test_a_single_series_is_a_panel_of_one():
    one = columns([row[1:] for row in rows_of("pears")], ("when", "sold"))
    panel = read_panel(one)
    assert panel.names == ("sold",)
    alike(panel["sold"], read(one))
    series = read(one)
    made = panel_of(series)
    assert made.values is series.values
    assert made.names == ("sold",)
    assert panel_of(made) is made
    assert panel_of(series, made, series).names == ("sold", "sold (2)", "sold (3)")


def test_it_is_public():
    assert {"read_panel", "Panel"} <= set(dir(thalweg))
