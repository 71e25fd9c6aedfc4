"""A panel's model that learns new values: its network goes on, and nothing else is chosen anew."""

import numpy as np
import pytest

from thalweg.errors import InputError
from thalweg.forecast.panel import update
from thalweg.forecast.panel.examples import examples_of
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.model import PanelModel, load_panel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.rows import Rows
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.panel.update import updated
from thalweg.series.panel import joined

from .conftest import SMALL, series_of, weekly_wave

STEPS, DAYS, MORE = 7, 120, 10


def waves(count, days, first=0):
    start = np.datetime64("2023-01-02") + np.timedelta64(first, "D")
    series = [series_of(weekly_wave(number, 200)[first:days], start=str(start)) for number in range(count)]
    return joined(series, [f"s{number}" for number in range(count)])


@pytest.fixture(autouse=True)
def small_update(monkeypatch, small_recipe):
    monkeypatch.setattr("thalweg.forecast.panel.update.recipe_of", lambda _: small_recipe)


@pytest.fixture
def model():
    options = PanelFitOptions(horizon=STEPS, threads=1)
    return PanelModel.of(fit_panel(waves(4, DAYS), options), options.asked)


def thetas_of(model):
    return [theta for member in model.plan.final.members for theta in member.thetas]


def error_of(model, panel, first):
    """Return the mean absolute error of the network over rows whose targets are new, in spreads."""
    flat = flat_of(panel.series, model.plan.final.reach)
    newest = np.arange(first, DAYS + MORE - STEPS)
    rows = Rows(np.repeat(np.arange(len(panel)), len(newest)), np.tile(newest, len(panel)))
    made = model.plan.final.predict(flat, rows)
    places = (flat.starts[rows.series] + rows.newest)[:, None] + 1 + np.arange(STEPS)
    return float(np.mean(np.abs(made - flat.values[places]) / flat.units[rows.series][:, None]))


def test_it_learns_from_new_values_alone_and_keeps_the_choice(model):
    made, found = updated(model, waves(4, DAYS + MORE, first=DAYS))
    assert found.added.tolist() == [MORE] * 4
    for name, one in waves(4, DAYS + MORE):
        np.testing.assert_array_equal(made.panel[name].values, one.values)
    np.testing.assert_array_equal(made.choice.own, model.choice.own)
    np.testing.assert_array_equal(made.choice.share, model.choice.share)
    np.testing.assert_array_equal(made.bands, model.bands)
    moved = [np.abs(new - old).max() for new, old in zip(thetas_of(made), thetas_of(model), strict=True)]
    assert len(moved) == SMALL.seeds * len(model.plan.final.members)
    assert all(0 < each < 0.05 for each in moved), "it goes on from where it was"
    whole = waves(4, DAYS + MORE)
    assert error_of(made, whole, DAYS - 30) < error_of(model, whole, DAYS - 30)
    assert made.forecast().dates[0, 0] == np.datetime64("2023-01-02") + np.timedelta64(DAYS + MORE, "D")


def test_the_whole_history_teaches_what_the_new_values_do_and_it_is_saved(model, tmp_path):
    few, _ = updated(model, waves(4, DAYS + MORE, first=DAYS), threads=1)
    whole, _ = updated(model, waves(4, DAYS + MORE), threads=3)
    for one, other in zip(thetas_of(few), thetas_of(whole), strict=True):
        np.testing.assert_array_equal(one, other)
    few.save(tmp_path / "model.thalweg")
    read = load_panel(tmp_path / "model.thalweg").forecast()
    expected = few.forecast()
    for name in ("mean", "low", "high", "dates"):
        np.testing.assert_array_equal(getattr(read, name), getattr(expected, name))
    assert np.ptp(read.mean) > 1


def test_the_windows_are_those_with_new_targets_and_a_window_before(model):
    one, final = waves(1, DAYS + MORE).series[0], model.plan.final
    for inputs in (member.inputs for member in final.members):
        examples = update._recent_examples([(one, DAYS)], inputs, final)
        first = DAYS - STEPS - inputs.window
        newest = np.arange(first, DAYS + MORE - 1)[::-1]
        rows = Rows(np.zeros(len(newest), np.int64), newest)
        flat = flat_of([one], inputs.reach)
        expected = examples_of(flat, rows, inputs, STEPS, final.panel_year, flat.lengths).examples.astype(np.float32)
        kept = newest + 1 >= inputs.earliest
        assert 10 < kept.sum() == len(examples)
        np.testing.assert_array_equal(examples.gather(), expected.gather()[kept])
        np.testing.assert_array_equal(examples.target, expected.target[kept])
    assert update._recent_examples([], final.inputs, final) is None


def test_a_new_series_is_served_by_the_network_from_now_on(model):
    made, found = updated(model, waves(5, DAYS + MORE, first=DAYS))
    assert found.panel.names[4] == "s4"
    assert made.choice.share[4].tolist() == [1.0] * len(made.plan.blocks)
    again = made.forecast(series="s4")
    flat = flat_of([made.panel["s4"]], 120)
    expected = made.plan.final.predict(flat, Rows(np.zeros(1, np.int64), np.array([MORE - 1])))
    np.testing.assert_allclose(again.mean, expected, rtol=1e-12)
    assert (again.high > again.low).all()
    assert again.new == (), "it is one of the model's now"


def test_what_does_not_fit_keeps_the_old_values_and_nothing_new_is_refused(model):
    newer = waves(4, DAYS + MORE, first=DAYS)
    late = series_of(newer.series[0].values[5:], start=str(newer.series[0].start + np.timedelta64(5, "D")))
    made, found = updated(model, joined([late, *newer.series[1:]], newer.names))
    assert [each.name for each in found.refused] == ["s0"]
    np.testing.assert_array_equal(made.panel["s0"].values, model.panel["s0"].values)
    assert len(made.panel["s1"]) == DAYS + MORE
    with pytest.raises(InputError, match="nothing after 2023-05-01"):
        updated(model, waves(4, DAYS, first=DAYS - 20))


def test_series_that_never_change_are_learned_without_a_network():
    still = joined([series_of(np.full(60, 5.0)), series_of(np.full(60, 7.0))], ["a", "b"])
    options = PanelFitOptions(horizon=STEPS, threads=1)
    model = PanelModel.of(fit_panel(still, options), options.asked)
    newer = joined(
        [series_of(np.full(4, 5.0), start="2023-03-03"), series_of(np.full(4, 7.0), start="2023-03-03")], ["a", "b"]
    )
    made, _ = updated(model, newer)
    assert made.forecast().mean.tolist() == [[5.0] * STEPS, [7.0] * STEPS]
