"""Read the columns of an Arrow stream as NumPy arrays, without a copy, through nanoarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    class ArrowStream(Protocol):
        """An object with the method of Arrow's PyCapsule interface."""

        def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class Column(NamedTuple):
    """A column of a record batch.

    Attributes
    ----------
    numbers : ndarray, shape (rows,)
        Arrow's own memory, read-only.
    missing : ndarray of bool, shape (rows,), or None
        Where a value is missing; None where none is.
    """

    numbers: NDArray[Any]
    missing: NDArray[np.bool_] | None


def record_batches(source: ArrowStream) -> Iterator[list[Column]]:
    """Yield the columns of each record batch of a stream whose columns are all numbers.

    Raises
    ------
    OSError
        If the stream cannot go on. The message is that of the stream.
    """
    import nanoarrow  # noqa: PLC0415 - only where a file is read

    with nanoarrow.c_array_stream(source) as stream:
        batches = iter(stream)
        while True:
            try:
                batch = next(batches, None)
            except RuntimeError as error:
                raise OSError(str(error)) from error
            if batch is None:
                return
            view = batch.view()
            rows = slice(view.offset, view.offset + view.length)
            yield [_column(view.child(place), rows) for place in range(view.n_children)]


def _column(column: Any, rows: slice) -> Column:  # noqa: ANN401 - nanoarrow has no types
    """Return some rows of a column."""
    part = slice(column.offset + rows.start, column.offset + rows.stop)
    numbers = np.asarray(column.buffer(1))[part]
    if not column.null_count or not len(numbers):
        return Column(numbers, None)
    there = np.unpackbits(np.asarray(column.buffer(0)), count=part.stop, bitorder="little")[part]
    return Column(numbers, None if there.all() else there == 0)
