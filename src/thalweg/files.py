"""Files are written whole or not at all: aside first, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader ever sees the old file or the new one, whole.

    Parameters
    ----------
    path : Path
        Where to write; its folder must exist.
    content : bytes
        The whole file.

    Raises
    ------
    InputError
        If the file cannot be written (no permission, disk full); the old file is then untouched.
    """
    aside = None
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(aside).chmod(0o666 & ~umask)
        Path(aside).replace(path)
    except BaseException as error:
        if aside is not None:
            with contextlib.suppress(OSError):
                Path(aside).unlink()
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise


@contextlib.contextmanager
def written_together(folder: Path) -> Generator[Path]:
    """Give an empty folder aside; when the block ends well, what it holds moves to `folder` together.

    `folder` is made where it is not there. Where the block raises (or is interrupted) nothing of it
    remains, and the files that stood in `folder` are untouched.

    Parameters
    ----------
    folder : Path
        Where the files shall stand.

    Yields
    ------
    Path
        The folder aside, on the same disk.

    Raises
    ------
    InputError
        If `folder` cannot be made or written to, or the disk is full.
    """
    made: list[Path] = []
    aside = None
    done = False
    try:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir()
            made.append(place)
        aside = Path(tempfile.mkdtemp(dir=folder, prefix=".thalweg.", suffix=".part"))
        yield aside
        names = sorted(path.name for path in aside.iterdir())
        for name in names:
            if (folder / name).is_dir():
                raise IsADirectoryError(None, f"{name} in it is a folder")
        with _uninterrupted():
            for name in names:
                (aside / name).replace(folder / name)
            done = True
    except OSError as error:
        raise _unwritable(folder, error) from error
    except InputError as error:
        # The one who asked for `folder` knows nothing of the place aside.
        raise InputError(str(error).replace(str(aside), str(folder))) from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        if not done:
            for place in reversed(made):
                with contextlib.suppress(OSError):
                    place.rmdir()


def check_writable(folder: Path) -> None:
    """Try, before long work, whether files can be written into `folder`; leave nothing behind.

    Raises
    ------
    InputError
        If they cannot.
    """
    with contextlib.suppress(_Enough), written_together(folder) as aside:
        write_whole(aside / "try", b"?")
        raise _Enough


class _Enough(Exception):  # noqa: N818 -- not an error: it ends the trial
    """Ends a trial of writing before anything is moved into place."""


@contextlib.contextmanager
def _uninterrupted() -> Generator[None]:
    """Put Ctrl-C off to the end of the block, which must be short."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted, and only there may handlers be set
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be written: {error.strerror or error}. Nothing was changed there; "
        "name another place or free some space."
    )
