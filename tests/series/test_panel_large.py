"""Two thousand series of four years are read with bounded memory: no step holds all rows with all their columns."""
# ruff: noqa: S608 - the SQL is made of our own numbers

from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest

MEASURE = r"""
import re, sys
from pathlib import Path
import thalweg
panel = thalweg.read_panel(sys.argv[1])
print(len(panel), len(panel.values), int(panel.values.sum()), len(panel.refused))
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""
LIMIT_MEGABYTES = 500
SERIES, DAYS = 2000, 1461


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read as Linux tells it")
@pytest.mark.parametrize("order", ["s, d", "hash(s * 1461 + d)"])
def test_two_thousand_series(tmp_path, order):
    path = tmp_path / "sales.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'item ' || s AS unique_id, DATE '2020-01-01' + d::INT AS ds, ((s + 1) * d) % 101 AS y "
            f"FROM range({SERIES}) AS t(s), range({DAYS}) AS u(d) ORDER BY {order}) TO '{path}' (FORMAT PARQUET)"
        )
        ((total,),) = connection.execute(f"SELECT sum(y) FROM '{path}'").fetchall()
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    told, peak = done.stdout.splitlines()
    assert told == f"{SERIES} {SERIES * DAYS} {total} 0"
    assert int(peak) < LIMIT_MEGABYTES
