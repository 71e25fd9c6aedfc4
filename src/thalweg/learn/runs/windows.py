"""Read the rows of a stream window by window: one thread reads and checks the next window while one is learned from."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np

from thalweg.learn.data.examples import Examples
from thalweg.learn.data.stream import examples_of
from thalweg.learn.data.validated_targets import fitting
from thalweg.learn.training.workspace import aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from numpy.typing import DTypeLike

    from thalweg.learn.data.stream import Batch
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

    Stream: TypeAlias = Iterable[Batch] | Callable[[], Iterable[Batch]]

ARRAYS = ("dense", "indices", "target", "weight")
COPIED_ROWS = 1024  # at once, so that columns are turned into rows within the cache
POLL_SECONDS = 0.1  # how often `cancelled` is called while a window is awaited
LEAVE_SECONDS = 5.0  # how long the end waits for a stream that is busy with its next batch
ONCE = (
    "A generator can be gone through once only: give a function that returns a new one, or an object that can be gone "
    "through again, such as a list or what `parquet_batches` returns."
)
_END: Any = object()


class _ClosedError(Exception):
    """No other window is wanted."""


class Windows:
    """The windows of a stream, epoch by epoch. Use it in a ``with`` statement, at whose end the reading thread ends.

    There are two buffers, so the memory does not grow with the stream. The rows of a window depend on the rows alone,
    not on how they are cut into batches or on which thread is faster. An epoch begins when its first window is asked
    for, so other code may iterate over the stream between epochs. A stream whose iterations are independent, which its
    attribute `apart` says, as with Parquet files, begins its next epoch at once.

    Parameters
    ----------
    stream : iterable, or function that returns one, of batches
        See `descend_stream`.
    network, loss : Network, Loss
        The rows must fit both.
    window : int
        The number of rows of a window; the last window of an epoch may have fewer.
    epochs : int
    rows : int, optional
        The number of rows of every epoch; that of the first epoch where it is not given.
    dtype : dtype
    """

    def __init__(
        self,
        stream: Stream,
        network: Network,
        loss: Loss,
        *,
        window: int,
        epochs: int,
        rows: int | None,
        dtype: DTypeLike,
    ) -> None:
        self._batches = _Batches(stream, network, loss, np.dtype(dtype))
        self._window, self._epochs, self._dtype = window, epochs, dtype
        self._rows, self._told = rows, "were announced"
        self._free: SimpleQueue[_Buffer | None] = SimpleQueue()
        self._filled: SimpleQueue[tuple[_Buffer, Examples] | int | BaseException] = SimpleQueue()
        self._asked: SimpleQueue[None] = SimpleQueue()  # one entry for each epoch that shall begin, and for the end
        self._between = True  # whether the last epoch has ended and the next has not begun
        self._at_once = bool(getattr(stream, "apart", False))  # whether an epoch begins before it is asked for
        self._buffers = 0  # made so far; the second is made only for a second window
        self._learned_from: _Buffer | None = None
        self._closed = False
        self._thread = Thread(target=self._read, name="thalweg reads a stream", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closed = True
        self._free.put(None)
        self._asked.put(None)
        self._thread.join(LEAVE_SECONDS)

    def next(self, cancelled: Callable[[], bool] | None = None) -> Examples | int | None:
        """Return the next window, which is valid until another one is returned.

        At the end of an epoch return its number of rows. Return None if it is cancelled meanwhile.

        Raises
        ------
        ValueError
            If a batch does not fit, or the epoch has more or fewer rows than expected.
        BaseException
            What the stream itself raises.
        """
        if self._between:
            self._between = False
            self._asked.put(None)
        while True:
            try:
                given = self._filled.get(timeout=POLL_SECONDS)
            except Empty:
                if cancelled and cancelled():
                    return None
                continue
            if isinstance(given, BaseException):
                raise given
            if isinstance(given, int):
                self._between = True
                return given
            # The buffer is freed only now, because until here the descent may still need the window before.
            if self._learned_from is not None:
                self._free.put(self._learned_from)
            self._learned_from, examples = given
            return examples

    # What follows runs in the thread that reads.

    def _read(self) -> None:
        try:
            for epoch in range(1, self._epochs + 1):
                if not self._at_once:
                    self._asked.get()
                if self._closed:
                    return
                self._filled.put(self._read_epoch(epoch))
        except _ClosedError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised where the next window is asked for
            self._filled.put(error)

    def _read_epoch(self, epoch: int) -> int:
        """Hand over the windows of an epoch, and return its number of rows."""
        with closing(self._batches.of_epoch(epoch)) as batches:
            number, total = self._take_all(batches, epoch)
        self._expect_all(epoch, number, total)
        return total

    def _take_all(self, batches: Iterator[tuple[int, Examples]], epoch: int) -> tuple[int, int]:
        """Return the number of the last batch (-1 without a batch) and the number of all rows."""
        number, total = -1, 0
        buffer: _Buffer | None = None
        for number, table in batches:
            if self._closed:
                raise _ClosedError
            total += len(table)
            if self._rows is not None and total > self._rows:
                raise ValueError(
                    f"{_named(number, epoch)}: with it there are {total} rows, and {self._rows} {self._told}."
                )
            first = 0
            while first < len(table):
                buffer = buffer or self._next_buffer(table)
                first += buffer.take(table, first)
                if buffer.count == self._window:
                    self._filled.put((buffer, buffer.examples()))
                    buffer = None
            del table  # while the stream makes the next one
        if buffer is not None:
            self._filled.put((buffer, buffer.examples()))
        return number, total

    def _next_buffer(self, like: Examples) -> _Buffer:
        if self._buffers < 2 and self._free.empty():  # noqa: PLR2004 - one that is learned from, one that is filled
            self._buffers += 1
            return _Buffer(like, self._window, self._dtype)
        buffer = self._free.get()
        if buffer is None:
            raise _ClosedError
        buffer.count = 0
        return buffer

    def _expect_all(self, epoch: int, number: int, total: int) -> None:
        if not total and epoch == 1:
            raise ValueError("The stream ended without an example; there is nothing to learn from.")
        if self._rows is None:
            self._rows, self._told = total, "came in epoch 1"
        if total < self._rows:
            where = f"after {_named(number, epoch).lower()}" if total else f"without an example in epoch {epoch}"
            raise ValueError(
                f"The stream ended {where}: it gave {total} rows, and {self._rows} {self._told}."
                + ("" if total else " " + ONCE)
            )


class _Batches:
    """The user's stream; each batch is checked and has its number."""

    def __init__(self, stream: Stream, network: Network, loss: Loss, dtype: np.dtype[Any]) -> None:
        self._stream, self._network, self._loss, self._dtype = stream, network, loss, dtype
        self._first: dict[str, object] | None = None

    def of_epoch(self, epoch: int) -> Generator[tuple[int, Examples]]:
        """Yield the number of each batch, from 0, and the batch as examples that fit the network.

        Raises
        ------
        ValueError
            If a batch does not fit; the message names it.
        BaseException
            What the stream itself raises, with a note.
        """
        number = 0
        with _noted(number, epoch):
            batches = iter(self._stream if isinstance(self._stream, Iterable) else self._stream())
        try:
            while True:
                with _noted(number, epoch):
                    batch = next(batches, _END)
                if batch is _END:
                    return
                try:
                    table = self._checked(batch)
                except (TypeError, ValueError) as error:
                    raise ValueError(f"{_named(number, epoch)}: {error}") from error
                del batch
                yield number, table
                del table
                number += 1
        finally:
            close = getattr(batches, "close", None)  # a generator closes its files
            if close is not None:
                close()

    def _checked(self, batch: Any) -> Examples:  # noqa: ANN401 - a user's stream may bring anything
        if isinstance(batch, Examples):
            table, weighted = batch.astype(self._dtype), True
            if table.window:
                raise ValueError(
                    "windows over a series cannot be streamed; give their features (`gather()`), or collect the "
                    "batches by `stream_examples`."
                )
        else:
            arrays = [self._numbers(part) for part in batch] if isinstance(batch, (tuple, list)) else batch
            table, weighted = examples_of(arrays), len(batch) > 2 and batch[2] is not None  # noqa: PLR2004 - the third
        table = fitting(self._network, self._loss, table)
        like: dict[str, object] = {"weights given": weighted, "one-hot features": table.one_hot}
        like |= {f"columns of {name}": getattr(table, name).shape[1] for name in ARRAYS}
        self._first = self._first or like
        for name, first in self._first.items():
            if like[name] != first:
                raise ValueError(f"{name}: {like[name]}; of the first batch: {first}.")
        return table

    def _numbers(self, given: Any) -> Any:  # noqa: ANN401 - likewise
        """Return numbers in the precision of the descent; anything else is returned unchanged, to be refused later."""
        if given is None:
            return None
        values = np.asarray(given)
        with np.errstate(over="ignore"):  # what overflows is refused as not finite
            return values.astype(self._dtype, copy=False) if values.dtype.kind in "fiub" else values


