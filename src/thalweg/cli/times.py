"""The times of a run in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.cli.wrap import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from thalweg.messages import Catalogue


def print_times(console: Console, times: Mapping[str, float], translate: Catalogue) -> None:
    """Print how long each part of a run took, by the keys of ``cli.took``; the parts add up to the whole as printed."""
    tenths = {name: round(10 * seconds) for name, seconds in times.items()}
    parts = [
        translate("cli.took.part", name=translate(f"cli.took.{name}"), seconds=f"{count / 10:,.1f}")
        for name, count in tenths.items()
    ]
    whole = f"{sum(tenths.values()) / 10:,.1f}"
    console.print(Sentence(translate("cli.took.whole", seconds=whole, parts=" · ".join(parts))), style="dim")
