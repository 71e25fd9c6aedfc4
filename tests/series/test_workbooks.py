"""Workbooks, written by openpyxl: which sheet is read, what its cells become, and what is refused and how."""

import datetime as dt
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
import python_calamine

from thalweg.errors import InputError
from thalweg.series.read import read, workbook
from thalweg.series.read.events import read_events

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
FIRST = dt.date(2024, 1, 1)
VALUES = [1.234 + at % 7 + 0.001 * at for at in range(70)]


def filled(sheet, above=(), head=("day", "orders"), left=(), dates=lambda day: day):
    for row in above:
        sheet.append(row)
    sheet.append([*left, *head])
    for at, value in enumerate(VALUES):
        sheet.append([*left, dates(FIRST + dt.timedelta(at)), value])


@pytest.fixture
def book():
    return openpyxl.Workbook()


@pytest.fixture
def saved(tmp_path):
    def save(book, name="shop.xlsx"):
        book.save(tmp_path / name)
        return tmp_path / name

    return save


def told(path, language="en", **options):
    with pytest.raises(InputError) as refused:
        read(path, **options)
    sentence = refused.value.sentence(language, command=True)
    assert len(sentence.splitlines()) == 1
    assert refused.value.sentence("zh").endswith("。")
    return sentence


def notes_of(series):
    return [note.key for note in series.notes]


def test_dates_and_numbers_are_read_as_they_are(book, saved):
    filled(book.active)
    series = read(saved(book, "shop.dat"))  # the content counts, not the name
    assert (series.name, str(series.dates[0]), len(series)) == ("orders", "2024-01-01", 70)
    np.testing.assert_allclose(series.values, VALUES, rtol=1e-15)  # 1.234 is no 1,234
    assert notes_of(series) == ["note.workbook"]


@pytest.mark.parametrize("dates", [lambda day: dt.datetime.combine(day, dt.time()), str, lambda day: f"{day:%d.%m.%Y}"])
def test_dates_of_each_kind(book, saved, dates):
    filled(book.active, dates=dates)
    series = read(saved(book))
    assert str(series.dates[-1]) == "2024-03-10"
    np.testing.assert_allclose(series.values, VALUES, rtol=1e-15)


def test_hours_keep_their_time(book, saved):
    book.active.append(["moment", "orders"])
    for at in range(24 * 8):
        book.active.append([dt.datetime.combine(FIRST, dt.time()) + dt.timedelta(hours=at), at % 24])
    series = read(saved(book))
    assert str(series.dates[5]).startswith("2024-01-01T05:00")
    assert len(series) == 24 * 8


def test_empty_rows_titles_merged_heads_and_a_margin(book, saved):
    filled(book.active, above=[[], ["", "Shop, in thousands"], []], left=("",))
    book.active.merge_cells("B2:C2")
    path = saved(book)
    np.testing.assert_allclose(read(path).values, VALUES, rtol=1e-15)
    sheet = book.active
    sheet["C20"] = "many"
    assert "row 20" in told(saved(book))


def test_the_only_sheet_with_data_is_taken_and_told(book, saved):
    book.active.title = "Read me"
    book.active.append(["made by hand"])
    filled(book.create_sheet("Sales"))
    filled(book.create_sheet("Old"))
    book["Old"].sheet_state = "hidden"
    series = read(saved(book))
    assert notes_of(series) == ["note.workbook", "note.only_sheet"]
    assert "'Sales' alone" in str(series.notes[1])


def test_several_sheets_are_listed_and_one_is_chosen(book, saved):
    filled(book.active)
    book.active.title = "2023"
    filled(book.create_sheet("my sales"), head=("day", "sales"))
    path = saved(book)
    sentence = told(path)
    assert "2023, my sales" in sentence
    assert "--sheet 2023" in sentence
    assert read(path, sheet="my sales").name == "sales"
    assert "2023, my sales" in told(path, sheet="sales")
    assert "2023" in told(path, "zh")
    with pytest.raises(InputError, match="One is expected here"):
        read_events(path)


def test_values_of_formulas_and_errors(book, saved):
    """Openpyxl writes formulas without their values, as a program does that never computed them."""
    filled(book.active)
    book.active["B5"] = "=B4+1"
    book.active["B6"] = "#N/A"
    series = read(saved(book))
    assert series.observed.tolist().count(False) == 2


@pytest.mark.parametrize("rows", [[], [["day", "orders"]], [["only"], ["one"]]])
def test_a_workbook_without_a_table_is_told(book, saved, rows):
    for row in rows:
        book.active.append(row)
    path = saved(book)
    assert "no sheet of the workbook holds a table" in told(path)
    assert "holds no table" in told(path, sheet="Sheet")


def test_damaged_and_closed_workbooks_are_told(book, saved, tmp_path):
    filled(book.active)
    content = saved(book).read_bytes()
    wrong = tmp_path / "wrong.xlsx"
    for start, says in (
        (content[: len(content) // 2], "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "with a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read"),
    ):
        wrong.write_bytes(start)
        assert says in told(wrong)
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("views.csv", "day,views\n")
    assert "is a zip archive" in told(wrong)
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
    assert "cannot be read" in told(wrong)


def test_a_sheet_of_a_plain_file_is_refused(tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text("day,orders\n2024-01-01,1\n", "utf-8")
    assert "is no workbook" in told(plain, sheet="Sales")


def test_without_the_library_it_says_what_to_install(book, saved, monkeypatch):
    filled(book.active)
    monkeypatch.setattr(workbook, "find_spec", lambda _: None)
    sentence = told(saved(book))
    assert "pip install python-calamine" in sentence
    assert "save" in sentence.lower()


@pytest.mark.slow
def test_the_command_reads_a_sheet(book, saved, tmp_path):
    filled(book.active)
    filled(book.create_sheet("my sales"), head=("day", "sales"))
    path = saved(book)
    words = ["look", "lags", "-", "--json"]
    refused = subprocess.run(
        [*COMMAND, *words], input=path.read_bytes(), capture_output=True, check=False, cwd=tmp_path
    )
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"Standard input has several sheets with data: Sheet, my sales." in refused.stderr
    done = subprocess.run(
        [*COMMAND, "look", "lags", path, "--sheet", "my sales", "--json"], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_panic_of_the_library_is_a_damaged_workbook_and_an_interrupt_stays_one(book, saved, monkeypatch):
    filled(book.active)
    path = saved(book)

    def fails(error):
        def from_filelike(_):
            raise error

        monkeypatch.setattr(python_calamine, "CalamineWorkbook", SimpleNamespace(from_filelike=from_filelike))

    fails(type("PanicException", (BaseException,), {})("index out of bounds"))
    assert "shop.xlsx" in told(path)
    fails(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        read(path)


def test_only_the_sheet_asked_for_is_read(book, saved, monkeypatch):
    filled(book.active)
    book.active.title = "first"
    filled(book.create_sheet("second"))
    path, asked = saved(book), []
    opened = python_calamine.CalamineWorkbook

    def watched(content):
        found = opened.from_filelike(content)
        by_name = lambda name: asked.append(name) or found.get_sheet_by_name(name)  # noqa: E731 - one line
        return SimpleNamespace(sheets_metadata=found.sheets_metadata, get_sheet_by_name=by_name)

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", SimpleNamespace(from_filelike=watched))
    assert len(read(path, sheet="second")) == len(VALUES)
    assert asked == ["second"]
