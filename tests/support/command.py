"""The command line, run in this process."""

from typer.testing import CliRunner

from thalweg.cli.app import app, language_of


def thalweg(*arguments):
    """Run `thalweg` with some arguments; the result has exit_code, stdout and stderr."""
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(app(language_of(words)), words, prog_name="thalweg")
