"""Measure time, memory and accuracy beside peers, and write down the results with a description of the machine.

./dev bench                       everything but published, together, peers and panel; writes benchmarks/RESULTS.md, its
                                  pictures and the READMEs' table
./dev bench --only updates,cores  measure those sections again and replace them; the others stay
./dev bench --only updates --out some.md      into another file, without pictures and READMEs
./dev bench --only published      public benchmark series (THALWEG_BENCH names their folder): every 8th, or --every 1
./dev bench --only together       the same series, all of a collection forecast together as many series
./dev bench --only peers          other forecasters of the real series (THALWEG_DATA names their folder); --slow takes
                                  in AutoARIMA and MSTL
./dev bench --only panel          100, 1,000 and 10,000 simulated series, and views by country (THALWEG_DATA), beside
                                  other forecasters. These four keep each result, and an interrupted run goes on
./dev bench --draw                draw pictures and READMEs again, from RESULTS.md
./dev bench --quick               a smoke run of some seconds; it prints, and writes a file only with --out
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

import machine
import page
from measure import own_cache, run, thalweg

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent / "docs" / "bench"
# Module to heading, in the page's order.
SECTIONS = {
    "updates": "One update",
    "passes": "Backward pass against forward pass",
    "growth": "Cost against unknowns",
    "cores": "Two cores against one",
    "share": "Share of the core's limit",
    "surface": "The error surface",
    "ladder": "The ladder against eager PyTorch",
    "command": "The command",
    "accuracy": "Accuracy",
    "memory": "A large file",
    "larger": "Data larger than memory",
    "digits": "Handwritten digits beside scikit-learn and PyTorch",
    "published": "Published tables",
    "together": "Published tables, all series together",
    "peers": "Beside other forecasters",
    "panel": "Many series",
}
OF_A_FILE = ("ladder", "command")
OPTIONS = {
    "digits": ("mnist",),
    "published": ("every", "ladder", "results"),
    "together": ("results",),
    "peers": ("slow", "results"),
    "panel": ("results",),
}
NAMED_ONLY = ("published", "together", "peers", "panel")  # they need series of other places, packages and an hour
DRAWN = ("updates", "passes", "growth", "cores", "share", "command", "peers")


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="CSV for ladder and command; by default the simulated channel")
    parser.add_argument("--value", help="its value column")
    parser.add_argument("--mnist", type=Path, help="folder of MNIST's four files for digits; by default noise")
    parser.add_argument("--quick", action="store_true", help="a smoke run of some seconds")
    parser.add_argument("--every", type=int, default=8, help="published forecasts every so many series; by default 8")
    parser.add_argument("--ladder", choices=("full", "quick"), default="full", help="the ladder of published")
    parser.add_argument("--slow", action="store_true", help="peers takes in AutoARIMA and MSTL, which need long")
    parser.add_argument("--results", type=Path, default=HERE / ".results", help="where those that are kept lie")
    parser.add_argument("--only", metavar="SECTIONS", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--out", type=Path, help="where to write; by default benchmarks/RESULTS.md")
    parser.add_argument("--draw", action="store_true", help="measure nothing; draw what RESULTS.md holds")
    given = parser.parse_args(arguments)
    given.sections = (
        tuple(given.only.split(",")) if given.only else tuple(name for name in SECTIONS if name not in NAMED_ONLY)
    )
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"--only {given.only}: no section {', '.join(sorted(unknown))}; choose of {', '.join(SECTIONS)}")
    if given.every < 1:
        parser.error(f"--every {given.every}: every so many series, a whole number from 1 on")
    for option, path in (("--file", given.file), ("--mnist", given.mnist)):
        if path is not None and not path.exists():
            parser.error(f"{option} {path}: there is no such place")
    return given


def measured(name: str, given: argparse.Namespace, path: Path) -> str:
    """Run one section and return its text: heading, what it found, its picture, when and on what."""
    print(f"{name} ...", flush=True)
    began, on = time.perf_counter(), machine.describe()
    module = importlib.import_module(name)  # now, not before: each loads an engine or two
    of_data: tuple[object, ...] = (path, given.value) if name in OF_A_FILE else ()
    named = {option: getattr(given, option) for option in OPTIONS.get(name, ())}
    found = module.section(*of_data, quick=given.quick, **named)
    told = ["## " + SECTIONS[name], "", *found]
    if name in DRAWN and any(line.startswith("|") for line in found):
        told += [f"![{SECTIONS[name]}](../docs/{PICTURES.name}/{name}.svg)", ""]
    took = time.perf_counter() - began
    return "\n".join([*told, f"*Measured {on}; it took {took:.0f} s.*"]) + "\n"


def draw() -> None:
    """Make pictures and READMEs show what the page of results holds."""
    import pictures  # noqa: PLC0415 - they load the engine, which must not load before its cache is chosen
    import readme  # noqa: PLC0415 - likewise

    held = page.sections((HERE / "RESULTS.md").read_text(encoding="utf-8"))
    by_name = {name: held[title] for name, title in SECTIONS.items() if title in held}
    pictures.draw(by_name, PICTURES)
    readme.refresh(by_name, HERE.parent)


def main() -> None:
    """Measure, print and write."""
    given = options()
    if not given.quick:
        own_cache()
    if given.draw:
        draw()
        return
    out = given.out or (None if given.quick else HERE / "RESULTS.md")
    texts: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = given.file
        if path is None and set(OF_A_FILE) & set(given.sections):
            path = Path(folder) / "simulated-channel.csv"
            run(thalweg("sample", str(path)))
        for name in given.sections:
            texts.append(measured(name, given, path))
            if out is None:
                continue
            old = out.read_text(encoding="utf-8") if out.exists() else ""  # written at once: a long run may be ended
            out.write_text(page.merged(old, texts, tuple(SECTIONS.values())), encoding="utf-8")
    if out is None:
        print("\n" + "\n".join(texts))
        return
    print(f"Written to {out}", file=sys.stderr)
    if given.out is None:
        draw()


if __name__ == "__main__":
    main()
