"""One small search, made once and used by many tests."""

from __future__ import annotations

import pytest

from support.small_searches import channel, search

MISSING = (40, 41, 42, 150, 230, 262, 280, 305, 340, 341, 360, 400)  # some in every part


@pytest.fixture(scope="session")
def series():
    return channel(430, missing=MISSING)


@pytest.fixture(scope="session")
def found(series):
    """Findings and model of the tiny ladder."""
    return search(series)
