"""One real run of the command, shared by the tests that only look at what it left."""

import json
import sys
from types import SimpleNamespace

import pytest

from support import command as command_line


@pytest.fixture(scope="session")
def thalweg():
    """Run the command line in this process; returns exit_code, stdout and stderr."""
    return command_line.thalweg


@pytest.fixture(scope="session")
def command():
    """The command as a shell finds it; it hears Ctrl-C, also where the tests run in the background and do not."""
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    return [sys.executable, "-c", f"{heard}; from thalweg.cli import main; main()"]


@pytest.fixture(scope="session")
def channel(tmp_path_factory, thalweg):
    """A short simulated channel as a file."""
    file = tmp_path_factory.mktemp("data") / "channel.csv"
    assert thalweg("sample", file, "--days", 300).exit_code == 0
    return file


@pytest.fixture(scope="session")
def run(tmp_path_factory, thalweg, channel):
    """One forecast of it: the folder written, and what was printed as text and as JSON."""
    folder = tmp_path_factory.mktemp("runs")
    options = ("--ladder", "quick", "--horizon", 7, "--threads", 1, "--country", "TW")
    told = thalweg("forecast", channel, *options, "--out", folder / "told")
    machine = thalweg("forecast", channel, *options, "--out", folder / "machine", "--json")
    assert told.exit_code == machine.exit_code == 0, told.output + machine.output
    return SimpleNamespace(
        folder=folder / "told",
        text=told.stdout,
        errors=told.stderr + machine.stderr,
        json=json.loads(machine.stdout),
        json_folder=folder / "machine",
    )
