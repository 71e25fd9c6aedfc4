"""A file of 200 MB is read with less than 700 MB of memory for the whole process."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from thalweg.series.read.table import connect

MEASURE = r"""
import re, resource, sys
from pathlib import Path
from thalweg import InputError, read
try:
    series = read(sys.argv[1])
    print(len(series), int(series.values.sum()))
except InputError as error:
    print(error)
if sys.platform == "linux":  # getrusage would count the memory of the process that started this one
    print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024))
"""
LIMIT_MEGABYTES = 700


def measured(path):
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 2, done.stdout
    answer, peak = done.stdout.splitlines()
    return answer, int(peak)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no module resource, which measures the peak of memory")
@pytest.mark.slow
def test_daily_file_with_long_remarks(tmp_path):
    path = tmp_path / "views.csv"
    remark = '"long, quoted ' + "and so on " * 2740 + '"'
    with path.open("w") as file:
        file.write("date,remark,views\n")
        for i in range(7300):
            file.write(f"{dt.date(2000, 1, 1) + dt.timedelta(days=i)},{remark},{i}\n")
    assert path.stat().st_size > 200_000_000
    answer, peak = measured(path)
    assert answer == f"7300 {7299 * 7300 // 2}"
    assert peak < LIMIT_MEGABYTES


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no module resource, which measures the peak of memory")
def test_a_million_hours_are_read(tmp_path):
    path = tmp_path / "load.csv"
    start = dt.datetime.fromisoformat("1900-01-01")
    with path.open("w") as file:
        file.write("when,load\n")
        file.writelines(f"{start + dt.timedelta(hours=i)},{i % 997}\n" for i in range(1_000_000))
    answer, peak = measured(path)
    assert answer.split() == ["1000000", str(sum(i % 997 for i in range(1_000_000)))]
    assert peak < LIMIT_MEGABYTES


def test_a_slow_query_draws_no_bar():
    """DuckDB would draw a progress bar on standard output, where a command writes its result."""
    with connect() as connection:
        drawn = connection.sql(
            "select value from duckdb_settings() where name in ('enable_progress_bar', 'enable_progress_bar_print')"
        ).fetchall()
    assert drawn == [("false",), ("false",)]
