"""The command line, one file a command."""

import contextlib
import io
import signal
import sys

from thalweg.cli import signals

BY_SIGNAL = 128  # what shells add to the number of the signal that ended a program
INTERRUPTED = BY_SIGNAL + signal.SIGINT


def main() -> None:
    """Run `thalweg`: exit code 0, 2 for what the user can mend, 130, 143, 129 after Ctrl-C, SIGTERM, SIGHUP."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal or pipe that is not in UTF-8 has no ▸ and no ′
    signals.end_as_by_interrupt()
    try:
        code = _exit_code()
        signals.ignore()
    except KeyboardInterrupt:  # also one that comes while the command ends
        signals.ignore()
        code = INTERRUPTED
    if code == INTERRUPTED or signals.received:
        with contextlib.suppress(OSError):  # the terminal may be gone
            sys.stderr.write("Interrupted; no file was left half-written.\n")
        code = BY_SIGNAL + (signals.received or [signal.SIGINT])[0]
    sys.exit(code)


def _exit_code() -> str | int | None:
    """Run the command and return the exit code that it asks for; KeyboardInterrupt passes."""
    try:
        from thalweg.cli.app import app, language_of  # noqa: PLC0415 -- Ctrl-C while loading is Ctrl-C too

        app(language_of(sys.argv[1:]))(prog_name="thalweg")  # also where it was called as python -m thalweg
    except SystemExit as end:
        return end.code or 0
    except Exception:
        if not signals.received:  # a library may turn an interrupt into an error of its own
            raise
    return INTERRUPTED
