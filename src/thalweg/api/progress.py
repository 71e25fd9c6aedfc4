"""The progress of a fit in a notebook, or in a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from thalweg.forecast.watch import Silence
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from collections.abc import Generator

    from thalweg.forecast.result import RungResult
    from thalweg.forecast.watch import Watcher

SECONDS_BETWEEN = 0.2  # from one picture of the progress to the next


def _stage(name: str) -> str:
    """Return what a stage is called."""
    key, say = f"cli.stage.{name}", catalogue()
    return say(key) if key in say.templates else name


class NotebookProgress(Silence):
    """A watcher that draws a bar below a notebook's cell, by IPython alone, and removes it at the end.

    Rich draws in notebooks only where ipywidgets is installed, and warns where it is not.
    """

    def __init__(self, display: Any) -> None:  # noqa: ANN401 - IPython need not be installed
        self._stage, self._done, self._total, self._rung = "", 0.0, 0, ""
        self._drawn = time.monotonic()
        self._html = display.HTML
        self._handle = display.display(self._html("<div></div>"), display_id=True)

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage."""
        self._stage = _stage(name)
        self._done, self._total = 0.0, total or 0
        self._draw()

    def advance(self, count: float = 1) -> None:
        """Count fits."""
        self._done += count
        if time.monotonic() - self._drawn >= SECONDS_BETWEEN:
            self._draw()

    def rung(self, line: RungResult) -> None:
        """Name the rung that was fitted last."""
        self._rung = line.rung

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        share = f'value="{min(self._done, self._total)}" max="{self._total}"' if self._total else ""
        counted = f"{self._done:.0f}/{self._total}" if self._total else ""
        text = " · ".join(escape(part) for part in (self._stage, counted, self._rung) if part)
        self._handle.update(self._html(f"<div><progress {share}></progress> {text}</div>"))

    def close(self) -> None:
        """Remove the bar."""
        self._handle.update(self._html("<div></div>"))


class TerminalProgress(Silence):
    """A watcher that draws a bar on standard error, and removes it at the end."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - loaded when something is drawn
        from rich.progress import Progress  # noqa: PLC0415 - likewise

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._bar.start()

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage."""
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._bar.add_task(_stage(name), total=total)

    def advance(self, count: float = 1) -> None:
        """Count fits."""
        for task in self._bar.task_ids:
            self._bar.advance(task, count)

    def close(self) -> None:
        """Remove the bar."""
        self._bar.stop()


@contextmanager
def watching(given: Watcher | None) -> Generator[Watcher]:
    """Give the watcher that a user chose, or one that draws where somebody can see it."""
    if given is not None:
        yield given
        return
    display = _notebook_display()
    drawn = NotebookProgress(display) if display else TerminalProgress() if sys.stderr.isatty() else None
    try:
        yield drawn or Silence()
    finally:
        if drawn is not None:
            drawn.close()


def _notebook_display() -> Any:  # noqa: ANN401 - IPython need not be installed
    """Return IPython's module of displays in a notebook's kernel, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from importlib import import_module  # noqa: PLC0415 - in a notebook alone

    return import_module("IPython.display")
