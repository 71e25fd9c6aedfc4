"""The signals that ask a command to end: all of them end it as Ctrl-C does."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from thalweg.files import ENDING

if TYPE_CHECKING:
    from types import FrameType

received: list[int] = []  # the signals that came, the first one first


def end_as_by_interrupt() -> None:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does; what was ignored from the start, as by nohup, stays so."""
    for number in ENDING:
        if signal.getsignal(number) not in (None, signal.SIG_IGN):
            signal.signal(number, _end)


def ignore() -> None:
    """Let no signal change how a command ends that has done its work: its files are whole, its exit code is known."""
    for number in ENDING:
        if signal.getsignal(number) is not None:
            signal.signal(number, signal.SIG_IGN)


def _end(number: int, _frame: FrameType | None) -> None:
    received.append(number)
    raise KeyboardInterrupt
