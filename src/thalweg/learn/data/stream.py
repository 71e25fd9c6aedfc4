"""Join examples that arrive batch by batch into one `Examples`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from thalweg.learn.data.examples import DIMENSIONS, WHOLE, Examples, dense_examples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Batch: TypeAlias = Examples | tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike]

LEAST_BLOCK_ROWS = 1024  # the smallest block
GROWTH_DIVISOR = 8  # a block holds this fraction of the rows before it


def stream_examples(batches: Iterable[Batch]) -> Examples:
    """Return all examples of a stream, in its order.

    Every batch is copied at once, so a stream may fill the same arrays again and again. The memory needed is that of
    the data and about an eighth more; there are never two copies.

    Parameters
    ----------
    batches : iterable of Examples, (features, target) or (features, target, weight)
        As for `dense_examples`. Batches of one `Examples` (see `Examples.rows`), whose windows point into one array of
        values, share it in the result too. Other batches have values of their own, and no window reaches across.

    Raises
    ------
    ValueError
        If there are no examples, or a batch does not hold examples, or has other columns, another dtype or other window
        settings than the first. Batches are counted from 0. Errors that the stream raises are not changed.
    """
    pile = _piled(batches)
    if pile is None or not pile.rows["target"].count:
        raise ValueError("The stream ended without an example; there is nothing to learn from.")
    return pile.whole()


def _piled(batches: Iterable[Batch]) -> _Pile | None:
    """Take every batch. The memory of the last one is free when this function returns."""
    pile = None
    for number, batch in enumerate(batches):
        try:
            part = examples_of(batch)
            pile = pile or _Pile(part)
            pile.add(part)
        except ValueError as error:
            raise ValueError(f"Batch {number} (counted from 0): {error}") from error
        del batch, part  # while the stream makes the next one
    return pile


def examples_of(batch: Any) -> Examples:  # noqa: ANN401 - a user's stream may bring anything
    """Return a batch of a stream as examples, without changing any number.

    Raises
    ------
    ValueError
        If the batch cannot be examples.
    """
    if isinstance(batch, Examples):
        return batch
    if isinstance(batch, (tuple, list)) and len(batch) in (2, 3):
        return dense_examples(*batch)
    found = f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, (tuple, list)) else type(batch).__name__
    raise ValueError(f"Examples, (features, target) or (features, target, weight) is expected, not a {found}.")


class _Pile:
    """The batches so far; all must be like the first."""

    def __init__(self, first: Examples) -> None:
        self._settings = _settings(first)
        self.rows = {
            name: _Rows(name, array.shape[1:], np.dtype(np.int64) if name in WHOLE else array.dtype)
            for name, array in _arrays(first).items()
        }
        self._values: NDArray[Any] | None = None  # the values of the latest batch; their place in ours is the offset
        self._offset = 0

    def add(self, part: Examples) -> None:
        settings = _settings(part)
        for name, value in settings.items():
            if not np.array_equal(value, self._settings[name]):
                raise ValueError(f"{name} is {value}; in the first batch it is {self._settings[name]}.")
        arrays = _arrays(part)
        if part.values is self._values:
            del arrays["values"]
        else:
            self._values, self._offset = part.values, self.rows["values"].count
        arrays["newest"] = part.newest.astype(np.int64) + self._offset
        arrays["indices"] = part.indices.astype(np.int64)
        for name, array in arrays.items():
            self.rows[name].add(array)

    def whole(self) -> Examples:
        self._values = None
        arrays: dict[str, Any] = {name: rows.whole() for name, rows in self.rows.items()}
        return Examples(**self._settings, **arrays)


def _arrays(examples: Examples) -> dict[str, NDArray[Any]]:
    return {name: getattr(examples, name) for name in DIMENSIONS}


def _settings(examples: Examples) -> dict[str, Any]:
    return {name: getattr(examples, name) for name in ("window", "emphasis", "limit", "one_hot")}


@dataclass
class _Rows:
    """An array that grows in blocks until it is complete, because enlarging one array would copy it each time."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    count: int = 0
    blocks: list[NDArray[Any]] = field(default_factory=list["NDArray[Any]"])
    free: int = 0  # rows of the last block that are not filled

    def add(self, rows: NDArray[Any]) -> None:
        if rows.shape[1:] != self.shape:
            raise ValueError(f"{self.name} has {rows.shape[1]} columns; in the first batch it has {self.shape[0]}.")
        if rows.dtype != self.dtype:
            raise ValueError(f"{self.name} is of {rows.dtype}; in the first batch it is of {self.dtype}.")
        while len(rows):
            if not self.free:
                self.free = max(LEAST_BLOCK_ROWS, self.count // GROWTH_DIVISOR)
                self.blocks.append(np.empty((self.free, *self.shape), self.dtype))
            now, rows = rows[: self.free], rows[self.free :]
            first = len(self.blocks[-1]) - self.free
            self.blocks[-1][first : first + len(now)] = now
            self.free -= len(now)
            self.count += len(now)

    def whole(self) -> NDArray[Any]:
        """Return the array; the memory of each block is free as soon as it is copied."""
        out = np.empty((self.count, *self.shape), self.dtype)
        last = self.count
        while self.blocks:
            block = self.blocks.pop()
            first = last - (len(block) - self.free)
            out[first:last] = block[: len(block) - self.free]
            last, self.free = first, 0
        return out
