"""The page of results: its sections, which are measured and replaced one by one, and their tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = """# What was measured

By `./dev bench`. Each section says when and on which machine; `./dev bench --only NAME` measures one anew. The
pictures and the table in the README are made of the tables here.
"""


def sections(text: str) -> dict[str, str]:
    """Return the page's sections: title to text, the heading included."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix("## "): part.rstrip("\n") + "\n" for part in parts}


def merged(old: str, new: Sequence[str], order: Sequence[str]) -> str:
    """Return the page with the new sections in the place of the old ones of the same title, in an order of titles."""
    held = sections(old) | {title: part for text in new for title, part in sections(text).items()}
    return "\n".join([HEAD, *(held[title] for title in order if title in held)])


def tables(text: str) -> list[list[dict[str, str]]]:
    """Return a section's tables: each a list of rows, a row a mapping of column to cell."""
    found: list[list[dict[str, str]]] = []
    for block in re.findall(r"(?:^\|.*\n)+", text + "\n", flags=re.MULTILINE):
        head, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines())
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found


def number(cell: str) -> float:
    """Return the first number of a cell: 1234.5 of "**1,234.5 µs**", NaN where there is none."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", cell)
    return float(found[0].replace(",", "")) if found else float("nan")


def between_markers(text: str, name: str, lines: Sequence[str]) -> str:
    """Return a document whose lines between ``<!-- name -->`` and ``<!-- /name -->`` are replaced.

    Raises
    ------
    ValueError
        If the document does not have both markers.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if begin not in text or end not in text:
        raise ValueError(f"There is no place for {name}: it stands between <!-- {name} --> and <!-- /{name} -->.")
    before, _, rest = text.partition(begin)
    return before + begin + "".join(f"{line}\n" for line in lines) + rest[rest.index(end) :]
