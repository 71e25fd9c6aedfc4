"""Text that takes long to make, kept for the next time in the user's folder of caches."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable


def kept(name: str, make: Callable[[], str]) -> str:
    """Return a text that was kept under a name, or make it and keep it.

    A file that is damaged or cannot be read is made anew; where none can be written, the text is made each time.

    Parameters
    ----------
    name : str
        It says all that the text depends on, such as a version.
    make : callable
        Returns the text.
    """
    place = folder() / name
    with contextlib.suppress(OSError, ValueError):
        digest, _, text = place.read_bytes().decode().partition("\n")
        if digest == _digest(text):
            return text
    text = make()
    with contextlib.suppress(OSError, InputError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(place, f"{_digest(text)}\n{text}".encode())
    return text


def folder() -> Path:
    """Return the folder of what is kept, by the customs of the system; it need not exist."""
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        caches = "~/Library/Caches"
    else:
        caches = os.environ.get("XDG_CACHE_HOME", "")
    with contextlib.suppress(RuntimeError):  # there is no home
        return Path(caches or "~/.cache").expanduser() / "thalweg"
    return Path(os.devnull) / "thalweg"  # nothing can be read or written there


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
