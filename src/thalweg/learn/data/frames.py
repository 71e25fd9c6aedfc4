"""Turn frames of pandas, Polars or Arrow into `Examples`: numbers as they are, text as indices of one-hot features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from thalweg.learn.data.examples import Examples, mixed_examples
from thalweg.learn.data.labels import Labels, encode_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import narwhals as nw
    from narwhals.typing import IntoFrame
    from numpy.typing import NDArray

    Unseen = Literal["error", "none"]


@dataclass(frozen=True)
class FrameColumns:
    """How the columns of a frame become features and targets, in the same way for every later frame.

    Attributes
    ----------
    numbers : tuple of str
        Columns that are taken as they are, True as 1 and False as 0: the dense features.
    categories : tuple of (str, tuple)
        Columns of text or categories, each with its different values, sorted. Each value is a one-hot feature.
    target : tuple of str
    classes : tuple
        Where the target is text or categories: the classes, sorted. The target is then the number of its class, from 0.
        Empty otherwise.
    weight : str, optional
        The column of the examples' weights.
    """

    numbers: tuple[str, ...]
    categories: tuple[tuple[str, tuple[Any, ...]], ...]
    target: tuple[str, ...]
    classes: tuple[Any, ...] = ()
    weight: str | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """The features' names in their order; those of a category are ``column=category``."""
        return (*self.numbers, *(f"{name}={one}" for name, known in self.categories for one in known))

    @property
    def one_hot(self) -> int:
        """The number of one-hot features: the categories of all columns."""
        return sum(len(known) for _, known in self.categories)

    def examples(self, frame: IntoFrame, *, unseen: Unseen = "error") -> Examples:
        """Return a frame's rows as examples to learn from, or to measure a loss on.

        Parameters
        ----------
        frame : frame of pandas, Polars or Arrow
            It has all the columns, in any order, and may have others.
        unseen : {"error", "none"}
            What an unknown category becomes: an error, or 0 in all one-hot features of its column.

        Raises
        ------
        ValueError
            If a column is missing or of another kind, or a value is missing, infinite, or an unknown category or class.
            The message names the column and the row, counted from 0. A target of weight 0 may be missing.
        """
        taken = _taken(frame)
        weight = _weights(taken, self.weight)
        targets = [
            _classes(taken, name, weight > 0, self.classes)[0] if self.classes else _finite(taken, name, weight > 0)
            for name in self.target
        ]
        return self._examples(taken, np.stack(targets, axis=1), weight[:, None], unseen)

    def inputs(self, frame: IntoFrame, *, unseen: Unseen = "error") -> Examples:
        """Return a frame's rows as examples to predict from. Targets and weights are not read; all weights are 0.

        Parameters
        ----------
        frame, unseen
            As for `examples`.

        Raises
        ------
        ValueError
            As for `examples`.
        """
        taken = _taken(frame)
        return self._examples(taken, np.full((len(taken), len(self.target)), np.nan), np.zeros((len(taken), 1)), unseen)

    def _examples(
        self, taken: nw.DataFrame[Any], target: NDArray[np.float64], weight: NDArray[np.float64], unseen: Unseen
    ) -> Examples:
        dense = np.empty((len(taken), len(self.numbers)))
        for place, name in enumerate(self.numbers):
            dense[:, place] = _finite(taken, name)
        indices = np.empty((len(taken), len(self.categories)), dtype=np.int64)
        first = 0
        for place, (name, known) in enumerate(self.categories):
            number = _encoded(taken, name, known, unseen).numbers
            indices[:, place] = np.where(number < 0, -1, first + number)
            first += len(known)
        return mixed_examples(dense, indices, target, weight, one_hot=self.one_hot)


def frame_examples(
    frame: IntoFrame,
    target: str | Sequence[str],
    *,
    weight: str | None = None,
    features: Iterable[str] | None = None,
    categorical: Iterable[str] = (),
) -> tuple[Examples, FrameColumns]:
    """Return a frame's rows as examples, and how its columns were taken.

    Numbers and booleans are features as they are. Scale features whose size is far from 1, because networks learn best
    from numbers near 1. Each different value of a column of text or categories is a one-hot feature. An index of pandas
    is not a column.

    Parameters
    ----------
    frame : frame of pandas, Polars or Arrow
        A lazy one is collected.
    target : str or sequence of str
        The columns to predict: numbers or booleans, or one column of text or categories, the classes.
    weight : str, optional
        A column of weights, one for each example and 0 or more.
    features : iterable of str, optional
        The columns to predict from; all others where it is not given.
    categorical : iterable of str, optional
        Columns of numbers that are names, such as postcodes or integer classes.

    Returns
    -------
    examples : Examples
        The features are in the order of `columns.features`.
    columns : FrameColumns
        Turns later frames into examples in the same way.

    Raises
    ------
    ValueError
        If this is not a frame or has no rows, a column is missing, is named twice or is of another kind, or a value is
        missing or infinite. The message names the column and the row, counted from 0. A target of weight 0 may be
        missing.
    """
    taken = _taken(frame)
    targets = [target] if isinstance(target, str) else list(target)
    beside = {*targets, weight}
    chosen = [name for name in taken.columns if name not in beside] if features is None else list(features)
    names = set(categorical)
    _check_names([*targets, *([] if weight is None else [weight]), *chosen], names)
    if not targets or not chosen or not len(taken):
        raise ValueError(
            f"There are {len(targets)} targets, {len(chosen)} features and {len(taken)} rows; each must be 1 or more."
        )
    named = [name for name in (*targets, *chosen) if name in names or _kind(taken, name) == "text"]
    classes: tuple[Any, ...] = ()
    if not set(named).isdisjoint(targets):
        if len(targets) > 1:
            raise ValueError(f"Targets {targets}: one of them holds classes, and classes can only be the one target.")
        classes = _classes(taken, targets[0], _weights(taken, weight) > 0)[1]
    columns = FrameColumns(
        numbers=tuple(name for name in chosen if name not in named),
        categories=tuple((name, _encoded(taken, name).classes) for name in chosen if name in named),
        target=tuple(targets),
        classes=classes,
        weight=weight,
    )
    return columns.examples(taken), columns


