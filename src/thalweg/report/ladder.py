"""The ladder's table (U3): its columns and formats, for the terminal, the report and the notebook."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.charts.numbers import cell_number, common_decimals, duration, number
from thalweg.charts.rungs import rung_name
from thalweg.charts.steps import speaking
from thalweg.series.frequency.record import DAILY, Frequency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.result import RungResult

COLUMNS = ("unknowns", "days_back", "train", "validation", "test", "time")
LOSSES = ("train", "validation", "test")
# The columns by which the rungs of a series that is mostly zero are chosen, to the attributes of `RungResult.scaled`.
SCALED = {"scaled_step": "one_step", "scaled_sums": "sums"}
SCALED_DECIMALS = 3


@dataclass(frozen=True)
class LadderTable:
    """The rungs of a ladder as a person reads them.

    Attributes
    ----------
    lines : sequence of RungResult
    language : str
        ``en`` or ``zh``.
    places : int
        Decimals of all losses, so that they line up.
    frequency : Frequency
        Of the series; it says what steps are called.
    """

    lines: Sequence[RungResult]
    language: str
    places: int
    frequency: Frequency = DAILY

    @classmethod
    def of(cls, lines: Sequence[RungResult], language: str = "en", frequency: Frequency = DAILY) -> LadderTable:
        """Return the table of some lines."""
        places = common_decimals(getattr(line, name) for line in lines for name in LOSSES)
        return cls(lines, language, places, frequency)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns: `COLUMNS`, and where the series is mostly zero `SCALED` beside the validation loss."""
        if all(line.scaled is None for line in self.lines):
            return COLUMNS
        after = COLUMNS.index("validation") + 1
        return (*COLUMNS[:after], *SCALED, *COLUMNS[after:])

    def head(self, column: str) -> str:
        """Return the head of a column, one of `columns` or ``rung``."""
        return speaking(self.language, self.frequency)(f"table.{column}")

    def name(self, line: RungResult) -> str:
        """Return the name of a rung in the table's language."""
        return rung_name(line.rung, self.language)

    def cell(self, line: RungResult, column: str) -> str:
        """Return the text of a cell: losses in the user's units, a dash where a loss is not known."""
        match column:
            case "unknowns":
                return number(line.parameters, 0)
            case "days_back":
                return number(line.days_back, 0)
            case "time":
                return duration(line.seconds, self.language)
            case "scaled_step" | "scaled_sums":
                scaled = math.nan if line.scaled is None else getattr(line.scaled, SCALED[column])
                return cell_number(scaled, SCALED_DECIMALS)
            case _:
                return cell_number(getattr(line, column), self.places)
