"""The shortened table of updates in both READMEs, made from the page of results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cases import PEERS
from measure import table
from page import between_markers, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEADS = {"README.md": "features-neurons-outputs", "README.zh.md": "特征-神经元-输出"}
ON = {
    "README.md": "GD is gradient descent. One core of {machine}, {date}; `./dev bench` measures anew, and "
    "[more]({page}).",
    "README.zh.md": "GD 即梯度下降。{machine} 的一个核，{date}；`./dev bench` 重新测量，[更多结果]({page})。",
}
PAGE = "benchmarks/RESULTS.md"


def shortened(text: str, name: str) -> list[str]:
    """Return the README's lines from the section of updates: thalweg's time, and the peers' as times of it."""
    rows = [[row["network"], f"{row['thalweg']} µs", *(_times(row[peer]) for peer in PEERS)] for row in tables(text)[0]]
    found = re.search(r"\*Measured (\S+) [^;]*; ([^;]*), \d+ cores, \d+ GB, ([^;,]*)", text)
    date, machine, system = found.groups() if found else ("", "", "")
    return [
        *table((HEADS[name], "thalweg", *PEERS), rows),
        "",
        ON[name].format(date=date, machine=f"{machine} ({system})", page=PAGE),
    ]


def refresh(page: Mapping[str, str], root: Path) -> None:
    """Write the table between the markers ``<!-- bench -->`` of both READMEs."""
    if "updates" not in page:
        return
    for name in HEADS:
        file = root / name
        text = between_markers(file.read_text(encoding="utf-8"), "bench", shortened(page["updates"], name))
        file.write_text(text, encoding="utf-8")


def _times(cell: str) -> str:
    """Return "13.1×" of "229 · **13.1×** (≥ 15 missed)"."""
    found = re.search(r"[\d.,]+×", cell)
    return found[0] if found else "–"
