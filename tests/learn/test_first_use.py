"""The first use on a machine is told."""

import os
import subprocess
import sys

import pytest
from numba.core.event import Event, EventStatus

from thalweg.learn import first_use
from thalweg.learn.compiled import kernel

COMPILING = """
from thalweg.learn.prepare import prepare
print(prepare(lambda: print("begun")) > 0, prepare(lambda: print("again")))
"""


def test_who_asks_is_told_of_the_engine_alone():
    told = []
    first_use.told.append(lambda: told.append("engine"))
    try:
        for function in (kernel.lanes_for, kernel.run_batches):
            kernel._FirstUse().on_start(Event("numba:compile", EventStatus.START, {"dispatcher": function}))
    finally:
        first_use.told.pop()
    assert told == ["engine"]


@pytest.mark.slow
def test_a_compilation_is_told_once_and_timed(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", COMPILING]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert first == "begun\nTrue 0.0\n"
    assert second == "False 0.0\n"
