"""Events are read from files and frames in Prophet's form or as dates and names; what is no event is refused."""

import gzip

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import thalweg
from thalweg.errors import InputError
from thalweg.series.frequency.dates import day_of_number, days_after

PROPHET = "holiday,ds,lower_window,upper_window\nrelease,2024-01-05,-1,1\nrelease,2024-02-05,0,1\n"
TWO = {"release": ["2024-01-05", "2024-02-25"]}


def days_of(table):
    return {
        name: list(map(str, day_of_number(days))) for name, days in zip(table.columns, table.days.values(), strict=True)
    }


def from_text(tmp_path, text, **options):
    path = tmp_path / "events.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return thalweg.read_events(path, **options)


def test_prophets_form(tmp_path):
    assert days_of(from_text(tmp_path, PROPHET)) == {
        "the day before release": ["2024-01-04"],
        "release": ["2024-01-05", "2024-02-05"],
        "the day after release": ["2024-01-06", "2024-02-06"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "date,event\n2024-01-05,release\n2024-02-25,release\n",
        "2024-01-05,release\n2024-02-25,release\n",
        "wann;was\n05.01.2024;release\n25.02.2024;release\n",
        "日期,事件\n2024年1月5日,release\n2024年2月25日,release\n",
        "holiday\tds\nrelease\t5 Jan 2024\nrelease\t25 Feb 2024\n",
        "Event,Date\nrelease,01/05/2024\nrelease,02/25/2024\n",
        "event,date\nrelease,2024-01-05\n,\nrelease,2024-02-25\n",
        '[{"ds": "2024-01-05", "holiday": "release"}, {"ds": "2024-02-25", "holiday": "release"}]',
        "holiday,ds\nrelease,2024-01-05\nrelease,2024-02-25\n".encode("utf-16"),
        gzip.compress(b"holiday,ds\nrelease,2024-01-05\nrelease,2024-02-25\n", mtime=0),
        "holiday,ds,lower_window,upper_window\nrelease,2024-01-05,,\nrelease,2024-02-25,0.0,0\n",
    ],
)
def test_a_date_and_a_name_in_the_ways_that_data_are_read(tmp_path, text):
    assert days_of(from_text(tmp_path, text)) == TWO


def test_a_spreadsheet_of_another_encoding(tmp_path):
    table = from_text(tmp_path, "事件,日期\n春季促销活动,2024-01-05\n秋季新品发布,2024-02-05\n".encode("gbk"))
    assert table.names == ("春季促销活动", "秋季新品发布")
    assert "GBK" in str(table.notes[0])


def test_prophets_prior_scale_is_not_used_and_another_column_is_not():
    frame = pd.DataFrame(
        {"holiday": "release", "ds": ["2024-03-01", "2024-09-01"], "lower_window": 0, "upper_window": 1}
    )
    scaled = thalweg.read_events(frame.assign(prior_scale=[10.0, 5.0]))
    assert scaled.events == thalweg.read_events(frame).events
    assert "The column prior_scale of the events is not used" in " ".join(map(str, scaled.notes))
    with pytest.raises(InputError, match="not known of events: scale"):
        thalweg.read_events(frame.assign(scale=[10.0, 5.0]))


@pytest.mark.parametrize("header", ["name,start,end", "名称,开始,结束"])
def test_a_term_has_a_start_and_an_end(tmp_path, header):
    made = days_of(from_text(tmp_path, f"{header}\nterm,2024-01-30,2024-02-02\nexam,2024-02-10,\n"))
    assert made == {"exam": ["2024-02-10"], "term": ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"]}


def test_rows_one_day_after_another_are_days_of_one_event(tmp_path):
    rows = "".join(f"term,2024-01-{day:02}\n" for day in range(8, 13))
    (days,) = days_of(from_text(tmp_path, "holiday,ds\n" + rows)).values()
    assert days == [f"2024-01-{day:02}" for day in range(8, 13)]


COLUMNS = {"holiday": ["release", "release"], "ds": ["2024-01-05", "2024-02-25"]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS).assign(
            ds=lambda frame: pd.to_datetime(frame.ds), lower_window=[0, np.nan], upper_window=0
        ),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).lazy(),
        pa.table(COLUMNS),
        COLUMNS,
        [("2024-01-05", "release"), ("2024-02-25", "release")],
    ],
    ids=["pandas", "typed", "polars", "lazy", "arrow", "dict", "pairs"],
)
def test_frames(frame):
    assert days_of(thalweg.read_events(frame)) == TWO


