"""A last date that is not complete for a whole panel is left out, and told."""

import numpy as np
import pytest

from thalweg.forecast.panel.model import PanelModel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.panel.unfinished import NOTE, without_unfinished_date
from thalweg.forecast.panel.update import updated
from thalweg.series.panel import joined

from .conftest import SMALL, panel_of_waves, series_of, weekly_wave

OPTIONS, DAY = PanelFitOptions(threads=1), np.timedelta64(1, "D")


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


def model_and_newer(monkeypatch, share, first=194):
    """Return a model of all but the last six days, and newer days whose last one is a share of what it would be."""
    monkeypatch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL)
    monkeypatch.setattr("thalweg.forecast.panel.update.recipe_of", lambda _: SMALL)
    whole = panel_that_ends(share)
    options = PanelFitOptions(horizon=7, threads=1)
    known = joined([one.head(194) for one in whole.series], whole.names, keys=whole.keys)
    newer = [series_of(one.values[first:], start=str(one.dates[first])) for one in whole.series]
    return PanelModel.of(fit_panel(known, options), options.asked), joined(newer, whole.names, keys=whole.keys)


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_newer_values_are_left_without_it_and_it_is_forecast_first(monkeypatch, share):
    model, newer = model_and_newer(monkeypatch, share)
    made = model.forecast(newer)
    assert [note.key for note in made.notes] == [NOTE]
    assert "looks unfinished: its sum over 5 series is" in str(made.notes[0])
    assert (made.dates[:, 0] == newer.last_date).all()
    shorter = joined([one.head(len(one) - 1) for one in newer.series], newer.names, keys=newer.keys)
    np.testing.assert_array_equal(made.mean, model.forecast(shorter).mean)
    assert model.forecast(shorter).notes == ()
    one = model.forecast(newer, series="s2")
    assert [note.key for note in one.notes] == [NOTE]
    kept = model.forecast(newer, keep_last=True)
    assert kept.notes == ()
    assert (kept.dates[:, 0] == newer.last_date + DAY).all()
    assert np.abs(kept.mean - made.mean).min() > 0


def test_an_update_learns_nothing_from_it(monkeypatch):
    model, newer = model_and_newer(monkeypatch, 0.0)
    made, found = updated(model, newer, threads=1)
    assert found.added.tolist() == [5] * 5
    assert [note.key for note in found.notes] == [NOTE]
    assert {len(one) for one in made.panel.series} == {199}
    shorter = joined([one.head(len(one) - 1) for one in newer.series], newer.names, keys=newer.keys)
    np.testing.assert_array_equal(made.forecast().mean, updated(model, shorter, threads=1)[0].forecast().mean)
    kept, found = updated(model, newer, threads=1, keep_last=True)
    assert (found.added.tolist(), found.notes) == ([6] * 5, ())
    assert {len(one) for one in kept.panel.series} == {200}


def test_what_is_whole_or_old_is_not_looked_at(monkeypatch):
    model, newer = model_and_newer(monkeypatch, 1.0)
    assert model.forecast(newer).notes == ()
    assert (model.forecast(newer).dates[:, 0] == newer.last_date + DAY).all()
    monkeypatch.setattr("thalweg.forecast.panel.unfinished.without_unfinished_date", lambda *_: pytest.fail("looked"))
    old = joined([one.head(100) for one in model.panel.series], model.panel.names, keys=model.panel.keys)
    assert (model.forecast(old).dates[:, 0] == model.panel.last_date + DAY).all()
