"""Frames of the user's own library: which one a frame came from, and columns as a frame of it."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Mapping

BACKENDS = ("pandas", "polars", "pyarrow")


def backend_of(frame: object) -> str:
    """Return the library of a frame or a series, one of `BACKENDS`; empty for anything else."""
    name = type(frame).__module__.partition(".")[0]
    return name if name in BACKENDS else ""


def frame_of(columns: Mapping[str, Any], backend: str | None = None, given: str = "") -> Any:  # noqa: ANN401 - theirs
    """Return columns as a frame.

    Parameters
    ----------
    columns : mapping
        Name to array or list, all of the same length.
    backend : str, optional
        One of `BACKENDS`. Without it, `given` counts, then the first of them that is loaded, then one that is
        installed.
    given : str
        The library of what the user gave; empty where that was no frame.

    Raises
    ------
    InputError
        If there is no such library, or it is not installed.
    """
    if backend is not None and backend not in BACKENDS:
        raise InputError("option.word", argument=Argument("backend", backend), choices=BACKENDS)
    asked = [name for name in BACKENDS if name == (backend or given)]
    wanted = asked or sorted(BACKENDS, key=lambda name: name not in sys.modules)
    found = next((name for name in wanted if find_spec(name)), None)
    if found is None:
        key = "series.backend_missing" if asked else "series.no_backend"
        raise InputError(key, name=wanted[0], names=BACKENDS)
    import narwhals as nw  # noqa: PLC0415 - loaded when a frame is asked for

    return nw.from_dict(dict(columns), backend=import_module(found)).to_native()
