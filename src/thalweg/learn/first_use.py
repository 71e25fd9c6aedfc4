"""The first use on a machine: the engine is compiled, once, and who wants to know is told.

Nothing is imported here, so that the command can ask to be told before anything loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

told: list[Callable[[], None]] = []  # called when a compilation begins


def begins() -> None:
    """Tell that a compilation begins."""
    for each in tuple(told):
        each()
