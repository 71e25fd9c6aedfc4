"""A stand-in for `thalweg forecast --by`: it copies the week, keeps each series when it is done, and goes on.

Its variable STAND_IN makes it one that must be found out: ``anew`` keeps nothing, ``twice`` writes a series down before
it notes that it is done, ``any options`` does not look at those of the run that it goes on with.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import duckdb

WORK_SECONDS = 0.01  # a series


def given() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("file")
    for option, kind in (("by", str), ("ladder", str), ("horizon", int), ("out", Path), ("threads", int)):
        parser.add_argument(f"--{option}", type=kind, required=True)
    return parser.parse_args()


def main() -> int:
    asked, fault = given(), os.environ.get("STAND_IN", "")
    kept = asked.out / ".unfinished"
    kept.mkdir(parents=True, exist_ok=True)
    options, wanted = kept / "options.json", json.dumps([asked.file, asked.horizon])
    if options.exists() and options.read_text("utf-8") not in ("", wanted) and fault != "any options":
        return 2
    options.write_text(wanted, "utf-8")
    base = duckdb.connect(config={"threads": 1})
    rows = base.execute(f"SELECT unique_id, ds, y FROM '{asked.file}' ORDER BY unique_id, ds").fetchall()  # noqa: S608 - a test's file
    series: dict[str, list[tuple[object, float]]] = {}
    for name, date, value in rows:
        series.setdefault(name, []).append((date, value))
    lines, done = kept / "lines.txt", kept / "done.txt"
    if fault == "anew":
        lines.unlink(missing_ok=True)
        done.unlink(missing_ok=True)
    lines.touch()
    done.touch()
    finished = set(done.read_text("utf-8").splitlines())
    if fault != "twice":
        finished = {line.split()[0] for line in lines.read_text("utf-8").splitlines(keepends=True) if line[-1] == "\n"}
        whole = [line for line in lines.read_text("utf-8").splitlines(keepends=True) if line[-1] == "\n"]
        lines.write_text("".join(whole), "utf-8")
    for name in sorted(series.keys() - finished):
        until = time.process_time() + WORK_SECONDS
        week = [value for _, value in series[name][-7:]]
        forecast = [week[step % 7] for step in range(asked.horizon)]
        with lines.open("a", encoding="utf-8") as file:
            file.write(f"{name} {series[name][-1][0]} {json.dumps(forecast, separators=(',', ':'))}\n")
        while time.process_time() < until:
            pass
        with done.open("a", encoding="utf-8") as file:
            file.write(name + "\n")
    made = [line.split() for line in lines.read_text("utf-8").splitlines()]
    (kept / "forecast.json").write_text(
        "".join(
            json.dumps({"unique_id": name, "last": last, "step": step, "value": value}) + "\n"
            for name, last, values in made
            for step, value in enumerate(json.loads(values), 1)
        ),
        "utf-8",
    )
    base.execute(
        f"COPY (SELECT unique_id, last::DATE + step::INTEGER AS ds, value::DOUBLE AS thalweg "  # noqa: S608 - likewise
        f"FROM read_json('{kept / 'forecast.json'}') ORDER BY unique_id, ds) TO '{kept / 'forecast.parquet'}'"
    )
    (kept / "series.csv").write_text("unique_id\n" + "".join(f"{name}\n" for name, *_ in made), "utf-8")
    for name in ("forecast.parquet", "series.csv"):
        (kept / name).replace(asked.out / name)
    for name in ("done.txt", "forecast.json", "options.json", "lines.txt"):  # until the last it would go on
        (kept / name).unlink()
    kept.rmdir()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
