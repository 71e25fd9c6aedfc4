"""A sentence in the terminal, broken into lines as its script wants it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.measure import Measurement
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions

# A Chinese character is a word of its own; a mark stays with what it closes or opens.
_WORD = re.compile(
    r"\s*[（「《]*(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff（，。：；、！？）」》]+)?[，。：；、！？）」》…]*"
)


class Sentence:
    """Text that also breaks between Chinese characters; Rich itself breaks at spaces alone.

    Parameters
    ----------
    text : str
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Give the lines that fit."""
        yield Text("\n".join(broken(self.text, options.max_width)))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Take as much room as there is, and no more than one line needs."""
        return Measurement(1, max(1, cell_len(self.text))).with_maximum(options.max_width)


def broken(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, where no single word is wider."""
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and cell_len(lines[-1] + word) > width:
            lines.append(word.lstrip())
        else:
            lines[-1] += word
    return lines
