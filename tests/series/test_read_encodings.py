"""Files that are not in UTF-8."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest

from thalweg import InputError, read
from thalweg.series.read.encoding import NAMES

CASES = Path(__file__).parent / "cases"
ROWS = [f"{dt.date(2024, 1, 1) + dt.timedelta(days=i)};{900 + i * 37 % 91}" for i in range(60)]
HEADERS = {
    "gb18030": ["日期;播放量", "日期;访问量", "日期;销售额", "时间;网站点击"],
    "cp950": ["日期;瀏覽次數", "時間;銷售額"],
    "cp932": ["日付;訪問者数", "日付;売上", "日付;ページビュー"],
    "cp949": ["날짜;방문자", "일자;매출"],
    "cp1250": ["Datum;Počet návštěv", "Data;Liczba łącznie"],
    "cp1251": ["Дата;Посещения", "дата;просмотры"],
    "cp1252": ["Datum;Zählstelle", "Jour;Fréquentation", "Fecha;Año", "Dato;Antal besøg"],
    "cp1253": ["Ημερομηνία;Επισκέψεις"],
    "cp1254": ["Tarih;Ziyaretçi sayısı"],
    "cp1255": ["תאריך;מבקרים"],
    "cp1256": ["التاريخ;الزوار"],
}


def read_in(tmp_path, header, encoding, *rows):
    path = tmp_path / "views.csv"
    path.write_bytes("\r\n".join([header, *ROWS, *rows]).encode(encoding))
    return read(path)


@pytest.mark.parametrize(("encoding", "header"), [(each, header) for each, of in HEADERS.items() for header in of])
def test_the_header_tells_the_encoding(tmp_path, encoding, header):
    series = read_in(tmp_path, header, encoding)
    assert (series.name, len(series), str(series.start)) == (header.split(";")[1], 60, "2024-01-01")
    (note,) = (note for note in series.notes if note.key == "note.encoding")
    assert note.values == {"encoding": NAMES[encoding], "example": header}


def test_the_case():
    series = read(CASES / "20_gbk.csv")
    assert (series.name, len(series), series.values[0]) == ("播放量", 120, 1051)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be with a mark"])
@pytest.mark.parametrize("compressed", [False, True])
def test_two_and_four_bytes_a_letter(tmp_path, encoding, compressed):
    """Spreadsheets save such files as "Unicode text", with tabs; this one has a title above, which is cut off."""
    days = [f"2024-01-{day:02d}\t{100 + day}" for day in range(1, 31)]
    text = "\n".join(["Besuche der Website\t", "Tag\tBesuche (täglich)", *days])
    content = ("\ufeff" + text).encode("utf-32-be") if "mark" in encoding else text.encode(encoding)
    path = tmp_path / "views.csv"
    path.write_bytes(gzip.compress(content) if compressed else content)
    series = read(path)
    assert (series.name, str(series.start), series.values.tolist()) == (
        "Besuche (täglich)",
        "2024-01-01",
        [100 + day for day in range(1, 31)],
    )
    told = {note.key: note.values for note in series.notes}
    assert told["note.encoding"]["encoding"] == encoding[:6].upper()


def test_an_encoding_far_into_the_file(tmp_path):
    path = tmp_path / "views.csv"
    rows = [f"{dt.date(1900, 1, 1) + dt.timedelta(days=i)};{i % 97};{'x' * 90}" for i in range(30_000)]
    path.write_bytes("\n".join(["Tag;Besucher;Wort", *rows, "1982-02-20;5;für"]).encode("cp1252"))
    series = read(path)
    assert len(series) == 30_001
    assert "note.encoding" in {note.key for note in series.notes}


def test_an_encoding_in_doubt_is_refused_and_the_advice_works(tmp_path):
    header = "den;Prodej kusů"
    with pytest.raises(InputError, match="may be written in one of several encodings") as caught:
        read_in(tmp_path, header, "cp1250")
    for way in ("Windows-1250 (“den;Prodej kusů”)", "Windows-1252 (“den;Prodej kusù”)"):
        assert way in str(caught.value)
    assert read_in(tmp_path, header, "utf-8").name == "Prodej kusů"
