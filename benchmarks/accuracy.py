"""The errors of forecasts of real series, as used: one day ahead and 28 days ahead, on the sealed test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measure import table
from real import FILES, folder, forecast, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from real import File


def _judged(value: float, aim: float, floor: float) -> str:
    return "aim reached" if value <= aim else "floor reached" if value <= floor else "**above the floor**"


def _ahead(file: File, steps: Sequence[float], strategy: str) -> str:
    mean = sum(steps) / len(steps)
    told = f"{len(steps)} days ahead, {file.name}: {mean:,.0f}, the mean over steps as used ({strategy})"
    if file.floor_ahead is None:
        return told + "."
    reached = "floor reached" if mean <= file.floor_ahead else "**above the floor**"
    return f"{told}; floor {file.floor_ahead:,.0f}: {reached}."


def section(*, quick: bool = False, data: Path | None = None) -> list[str]:
    """Measure and return Markdown; it names the files that are not in the folder, which are skipped."""
    data = folder(data)
    ladder = "quick" if quick else "full"
    rows: list[list[str]] = []
    ahead: list[str] = []
    for file in FILES[2:3] if quick else FILES:
        if data is None or not (data / file.name).exists():
            rows.append([file.name, "skipped: not there", *[""] * 7])
            continue
        with plain(file, data) as path:
            found = forecast(path, file, ladder).found
        error = found["as_used"]["test"]
        copies = found["baselines"]
        rows.append(
            [
                f"{file.name}, {file.value}{', exponentiated' if file.exponentiate else ''}",
                f"{error:,.1f}",
                f"{file.floor:,.1f} / {file.aim:,.0f}",
                _judged(error, file.aim, file.floor),
                f"{copies['copy yesterday']:,.0f}",
                f"{copies['copy last week']:,.0f}",
                found["chosen"],
                " / ".join(f"{found['coverage'][level]:.1%}" for level in ("80", "95")),
                f"{found['seconds']:.0f} s",
            ]
        )
        ahead += [_ahead(file, found["steps"], found["strategy"]), ""]
        print("  " + " | ".join(rows[-1]), flush=True)
        print("  " + ahead[-2], flush=True)
    return _page(rows, ahead, ladder)


def _page(rows: Sequence[Sequence[str]], ahead: Sequence[str], ladder: str) -> list[str]:
    head = (
        "series",
        "as used",
        "floor / aim",
        "",
        "copy yesterday",
        "copy last week",
        "chosen",
        "cover 80 / 95",
        "took",
    )
    return [
        f"`thalweg forecast --keep-last --ladder {ladder}`: mean absolute error one day ahead on the sealed days, of",
        "the rung that validation chose, refitted every 30 days on all days before; coverage of intervals calibrated",
        "on earlier days.",
        "",
        *table(head, rows),
        "",
        *ahead,
    ]
