"""Files are written whole or not at all: to a temporary place first, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import stat
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.leftovers import temporary_file, temporary_folder
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
    errno.ELOOP: "system.link_loop",
}


def reason_of(error: OSError) -> Message:
    """Return what the operating system refused, as a phrase of the catalogues."""
    number = error.errno or 0
    return Message(_SYSTEM_ERRORS.get(number, "system.other"), {"code": errno.errorcode.get(number, number)})


def target_of(path: Path) -> Path:
    """Return the file that is written where `path` is asked for: that of a link is what it points to.

    Raises
    ------
    InputError
        If a device, a pipe or a socket stands there, or a link that points into no folder.
    OSError
        If a folder or a file that may not be written stands there, or links lead in a circle.
    """
    target = Path(os.path.realpath(path))
    try:
        status = path.stat()
    except FileNotFoundError:
        if path.is_symlink() and not target.parent.is_dir():
            raise InputError("files.broken_link", path=path, folder=target.parent) from None
        return target
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "a folder")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("files.no_file", path=path, kind=_kind_of(status.st_mode))
    # The superuser may write everything; a file that nobody may write is meant to stay, whoever asks.
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "a file that may not be written")
    return target


def _kind_of(mode: int) -> Message:
    if stat.S_ISFIFO(mode):
        return Message("system.pipe")
    return Message("system.socket" if stat.S_ISSOCK(mode) else "system.device")


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees either the old file or the new one, never a part of one.

    A link stays, and what it points to is replaced. A file that is replaced keeps its permissions and its owner.

    Parameters
    ----------
    path : Path
        Where to write; its folder must exist.
    content : bytes
        The whole file.

    Raises
    ------
    InputError
        If the file cannot be written (no permission, disk full, no regular file); what stood there is then untouched.
    """
    try:
        target = target_of(path)
        with temporary_file(target.parent) as temporary:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            _replace(temporary, target)
    except OSError as error:
        raise _unwritable(path, error) from error
    except ValueError as error:  # a null byte
        if isinstance(error, InputError):
            raise
        raise _unwritable(path, OSError(errno.EINVAL, "no path")) from error


def _replace(temporary: Path, target: Path) -> None:
    """Move a file into place, with the permissions and the owner of the file that it replaces."""
    try:
        status = target.stat()
        temporary.chmod(stat.S_IMODE(status.st_mode))
        with contextlib.suppress(OSError, AttributeError):
            os.chown(temporary, status.st_uid, status.st_gid)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
    temporary.replace(target)


@contextlib.contextmanager
def written_together(folder: Path, first: str = "") -> Generator[Path]:
    """Give an empty temporary folder; when the block ends without an error, its files move to `folder` together.

    `folder` is made where it does not exist. Where the block raises an error or is interrupted, nothing of it remains,
    and the files that stood in `folder` are untouched. What killed runs left there is removed.

    Parameters
    ----------
    folder : Path
        Where the files shall stand.
    first : str
        The name of the file that moves first, by which the others are known as a set.

    Yields
    ------
    Path
        The temporary folder, on the same disk.

    Raises
    ------
    InputError
        If `folder` cannot be made or written to, if the disk is full, or if what is no file stands where a file shall
        stand.
    """
    made: list[Path] = []
    temporary = None
    done = False
    try:
        _check_no_broken_link(folder)
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir()
            made.append(place)
        with temporary_folder(folder) as temporary:
            yield temporary
            names = sorted((path.name for path in temporary.iterdir()), key=lambda name: (name != first, name))
            _check_places(folder, names)
            with contextlib.ExitStack() as beside:
                moves = [_prepared(temporary / name, folder / name, beside) for name in names]
                with _uninterrupted():
                    for source, target in moves:
                        _replace(source, target)
                    done = True
    except OSError as error:
        raise _unwritable(folder, error) from error
    except InputError as error:
        # The user asked for `folder` and has never heard of the temporary one.
        raise InputError(_renamed(error.message, str(temporary), str(folder))) from error
    finally:
        if not done:
            for place in reversed(made):
                with contextlib.suppress(OSError):
                    place.rmdir()


def _prepared(source: Path, path: Path, beside: contextlib.ExitStack) -> tuple[Path, Path]:
    """Return a file and where it moves to; where a link leads elsewhere, maybe to another disk, it is copied there."""
    target = target_of(path)
    if target.parent != Path(os.path.realpath(path.parent)):
        copy = beside.enter_context(temporary_file(target.parent))
        shutil.copyfile(source, copy)
        source = copy
    return source, target


def _check_no_broken_link(folder: Path) -> None:
    if folder.is_symlink():
        try:
            folder.stat()
        except FileNotFoundError:
            raise InputError("files.broken_link", path=folder, folder=os.path.realpath(folder)) from None


def _check_places(folder: Path, names: Iterable[str]) -> None:
    """Refuse names under which no file can be written."""
    for name in names:
        if (folder / name).is_dir():
            raise InputError("files.folder_in_the_way", folder=folder, name=name)
        target_of(folder / name)


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


def check_writable(folder: Path, names: Iterable[str] = ()) -> None:
    """Try, before long work, whether files can be written into `folder`, and leave nothing there.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Of the files.

    Raises
    ------
    InputError
        If they cannot.
    """
    with contextlib.suppress(_TrialEnded), written_together(folder) as temporary:
        write_whole(temporary / "try", b"?")
        _check_places(folder, names)
        raise _TrialEnded


class _TrialEnded(Exception):  # noqa: N818 - it is no error
    """Ends a trial of writing before anything is moved into place."""


# The signals that ask a program to end. Windows has no SIGHUP.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextlib.contextmanager
def _uninterrupted() -> Generator[None]:
    """Delay Ctrl-C and its siblings to the end of the block, which must be short."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread is ever interrupted, and only it may set handlers.
        return
    received: list[int] = []
    handlers = {number: signal.getsignal(number) for number in ENDING}
    delayed = [number for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)]
    for number in delayed:
        signal.signal(number, lambda number, _frame: received.append(number))
    try:
        yield
    finally:
        for number in delayed:
            signal.signal(number, handlers[number])
    if received:
        signal.raise_signal(received[0])


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError("files.unwritable", path=path, reason=reason_of(error))
