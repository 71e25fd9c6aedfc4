"""A last date that is not complete for a whole panel is left out, and told."""

import numpy as np
import pytest

from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.unfinished import NOTE, without_unfinished_date
from thalweg.series.panel import joined

from .conftest import panel_of_waves, series_of, weekly_wave

OPTIONS = PanelFitOptions(threads=1)


def panel_that_ends(share, early=0):
    """Return a panel whose last values are a share of what they would be; the first series ends some days early."""
    made = []
    for number in range(5):
        values = weekly_wave(number, 200)
        values[-1] = np.floor(values[-1] * share)
        made.append(series_of(values[: 200 - early] if early and not number else values))
    return joined(made, [f"s{number}" for number in range(5)], keys={"id": tuple(f"s{number}" for number in range(5))})


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_it_is_left_out_of_all_that_end_on_it(share):
    panel = panel_that_ends(share, early=30)
    found = without_unfinished_date(panel, OPTIONS)
    assert [len(one) for one in found.series] == [170, 199, 199, 199, 199]
    assert [note.key for note in found.notes] == [NOTE]
    told = str(found.notes[0])
    assert str(panel.last_date) in told
    assert "4 series" in told
    assert found.keys == panel.keys
    assert without_unfinished_date(found, OPTIONS) is found  # it is looked at once
    for before, after in zip(panel.series, found.series, strict=True):
        np.testing.assert_array_equal(before.values[: len(after)], after.values)


def test_it_stays_where_it_looks_whole_or_is_to_be_kept():
    panel = panel_of_waves(5, 200)
    assert without_unfinished_date(panel, OPTIONS) is panel
    panel = panel_that_ends(0.0)
    assert without_unfinished_date(panel, PanelFitOptions(threads=1, keep_last=True)) is panel


def test_short_series_are_not_emptied():
    panel = joined([series_of([3.0], start="2023-07-20"), *panel_that_ends(0.0).series], list("abcdef"))
    found = without_unfinished_date(panel, OPTIONS)
    assert [len(one) for one in found.series] == [1, 199, 199, 199, 199, 199]
