"""How a fit reports its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from thalweg.forecast.result import RungResult


class Watcher(Protocol):
    """What `fit` calls while it runs, always from the calling thread."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage of `total` fits.

        The stages are ``compile`` (the engine, at the first use on a machine alone), ``climb`` (the search over the
        ladder), ``open`` (the sealed test), ``as_used`` (the backtest), ``calibrate`` (its predictions and intervals)
        and ``forecast`` (the final fit).
        """
        ...

    def advance(self, count: float = 1) -> None:
        """Count `count` more fits of the stage as done; a long fit is counted in parts."""
        ...

    def rung(self, line: RungResult) -> None:
        """Report a fitted rung; its ``test`` is NaN until the sealed test is opened."""
        ...


class Silence:
    """A watcher that reports nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage."""

    def advance(self, count: float = 1) -> None:
        """Count fits."""

    def rung(self, line: RungResult) -> None:
        """Report a fitted rung."""
