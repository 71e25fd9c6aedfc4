"""A chart drawn as a reader would see it."""

import pytest

from support.chart_reader import svg_of


@pytest.fixture
def draw():
    return svg_of
