"""Examples that a network learns from: blocks of features side by side, targets, and weights."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from thalweg.learn.activation import Values


COMPILED_FOR = ("C", "A", "W")  # any other layout, even a read-only one, would cause another compilation
DIMENSIONS = {"values": 1, "newest": 1, "level": 1, "scale": 1, "dense": 2, "target": 2, "weight": 2, "indices": 2}
CHECKED_NUMBERS = 2**16  # are looked at at once, so that they stay in the cache
WHOLE = ("newest", "indices")  # arrays of int64, whatever the precision of the others


def _no_indices(count: int = 0) -> NDArray[np.int64]:
    return np.zeros((count, 0), dtype=np.int64)


def _first(values: NDArray[Any], which: NDArray[np.bool_], places: str = "column") -> str:
    """Name the first of the chosen values and its place, counted from 0."""
    at = tuple(np.argwhere(which)[0].tolist())
    place = ", ".join(f"{name} {number}" for name, number in zip(("row", places), at, strict=False))
    return f"{values[at]} in {place}"


def _all_finite(values: NDArray[Any]) -> bool:
    """Whether all values are finite; they are looked at in blocks that stay in the cache."""
    if values.size <= CHECKED_NUMBERS:
        return bool(np.isfinite(values).all())
    values = values.T if values.flags.f_contiguous else values  # numbers that are looked at together then lie together
    rows = max(1, CHECKED_NUMBERS // max(1, math.prod(values.shape[1:])))
    return all(np.isfinite(values[first : first + rows]).all() for first in range(0, len(values), rows))


@dataclass(frozen=True, eq=False)
class Examples:
    """Targets, weights and three blocks of features, any of which may be empty: window, dense and one-hot.

    The features of example n are, in this order: ``(values[newest[n] − j] − level[n]) · scale[n] · emphasis[j]``,
    clipped to ± `limit`, for j = 0 … window − 1 (the newest value first); then ``dense[n]``; then `one_hot` features,
    of which feature i counts how often i stands in ``indices[n]``. A series of values is stored once, however many
    windows point into it, and only `gather` writes the one-hot features out.

    Attributes
    ----------
    values : ndarray, shape (values,)
        The series that the windows point into.
    newest : ndarray of int64, shape (examples,)
        The place of each example's newest value in `values`.
    window : int
        The number of values of a window; 0 for no window.
    level, scale : ndarray, shape (examples,)
        The level that is subtracted from each example's window, and the factor that the window is multiplied by.
    dense : ndarray, shape (examples, columns)
        Other features, taken as they are; there may be no columns.
    target : ndarray, shape (examples, outputs)
        For a classifier also shape (examples, 1): the class of each example, from 0.
    weight : ndarray, shape (examples, outputs) or (examples, 1)
        A single column counts for all outputs. A weight of 0 leaves a target out of every loss, whatever its value.
    emphasis : ndarray, shape (window,), optional
        The factor of each place of the window; 1 where it is not given.
    limit : float
        The largest absolute value of a window's feature.
    indices : ndarray of int64, shape (examples, places), optional
        0 ... one_hot − 1, or −1 for none; no places where it is not given.
    one_hot : int
        The number of one-hot features that the indices choose from.

    Raises
    ------
    ValueError
        If shapes do not fit together, a window reaches outside the values, an index is out of its range, a weight is
        negative, or a feature or a weighted target is not finite.
    """

    values: Values
    newest: NDArray[np.int64]
    window: int
    level: Values
    scale: Values
    dense: Values
    target: Values
    weight: Values
    emphasis: Values | None = None
    limit: float = np.inf
    indices: NDArray[np.int64] = field(default_factory=_no_indices)
    one_hot: int = 0

    def __post_init__(self) -> None:
        if self.indices.shape == (0, 0):  # not given: no places for any example
            object.__setattr__(self, "indices", _no_indices(len(self.newest)))
        self._check_shapes()
        self._check_window()
        self._check_indices()
        self._check_numbers()

    def _check_shapes(self) -> None:
        count = len(self.newest)
        for name, dimensions in DIMENSIONS.items():
            values: Values = getattr(self, name)
            if values.ndim != dimensions:
                raise ValueError(f"{name} must have {dimensions} dimension(s); its shape is {values.shape}.")
            if name != "values" and len(values) != count:
                raise ValueError(f"There are {count} examples; {name} has {len(values)} rows.")
            if values.dtype.kind not in "fiub":
                hint = " `encode_labels` makes numbers of labels." if name == "target" else ""
                raise ValueError(f"{name} must hold numbers; it holds {values.dtype}.{hint}")
        if self.weight.shape[1] not in (1, self.target.shape[1]):
            raise ValueError(
                f"target has shape {self.target.shape}, weight {self.weight.shape}; weight must have one column, "
                "or as many as target."
            )
        for name in WHOLE:
            dtype = getattr(self, name).dtype
            if not np.issubdtype(dtype, np.integer):
                raise ValueError(f"{name} must hold whole numbers; it holds {dtype}.")

    def _check_window(self) -> None:
        if self.window < 0:
            raise ValueError(f"The window is {self.window}; it must be 0 or more.")
        if self.window and len(self) and (self.newest.min() < self.window - 1 or self.newest.max() >= len(self.values)):
            raise ValueError(f"A window of {self.window} values reaches outside the {len(self.values)} values.")
        if self.window_emphasis.shape != (self.window,) or not np.isfinite(self.window_emphasis).all():
            raise ValueError(f"emphasis must hold a finite number for each of the {self.window} places of the window.")
        if not self.limit > 0:
            raise ValueError(f"The limit is {self.limit}; it must be positive.")

    def _check_indices(self) -> None:
        if self.one_hot < 0:
            raise ValueError(f"There are {self.one_hot} one-hot features; there must be 0 or more.")
        if self.indices.size and (self.indices.min() < -1 or self.indices.max() >= self.one_hot):
            found = _first(self.indices, (self.indices < -1) | (self.indices >= self.one_hot), "place")
            raise ValueError(
                f"indices holds {found}; the {self.one_hot} one-hot features are counted from 0, -1 is none of them."
            )

    def _check_numbers(self) -> None:
        for name in ("values", "level", "scale", "dense", "weight"):
            values: Values = getattr(self, name)
            if not _all_finite(values):
                raise ValueError(f"{name} holds a value that is not finite: {_first(values, ~np.isfinite(values))}.")
        if (self.weight < 0).any():
            raise ValueError(f"A weight is negative: {_first(self.weight, self.weight < 0)}; weights are 0 or more.")
        absent = ~np.isfinite(self.target) & (self.weight > 0)
        if absent.any():
            raise ValueError(f"A target with a weight is not finite: {_first(self.target, absent)}.")

    def __len__(self) -> int:
        return len(self.newest)

    def __repr__(self) -> str:
        return f"<Examples: {len(self)}, {self.features} features, {self.outputs} target column(s)>"

    @property
    def features(self) -> int:
        """The number of features of an example."""
        return self.window + self.dense.shape[1] + self.one_hot

    @property
    def outputs(self) -> int:
        """The number of targets of an example: the columns of `target`."""
        return self.target.shape[1]

    def gather(self) -> Values:
        """Return all features, shape (examples, features). The gather of the kernel must equal this reference."""
        at = self.newest[:, None] - np.arange(self.window)
        seen = (self.values[at] - self.level[:, None]) * self.scale[:, None] * self.window_emphasis
        counts = np.zeros((len(self), self.one_hot), dtype=self.values.dtype)
        row, place = np.nonzero(self.indices >= 0)
        np.add.at(counts, (row, self.indices[row, place]), 1)
        return np.concatenate([np.clip(seen, -self.limit, self.limit), self.dense, counts], axis=1)

    @property
    def window_emphasis(self) -> Values:
        """The factor of each place of the window, shape (window,)."""
        return np.ones(self.window, dtype=self.values.dtype) if self.emphasis is None else self.emphasis

    def rows(self, which: slice | NDArray[Any]) -> Examples:
        """Return some of the examples; the values are shared, not copied."""
        changed = (name for name in DIMENSIONS if name != "values")
        return replace(self, **{name: getattr(self, name)[which] for name in changed})

    def astype(self, dtype: DTypeLike) -> Examples:
        """Return the examples in contiguous arrays of a precision; whole numbers become int64.

        Where no array changes, the same object is returned.
        """
        arrays = {one.name: getattr(self, one.name) for one in fields(self)}
        with np.errstate(over="ignore"):  # a number that overflows is refused as not finite
            changed = {
                name: np.require(array, np.int64 if name in WHOLE else dtype, COMPILED_FOR)
                for name, array in arrays.items()
                if isinstance(array, np.ndarray)
            }
        if all(array is arrays[name] for name, array in changed.items()):
            return self
        made = copy(self)  # only the numbers can have become others, so that no more is checked again
        for name, array in changed.items():
            object.__setattr__(made, name, array)
        made._check_numbers()  # noqa: SLF001 - it is of this class
        return made


def expect_examples(given: object) -> None:
    """Raise a helpful TypeError if the argument is not `Examples`."""
    if not isinstance(given, Examples):
        raise TypeError(f"Examples are expected, such as `dense_examples(x, y)` makes; a {type(given).__name__} came.")


def _column(values: ArrayLike) -> NDArray[Any]:
    values = np.asarray(values)
    return values[:, None] if values.ndim == 1 else values


def mixed_examples(
    dense: ArrayLike | None,
    indices: ArrayLike | None,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    one_hot: int = 0,
) -> Examples:
    """Return examples whose features are a plain table, indices of one-hot features, or both.

    Parameters
    ----------
    dense : ndarray, shape (examples, columns), or None
        Features as they are.
    indices : ndarray of whole numbers, shape (examples, places) or (examples,), or None
        The one-hot features of each example, −1 for none. They are not written out.
    target : ndarray, shape (examples, outputs) or (examples,)
        For a classifier also the class of each example, from 0 (see `encode_labels`).
    weight : ndarray of the target's shape, or one per example, optional
        All ones where it is not given.
    one_hot : int
        The number of one-hot features: all that an index could choose, not only those that are chosen here.

    Raises
    ------
    ValueError
        As `Examples`.
    """
    target, dense = _column(target), None if dense is None else np.asarray(dense)
    count = ((target if dense is None else dense).shape or (0,))[0]
    return Examples(
        values=np.zeros(0),
        newest=np.zeros(count, dtype=np.int64),
        window=0,
        level=np.zeros(count),
        scale=np.ones(count),
        dense=np.zeros((count, 0)) if dense is None else dense,
        target=target,
        weight=np.ones(target.shape) if weight is None else _column(weight),
        indices=_no_indices(count) if indices is None else _column(indices),
        one_hot=one_hot,
    )


def dense_examples(features: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None) -> Examples:
    """Return examples whose features are a plain table.

    Parameters
    ----------
    features : ndarray, shape (examples, columns)
    target : ndarray, shape (examples, outputs) or (examples,)
        For a classifier also the class of each example, from 0 (see `encode_labels`).
    weight : ndarray of the target's shape, or one per example, optional
        All ones where it is not given.

    Raises
    ------
    ValueError
        As `Examples`.
    """
    return mixed_examples(features, None, target, weight)


def window_examples(
    values: ArrayLike,
    window: int,
    ahead: int = 1,
    *,
    level: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    weight: ArrayLike | None = None,
) -> Examples:
    """Return examples that look back over a series of values and have the next values as targets (F1, U3).

    There is an example for each value with enough values before and after it, in their order. The window and the
    targets of an example are ``(value − level) · scale``, with the level and scale of that example, so
    ``prediction / scale + level`` is in the units of `values`. To add columns that stand beside the series, use
    ``replace(examples, dense=columns[examples.newest])``; to add other series, use `stream_examples`.

    Parameters
    ----------
    values : ndarray, shape (values,)
        The oldest first.
    window : int
        The number of values of a window; feature 1 is the newest.
    ahead : int
        The number of values after the newest that are targets; a window without all of them is left out. With 0 there
        are all windows and no targets, which is for predictions.
    level, scale : float or ndarray, shape (values,)
        The level that is subtracted and the factor, for the example whose newest value this is.
    weight : ndarray, shape (values,), optional
        The weight of each value as a target, for example 0 for a gap that was filled. All ones where it is not given.

    Raises
    ------
    ValueError
        If there are too few values, one is not finite, or shapes do not fit together.
    """
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"values must be one series, of 1 dimension; the shape is {values.shape}.")
    if window < 1 or ahead < 0:
        raise ValueError(f"window is {window} and ahead {ahead}; they must be at least 1 and 0.")
    if len(values) < window + ahead:
        raise ValueError(
            f"There are {len(values)} values; a window of {window} and {ahead} ahead need {window + ahead} or more."
        )
    newest = np.arange(window - 1, len(values) - ahead)
    later = newest[:, None] + np.arange(1, ahead + 1)
    own = {}
    for name, given in (("level", level), ("scale", scale), ("weight", 1.0 if weight is None else weight)):
        if np.shape(given) not in ((), values.shape):
            raise ValueError(f"There are {len(values)} values; {name} has shape {np.shape(given)}.")
        own[name] = np.broadcast_to(given, values.shape)
    levels, scales = own["level"][newest], own["scale"][newest]
    with np.errstate(invalid="ignore", over="ignore"):  # a number that is not finite is refused
        target = (values[later] - levels[:, None]) * scales[:, None]
    return Examples(
        values=values,
        newest=newest,
        window=window,
        level=levels,
        scale=scales,
        dense=np.zeros((len(newest), 0)),
        target=target,
        weight=own["weight"][later],
    )