def test_the_format_of_dates_counts_where_all_dates_are_written_so(tmp_path):
    text = "holiday,ds\nrelease,03/04/2024\nrelease,05/06/2024\n"
    day_first = from_text(tmp_path, text, date_format="%d/%m/%Y")
    assert days_of(day_first) == {"release": ["2024-04-03", "2024-06-05"]}
    assert days_of(from_text(tmp_path, text, date_format="%m/%d/%Y")) == {"release": ["2024-03-04", "2024-05-06"]}
    assert days_of(from_text(tmp_path, PROPHET, date_format="%d/%m/%Y")) == days_of(from_text(tmp_path, PROPHET))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "holiday,ds,mode\nrelease,2024-01-05,add\n",
            "events.csv: these columns are not known of events: mode",
        ),
        ("ds,lower_window\n2024-01-05,0\n", "has no column of the events' names .* its columns are: ds, lower_window"),
        ("holiday,when\nrelease,soon\n", "has no column of dates .* its columns are: holiday, when"),
        ("ds\n2024-01-05\n", "has one column only"),
        ("", "events.csv is empty"),
        ("holiday,ds\n", "holds no event"),
        ("holiday,ds\nrelease,2024-01-05\nrelease,2024-02-30\n", "row 3: \"2024-02-30\" in the column 'ds' is no date"),
        ("holiday,ds\nsale,2024-01-05\nsale,2024-01-06\nsale,soon\n", "row 4: \"soon\" in the column 'ds' is no date"),
        (
            "holiday,ds\nsale,2024-01-05\n\nsale,2024-01-06\nsale,\n",
            "the table ends above row 5 .sale., where no date stands",
        ),
        (
            "holiday,ds,upper_window\nsale,2024-01-05,x\n",
            "row 2: \"x\" in the column 'upper_window' is no whole number",
        ),
        ("holiday,ds,upper_window\nsale,2024-01-05,1.5\n", 'row 2: "1.5" .* is no whole number of days'),
        (
            "holiday,ds,lower_window\nsale,2024-01-05,2\n",
            "row 2: \"2\" in the column 'lower_window' is above 0.* write -2",
        ),
        (
            "holiday,ds,upper_window\nsale,2024-01-05,-3\n",
            "row 2: \"-3\" in the column 'upper_window' is below 0.* write 3",
        ),
        ("holiday,ds,lower_window\nsale,2024-01-05,-61\n", "is more than 60 days"),
        (
            "holiday,ds,upper_window\nsale,2024-01-05,3\nx,2024-01-06,1\nsale,2024-01-08,1\n",
            "row 2 and row 4 of 'sale' overlap, from 2024-01-08 on",
        ),
        (
            "name,start,end\nterm,2024-01-05,2024-03-01\nterm,2024-02-01,2024-02-03\nterm,2024-04-01,2024-04-02\n",
            "row 2 and row 3 of 'term' overlap, from 2024-02-01 on",
        ),
        (
            "name,start,end\nterm,2024-01-05,2024-03-01\nterm,2024-01-06,2024-01-07\nterm,2024-02-01,2024-02-02\n",
            "row 2 and row 3 of 'term' overlap",
        ),
        (
            "holiday,ds\nsale,2024-01-05\nx,2024-01-06\nsale,2024-01-05\n",
            "row 2 and row 4 both say that 'sale' is on 2024-01-05",
        ),
        (
            "holiday,ds\nBig sale,2024-01-05\nbig  Sale,2024-02-05\n",
            "'Big sale' in row 2 and 'big  Sale' in row 3 differ in capitals",
        ),
        ("name,start,end\nterm,2024-05-05,2024-04-05\n", "row 2: the event ends on 2024-04-05, before it starts"),
        ("name,start,end\nterm,1990-05-05,2024-04-05\n", "row 2: the event lasts 12,390 days"),
        ("holiday,ds\n,2024-01-05\nsale,2024-01-06\n", "row 2: the name in the column 'holiday' is empty"),
        (f"holiday,ds\n{'x' * 81},2024-01-05\n", "has 81 letters. Write one of at most 80"),
        ("holiday,ds\nsale,03/04/2024\nsale,05/06/2024\n", "may be read as 2024-03-04 or as 2024-04-03"),
        (
            "holiday,ds\n" + "".join(f"video {n},2024-01-05\n" for n in range(201)),
            "201 names of events make 201 columns",
        ),
    ],
)
def test_what_is_no_event_is_refused_in_both_languages(tmp_path, text, told):
    with pytest.raises(InputError, match=told) as refused:
        from_text(tmp_path, text)
    sentence = refused.value.sentence("zh")
    assert sentence != refused.value.sentence("en")
    assert "events.csv" in sentence


