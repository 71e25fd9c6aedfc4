"""Columns and files with names that would be orders elsewhere: they are read, told and asked for by what is shown."""

import os
from pathlib import Path

import pytest

import thalweg
from thalweg.errors import InputError
from thalweg.series.read.table import unique_names

ROWS = "".join(f"2024-{1 + day // 28:02}-{1 + day % 28:02},{100 + day % 7 * 10 + day % 3}\n" for day in range(84))
LONG = "v" * 10_000
NAMES = {
    "C:\\x": "C:\\x",
    "a\nb": "a b",
    "a\u2028b": "a b",
    "\x1b[31mred": "�[31mred",
    "abc\u202ecba": "abccba",
    "vi\u200bews": "views",
    "\u200b": "column1",
    "it's {0} ${x} `b` </script>": "it's {0} ${x} `b` </script>",
    '"quoted"': '"quoted"',
    "😀": "😀",
    LONG: "v" * 79 + "…",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=[ascii(shown) for shown in NAMES.values()])
def test_a_column_is_known_by_the_name_that_is_shown(tmp_path, name, shown):
    quoted = name.replace('"', '""')
    path = tmp_path / "views.csv"
    path.write_text(f'Date,"{quoted}","Other"\n' + ROWS.replace("\n", ",7\n"), encoding="utf-8")
    for value in (shown, name if shown != "column1" else shown):
        series = thalweg.read(path, value=value)
        assert series.name == shown
        assert series.values[1] == 111
    with pytest.raises(InputError) as caught:
        thalweg.read(path, value="what is not there")
    assert shown in str(caught.value)
    assert not set("\x1b\n\u2028\u202e\u200b") & set(str(caught.value))


def test_names_that_look_alike_are_told_apart():
    assert unique_names(["a", "a", "a (2)", "a\n", ""]) == ["a", "a (2)", "a (2) (2)", "a (3)", "column4"]
    long = unique_names([LONG, LONG, LONG])
    assert [name[-4:] for name in long] == ["vvv…", " (2)", " (3)"]
    assert {len(name) for name in long} == {80}


@pytest.mark.parametrize(
    "name", ["a\nb.csv", "\x1b[31m.csv", "it's {0}.csv", "播放\u202e.csv", "C:\\x.csv", "<script>.csv"]
)
def test_a_file_of_such_a_name_is_read_and_named(tmp_path, name):
    path = tmp_path / name
    path.write_text("Date,Views\n" + ROWS + "no date,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 86") as caught:
        thalweg.read(path)
    assert not set("\x1b\n\u202e") & set(str(caught.value))
    path.write_text("Date,Views\n" + ROWS, encoding="utf-8")
    assert not set("\x1b\n\u202e") & set(thalweg.read(path).source)


def test_a_name_of_bytes_that_are_no_letters_is_refused(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/na\xffme.csv")
    Path(path).write_text("Date,Views\n" + ROWS, encoding="utf-8")
    with pytest.raises(InputError, match=r"na�me\.csv holds bytes that are no letters"):
        thalweg.read(path)


REFUSED = {
    "a letter cut at the end": ("Date,Views\n" + ROWS).encode() + "2024-03-29,好".encode()[:-1],
    "a cell too long for csv": f'Date,Views,Note\n2024-01-01,5,"{"x" * 200_000}"\n'.encode() + b"2024-01-02,6,\n" * 9,
    "a separator that is a quote": b'sep="\nDate"Views\n2024-01-01"5\n',
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_a_reader_cannot_word_is_worded(tmp_path, content):
    path = tmp_path / "views.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"views\.csv"):
        thalweg.read(path)


def test_the_row_of_a_cell_too_long_is_named(tmp_path):
    path = tmp_path / "views.csv"
    path.write_bytes(REFUSED["a cell too long for csv"])
    with pytest.raises(InputError, match="a cell in row 2 is longer than 131,072 letters"):
        thalweg.read(path)
