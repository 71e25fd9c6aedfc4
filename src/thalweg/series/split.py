"""Cut a series by date: training, then validation (half a year), then the sealed test (a year)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message

if TYPE_CHECKING:
    import numpy as np

    from thalweg.series.series import Series

SHORTEST = 56  # days: below, not even the line over a week has days enough to be fitted and checked
LONG = 1000  # days from which on validation is half a year and the test a year
VALIDATION, TEST = 182, 365
VALIDATION_SHARE, TEST_SHARE = 0.2, 0.3


@dataclass(frozen=True)
class Split:
    """The days by date: training, then validation, then the sealed test.

    Attributes
    ----------
    days, train, validation, test : int
        How many days there are in all and in each part; ``train + validation + test == days``.
    first, train_last, validation_last, last : numpy.datetime64
        The first day of all and the last day of each part.
    notes : tuple of Message
        Said where the parts are shorter than half a year and a year (keys ``split.*``).
    """

    days: int
    train: int
    validation: int
    test: int
    first: np.datetime64
    train_last: np.datetime64
    validation_last: np.datetime64
    last: np.datetime64
    notes: tuple[Message, ...] = ()


def split_by_date(series: Series) -> Split:
    """Split a series; below `LONG` days validation is 20% of them and the test 30%.

    Raises
    ------
    InputError
        If there are fewer than `SHORTEST` days, or a part has no observed day.
    """
    days = len(series)
    if days < SHORTEST:
        raise InputError(
            f"{series.source} has {days} days, from {series.start} to {series.dates[-1]}. At least {SHORTEST} are "
            "needed (eight weeks): some to learn from, some to choose by and some to be judged on. Bring more days."
        )
    notes: tuple[Message, ...] = ()
    if days >= LONG:
        validation, test = VALIDATION, TEST
    else:
        validation, test = round(days * VALIDATION_SHARE), round(days * TEST_SHARE)
        notes = (Message("split.short", {"days": days, "validation": validation, "test": test}),)
    train = days - validation - test
    dates, observed = series.dates, series.observed
    parts = {
        "training": observed[:train],
        "validation": observed[train : train + validation],
        "test": observed[train + validation :],
    }
    for name, part in parts.items():
        if not part.any():
            raise InputError(
                f"{series.source}: no day of the {len(part)} {name} days was observed, all are gaps. "
                "Bring a file with fewer missing days."
            )
    return Split(
        days, train, validation, test, dates[0], dates[train - 1], dates[train + validation - 1], dates[-1], notes
    )