def _check_names(taken: list[str], categorical: set[str]) -> None:
    for name in taken:
        if taken.count(name) > 1:
            raise ValueError(f"Column {name!r} is named twice among target, weight and features.")
    for name in sorted(categorical - set(taken)):
        raise ValueError(f"Column {name!r} is to be categorical; it is neither target nor feature.")


def _taken(frame: Any) -> nw.DataFrame[Any]:  # noqa: ANN401 - frames of libraries that need not be there
    import narwhals as nw  # noqa: PLC0415 - loaded when a frame comes
    from narwhals.exceptions import DuplicateError  # noqa: PLC0415 - likewise

    try:
        taken = nw.from_native(frame, pass_through=False)
    except TypeError as error:
        raise ValueError(f"A {type(frame).__name__} is no frame of pandas, Polars or Arrow.") from error
    except DuplicateError as error:
        raise ValueError("The frame has several columns of one name. Give each a name of its own.") from error
    return taken.collect() if isinstance(taken, nw.LazyFrame) else taken


def _column(taken: nw.DataFrame[Any], name: str) -> nw.Series[Any]:
    if name not in taken.columns:
        raise ValueError(f"There is no column {name!r}; the columns are {', '.join(map(repr, taken.columns))}.")
    return taken.get_column(name)


def _kind(taken: nw.DataFrame[Any], name: str) -> Literal["numbers", "text"]:
    import narwhals as nw  # noqa: PLC0415 - as above

    column = _column(taken, name)
    dtype = column.dtype
    if dtype.is_numeric() or isinstance(dtype, nw.Boolean):
        return "numbers"
    if isinstance(dtype, (nw.String, nw.Categorical, nw.Enum)):
        return "text"
    absent = column.is_null().to_list()
    also = f", and row {absent.index(True)} (counted from 0) has no value" if any(absent) else ""
    raise ValueError(
        f"Column {name!r} holds {dtype}{also}; numbers, booleans, text or categories are expected. Convert it, or "
        "leave it out of `features`."
    )


def _finite(taken: nw.DataFrame[Any], name: str, where: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Return a column of numbers, each of them finite where that is asked for."""
    import narwhals as nw  # noqa: PLC0415 - as above

    if _kind(taken, name) != "numbers":
        raise ValueError(f"Column {name!r} holds {_column(taken, name).dtype}; numbers or booleans are expected.")
    values = _column(taken, name).cast(nw.Float64()).to_numpy().astype(np.float64, copy=False)
    wrong = ~np.isfinite(values) if where is None else ~np.isfinite(values) & where
    if wrong.any():
        row = int(np.argmax(wrong))
        found = "has no value" if np.isnan(values[row]) else f"is {values[row]}"
        raise ValueError(
            f"Row {row} of column {name!r} (counted from 0) {found}; a finite number is expected. Fill it, or leave "
            "the row out."
        )
    return values


def _weights(taken: nw.DataFrame[Any], name: str | None) -> NDArray[np.float64]:
    if name is None:
        return np.ones(len(taken))
    weight = _finite(taken, name)
    if (weight < 0).any():
        row = int(np.argmax(weight < 0))
        raise ValueError(f"Row {row} of column {name!r} (counted from 0) is {weight[row]:g}; a weight is 0 or more.")
    return weight


def _encoded(
    taken: nw.DataFrame[Any], name: str, known: tuple[Any, ...] | None = None, unseen: Unseen = "error"
) -> Labels:
    return encode_labels(_column(taken, name).to_list(), known, unseen=unseen, name=f"column {name!r}")


def _classes(
    taken: nw.DataFrame[Any], name: str, scored: NDArray[np.bool_], known: tuple[Any, ...] | None = None
) -> tuple[NDArray[np.float64], tuple[Any, ...]]:
    """Return the numbers of a target's classes, NaN where it is not scored, and the classes."""
    numbers = np.full(len(taken), np.nan)
    if not scored.any() and known is not None:
        return numbers, known
    if not scored.any():
        raise ValueError("No row has a weight; there is nothing to learn from.")
    listed = _column(taken, name).to_list()
    # A scored target takes the place of each that is not scored, so that the numbers of rows stay.
    some = listed[int(np.argmax(scored))]
    found = encode_labels(
        [label if counts else some for label, counts in zip(listed, scored.tolist(), strict=True)],
        known,
        name=f"column {name!r}",
    )
    numbers[scored] = found.numbers[scored]
    return numbers, found.classes
