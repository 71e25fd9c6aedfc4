"""The options of a fit of many series."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from thalweg.errors import InputError
from thalweg.forecast.options import FitOptions, LadderName
from thalweg.messages import Argument
from thalweg.options import Options, Word, option
from thalweg.series.read.event_option import EventsOfMany

if TYPE_CHECKING:
    from pathlib import Path

    from thalweg.forecast.ladder import Ladder

LADDERS = ("quick", "full")
REFUSED = ("time_limit", "with_")
"""The options of a fit that do not serve many series."""

BOTTOM_UP, TOP_DOWN, MINT = METHODS = ("bottom-up", "top-down", "mint")
"""How totals are made: sums of the series' forecasts; shares of the forecast of the whole; all forecasts weighed."""


@dataclass(frozen=True, kw_only=True)
class TotalsOptions(Options):
    """Whether totals are forecast too.

    Attributes
    ----------
    totals : {"bottom-up", "top-down", "mint"}, optional
        Sums over the columns that name the series, and how they are made.
    """

    words: ClassVar[str] = "fit"

    totals: str | None = option(None, Word(METHODS), panel="many")

    def refuse(self) -> None:
        """Refuse totals of one series.

        Raises
        ------
        InputError
            If they are asked for.
        """
        if self.totals is not None:
            raise InputError("totals.one_series", argument=Argument("totals", self.totals), by=Argument("by"))


@dataclass(frozen=True, kw_only=True)
class PanelFitOptions(TotalsOptions, FitOptions):
    """The options of a fit of many series; those of one that do not serve them are refused.

    Attributes
    ----------
    ladder : str
        ``quick``: copies, seasonal means, lines, and the network over all series. ``full``: each series' own ladder
        too, as `thalweg.fit` climbs it for the series alone.
    events : EventTable, path or frame, optional
        As of one series; with the columns that name the series, or one called ``unique_id``, an event is of those that
        they name.
    folder : Path, optional
        Where the results stand, and what is done is kept; not an option of the command.
    """

    words: ClassVar[str] = "fit"

    ladder: str | Ladder = option("quick", LadderName(), panel="fit")  # noqa: RUF009 - a declaration
    events: Any = option(None, EventsOfMany(), panel="fit")  # noqa: RUF009 - a declaration
    folder: Path | None = field(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss != "mae":
            raise InputError("panel.loss", argument=Argument("loss", self.loss))
        if self.ladder not in LADDERS:
            raise InputError("panel.ladder", argument=Argument("ladder", str(self.ladder)), names=LADDERS)
        for name in REFUSED:
            if getattr(self, name):
                raise InputError("panel.not_for_many", argument=Argument(name))
