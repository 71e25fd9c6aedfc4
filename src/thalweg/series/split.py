"""Split a series by date into training, validation (half a year) and the sealed test (a year)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    import numpy as np

    from thalweg.series.series import Series

VALIDATION_SHARE, TEST_SHARE = 0.2, 0.3  # of a series that is not long


@dataclass(frozen=True)
class Split:
    """The three parts of a series in the order of their dates: training, validation and the sealed test.

    Attributes
    ----------
    days, train, validation, test : int
        The number of days in all and in each part; ``train + validation + test == days``.
    first, train_last, validation_last, last : numpy.datetime64
        The first day of all and the last day of each part.
    notes : tuple of Message
        Where the parts are shorter than half a year and a year, a note that says so (keys ``split.*``).
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
    """Split a series; where it is not long, validation has 20% of the steps and the test 30%.

    Raises
    ------
    InputError
        If there are fewer steps than the least that its frequency asks for, or a part has no observed value.
    """
    days, frequency = len(series), series.frequency
    dates, observed = series.dates, series.observed
    if days < frequency.least:
        raise InputError(
            "split.too_short",
            source=series.source_name,
            days=days,
            first=iso(dates[0]),
            last=iso(dates[-1]),
            least=frequency.least,
            **words_of(frequency),
        )
    notes: tuple[Message, ...] = ()
    if days >= frequency.long:
        validation, test = frequency.validation, frequency.test
    else:
        validation, test = round(days * VALIDATION_SHARE), round(days * TEST_SHARE)
        words = words_of(frequency)
        usual = {"usual_validation": frequency.validation, "usual_test": frequency.test}
        notes = (Message("split.short", {"days": days, "validation": validation, "test": test, **usual, **words}),)
    train = days - validation - test
    parts = {
        "train": observed[:train],
        "validation": observed[train : train + validation],
        "test": observed[train + validation :],
    }
    for name, part in parts.items():
        if not part.any():
            raise InputError(
                "split.unobserved",
                source=series.source_name,
                count=len(part),
                part=Message(f"split.{name}"),
                **words_of(frequency),
            )
    return Split(
        days, train, validation, test, dates[0], dates[train - 1], dates[train + validation - 1], dates[-1], notes
    )
