"""Databases of DuckDB and of SQLite: what a query reads, what is refused and how, and that nothing is ever written."""

import datetime as dt
import hashlib
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pytest

from support.command import thalweg
from thalweg.errors import InputError
from thalweg.series.read import database, read
from thalweg.series.read.events import read_events
from thalweg.series.read.table import connect

FIRST = dt.date(2024, 1, 1)
ROWS = [(FIRST + dt.timedelta(at // 2), 50.5 + 10 * (at // 2 % 7) + at % 3) for at in range(140)]  # two rows a day
SUMS = np.array([ROWS[2 * day][1] + ROWS[2 * day + 1][1] for day in range(70)])
QUERY = "select day, sum(orders) as orders from sales group by 1"
COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]


@pytest.fixture(params=["shop.duckdb", "shop.db", "views.csv"])  # the content counts, not the name
def shop(request, tmp_path):
    path = tmp_path / request.param
    made = sqlite3.connect(path) if request.param == "shop.db" else duckdb.connect(str(path))
    made.execute("create table sales (day date, orders double)")
    made.execute("create table stock (item integer)")
    made.executemany("insert into sales values (?, ?)", [(str(day), orders) for day, orders in ROWS])
    made.commit()
    made.close()
    return path


def is_sqlite(path):
    return path.read_bytes().startswith(b"SQLite")


def test_a_query_gives_a_series(shop):
    series = read(shop, sql=QUERY)
    assert (series.name, str(series.dates[0]), len(series)) == ("orders", "2024-01-01", 70)
    np.testing.assert_allclose(series.values, SUMS)
    assert ("SQLite" if is_sqlite(shop) else "DuckDB") in str(series.notes[0])


def test_rows_keep_the_order_of_the_query(shop):
    series = read(shop, sql="select day, orders from sales order by day desc, orders", duplicates="last")
    np.testing.assert_allclose(series.values, [max(ROWS[2 * day][1], ROWS[2 * day + 1][1]) for day in range(70)])


def test_without_a_query_the_tables_are_listed_and_the_advice_works(shop):
    with pytest.raises(InputError) as refused:
        read(shop)
    told = refused.value.sentence("en", command=True)
    assert "sales (day, orders), stock (item)" in told
    assert len(told.splitlines()) == 1
    option, query = shlex.split(told.partition("such as ")[2].rstrip("."))
    assert (option, query) == ("--sql", "select day, orders from sales")
    assert len(read(shop, sql=query, duplicates="sum")) == 70
    assert "sales" in refused.value.sentence("zh", command=True)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("selct day from sales", "fails"),
        ("select day from nowhere", "nowhere"),
        ("select day, abs(1, 2, 3) from sales", "fails"),
        ("", "holds no query"),
        ("-- nothing", "holds no query"),
        ("select 1; select 2", "several statements"),
        ("insert into sales values ('2024-12-01', 1)", "begins with INSERT"),
        ("delete from sales", "begins with DELETE"),
        ("drop table sales", "begins with DROP"),
        ("create table more as select * from sales", "begins with CREATE"),
        ("attach 'other.db' as other", "begins with ATTACH"),
        ("pragma user_version = 7", "begins with PRAGMA"),
        ("with picked as (select 1) delete from sales", "does not only read"),
        ("select orders, orders + 1 as more from sales", "no column that looks like dates"),
        ("select day, 'many' as orders from sales", "no column of numbers"),
        ("select day, orders from sales where orders < 0", "no rows"),
        ("select count(*) as orders from sales", "one column only"),
        ("select * from 'http://127.0.0.1:1/views.parquet'", "fails"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_sentence_and_changes_nothing(shop, query, says):
    before = hashlib.sha256(shop.read_bytes()).hexdigest()
    with pytest.raises(InputError) as refused:
        read(shop, sql=query)
    told, chinese = (refused.value.sentence(language, command=True) for language in ("en", "zh"))
    assert says in told
    assert "\n" not in told + chinese
    assert chinese.endswith("。")
    assert hashlib.sha256(shop.read_bytes()).hexdigest() == before
    assert [path.name for path in shop.parent.iterdir()] == [shop.name]


DOORS = [  # to other files, which are there and could be read
    "select * from read_csv('{}')",
    "select * from '{}'",
    "select content as day, size as orders from read_text('{}')",
    "select filename as day, size as orders from read_blob('{}')",
    "select * from query('select * from read_csv(''{}'')')",
    "select * from query_table('{}')",
    "select * from sniff_csv('{}')",
    "select file as day, 1 as orders from glob('{}')",
    "select day, orders from sales union all select day, orders from read_csv('{}')",
    "select day, getenv('{}') as orders from sales",
    "copy (select * from sales) to '{}'",
    "copy sales from '{}'",
    "attach '{}' as other",
    "install '{}'",
    "load '{}'",
    "set temp_directory = '{}'",
    "pragma temp_directory = '{}'",
    "export database '{}'",
]


@pytest.mark.parametrize("door", DOORS)
def test_a_query_reads_no_other_file(shop, door, monkeypatch):
    monkeypatch.chdir(shop.parent)
    content = "day,orders\n" + "".join(f"{FIRST + dt.timedelta(at)},{at % 7}\n" for at in range(70))
    beside = shop.parent / "beside.csv"
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as among_temporary:
        among_temporary.write(content)
        among_temporary.flush()
        beside.write_text(content, "utf-8")
        assert len(read(among_temporary.name)) == len(read("beside.csv")) == 70  # they could be read
        before = sorted(path.name for path in shop.parent.iterdir())
        for other in ("beside.csv", "./beside.csv", str(beside), among_temporary.name):
            with pytest.raises(InputError):
                read(shop, sql=door.format(other))
        assert Path(among_temporary.name).read_text("utf-8") == beside.read_text("utf-8") == content
    assert sorted(path.name for path in shop.parent.iterdir()) == before


def test_what_a_query_spills_is_deleted(shop, monkeypatch):
    folder = shop.parent / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    seen = []
    monkeypatch.setattr(database, "connect", lambda aside: (seen.append(aside), connect(aside))[1])
    assert len(read(shop, sql=QUERY)) == 70
    with pytest.raises(InputError):
        read(shop, sql="select nonsense")
    monkeypatch.setattr(database, "table_over", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(shop, sql=QUERY)
    assert [Path(each).parent for each in seen] == [folder] * 3
    assert list(folder.iterdir()) == []


def interrupted(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.slow
def test_a_database_that_is_held_is_waited_for_and_told(shop, monkeypatch):
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.3)
    library, begin = ("sqlite3", "begin exclusive") if is_sqlite(shop) else ("duckdb", "begin")
    holds = (
        f"import {library} as m; c = m.connect({str(shop)!r}); c.execute({begin!r}); print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="held by another program"):
            read(shop, sql=QUERY)
        holder.communicate("\n")
    assert len(read(shop, sql=QUERY)) == 70


def test_others_may_write_once_the_rows_are_read(shop):
    from thalweg.series.read.opened import open_table  # noqa: PLC0415 - this test alone looks inside
    from thalweg.series.read.options import ReadOptions  # noqa: PLC0415 - likewise

    table = open_table(shop, ReadOptions(sql=QUERY))
    writes = sqlite3.connect(shop, timeout=0) if is_sqlite(shop) else duckdb.connect(str(shop))
    writes.execute("insert into sales values ('2025-01-01', 1)")
    writes.close()
    assert table.query("select count(*) from source_rows") == [(70,)]
    table.close()


def test_damaged_databases_are_told(shop):
    content = shop.read_bytes()
    shop.write_bytes(content[:20] + b"\xff" * (len(content) - 20))
    with pytest.raises(InputError, match="cannot be opened"):
        read(shop, sql=QUERY)


def test_a_database_without_tables_is_told(tmp_path):
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(InputError, match="without a table"):
        read(path)


def test_a_query_of_a_plain_file_and_a_database_beside_are_refused(shop, tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text("day,orders\n2024-01-01,1\n", "utf-8")
    with pytest.raises(InputError, match="asks a database"):
        read(plain, sql=QUERY)
    with pytest.raises(InputError, match="main file alone"):
        read_events(shop)


def test_odd_cells_and_names_of_sqlite(tmp_path):
    path = tmp_path / "odd?#.sqlite"
    made = sqlite3.connect(path)
    made.execute('create table "my sales" ("the day", "a""b" blob)')
    days = [(str(FIRST + dt.timedelta(at)), None if at == 3 else at + 0.5 if at % 2 else at) for at in range(60)]
    made.executemany('insert into "my sales" values (?, ?)', days)
    made.commit()
    made.close()
    with pytest.raises(InputError) as refused:
        read(path)
    assert '"my sales"' in str(refused.value)
    series = read(path, sql='select "the day", "a""b" as Q1, "a""b" as q1, null as "" from "my sales"', value="Q1")
    assert (len(series), series.observed.sum(), series.values[1]) == (60, 59, 1.5)
    with pytest.raises(InputError, match="is not a number"):
        read(
            path,
            sql='select "the day", case when "the day" = \'2024-02-01\' then x\'ff00\' else 5 end as n from "my sales"',
        )


@pytest.mark.slow
def test_the_command_asks_a_database(shop):
    asked = ["forecast", str(shop), "--sql", QUERY]
    out = shop.parent / "out"
    done = subprocess.run(
        [*COMMAND, *asked, "--ladder", "quick", "--horizon", "3", "--threads", "1", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "70 days" in done.stdout
    assert shlex.quote(QUERY) in done.stdout.splitlines()[-1]
    assert len((out / "forecast.csv").read_text("utf-8").splitlines()) == 4
    later = thalweg("predict", out, shop, "--sql", QUERY)
    assert later.exit_code == 0
    refused = subprocess.run([*COMMAND, *asked[:2]], capture_output=True, text=True, check=False, cwd=shop.parent)
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)
