"""`thalweg forecast --by` as its user sees it: what the terminal tells, and the report in the folder."""

import csv
import json
import re
from types import SimpleNamespace

import pytest

from support.page_reader import PageReader
from support.panels import HOSTILE, SMALL, TURNED, odd_panel
from thalweg.api.panel import FILES
from thalweg.forecast.panel.look_first import look_first
from thalweg.text import quotable


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """A file of a dozen series, one of which cannot be read."""
    file = tmp_path_factory.mktemp("data") / "shops.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["shop", "day", "Views"])
        for name, one in odd_panel():
            rows.writerows(
                (name, date, value)
                for date, value, observed in zip(one.dates, one.values, one.observed, strict=True)
                if observed
            )
        rows.writerows([("twice", "2023-05-01", 3), ("twice", "2023-05-01", 4)])
    return file


@pytest.fixture(scope="module")
def run(tmp_path_factory, thalweg, shops):
    """What the command told, as text and as JSON, and the folder that it wrote."""
    folder = tmp_path_factory.mktemp("runs")
    options = ("--by", "shop", "--horizon", 7, "--threads", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL)
        told = thalweg("forecast", shops, *options, "--out", folder / "told")
        machine = thalweg("forecast", shops, *options, "--out", folder / "machine", "--json", "--lang", "zh")
    assert (told.exit_code, machine.exit_code) == (4, 4), told.output + machine.output
    return SimpleNamespace(
        folder=folder / "told",
        text=told.stdout,
        errors=told.stderr + machine.stderr,
        json=json.loads(machine.stdout),
        chinese=folder / "machine",
    )


def test_the_verdict_stands_first_then_the_sum_and_which_to_look_at(run):
    text = re.sub(r"\s+", " ", run.text)
    parts = [
        "Of 10 series that could be scored on unseen days",
        "One network has learned from",
        "10 forecasts of the next 7 days add up to",
        "left out are 2 series that ended earlier or could not be forecast",
        "Look at these 5 first, of",
        "Written into",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_five_are_named_with_their_reasons_as_in_json(run):
    first = run.text.partition("Look at these 5 first")[2].partition("Written into")[0]
    names = [quotable(each["unique_id"])[:20] for each in run.json["look_first"]]  # a long one takes several lines
    places = [first.find(f"\n  {name}") for name in names]
    assert places[:5] == sorted(set(places[:5]) - {-1})
    assert set(places[5:]) == {-1}
    assert "twice" in names[:5]
    told = " ".join(first.split())
    assert re.search(r"error is \d+% of that of copying the last season: [\d,.]+ against [\d,.]+\.", told)


def test_what_is_printed_holds_no_order_to_the_terminal(run):
    assert "\u202e" not in run.text
    assert "\x1b" not in run.text
    assert max(map(len, run.text.splitlines())) < 200


def test_nothing_is_drawn_where_standard_error_is_no_terminal(run):
    assert run.errors == ""


def test_the_report_stands_among_the_files_and_tells_the_command(run):
    assert sorted(path.name for path in run.folder.iterdir()) == sorted(FILES)
    text = (run.folder / "report.html").read_text(encoding="utf-8")
    reader = PageReader(text)
    assert reader.all("html") == [{"lang": "en"}]
    assert "thalweg forecast" in reader.text
    assert "--by shop --horizon 7" in reader.text
    assert quotable(HOSTILE) in json.loads(reader.scripts[-4])["names"]
    assert "--duplicates sum" in reader.text, "as the command's user writes it"
    chinese = PageReader((run.chinese / "report.html").read_text(encoding="utf-8"))
    assert chinese.all("html") == [{"lang": "zh-Hans"}]


def test_json_tells_which_to_look_at_first(run):
    first = run.json["look_first"]
    assert {"twice", "ended", "constant", "short"} <= {each["unique_id"] for each in first}
    assert all(each["why"] for each in first)
    assert re.search("[\u4e00-\u9fff]", first[0]["why"][0])


def test_python_writes_the_same_report_and_shows_itself_in_a_notebook(tmp_path, monkeypatch):
    import thalweg  # noqa: PLC0415 - as its user does

    monkeypatch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL)
    result = thalweg.fit_panel(odd_panel(), horizon=7, threads=1)
    result.report(tmp_path / "report.html")
    result.save(tmp_path / "folder")
    assert (tmp_path / "report.html").read_bytes() == (tmp_path / "folder" / "report.html").read_bytes()
    assert set(result.files()) == set(FILES)
    shown = result._repr_html_()
    assert quotable(TURNED) in shown
    assert "<script" not in shown
    assert look_first(result.findings)[0].name in result.as_json()["look_first"][0]["unique_id"]


def test_the_file_of_the_values_is_never_replaced(thalweg, tmp_path):
    own = tmp_path / "forecast.csv"
    own.write_text("unique_id,ds,y\na,2024-01-01,1\n")
    (tmp_path / "model.thalweg").write_bytes(b"of an earlier run")
    told = thalweg("forecast", own, "--by", "unique_id", "--out", tmp_path)
    assert told.exit_code == 2
    assert "would be replaced by the forecast's own forecast.csv" in told.stderr
    assert own.read_text() == "unique_id,ds,y\na,2024-01-01,1\n"
