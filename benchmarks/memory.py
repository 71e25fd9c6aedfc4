"""The memory needed for a large file of single orders."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

from measure import BenchError, run, thalweg


def large_file(folder: Path, megabytes: float) -> Path:
    """Write an export of single orders, many a day: ``date,order,store,amount``."""
    path = folder / "orders.csv"
    days, row = 1_500, 36  # bytes of a row
    per_day = int(megabytes * 1e6 / days / row)
    first = dt.date(2019, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write("date,order,store,amount\n")
        for day in range(days):
            date = first + dt.timedelta(days=day)
            file.writelines(
                f"{date},order {day * per_day + at:09d},store {at % 40:02d},{10 + (at * 7 + day % 7) % 90}\n"
                for at in range(per_day)
            )
    return path


def section(*, quick: bool = False, megabytes: float = 200) -> list[str]:
    """Serve a large file within bounds: single orders, summed by day."""
    with tempfile.TemporaryDirectory() as name:
        path = large_file(Path(name), 2 if quick else megabytes)
        size = path.stat().st_size / 1e6
        arguments = ["--value", "amount", "--duplicates", "sum", "--ladder", "quick", "--out", f"{name}/out", "--json"]
        try:
            done = run(thalweg("forecast", str(path), *arguments))
        except BenchError as error:
            return [f"Failed: {error}", ""]
        days = json.loads(done.output)["data"]["days"]
    line = (
        f"A CSV of {size:.0f} MB (single orders, summed to {days} days, `--ladder quick`) is served "
        f"in {done.seconds:.0f} s with {done.peak_megabytes:.0f} MB at its peak."
    )
    print("  " + line, flush=True)
    return [line, ""]
