"""The options of a backtest, declared once. This module imports little, so that the command's help appears quickly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

from thalweg.errors import InputError
from thalweg.forecast.options import MOST_LEVELS, TOLD_IN, LadderName
from thalweg.messages import Argument, Message
from thalweg.options import Kind, Numbers, Options, Texts, WholeNumber, Word, option, switch
from thalweg.series.country import Country
from thalweg.series.frequency.usual import UsualSteps
from thalweg.series.read.event_option import EventsOfMany

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.watch import Watcher
    from thalweg.series.frequency.record import Frequency

METRICS = ("mae", "rmse", "mase", "smape", "wape", "bias", "pinball", "crps", "coverage")
RANKING = ("mae", "rmse", "mase", "smape", "wape", "crps")  # of these the least is the best
USUAL_WINDOWS = 5
FILES = ("backtest.csv", "scores.csv", "by_step.csv", "by_cutoff.csv")  # that a folder of results holds


@dataclass(frozen=True)
class Dates(Kind):
    """Several dates, in the order given: in Python an iterable of dates or texts, in the command texts with commas."""

    @property
    def metavar(self) -> str:
        """Dates with commas between."""
        return "DATES"

    def checked(self, name: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - users have no type checker
        """Return the dates as texts; those of a series say which of them occur."""
        several = isinstance(value, Iterable) and getattr(value, "ndim", 1) > 0  # not a NumPy array of one date
        items: list[Any] = value.split(",") if isinstance(value, str) else list(value) if several else [value]
        texts = tuple(text for text in map(_text_of, items) if text)
        if not texts:
            raise InputError("backtest.no_cutoff", argument=Argument(name, value if isinstance(value, str) else items))
        return texts


def _text_of(date: Any) -> str:  # noqa: ANN401 - users have no type checker
    """Return a date as text; of a moment with a time zone what a clock shows there, as a frame of such is read."""
    zoned = isinstance(date, dt.datetime) and date == date and date.tzinfo is not None  # noqa: PLR0124 - NaT is not
    return str(date.replace(tzinfo=None) if zoned else date).strip()


@dataclass(frozen=True)
class Metrics(Kind):
    """Some of the metrics, in the order of `METRICS`."""

    @property
    def metavar(self) -> str:
        """Names with commas between."""
        return "METRICS"

    @property
    def choices(self) -> tuple[str, ...]:
        """All that there are."""
        return METRICS

    def checked(self, name: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - users have no type checker
        """Return the names."""
        names = Texts().checked(name, value)
        for each in names:
            if each not in METRICS:
                near = get_close_matches(each, METRICS, n=1)
                meant = Message("backtest.meant", {"name": near[0]}) if near else ""
                raise InputError("backtest.metric", argument=Argument(name), name=each, meant=meant, names=METRICS)
        return tuple(each for each in METRICS if each in names)

    def written(self, value: Any) -> str:  # noqa: ANN401 - the default
        """Return the names with commas between."""
        return ",".join(value)


def _horizon(frequency: Frequency) -> int:
    return frequency.horizon


@dataclass(frozen=True, kw_only=True)
class BacktestOptions(Options):
    """The options of a backtest; the keywords of `thalweg.backtest` and the command's options are made of these.

    Attributes
    ----------
    models : sequence or mapping, optional
        What is compared; see `thalweg.backtest`. Not an option of the command, which has `rungs` and `ladder`.
    cutoffs : tuple of str, optional
        The last dates that are seen, rising. Without them there are rolling windows.
    rungs : tuple of str
        Rungs by their names.
    folder : Path, optional
        Where results are kept, so that a backtest that was interrupted goes on. The command's ``--out``.
    watcher : Watcher, optional
        Receives the progress; not an option of the command.
    """

    words: ClassVar[str] = "backtest"

    cutoffs: Sequence[Any] | str | None = option(None, Dates(), panel="fit")
    windows: int | None = option(None, WholeNumber(1), panel="fit")
    step: int | None = option(None, WholeNumber(1, unit="steps"), panel="fit")
    horizon: int | None = option(None, WholeNumber(1, unit="steps"), panel="fit", usual=UsualSteps(_horizon))
    gap: int = option(0, WholeNumber(0, unit="steps"), panel="fit")
    refit: int = option(1, WholeNumber(1), panel="fit")
    input_size: int | None = option(None, WholeNumber(1, unit="steps"), panel="fit")
    rungs: tuple[str, ...] = option((), Texts("RUNGS"), panel="fit")
    ladder: str | Ladder | None = option(None, LadderName(), panel="fit")  # noqa: RUF009 - a declaration
    level: Sequence[float] = option((80.0, 95.0), Numbers(0, 100, MOST_LEVELS, "50,80,95"), panel="fit")
    metric: str = option("mase", Word(RANKING), panel="fit")
    metrics: Sequence[str] | str = option(METRICS, Metrics(), panel="fit")
    country: str | Sequence[str] | None = option(None, Country(), panel="fit")
    events: Any = option(None, EventsOfMany(), panel="fit")  # noqa: RUF009 - a declaration
    loss: str = option("mae", Word(TOLD_IN), panel="fit")
    seed: int = option(0, WholeNumber(0), panel="fit")
    threads: int | None = option(None, WholeNumber(1), panel="fit")
    keep_last: bool = switch(panel="fit")
    models: Any = field(default=None, repr=False)
    folder: str | Path | None = field(default=None)
    watcher: Watcher | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cutoffs is not None:
            for name in ("windows", "step"):
                if getattr(self, name) is not None:
                    both = {"cutoffs": Argument("cutoffs"), "argument": Argument(name, getattr(self, name))}
                    raise InputError("backtest.cutoffs_and_windows", **both)
