"""A random daily series, written in a random style, reads back equal."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg import InputError, read

REPEATED = re.compile(r"\d[.,]\d{3}[.,]\d{3}")
FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%b %d, %Y",
    "%d-%b-%y",
    "%Y-%m-%d 00:00:00",
)


@st.composite
def written(draw):
    """Return a first day, values, the indices of missing days, the bytes of a file, and whether it is undecided."""
    days = draw(st.integers(30, 120))
    start = dt.date(2001, 1, 1) + dt.timedelta(days=draw(st.integers(0, 7000)))
    decimals = draw(st.sampled_from([0, 2]))
    lowest = draw(st.sampled_from([0, -5_000_000]))
    # no two are equal
    scaled = draw(st.lists(st.integers(lowest, 500_000_000), min_size=days, max_size=days, unique=True))
    values = [value / 10**decimals for value in scaled]
    inner = st.sets(st.integers(1, days - 2), max_size=days // 4)
    absent = draw(inner)
    empty = draw(inner) - absent
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    form = draw(st.sampled_from(FORMS))
    grouped = draw(st.sampled_from([",", "", " "]))
    comma = delimiter == ";" and draw(st.booleans())
    hole = draw(st.sampled_from(["", "NA", "null", "-"]))

    def number(value):
        text = f"{value:,.{decimals}f}"
        if comma:
            return text.replace(",", "\0").replace(".", ",").replace("\0", "" if grouped == "" else ".")
        return text.replace(",", grouped)

    rows = [
        [(start + dt.timedelta(days=i)).strftime(form), hole if i in empty else number(values[i])]
        for i in range(days)
        if i not in absent
    ]
    if draw(st.booleans()):
        rows = draw(st.permutations(rows))
    if draw(st.booleans()):
        rows = [*rows, rows[0]]  # the same row twice
    remark = draw(st.booleans())
    table = (
        [["date", "views", "remark"], *([*row, "plain; and, quoted"] for row in rows)]
        if remark
        else [["date", "views"], *rows]
    )
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))).writerows(table)
    content = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.getvalue().encode()
    # between semicolons, 1,234 or 1.234 may have thousands or decimals where no other mark decides it
    marks = {letter for row in rows for letter in row[1]} & {",", "."}
    undecided = delimiter == ";" and decimals == 0 and len(marks) == 1 and not REPEATED.search(text.getvalue())
    return start, values, absent | empty, content, undecided


@given(written())
def test_any_style_reads_back(case):
    start, values, missing, content, undecided = case
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "views.csv"
        path.write_bytes(content)
        if undecided:
            with pytest.raises(InputError, match="may separate thousands or decimals"):
                read(path)
            return
        series = read(path)
    assert series.start == np.datetime64(start)
    assert len(series) == len(values)
    assert set(np.flatnonzero(~series.observed).tolist()) == missing
    np.testing.assert_array_equal(series.values[series.observed], np.array(values)[series.observed])
    for day in sorted(missing):
        assert series.values[day] == series.values[day - (7 if day >= 7 else 1)]
    assert series.counts == (series.values.min() >= 0)
