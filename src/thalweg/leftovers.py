"""Temporary files and folders that their process holds by a lock, so that what a killed process left can be told."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # Windows has no such locks: nothing is swept there
    fcntl = None

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_PREFIX, _SUFFIX = ".thalweg.", ".part"
_made: dict[Path, int] = {}  # what has been made, or is about to be, and by which process
_OURS = re.compile(r"\.thalweg\.[a-z0-9_]{8}\.part")


@contextlib.contextmanager
def temporary_file(folder: Path) -> Generator[Path]:
    """Give an empty file in a folder, and remove at the end what still stands there; what killed runs left goes first.

    The file may be moved away before the end.
    """

    def make(path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)

    with _temporary(folder, make) as path:
        yield path


@contextlib.contextmanager
def temporary_folder(folder: Path) -> Generator[Path]:
    """Give an empty folder in a folder, and remove it at the end; what killed runs left there goes first."""

    def make(path: Path) -> int:
        path.mkdir(mode=0o700)
        return -1 if fcntl is None else os.open(path, os.O_RDONLY)

    with _temporary(folder, make) as path:
        yield path


@contextlib.contextmanager
def _temporary(folder: Path, make: Callable[[Path], int]) -> Generator[Path]:
    """Give what `make` makes at a path and returns a handle of; it is held by a lock to the end, and then removed."""
    sweep(folder)
    held = False
    handle, path = -1, folder
    while not held:
        path = _named(folder)
        try:
            handle = make(path)
        except OSError:
            _made.pop(path, None)
            raise
        held = _hold(handle, str(path))
    try:
        yield path
    finally:
        _take_away(path)
        _release(handle)


def _named(folder: Path) -> Path:
    """Return the path of something to be made. It is known before it is made: an interrupt may come at any moment."""
    path = folder / f"{_PREFIX}{os.urandom(4).hex()}{_SUFFIX}"
    _made[path] = os.getpid()
    return path


def _take_away(path: Path) -> None:
    """Remove what was made, if it still stands there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
    _made.pop(path, None)


@atexit.register
def take_all_away() -> None:
    """Remove at the end of the process what an interrupt kept from being removed."""
    for path, process in tuple(_made.items()):
        if process == os.getpid():  # a fork has the names of its parent
            _take_away(path)


def sweep(folder: Path) -> None:
    """Remove the temporary files and folders that no process holds any more."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for path in [entry.path for entry in entries if _OURS.fullmatch(entry.name)]:
            with contextlib.suppress(OSError):  # it is held, or gone meanwhile, or belongs to someone else
                _remove(path)


def _remove(path: str) -> None:
    """Remove a file or folder that can be locked; raise OSError where it is held."""
    assert fcntl is not None  # noqa: S101 - asked by `sweep`
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            shutil.rmtree(path, ignore_errors=True)
        elif stat.S_ISREG(mode):
            Path(path).unlink()
    finally:
        os.close(handle)


def _hold(handle: int, name: str) -> bool:
    """Lock what was just made. False where another process took it for a leftover before that, and removed it."""
    if fcntl is None:
        _release(handle)  # Windows moves no file that is open
        return True
    with contextlib.suppress(OSError):  # a disk without locks: then nobody sweeps there either
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        if os.path.samestat(os.fstat(handle), os.stat(name)):  # noqa: PTH116 - its own result goes to samestat
            return True
    except FileNotFoundError:
        pass
    os.close(handle)
    return False


def _release(handle: int) -> None:
    with contextlib.suppress(OSError):
        os.close(handle)
