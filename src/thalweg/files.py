"""Files are written whole or not at all: aside first, then renamed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from thalweg.errors import InputError


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
            raise InputError(
                f"{path} cannot be written: {error.strerror or error}. Nothing was changed there; "
                "choose another folder with --out or free some space."
            ) from error
        raise
