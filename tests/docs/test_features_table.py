"""The table of feature blocks in the documents is that of the blocks."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.frequencies import seasonal
from support.small_searches import channel
from thalweg.forecast.features.past import past_of
from thalweg.forecast.features.sets import BLOCKS, feature_set
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.training import TrainingSet
from thalweg.messages import catalogue
from thalweg.series.calendar import Calendar
from thalweg.series.events import Event, event_table
from thalweg.series.frequency.dates import steps_after
from thalweg.series.frequency.record import DAILY
from thalweg.series.frequency.usual import TOLD
from thalweg.series.regressors import Regressor, Regressors

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "refresh_features.py"))
SERIES = channel(460)


@pytest.mark.parametrize(("name", "language"), list(SCRIPT["PAGES"].items()))
def test_a_page_is_as_its_blocks_make_it(name, language):
    text = (DOCS / name).read_text("utf-8")
    assert SCRIPT["refreshed"](text, language) == text, "run .venv/bin/python docs/refresh_features.py"
    assert all(f"| `{block.name}` |" in text for block in BLOCKS)


@pytest.mark.parametrize("known", ["", *DAILY.known])
@pytest.mark.parametrize("steps", [1, 9])
def test_a_block_says_which_columns_it_makes(known, steps):
    """As many names as columns, no name twice, and those known ahead do not change with the values."""
    calendar = Calendar("TW")
    features = feature_set(known, 7, calendar)
    scale = TrainingSet.of(Rung(7, known=known), SERIES, calendar, "mae", 420, 1).scale
    rows = features.rows(past_of(SERIES, np.arange(400, 440)), scale, steps)
    columns = features.columns(steps)
    assert len(columns) == rows.features == len({column.name for column in columns})
    other = features.rows(past_of(channel(460, seed=9), np.arange(400, 440)), scale, steps)
    for place, column in enumerate(columns):
        same = np.array_equal(rows.gather()[:, place], other.gather()[:, place])
        assert same == (column.known_ahead or column.name == "last year is known"), column


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.known_ahead], ids=lambda block: block.name)
def test_a_block_known_ahead_is_its_group_of_the_calendar(block):
    frequency = next((each for each in TOLD if block.name in each.calendar), TOLD[0])
    calendar = Calendar("US", frequency=frequency, events=event_table([Event("release", 18_250, 18_252, -1, 2)]))
    start = seasonal(frequency, 10, "2024-01-01").start
    price = Regressor("price", known=True, values=np.arange(300.0), centre=100, spread=50)
    calendar = replace(calendar, regressors=Regressors(start, frequency, (price,), horizon=3))
    first = seasonal(frequency, 200, "2024-01-01").dates[100:]
    targets = steps_after(frequency, first[:, None], np.arange(1, 4))
    made = block(calendar).columns(None, targets)
    names = calendar.groups[block.name]
    for language in ("en", "zh"):
        told = catalogue(language).templates
        assert {f"look.why.{block.name}", f"look.why.{block.name}_spoken"} <= told.keys(), "`why` names it"
    assert block(calendar).names(1) == names
    np.testing.assert_array_equal(made[:, : len(names)], calendar.group(block.name, targets[:, 0]))
