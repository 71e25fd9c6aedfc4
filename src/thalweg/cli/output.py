"""What becomes of a command whose output cannot be written: the disk is full, or the reader of the pipe has gone."""

from __future__ import annotations

import contextlib
import errno
import os
import sys

_CAUSES = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
NOBODY_READS = 1  # the exit code where the reader of a pipe has gone


def is_of_output(error: OSError) -> bool:
    """Whether an error is one of standard output; those of files name their file."""
    return error.filename is None and error.errno in _CAUSES


def write_out() -> None:
    """Write what is still held back, so that an error comes while it can be told."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def give_up_output() -> None:
    """Drop what could not be written; Python would try again when it ends, and print a traceback."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
