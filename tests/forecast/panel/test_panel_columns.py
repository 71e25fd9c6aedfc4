"""The columns beside the values of many series: what they say is learned, kept in the model, and told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.panel.conftest import SMALL, series_of
from thalweg.errors import InputError
from thalweg.forecast.panel.columns import Beside, Columns, StaticColumn, columns_of_panel, laid
from thalweg.forecast.panel.explain import why_of_series
from thalweg.forecast.panel.model import PanelModel, load_panel
from thalweg.forecast.panel.newer import read_newer
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.rows import rows_of
from thalweg.forecast.panel.run import fit_panel
from thalweg.messages import catalogue
from thalweg.series.frequency.dates import days_after
from thalweg.series.frequency.record import DAILY
from thalweg.series.panel import joined
from thalweg.series.read.options import ColumnOptions
from thalweg.series.read.panel import read_panel
from thalweg.series.regressors import Regressor, Regressors

START, DAYS, HORIZON = np.datetime64("2022-01-03"), 500, 7


def price_of(number: int, days: int = DAYS + 2 * HORIZON) -> np.ndarray:
    """Return a price that is low on a day in five, by chance: nothing of the past tells it."""
    dice = np.random.default_rng([3, number])
    return np.where(dice.random(days) < 0.2, 5.0, 9.0)


def with_price(number: int, *, days: int = DAYS, known: bool = True, future: int = HORIZON):
    dice = np.random.default_rng([4, number])
    price = price_of(number)
    values = 100 * (1 + number) * np.where(price[:days] < 7, 2.0, 1.0) * np.exp(dice.normal(0, 0.05, days))
    column = Regressor("price", known, price[: days + (future if known else 0)])
    return replace(series_of(values, start=str(START)), regressors=Regressors(START, DAILY, (column,)))


def panel_with_prices(count: int = 8, **options):
    names = [f"s{number}" for number in range(count)]
    series = [with_price(number, **options) for number in range(count)]
    return joined(series, names, keys={"shop": tuple(names)}, reading={"known": ("price",)})


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: replace(SMALL, hidden=(32,), epochs=30))
        options = PanelFitOptions(horizon=HORIZON, threads=1, keep_last=True)
        with_it = fit_panel(panel_with_prices(), options)
        without = joined([replace(one, regressors=None) for one in with_it.panel.series], with_it.panel.names)
        return with_it, fit_panel(without, options)


def test_a_known_price_lowers_the_error_and_moves_the_forecast(found):
    with_it, without = found
    assert (with_it.served.network < 0.5 * without.served.network).all()
    assert (with_it.served.test < 0.5 * without.served.test).all()
    ahead = np.stack([price_of(number)[DAYS : DAYS + HORIZON] < 7 for number in range(8)])
    assert 5 < ahead.sum() < 30
    relative = with_it.served.forecast / (100 * (1 + np.arange(8)))[:, None]
    assert relative[ahead].mean() > 1.7
    assert relative[~ahead].mean() < 1.25


def test_the_model_keeps_the_columns(found, tmp_path):
    with_it, _ = found
    model = PanelModel.of(with_it, PanelFitOptions().asked)
    model.save(tmp_path / "model.thalweg")
    loaded = load_panel(tmp_path / "model.thalweg")
    assert np.array_equal(loaded.forecast().mean, with_it.served.forecast)
    longer = joined([with_price(0, days=DAYS + 2, future=7), with_price(1, days=DAYS + 2, future=3)], ["s0", "s1"])
    short = loaded.forecast(longer, 3)
    assert not short.refused
    assert short.dates[0, 0] == days_after(START, DAYS + 2)
    assert short.dates[2, 0] == days_after(START, DAYS)
    full = loaded.forecast(longer, 7)
    assert [each.name for each in full.refused] == ["s1"]
    assert full.refused[0].why.key == "error.columns.stop_early"
    assert np.array_equal(full.mean[0, :3], short.mean[0])
    none = joined([with_price(0, days=DAYS + HORIZON, future=0)], ["s0"])
    (refused,) = loaded.forecast(none, 3).refused
    told = catalogue("en")(refused.why)
    assert told.endswith("Give its values of all these dates, in rows after the last value or by with_='FILE'.")
    bare = joined([replace(one, regressors=None) for one in longer.series], longer.names)
    with pytest.raises(InputError, match="price"):
        loaded.forecast(bare)


def test_newer_values_without_a_column_of_the_model_are_told_so(small_recipe):
    del small_recipe
    days = [str(days_after(START, step)) for step in range(60 + HORIZON)]
    sold = [*(10 + np.arange(60) % 7).tolist(), *[None] * HORIZON]
    table = {"shop": ["north"] * len(days), "ds": days, "sold": sold, "price": (3 + np.arange(len(days)) % 2).tolist()}
    options = PanelFitOptions(horizon=HORIZON, threads=1)
    panel = read_panel(table, by="shop", value="sold", known="price")
    model = PanelModel.of(fit_panel(panel, options), options.asked)
    newer = {name: values for name, values in table.items() if name != "price"}
    with pytest.raises(InputError) as raised:
        read_newer(model, newer)
    assert "no column 'price', which the model was fitted with" in raised.value.sentence("en")
    with pytest.raises(InputError) as raised:
        read_newer(model, table, ColumnOptions(past=("visits",)))
    assert "no column 'visits'. Name one that it has." in raised.value.sentence("en")


def test_why_tells_what_the_column_moved(found):
    with_it, _ = found
    model = PanelModel.of(with_it, PanelFitOptions().asked)
    low = int(np.flatnonzero(price_of(3)[DAYS : DAYS + HORIZON] < 7)[0])
    why = why_of_series(model, "s3", days_after(START, DAYS + low)).why
    moved = {(fact.kind, fact.name): fact.contribution for fact in why.facts}
    assert moved["panel_column", "price"] > 150
    assert why.base + why.contributions.sum() + sum(moved.values()) == pytest.approx(
        why.prediction, abs=why.allowed + 1e-9
    )


def test_series_whose_known_columns_end_early_are_named_and_stop_nothing(small_recipe):
    del small_recipe
    panel = panel_with_prices(4)
    short = joined([with_price(0, future=2), *panel.series[1:]], panel.names, keys=panel.keys)
    options = PanelFitOptions(horizon=HORIZON, threads=1, keep_last=True)
    found = fit_panel(short, options)
    assert [each.name for each in found.panel.refused] == ["s0"]
    assert found.panel.names == ("s1", "s2", "s3")
    assert np.isfinite(found.served.forecast).all()
    with pytest.raises(InputError, match="price"):
        fit_panel(panel_with_prices(3, future=2), options)


def test_the_past_of_a_column_counts_and_its_future_does_not(small_recipe):
    del small_recipe
    options = PanelFitOptions(horizon=HORIZON, threads=1, keep_last=True)
    whole = fit_panel(panel_with_prices(4, known=False), options)
    longer = panel_with_prices(4, known=False)
    column = replace(longer.series[0].regressors.each[0], values=np.append(price_of(0)[:DAYS], 1e6))
    first = replace(longer.series[0], regressors=replace(longer.series[0].regressors, each=(column,)))
    again = fit_panel(joined([first, *longer.series[1:]], longer.names, keys=longer.keys), options)
    assert np.array_equal(whole.served.forecast, again.served.forecast)
    assert whole.plan.beside.columns == Columns(past=("price",))


def test_static_columns_are_features_where_they_say_something():
    panel = panel_with_prices(6)
    static = {
        "region": np.array(["north", "south", "north", "", "south", "east"], object),
        "manager": np.array([f"m{number}" for number in range(6)], object),
        "area": np.array([1.0, 2.0, np.nan, 3.0, 4.0, 5.0]),
        "kind": np.array(["shop"] * 6, object),
        "floors": np.full(6, 2.0),
    }
    columns, idle = columns_of_panel(replace(panel, static=static))
    assert idle == ["manager", "kind", "floors"]
    assert columns.known == ("price",)
    region, area = columns.static
    assert region == StaticColumn("region", ("north", "south"))
    assert region.encoded(static["region"]).tolist() == [[1, 0], [0, 1], [1, 0], [0, 0], [0, 1], [0, 0]]
    assert area.encoded(static["area"])[:, 0] == pytest.approx([-1.414, -0.707, 0, 0, 0.707, 1.414], abs=1e-3)


@pytest.mark.slow
def test_static_columns_tell_series_apart(small_recipe, monkeypatch):
    del small_recipe
    monkeypatch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: replace(SMALL, hidden=(64,), epochs=40))
    dice = np.random.default_rng(5)
    up = np.arange(12) % 2 == 0
    values = 100 * np.exp(dice.normal(0, 0.05, (12, DAYS)))
    for each, rises in zip(values, up, strict=True):
        for day in np.cumsum(dice.integers(60, 70, 7)):  # no window of 56 days shows what followed the spike before
            each[day] *= 2
            each[day + 3 : day + 6] *= 2 if rises else 0.2
    names = [f"s{number}" for number in range(12)]
    plain = joined([series_of(each, start=str(START)) for each in values], names)
    static = {"way": np.where(up, "up", "down").astype(object)}
    options = PanelFitOptions(horizon=HORIZON, threads=1, keep_last=True)
    told = fit_panel(replace(plain, static=static), options)
    untold = fit_panel(plain, options)
    assert told.served.network.mean() < 0.95 * untold.served.network.mean()


def test_features_stand_where_the_blocks_say():
    panel = panel_with_prices(2)
    columns = Columns(("price",), (), (StaticColumn("area", (), 2.0, 2.0),))
    beside = Beside(columns, np.array([[0.5], [-0.5]], np.float32))
    made = laid(beside, panel.series, [400, 400], HORIZON)
    rows = rows_of([np.array([10, 450]), np.array([DAYS - 1])])
    features = made.features(rows, HORIZON)
    blocks = columns.blocks(HORIZON)
    assert {name: (block.start, block.stop) for name, block in blocks.items()} == {"price": (0, 9), "area": (9, 10)}
    assert features.shape == (3, 10)
    assert features[:, 9].tolist() == [0.5, 0.5, -0.5]
    for row, (number, newest) in enumerate([(0, 10), (0, 450), (1, DAYS - 1)]):
        price = price_of(number)
        scaled = (price - price[:400].mean()) / price[:400].std()
        expected = [*scaled[newest + 1 : newest + 8], scaled[newest], scaled[newest - 6 : newest + 1].mean()]
        assert features[row, blocks["price"]] == pytest.approx(expected, abs=1e-5)
