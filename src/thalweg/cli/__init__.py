"""The command line, one file a command."""

import sys


def main() -> None:
    """Run `thalweg`: exit code 0, 2 for what the user can mend, 130 when interrupted."""
    try:
        from thalweg.cli.app import app  # noqa: PLC0415 -- Ctrl-C while loading is Ctrl-C too

        app()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was written.\n")
        sys.exit(130)
