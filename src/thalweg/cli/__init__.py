"""The command line, one file a command."""

import sys

INTERRUPTED = 130  # what shells expect after Ctrl-C


def main() -> None:
    """Run `thalweg`: exit code 0, 2 for what the user can mend, 130 when interrupted."""
    try:
        from thalweg.cli.app import app  # noqa: PLC0415 -- Ctrl-C while loading is Ctrl-C too

        app()
    except KeyboardInterrupt:
        pass
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
    sys.stderr.write("Interrupted; no file was left half-written.\n")
    sys.exit(INTERRUPTED)
