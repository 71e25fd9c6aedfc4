"""The command line, one file a command."""

import io
import sys

INTERRUPTED = 130  # what shells expect after Ctrl-C


def main() -> None:
    """Run `thalweg`: exit code 0, 2 for what the user can mend, 130 when interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal or pipe that is not in UTF-8 has no ▸ and no ′
    try:
        from thalweg.cli.app import app, language_of  # noqa: PLC0415 -- Ctrl-C while loading is Ctrl-C too

        app(language_of(sys.argv[1:]))()
    except KeyboardInterrupt:
        pass
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
    sys.stderr.write("Interrupted; no file was left half-written.\n")
    sys.exit(INTERRUPTED)
