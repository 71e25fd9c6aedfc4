"""How a long climb tells of its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from thalweg.forecast.result import RungResult


class Watcher(Protocol):
    """What `fit` calls as it goes, always from the calling thread."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage (``climb``, ``open``, ``as_used``, ``forecast``) of `total` fits."""
        ...

    def advance(self, count: int = 1) -> None:
        """Count `count` more fits of the stage as done."""
        ...

    def rung(self, line: RungResult) -> None:
        """Tell that a rung is fitted; its ``test`` is NaN while the sealed test is unopened."""
        ...


class Silence:
    """A watcher that tells nothing."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage."""

    def advance(self, count: int = 1) -> None:
        """Count fits."""

    def rung(self, line: RungResult) -> None:
        """Tell of a rung."""
