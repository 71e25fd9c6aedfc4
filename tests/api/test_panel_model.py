"""A saved model of many series in Python: loaded as what it is, it forecasts, learns and is explained."""

import numpy as np
import pytest

import thalweg
from thalweg.errors import InputError

DAYS, MORE = 90, 6


def columns(shops, first, days):
    """Return a long table of some shops."""
    dates = np.datetime64("2024-01-01") + np.arange(first, days).astype("timedelta64[D]")
    table = {"shop": [], "kind": [], "day": [], "sold": []}
    for number, shop in enumerate(shops):
        dice = np.random.default_rng(number)
        values = np.round(
            (50 + 30 * number + 10 * np.sin(np.arange(200) * 2 * np.pi / 7)) * dice.uniform(0.9, 1.1, 200), 1
        )
        table["shop"] += [shop] * len(dates)
        table["kind"] += ["big" if number % 2 else "small"] * len(dates)
        table["day"] += [str(date) for date in dates]
        table["sold"] += values[first:days].tolist()
    return table


SHOPS = ("Berlin", "Bern", "Rome")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    from thalweg.forecast.panel.global_network import Recipe  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("shops")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: Recipe(hidden=(8,), seeds=2, epochs=1))
        panel = thalweg.read_panel(columns(SHOPS, 0, DAYS), by=("shop",), static=("kind",))
        result = thalweg.fit_panel(panel, horizon=7, threads=1)
    result.save(folder)
    return result, folder / "model.thalweg"


def test_load_tells_the_kinds_apart(saved, tmp_path):
    model = thalweg.load(saved[1])
    assert isinstance(model, thalweg.PanelModel)
    assert model.panel.names == SHOPS
    days = np.datetime64("2024-01-01") + np.arange(80).astype("timedelta64[D]")
    one = thalweg.fit(
        {"day": days.astype(str).tolist(), "sold": (np.arange(80.0) % 7).tolist()}, ladder="quick", horizon=3
    )
    one.save(tmp_path / "one.thalweg")
    assert isinstance(thalweg.load(tmp_path / "one.thalweg"), thalweg.Model)
    with pytest.raises(InputError, match="no whole model file"):
        thalweg.load(__file__)


def test_it_remembers_how_it_was_read(saved):
    model = thalweg.load(str(saved[1]))
    assert model.panel.reading == {"by": ("shop",), "static": ("kind",)}
    made = model.predict(columns((*SHOPS, "Oslo"), DAYS - 3, DAYS + MORE))
    assert made.names == (*SHOPS, "Oslo")
    assert made.new == ("Oslo",)
    assert made.refused == ()
    assert (made.dates[:, 0] == np.datetime64("2024-01-01") + np.timedelta64(DAYS + MORE, "D")).all()


def test_predict_returns_what_the_fit_forecast_and_a_frame(saved):
    result, path = saved
    model = thalweg.load(path)
    np.testing.assert_array_equal(model.predict().mean, result.forecast.mean)
    alone = model.predict(series="Bern", horizon=3)
    frame = alone.to_frame("pandas")
    assert frame["unique_id"].tolist() == ["Bern"] * 3
    np.testing.assert_allclose(frame["thalweg"], result.forecast.mean[1, :3], rtol=1e-6)
    assert result.model.predict(horizon=2).mean.shape == (3, 2)
    assert repr(alone) == "<PanelForecast of 1 series, 3 steps each>"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"series": "Berln"}, "Near names: Berlin"),
        ({"series": 3}, "series=3"),
        ({"horizon": 8}, "1 to 7 days ahead"),
        ({"horizon": "7"}, "horizon='7'"),
        ({"newer": {"shop": ["Rome"], "kind": ["x"], "day": ["2024-05-01"], "sold": [1.0]}}, "Rome ends on 2024-03-30"),
    ],
)
def test_what_cannot_be_served_is_told(saved, options, sentence):
    with pytest.raises(InputError, match=sentence):
        thalweg.load(saved[1]).predict(**options)


def test_update_goes_on_and_can_be_saved(saved, tmp_path):
    model = thalweg.load(saved[1])
    made = model.update(columns(SHOPS, DAYS, DAYS + MORE), threads=1)
    assert isinstance(made, thalweg.PanelModel)
    assert len(made.panel["Rome"]) == DAYS + MORE
    made.save(str(tmp_path / "new.thalweg"))
    np.testing.assert_array_equal(thalweg.load(tmp_path / "new.thalweg").predict().mean, made.predict().mean)
    assert np.abs(made.predict().mean - model.predict(columns(SHOPS, DAYS, DAYS + MORE)).mean).max() > 0


def test_look_explains_one_of_the_series(saved):
    model = thalweg.load(saved[1])
    for source in (saved[1], model):
        picture = thalweg.look("why", source, series="Rome", day="2024-04-02")
        assert picture.study.why.date == np.datetime64("2024-04-02")
        assert picture.illustration.title.startswith("Rome, Tue 2 Apr 2024")
        sums = {name: column[0] for name, column in picture.tables["sums"].columns.items()}
        assert sums["difference"] == pytest.approx(sums["of_days"] + sums["of_blocks"] + sums["remainder"])
        assert sums["prediction"] == pytest.approx(model.predict().mean[2, 2], rel=1e-4)
    with pytest.raises(InputError, match=r"model of 3 series\. Name the one to explain with series='Berlin'"):
        thalweg.look("why", model)
    with pytest.raises(InputError, match="look bias cannot be made of a model of many series"):
        thalweg.look("bias", model)
    with pytest.raises(InputError, match="is a single series"):
        thalweg.look("why", thalweg.sample(), series="Rome")
    with pytest.raises(InputError, match="a model of 3 series"):
        thalweg.look("why", model, series="Rome", seed=3)


def test_a_panel_is_refused_where_one_series_is_expected(saved):
    for function in (thalweg.fit, thalweg.anomalies):
        with pytest.raises(InputError, match="panel of 3 series, and a single one is expected here"):
            function(saved[0].findings.panel)


def test_a_folder_of_files_takes_a_newer_folder_or_one_file(tmp_path):
    from thalweg.forecast.panel.global_network import Recipe  # noqa: PLC0415

    for name, first, days in (("old", 0, DAYS), ("newer", DAYS - 2, DAYS + MORE)):
        (tmp_path / name).mkdir()
        table = columns(SHOPS, first, days)
        for shop in SHOPS:
            rows = [
                f"{day},{sold}"
                for each, day, sold in zip(table["shop"], table["day"], table["sold"], strict=True)
                if each == shop
            ]
            (tmp_path / name / f"{shop}.csv").write_text("\n".join(["day,sold", *rows]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: Recipe(hidden=(8,), seeds=1, epochs=1))
        model = thalweg.fit_panel(tmp_path / "old", horizon=7, threads=1).model
    made = model.predict(tmp_path / "newer")
    assert (made.names, made.new, made.refused) == (SHOPS, (), ())
    one = model.predict(tmp_path / "newer" / "Bern.csv")
    np.testing.assert_array_equal(one.mean[1], made.mean[1])
    assert one.new == ()