def test_the_advice_of_a_reversed_window_works(tmp_path):
    text = "holiday,ds,lower_window\nsale,2024-01-05,2\n"
    with pytest.raises(InputError, match="write -2"):
        from_text(tmp_path, text)
    assert "2 days before sale" in days_of(from_text(tmp_path, text.replace(",2\n", ",-2\n")))


def test_a_name_is_data(tmp_path):
    table = from_text(tmp_path, 'holiday,ds\n"a{x}\u202eb\x1b[31m<script>%s\'); DROP",2024-01-05\n{0},2024-01-06\n')
    assert table.names == ("a{x}b\ufffd[31m<script>%s'); DROP", "{0}")


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 400), st.integers(-4, 0), st.integers(0, 4)),
        min_size=1,
        max_size=8,
    ),
    seed=st.randoms(),
)
def test_windows_that_overlap_are_refused_and_others_are_read_whatever_their_order(rows, seed):
    """The oracle compares each row with each other one."""
    start = np.datetime64("2023-01-01")

    def read(of_rows):
        names, firsts, lowers, uppers = zip(*of_rows, strict=True)
        dates = [str(days_after(start, first)) for first in firsts]
        return thalweg.read_events({"holiday": names, "ds": dates, "lower_window": lowers, "upper_window": uppers})

    spans = [(name, first + lower, first + upper) for name, first, lower, upper in rows]
    overlap = any(
        one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]
        for place, one in enumerate(spans)
        for other in spans[:place]
    )
    if overlap:
        with pytest.raises(InputError, match=r"overlap|both say"):
            read(rows)
        return
    table = read(rows)
    assert sum(map(len, table.days.values())) == sum(1 + upper - lower for _, _, lower, upper in rows)
    shuffled = list(rows)
    seed.shuffle(shuffled)
    assert days_of(read(shuffled)) == days_of(table)


def test_a_column_that_was_to_name_a_series_is_told_which_ones_do():
    table = {"ds": ["2024-03-01"], "holiday": ["fair"], "branch": ["north"]}
    with pytest.raises(InputError) as raised:
        thalweg.read_events(table, by=["shop", "item"])
    told = raised.value.sentence("en")
    assert "these columns are not known of events: branch" in told
    assert "Where an event is of one series, name that by shop, item." in told
    assert told.endswith("Rename the others so, or delete them.")
    assert "请用 shop、item 指明该序列" in raised.value.sentence("zh")
