"""Measure time, memory and accuracy beside peers, and write down what came out, with the machine it was measured on.

./dev bench                       everything; writes benchmarks/RESULTS.md
./dev bench --quick               a smoke run of some seconds; writes nothing
./dev bench --only updates,ladder --out some.md
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import accuracy
import command
import machine
from measure import run, thalweg

HERE = Path(__file__).resolve().parent
SECTIONS = ("updates", "ladder", "command", "accuracy", "memory")


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="CSV for ladder and command; by default the simulated channel")
    parser.add_argument("--value", help="its value column")
    parser.add_argument("--quick", action="store_true", help="a smoke run of some seconds")
    parser.add_argument("--only", metavar="SECTIONS", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--out", type=Path, help="where to write; by default benchmarks/RESULTS.md for a whole run")
    given = parser.parse_args(arguments)
    given.sections = tuple(given.only.split(",")) if given.only else SECTIONS
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"--only {given.only}: no section {', '.join(sorted(unknown))}; choose of {', '.join(SECTIONS)}")
    if given.file is not None and not given.file.exists():
        parser.error(f"--file {given.file}: there is no such file")
    return given


def measured(given: argparse.Namespace) -> list[str]:
    """Run the sections asked for and return the page."""
    began = time.perf_counter()
    told = ["# What was measured", "", "By `./dev bench`, in one run:", "", *machine.describe(), ""]
    with tempfile.TemporaryDirectory() as folder:
        path, value = given.file, given.value
        if path is None:
            path = Path(folder) / "simulated-channel.csv"
            run(thalweg("sample", str(path)))
        for name in given.sections:
            print(f"{name} ...", flush=True)
            if name == "updates":
                import updates  # noqa: PLC0415 - loads the engine, and PyTorch

                told += updates.section(quick=given.quick)
            elif name == "ladder":
                import ladder  # noqa: PLC0415 - likewise

                told += ladder.section(path, value, quick=given.quick)
            elif name == "command":
                told += command.section(path, value, quick=given.quick)
            elif name == "accuracy":
                told += accuracy.section(quick=given.quick)
            else:
                told += command.memory_section(quick=given.quick)
    return [*told, f"The whole run took {(time.perf_counter() - began) / 60:.0f} minutes."]


def main() -> None:
    """Measure, print and, for a whole run or with --out, write."""
    given = options()
    page = "\n".join(measured(given)) + "\n"
    whole = not given.quick and given.sections == SECTIONS
    out = given.out or (HERE / "RESULTS.md" if whole else None)
    if out is None:
        print("\n" + page)
    else:
        out.write_text(page, encoding="utf-8")
        print(f"Written to {out}", file=sys.stderr)


if __name__ == "__main__":
    main()
