"""Standard output that cannot be written, and an engine that cannot be compiled: one sentence, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


def told(*arguments, **options):
    code = "import sys; from thalweg.cli import main; sys.argv = ['thalweg', *sys.argv[1:]]; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True, check=False, timeout=120, **options
    )


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(("language", "says"), [("en", "No space left on device"), ("zh", "磁盘空间不足")])
def test_a_full_disk_is_told(language, says):
    with FULL.open("w") as full:
        ended = told("look", "--lang", language, stdout=full)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_pipe_whose_reader_has_gone_ends_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = told("look", "--help", stdout=writing)
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_an_engine_that_may_not_be_compiled_is_told():
    ended = told("look", "batches", stdout=subprocess.DEVNULL, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})
    assert ended.returncode == 2
    assert "Error: The environment variable NUMBA_DISABLE_JIT is set." in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_engine_without_a_place_for_its_cache_does_without():
    code = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []
import thalweg.learn.compiled.kernel
from thalweg.learn.compiled import KEEPS_COMPILATIONS
assert KEEPS_COMPILATIONS is False
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
