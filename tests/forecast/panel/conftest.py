"""What the tests of panels share."""

from functools import partial

import pytest

from thalweg.forecast.panel import run
from thalweg.forecast.panel.global_network import Recipe


@pytest.fixture
def small_recipe(monkeypatch):
    """Train a tiny network in place of the real one, in a moment."""
    made = partial(Recipe, hidden=(16,), seeds=1, epochs=1)
    monkeypatch.setattr(run, "Recipe", made)
    return made()
