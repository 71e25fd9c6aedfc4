"""The options of a fit, declared once. This module imports little, so that the command's help appears quickly."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.options import Kind, Number, Numbers, Options, Texts, WholeNumber, Word, option, switch
from thalweg.series.country import Country
from thalweg.series.frequency.usual import UsualSteps
from thalweg.series.read.event_option import Events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.levels import Asked
    from thalweg.forecast.watch import Watcher
    from thalweg.series.frequency.record import Frequency

TOLD_IN = ("mae", "mse")  # the losses of a forecast: in the user's units, or their square
MOST_LEVELS = 20
LADDERS = ("full", "lecture", "quick")


@dataclass(frozen=True)
class LadderName(Kind):
    """The name of a ladder, the path of a TOML file of rungs, or a ladder itself."""

    @property
    def metavar(self) -> str:
        """A name or a file."""
        return "NAME|FILE.toml"

    @property
    def choices(self) -> tuple[str, ...]:
        """The ladders that have a name."""
        return LADDERS

    def checked(self, name: str, value: Any) -> str | Ladder:  # noqa: ANN401 - users have no type checker
        """Return the name of a ladder, or the ladder that was given or stands in a file."""
        from thalweg.forecast.ladder import Ladder  # noqa: PLC0415 - the help does not need it
        from thalweg.forecast.ladder_file import ladder_from_toml  # noqa: PLC0415 - likewise

        if isinstance(value, Ladder):
            return value
        if str(value) in LADDERS:
            return str(value)
        if str(value).endswith(".toml"):
            return ladder_from_toml(Path(value), argument=name)
        raise InputError("ladder.unknown", argument=Argument(name, value), names=LADDERS)


def _horizon(frequency: Frequency) -> int:
    return frequency.horizon


@dataclass(frozen=True, kw_only=True)
class FitOptions(Options):
    """The options of a fit; the keywords of `thalweg.fit` and the command's options are made of this declaration.

    Attributes
    ----------
    events : EventTable, optional
        Made of a file or a frame, which may be given in its place; see `thalweg.read_events`.
    level : sequence of float, optional
        The levels of the intervals that are shown, in percent; by default 80 and 95, and none where quantiles are asked
        for.
    quantiles : sequence of float, optional
        The quantiles that are shown, between 0 and 1.
    known, past : tuple of str
        Other columns of the source, as of `thalweg.series.read.options.ColumnOptions`: of a series that was read with
        columns those that count, by default all. Not options of the command, which reads the file with them.
    with_ : path or frame, optional
        A second source of the known columns, where the first is still to be read; as of ``known``.
    keep_last : bool
        Whether the last value stays, though it looks unfinished; see `thalweg.forecast.unfinished`.
    watcher : Watcher, optional
        Receives the progress; not an option of the command.
    """

    words: ClassVar[str] = "fit"

    country: str | Sequence[str] | None = option(None, Country(), panel="fit")
    events: Any = option(None, Events(), panel="fit")  # noqa: RUF009 - a declaration
    loss: str = option("mae", Word(TOLD_IN), panel="fit")
    ladder: str | Ladder = option("full", LadderName(), panel="fit")  # noqa: RUF009 - a declaration
    horizon: int | None = option(None, WholeNumber(1, unit="steps"), panel="fit", usual=UsualSteps(_horizon))
    level: Sequence[float] | None = option(None, Numbers(0, 100, MOST_LEVELS, "50,80,95"), panel="fit")
    quantiles: Sequence[float] | None = option(None, Numbers(0, 1, MOST_LEVELS, "0.1,0.5,0.9"), panel="fit")
    seed: int = option(0, WholeNumber(0), panel="fit")
    threads: int | None = option(None, WholeNumber(1), panel="fit")
    time_limit: float | None = option(None, Number(0, unit="seconds", exclusive=True), panel="fit")
    keep_last: bool = switch(panel="fit")
    watcher: Watcher | None = field(default=None, repr=False, compare=False)
    known: tuple[str, ...] = field(default=())
    past: tuple[str, ...] = field(default=())
    with_: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("known", "past"):
            object.__setattr__(self, name, Texts().checked(name, getattr(self, name)))

    def steps_ahead(self, frequency: Frequency, known: int) -> int:
        """Return how many steps are forecast: those asked for, or those usual for the frequency.

        Of a short series, a third of what is `known` is usual, and no more may be asked for.
        """
        return min(frequency.horizon, max(known // 3, 1)) if self.horizon is None else self.horizon

    @property
    def asked(self) -> Asked:
        """The levels and the quantiles that are shown."""
        from thalweg.forecast.levels import LEVELS, Asked  # noqa: PLC0415 - the help does not need it

        levels = self.level if self.level is not None else () if self.quantiles else LEVELS
        return Asked(tuple(levels), tuple(self.quantiles or ()))
