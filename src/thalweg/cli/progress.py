"""The search while it runs: the table so far, and a progress bar below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from thalweg.cli.table import ladder_table

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import RenderableType
    from rich.progress import Task

    from thalweg.forecast.result import RungResult
    from thalweg.messages import Catalogue

_UNKNOWN_LENGTH = ("compile", "calibrate")  # stages that count nothing
_LINES_AROUND = 6  # of the screen, which show no rungs: header, rule, bar and empty lines
BAR_CELLS = 20
ESTIMATED_FROM = 5.0  # seconds; before, the time left is a guess
SECONDS, MINUTES = 60, 60


class _Time(TimeElapsedColumn):
    """About how long the stage goes on; how long it has gone on where nothing tells that."""

    def __init__(self, translate: Catalogue) -> None:
        super().__init__()
        self._say = translate

    def render(self, task: Task) -> Text:
        """Return the time left, from the pace of the last half minute, or the time taken."""
        left = task.time_remaining
        if left is None or task.finished or (task.elapsed or 0) < ESTIMATED_FROM:
            return super().render(task)
        minutes, seconds = divmod(round(left), SECONDS)
        hours, minutes = divmod(minutes, MINUTES)
        time = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
        return Text(self._say("cli.time_left", time=time), style="progress.remaining", no_wrap=True)


class LadderProgress:
    """A `Watcher` that draws on a terminal while its block runs, and removes what it drew at the end.

    Parameters
    ----------
    console : Console
        Where to draw; nothing is drawn where that is no terminal.
    say : Catalogue
        The language.
    """

    def __init__(self, console: Console, translate: Catalogue) -> None:
        self._say = translate
        self._lines: dict[str, RungResult] = {}
        self._bar = Progress(
            TextColumn("  {task.description}"),
            BarColumn(BAR_CELLS),
            MofNCompleteColumn(),
            _Time(translate),
            console=console,
        )
        self._live = Live(console=console, get_renderable=self._picture, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        if self._live.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage of `total` fits with a bar of its own; the bar pulses where its length is not known."""
        total = None if name in _UNKNOWN_LENGTH else total
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._bar.add_task(self._say(f"cli.stage.{name}"), total=total)

    def advance(self, count: float = 1) -> None:
        """Count fits of the stage."""
        for task in self._bar.tasks:
            left = count if task.total is None else task.total - task.completed  # the last part may be smaller
            self._bar.advance(task.id, min(count, left))

    def rung(self, line: RungResult) -> None:
        """Show a rung, or show it anew with its L′."""
        self._lines[line.rung] = line

    def _picture(self) -> RenderableType:
        lines = list(self._lines.values())
        if not lines:
            return self._bar
        room = max(1, self._live.console.height - _LINES_AROUND)
        return Group(ladder_table(self._live.console, lines[-room:], self._say), self._bar)
