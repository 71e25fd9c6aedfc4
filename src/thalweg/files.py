"""Files are written whole or not at all: to a temporary place first, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.messages import Argument, Message

if TYPE_CHECKING:
    from collections.abc import Generator

# What the operating system says, as a key of the catalogues.
_SYSTEM_ERRORS = {
    errno.EACCES: "system.permission",
    errno.EPERM: "system.permission",
    errno.ENOENT: "system.not_found",
    errno.ENOTDIR: "system.not_a_folder",
    errno.EISDIR: "system.is_a_folder",
    errno.ENAMETOOLONG: "system.name_too_long",
    errno.ENOSPC: "system.disk_full",
    errno.EDQUOT: "system.quota",
    errno.EROFS: "system.read_only",
    errno.EIO: "system.broken_disk",
}


def reason_of(error: OSError) -> Message:
    """Return what the operating system refused, as a phrase of the catalogues."""
    number = error.errno or 0
    return Message(_SYSTEM_ERRORS.get(number, "system.other"), {"code": errno.errorcode.get(number, number)})


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees either the old file or the new one, never a part of one.

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
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise


@contextlib.contextmanager
def written_together(folder: Path) -> Generator[Path]:
    """Give an empty temporary folder; when the block ends without an error, its files move to `folder` together.

    `folder` is made where it does not exist. Where the block raises an error or is interrupted, nothing of it remains,
    and the files that stood in `folder` are untouched.

    Parameters
    ----------
    folder : Path
        Where the files shall stand.

    Yields
    ------
    Path
        The temporary folder, on the same disk.

    Raises
    ------
    InputError
        If `folder` cannot be made or written to, if the disk is full, or if a folder stands where a file shall stand.
    """
    made: list[Path] = []
    temporary = None
    done = False
    try:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir()
            made.append(place)
        temporary = Path(tempfile.mkdtemp(dir=folder, prefix=".thalweg.", suffix=".part"))
        yield temporary
        names = sorted(path.name for path in temporary.iterdir())
        _check_no_folder_in_the_way(folder, names)
        with _uninterrupted():
            for name in names:
                (temporary / name).replace(folder / name)
            done = True
    except OSError as error:
        raise _unwritable(folder, error) from error
    except InputError as error:
        # The user asked for `folder` and has never heard of the temporary one.
        raise InputError(_renamed(error.message, str(temporary), str(folder))) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        if not done:
            for place in reversed(made):
                with contextlib.suppress(OSError):
                    place.rmdir()


def _check_no_folder_in_the_way(folder: Path, names: list[str]) -> None:
    for name in names:
        if (folder / name).is_dir():
            raise InputError("files.folder_in_the_way", folder=folder, name=name)


def _renamed(value: Any, old: str, new: str) -> Any:  # noqa: ANN401, PLR0911 - whatever a message may hold, by type
    """Return a message, or one of its values, with another folder's name in every text and path."""
    match value:
        case Message():
            return Message(value.key, _renamed(value.values, old, new))
        case Argument():
            return Argument(value.name, _renamed(value.value, old, new))
        case Mapping():
            return {name: _renamed(each, old, new) for name, each in value.items()}
        case list() | tuple():
            return [_renamed(each, old, new) for each in value]
        case str():
            return value.replace(old, new)
        case Path():
            return Path(str(value).replace(old, new))
        case _:
            return value


def check_writable(folder: Path) -> None:
    """Try, before long work, whether files can be written into `folder`, and leave nothing there.

    Raises
    ------
    InputError
        If they cannot.
    """
    with contextlib.suppress(_TrialEnded), written_together(folder) as temporary:
        write_whole(temporary / "try", b"?")
        raise _TrialEnded


class _TrialEnded(Exception):  # noqa: N818 - it is no error
    """Ends a trial of writing before anything is moved into place."""


@contextlib.contextmanager
def _uninterrupted() -> Generator[None]:
    """Delay Ctrl-C to the end of the block, which must be short."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread is ever interrupted, and only it may set handlers.
        return
    interrupts: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if interrupts:
        raise KeyboardInterrupt


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError("files.unwritable", path=path, reason=reason_of(error))
