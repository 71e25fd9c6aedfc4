"""The options of a search for anomalies, declared once. This module imports little, so that help appears quickly."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - options are looked at while the program runs
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from thalweg.errors import InputError
from thalweg.forecast.options import TOLD_IN, LadderName
from thalweg.messages import Argument
from thalweg.options import Number, Options, Table, WholeNumber, Word, option, switch
from thalweg.options.kinds import Moment
from thalweg.series.country import Country
from thalweg.series.read.event_option import Events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.watch import Watcher

FILES = ("anomalies.csv", "judged.csv", "anomalies.html")  # that a folder of results holds
PROFILES = ("standard", "reward_low_FP_rate", "reward_low_FN_rate")
LEAST_LEVEL, MOST_LEVEL = 50, 99.9


@dataclass(frozen=True, kw_only=True)
class AnomalyOptions(Options):
    """The options of `thalweg.anomalies` and of the command.

    Attributes
    ----------
    level : float
        Of the interval, in percent.
    first : date or datetime, optional
        The first date that is judged.
    days : int, optional
        How many of the last steps are judged.
    labels : path, optional
        Labelled windows as the Numenta Anomaly Benchmark has them; the score is then told.
    profile : str, optional
        Of that benchmark; by default the first of `PROFILES`.
    threshold : float, optional
        The score from which on a value counts as detected there; by default what lies outside the interval.
    watcher : Watcher, optional
        Receives the progress; not an option of the command.
    """

    words: ClassVar[str] = "anomalies"

    level: float = option(99.0, Number(LEAST_LEVEL, MOST_LEVEL, "percent"), panel="fit")
    days: int | None = option(None, WholeNumber(1, unit="steps"), panel="fit")
    first: dt.date | None = option(None, Moment(), panel="fit")  # noqa: RUF009 - a declaration
    ladder: str | Ladder = option("quick", LadderName(), panel="fit")  # noqa: RUF009 - a declaration
    country: str | Sequence[str] | None = option(None, Country(), panel="fit")
    events: Any = option(None, Events(), panel="fit")  # noqa: RUF009 - a declaration
    loss: str = option("mae", Word(TOLD_IN), panel="fit")
    seed: int = option(0, WholeNumber(0), panel="fit")
    threads: int | None = option(None, WholeNumber(1), panel="fit")
    keep_last: bool = switch(panel="fit")
    labels: Any = option(None, Table(), panel="fit")  # noqa: RUF009 - a declaration
    profile: str | None = option(None, Word(PROFILES), panel="fit")
    threshold: float | None = option(None, Number(0, exclusive=True), panel="fit")
    watcher: Watcher | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [name for name in ("first", "days") if getattr(self, name) is not None]
        if len(given) > 1:
            raise InputError("anomalies.first_and_days", arguments=[Argument(name) for name in given])
        if self.labels is not None and given:
            raise InputError("anomalies.labels_and_range", labels=Argument("labels"), argument=Argument(given[0]))
        scored = [name for name in ("profile", "threshold") if getattr(self, name) is not None]
        if self.labels is None and scored:
            raise InputError("anomalies.no_labels", argument=Argument(scored[0]), labels=Argument("labels"))