class _Buffer:
    """The memory for the rows of a window."""

    def __init__(self, like: Examples, window: int, dtype: DTypeLike) -> None:
        self.count = 0
        self._one_hot = like.one_hot
        self._arrays: dict[str, Any] = {
            name: aligned((window, getattr(like, name).shape[1]), np.int64 if name == "indices" else dtype)
            for name in ARRAYS
        }
        self._newest = np.zeros(window, dtype=np.int64)
        self._level, self._scale = np.zeros(window, dtype), np.ones(window, dtype)
        self._whole: Examples | None = None

    def take(self, table: Examples, first: int) -> int:
        """Copy as many rows of a batch as fit, from row `first` on, and return how many were copied."""
        rows = min(len(self._newest) - self.count, len(table) - first)
        for at in range(0, rows, COPIED_ROWS):
            size = min(COPIED_ROWS, rows - at)
            there, here = self.count + at, first + at
            for name, array in self._arrays.items():
                array[there : there + size] = getattr(table, name)[here : here + size]
        self.count += rows
        return rows

    def examples(self) -> Examples:
        """Return the rows as examples; their arrays are views.

        For a whole window the examples are made, and all their numbers checked, once. Rows that are filled in later
        were checked as batches.
        """
        if self._whole is not None and self.count == len(self._newest):
            return self._whole
        count = self.count
        made = Examples(
            values=np.zeros(0, self._level.dtype),
            newest=self._newest[:count],
            window=0,
            level=self._level[:count],
            scale=self._scale[:count],
            one_hot=self._one_hot,
            **{name: array[:count] for name, array in self._arrays.items()},
        )
        if count == len(self._newest):
            self._whole = made
        return made


def _named(number: int, epoch: int) -> str:
    return f"Batch {number} (counted from 0) of epoch {epoch}"


@contextmanager
def _noted(number: int, epoch: int) -> Generator[None]:
    """Add a note that names the batch to whatever the stream raises."""
    try:
        yield
    except BaseException as error:
        error.add_note(
            f"The stream raised this when it was asked for batch {number} (counted from 0) of epoch {epoch}."
        )
        raise
