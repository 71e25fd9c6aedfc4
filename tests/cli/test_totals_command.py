"""`thalweg forecast --by … --totals` as a user types it."""

import csv
import datetime as dt
import json
import math
import subprocess
import sys
from collections import defaultdict

import pytest

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
STORES, ITEMS = ("north", "south"), ("cake", "tea")
DAYS, FIRST = 90, dt.date(2023, 1, 1)


def ran(*arguments, cwd):
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shops")
    with (folder / "sales.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "store", "item", "sales"])
        for at, (store, item) in enumerate((store, item) for store in STORES for item in ITEMS):
            for day in range(DAYS):
                value = 40 + 10 * at + 8 * math.sin(day * 2 * math.pi / 7) + (day * (7 + at)) % 11
                writer.writerow([FIRST + dt.timedelta(day), store, item, round(value, 2)])
    return folder


def rows(file):
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def run(folder):
    options = ("--by", "store,item", "--totals", "bottom-up", "--horizon", 7, "--out", "out")
    made = ran("forecast", "sales.csv", *options, cwd=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return made


@pytest.mark.slow
def test_the_files_of_totals_stand_beside_the_others(run, folder):
    assert {path.name for path in (folder / "out").iterdir()} == {
        "forecast.csv",
        "forecast.parquet",
        "model.thalweg",
        "series.csv",
        "report.html",
        "totals.csv",
        "totals.parquet",
    }
    told = " ".join(run.stdout.split())
    assert "Totals are the sums of the forecasts of 4 series: total (1), store (2), item (2)." in told
    assert "A total means something only where all its series have the same unit." in told
    assert "series.csv, report.html, totals.parquet, totals.csv" in told
    assert "--totals bottom-up" in told  # to do it again


@pytest.mark.usefixtures("run")
def test_a_reader_can_add_up_the_forecasts_of_the_file(folder):
    added = defaultdict(float)
    for row in rows(folder / "out" / "forecast.csv"):
        for level, key in (("total", "total"), ("store", row["store"]), ("item", row["item"])):
            added[level, key, row["ds"]] += float(row["thalweg"])
    told = rows(folder / "out" / "totals.csv")
    assert list(told[0]) == [
        "level", "key", "ds", "thalweg", "thalweg-lo-80", "thalweg-hi-80", "thalweg-lo-95", "thalweg-hi-95"
    ]  # fmt: skip
    assert len(told) == len(added) == 5 * 7
    for row in told:
        value = float(row["thalweg"])
        assert value == pytest.approx(added[row["level"], row["key"], row["ds"]], rel=1e-8)
        assert value > 50
        assert float(row["thalweg-lo-95"]) <= float(row["thalweg-lo-80"]) < value < float(row["thalweg-hi-80"])


@pytest.mark.slow
@pytest.mark.usefixtures("run")
def test_the_parquet_file_holds_the_same(folder):
    duckdb = pytest.importorskip("duckdb")
    made = (
        duckdb.connect()
        .execute("SELECT level, key, thalweg FROM read_parquet(?)", [str(folder / "out" / "totals.parquet")])
        .fetchall()
    )
    told = rows(folder / "out" / "totals.csv")
    assert [(row["level"], row["key"]) for row in told] == [row[:2] for row in made]
    assert [float(row["thalweg"]) for row in told] == pytest.approx([row[2] for row in made], rel=1e-9)


def test_totals_of_one_series_are_refused(folder):
    made = ran("forecast", "sales.csv", "--totals", "mint", cwd=folder)
    assert made.returncode == 2
    assert "--totals mint adds up many series, and this is one. Say with --by which columns" in made.stderr
    assert "Traceback" not in made.stderr


def test_an_unknown_way_is_refused_before_any_work(folder):
    made = ran("forecast", "sales.csv", "--by", "store,item", "--totals", "middle-out", cwd=folder)
    assert made.returncode == 2
    assert "bottom-up" in made.stderr
    assert "mint" in made.stderr
    assert not (folder / "sales-forecast").exists()


@pytest.mark.slow
def test_mint_tells_what_it_is_and_json_holds_the_totals(folder):
    pytest.importorskip("hierarchicalforecast")
    options = ("--by", "store,item", "--totals", "mint", "--horizon", 7, "--out", "mint", "--lang", "zh")
    made = ran("forecast", "sales.csv", *options, "--json", cwd=folder)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert [row["level"] for row in told["totals"]] == ["total", "store", "store", "item", "item"]
    sums = [sum(row["forecast"]) for row in told["totals"]]
    assert sums[0] == pytest.approx(sums[1] + sums[2], rel=1e-9) == pytest.approx(sums[3] + sums[4], rel=1e-9)
    assert sums[0] == pytest.approx(sum(row["forecast_sum"] for row in told["series"]), rel=1e-9)
    assert any("MinT" in sentence for sentence in told["verdict"])
    assert told["settings"]["totals"] == "mint"
