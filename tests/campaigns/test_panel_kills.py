"""The campaign finds out commands that do not go on as they should: a stand-in is one, or behaves."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from campaigns import panel_kills
from campaigns.campaign import dice

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
STAND_IN = (sys.executable, str(Path(__file__).resolve().parents[1] / "support" / "panel_command.py"))
SERIES, LATE = 25, 20


@pytest.fixture
def trials(monkeypatch, tmp_path):
    def prepared(fault=""):
        monkeypatch.setenv("STAND_IN", fault)
        return panel_kills.prepared(tmp_path, STAND_IN, SERIES)

    return prepared


def killed_late(trials):
    """Kill the stand-in while it is at the twentieth series or soon after."""
    lines = trials.out / ".unfinished" / "lines.txt"

    def end(process):
        while not (lines.exists() and len(lines.read_text("utf-8").splitlines()) >= LATE):
            assert not panel_kills.exited(process)
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)

    ended = trials.run(end=end)
    assert ended.code == -signal.SIGKILL
    assert 0 < ended.work < trials.work


@pytest.mark.slow
def test_a_command_that_goes_on_has_no_fault(trials):
    held = trials()
    assert len(held.wanted["series.csv"].splitlines()) == SERIES + 1
    killed_late(held)
    assert held.other_options() == ""
    assert held.gone_on(late=True) == ""


@pytest.mark.slow
def test_nor_has_it_at_random_moments(trials):
    held = trials()
    found = [held.trial(dice(0, number)) for number in range(8)]
    assert [outcome.fault for outcome in found] == [""] * 8
    assert any("gone on after" in outcome.kind for outcome in found)


@pytest.mark.slow
def test_one_that_begins_anew_is_found_out(trials):
    held = trials("anew")
    killed_late(held)
    assert held.gone_on(late=True).startswith("begun anew")


@pytest.mark.slow
def test_one_that_does_a_series_twice_is_found_out(trials):
    held = trials("twice")
    killed_late(held)
    assert held.gone_on(late=True) == "changed: forecast.parquet, series.csv"


@pytest.mark.slow
def test_one_that_goes_on_with_other_options_is_found_out(trials):
    held = trials("any options")
    killed_late(held)
    assert held.other_options().startswith("with other options the exit code is 0, not 2")


@pytest.mark.slow
def test_one_whose_processes_live_on_is_found_out(trials, monkeypatch):
    monkeypatch.setattr(panel_kills, "_GONE_SECONDS", 0.3)
    held = trials()
    held.command = (sys.executable, "-c", f"import subprocess; subprocess.Popen(['sleep', '30']); {_AS_STAND_IN}")
    held.seconds = 1000  # so that no run is ended
    assert held.trial(dice(0, 0)).fault.endswith("processes of runs that were ended live on")
    assert panel_kills.living(held.groups) == 0


_AS_STAND_IN = f"import runpy; runpy.run_path({STAND_IN[1]!r}, run_name='__main__')"
