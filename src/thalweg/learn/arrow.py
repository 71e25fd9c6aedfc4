"""Columns of an Arrow C stream as NumPy arrays, without a copy and without an Arrow library.

The structures are those of the Arrow C data and C stream interfaces, which never change
(https://arrow.apache.org/docs/format/CDataInterface.html, …/CStreamInterface.html).
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    class ArrowStream(Protocol):
        """What has the method of Arrow's PyCapsule interface."""

        def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


FORMATS = {b"f": np.dtype(np.float32), b"g": np.dtype(np.float64), b"l": np.dtype(np.int64)}


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)),
    ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ("private_data", ctypes.c_void_p),
]
_pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


class Column(NamedTuple):
    """A column of a record batch.

    Attributes
    ----------
    numbers : ndarray, shape (rows,)
        Arrow's own memory, which is gone when the next batch is asked for.
    missing : ndarray of bool, shape (rows,), or None
        Where there is no value; None where there is one everywhere.
    """

    numbers: NDArray[Any]
    missing: NDArray[np.bool_] | None


def record_batches(source: ArrowStream) -> Generator[list[Column]]:
    """Yield the columns of each record batch of a stream of float32, float64 and int64 columns.

    Raises
    ------
    TypeError
        If a column is of another type.
    OSError
        If the stream cannot go on; the message is its own.
    """
    capsule = source.__arrow_c_stream__()  # it owns the stream, and releases it
    stream = _Stream.from_address(_pointer_of(capsule, b"arrow_array_stream"))
    kinds = _kinds(stream)
    while True:
        with _asked(stream, stream.get_next, _Array()) as batch:
            if not batch.release:
                return
            yield [_column(batch, place, kind) for place, kind in enumerate(kinds)]


@contextmanager
def _asked(stream: _Stream, question: Any, answer: Any) -> Generator[Any]:  # noqa: ANN401 - ctypes has no types
    """Have the stream fill a structure, and release that in the end."""
    failed = question(ctypes.addressof(stream), ctypes.addressof(answer))
    if failed:
        told = stream.get_last_error(ctypes.addressof(stream)) or b"it does not say why"
        raise OSError(failed, told.decode(errors="replace"))
    try:
        yield answer
    finally:
        if answer.release:
            answer.release(ctypes.addressof(answer))


def _kinds(stream: _Stream) -> list[np.dtype[Any]]:
    with _asked(stream, stream.get_schema, _Schema()) as schema:
        children = [schema.children[place].contents for place in range(schema.n_children)]
        for child in children:
            if child.format not in FORMATS:
                raise TypeError(
                    f"Column {child.name.decode()!r} is of Arrow's format {child.format.decode()!r}; float32 (f), "
                    "float64 (g) or int64 (l) is expected."
                )
        return [FORMATS[child.format] for child in children]


def _column(batch: _Array, place: int, kind: np.dtype[Any]) -> Column:
    column, count = batch.children[place].contents, batch.length
    first = batch.offset + column.offset
    if not count:
        return Column(np.empty(0, kind), None)
    values = _numbers(column.buffers[1], first + count, kind)[first:]
    if not column.null_count or not column.buffers[0]:
        return Column(values, None)
    bits = _numbers(column.buffers[0], (first + count + 7) // 8, np.dtype(np.uint8))
    missing = np.unpackbits(bits, count=first + count, bitorder="little")[first:] == 0
    return Column(values, missing if missing.any() else None)


def _numbers(address: int, count: int, kind: np.dtype[Any]) -> NDArray[Any]:
    size = count * kind.itemsize
    return np.frombuffer(memoryview((ctypes.c_char * size).from_address(address)), dtype=kind, count=count)
