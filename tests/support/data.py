"""Real data: a few series whose licence allows a copy lie in tests/data; others lie where the environment says.

``THALWEG_DATA`` names the folder of real series, ``THALWEG_BENCH`` that of public benchmark series, ``THALWEG_TASKS``
that of the data of `examples/`. Where a file is in none of these places, its test is skipped.
"""

import os
from pathlib import Path

import pytest

COPIED = Path(__file__).parents[1] / "data"


def real(name):
    """Return the path of a real series; skip the test where it is not there."""
    return COPIED / name if (COPIED / name).exists() else _found("THALWEG_DATA", name)


def task(name):
    """Return the path of an example's data; skip the test where it is not there."""
    return _found("THALWEG_TASKS", name)


def benchmark_series(name):
    """Return the path of a file of public benchmark series; skip the test where it is not there."""
    return _found("THALWEG_BENCH", name)


def _found(variable, name):
    folder = os.environ.get(variable)
    if not folder:
        pytest.skip(f"{variable} does not say where the real data is")
    path = Path(folder) / name
    if not path.exists():
        pytest.skip(f"{variable} is {folder}, where {name} is not")
    return path
