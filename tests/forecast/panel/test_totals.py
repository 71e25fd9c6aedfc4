"""Totals of a panel: they add up, by whatever method, and their intervals come from paths of all series at once."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import thalweg
from thalweg.errors import InputError
from thalweg.forecast.panel import run
from thalweg.forecast.panel import totals as totals_module
from thalweg.forecast.panel.hierarchy import hierarchy_of
from thalweg.forecast.panel.kept import Kept
from thalweg.forecast.panel.model import PanelModel, load_panel
from thalweg.forecast.panel.options import METHODS, PanelFitOptions
from thalweg.forecast.panel.reconcile import MOST_OF_MINT, check, mint, summing, top_down
from thalweg.forecast.panel.summed import lateness, with_totals
from thalweg.forecast.panel.totals import fit_with_totals
from thalweg.series.frequency.record import monthly, sub_daily, weekly
from thalweg.series.panel import joined
from thalweg.series.series import Series

START = np.datetime64("2023-01-02")
DAY = np.timedelta64(1, "D")
HORIZON = 7
STORES, ITEMS = ("north", "south"), ("cake", "bread", "tea")


def series(values, start=START, name="sales"):
    return Series(start, np.asarray(values, float), np.ones(len(values), bool), name)


def values_of(seed, length):
    draw = np.random.default_rng(seed)
    week = 1 + 0.3 * np.sin(2 * np.pi * np.arange(length) / 7)
    return np.round(draw.uniform(20, 90) * week * np.exp(0.1 * draw.normal(size=length)), 2)


def shop(length=120, **lengths):
    """Two stores of three items; ``lengths`` shortens one at its end: ``north_cake=100``."""
    names = [(store, item) for store in STORES for item in ITEMS]
    made = [
        series(values_of(at, length)[: lengths.get(f"{store}_{item}", length)])
        for at, (store, item) in enumerate(names)
    ]
    keys = {"store": tuple(store for store, _ in names), "item": tuple(item for _, item in names)}
    return joined(made, [f"{store}/{item}" for store, item in names], keys=keys)


def rows_of(frame):
    return frame.to_dict("records")


# which series add up to what


def test_the_levels_are_all_each_column_and_no_more():
    whole = hierarchy_of(shop().keys, 6)
    assert list(zip(whole.levels, whole.keys, strict=True)) == [
        ("total", "total"),
        ("store", "north"),
        ("store", "south"),
        ("item", "cake"),
        ("item", "bread"),
        ("item", "tea"),
    ]
    assert [members.tolist() for members in whole.members] == [
        [0, 1, 2, 3, 4, 5],
        [0, 1, 2],
        [3, 4, 5],
        [0, 3],
        [1, 4],
        [2, 5],
    ]


def test_three_columns_have_their_pairs_too():
    keys = {"a": ("1", "1", "2", "2"), "b": ("x", "y", "x", "y"), "c": ("p", "q", "q", "q")}
    assert dict.fromkeys(hierarchy_of(keys, 4).levels).keys() == {"total", "a", "b", "c", "a,c", "b,c"}
    # a,b are the single series


def test_a_column_within_another_adds_no_level_of_its_own():
    keys = {"state": ("CA", "CA", "TX"), "store": ("1", "2", "3"), "shop": ("CA", "CA", "TX")}
    assert hierarchy_of(keys, 3).levels == ("total", "state", "state")


def test_one_column_has_the_sum_over_all_alone():
    assert hierarchy_of({"store": ("a", "b")}, 2).levels == ("total",)
    assert hierarchy_of({}, 2).levels == ("total",)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=1, unique=True))
def test_each_level_holds_each_series_once(pairs):
    whole = hierarchy_of({"s": [s for s, _ in pairs], "i": [i for _, i in pairs]}, len(pairs))
    for level in dict.fromkeys(whole.levels):
        members = np.concatenate([whole.members[at] for at in whole.of_level(level)])
        assert sorted(members.tolist()) == list(range(len(pairs)))


# totals as series


def test_a_total_is_the_sum_by_date_of_series_that_begin_and_end_elsewhere():
    late = series([5, 6, 7], START + 2 * DAY)
    panel = joined([series([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), late, series([100] * 9)], ["a", "b", "c"])
    assert lateness(panel).tolist() == [0, 5, 1]
    total = with_totals(panel, hierarchy_of({}, 3), lateness(panel), 3).series[3]
    # b ended five steps before, more than the horizon; c goes on, as its last week has it, and is not observed
    assert total.values.tolist() == [101, 102, 108, 110, 112, 106, 107, 108, 109, 110]
    assert total.observed.tolist() == [True] * 9 + [False]
    assert total.start == START


# the whole


@pytest.fixture
def findings(small_recipe):  # noqa: ARG001 - the network that is trained
    def made(panel, method, **options):
        if method != "bottom-up":
            pytest.importorskip("hierarchicalforecast")
        return fit_with_totals(panel, PanelFitOptions(horizon=HORIZON, totals=method, threads=1, **options))

    return made


@pytest.mark.parametrize("method", METHODS)
def test_forecasts_add_up_to_rounding(findings, method):
    found = findings(shop(), method)
    totals = found.totals
    assert totals.mean.shape == (6, HORIZON)
    assert totals.mean.min() > 50
    for level in ("total", "store", "item"):
        added = totals.mean[totals.hierarchy.of_level(level)].sum(axis=0)
        assert added == pytest.approx(found.served.forecast.sum(axis=0), rel=1e-12)
    assert (totals.low[..., 0] < totals.mean).all()
    assert (totals.mean < totals.high[..., 0]).all()
    assert (totals.low[..., 1] <= totals.low[..., 0]).all()
    assert (totals.high[..., 0] <= totals.high[..., 1]).all()
    assert totals.dates.tolist() == [(START + (120 + step) * DAY).item() for step in range(HORIZON)]
    assert found.settings["totals"] == method
    assert len(found.panel) == len(found.served) == 6


def test_bottom_up_is_the_sum_of_the_rows_of_the_forecast(small_recipe):  # noqa: ARG001
    result = thalweg.fit_panel(shop(), horizon=HORIZON, totals="bottom-up", threads=1)
    expected = {}
    for row in rows_of(result.to_frame("pandas")):
        for level, key in (("total", "total"), ("store", row["store"]), ("item", row["item"])):
            expected.setdefault((level, key, row["ds"]), []).append(row["thalweg"])
    told = {(row["level"], row["key"], row["ds"]): row["thalweg"] for row in rows_of(result.totals("pandas"))}
    assert told.keys() == expected.keys()
    assert len(told) == 6 * HORIZON
    for key, parts in expected.items():
        assert told[key] == pytest.approx(sum(parts), rel=1e-12)


def test_bottom_up_leaves_the_forecasts_as_they_are(findings):
    with_them, without = findings(shop(), "bottom-up"), findings(shop(), None)
    assert without.totals is None
    assert "totals" not in without.settings
    for name in ("forecast", "low", "high", "test"):
        assert (getattr(with_them.served, name) == getattr(without.served, name)).all()


@pytest.mark.parametrize("method", ["top-down", "mint"])
def test_other_methods_change_forecasts_and_move_intervals_with_them(findings, method):
    panel = shop()
    changed, plain = findings(panel, method), findings(panel, "bottom-up")
    assert not np.allclose(changed.served.forecast, plain.served.forecast, rtol=1e-4)
    assert changed.served.forecast == pytest.approx(plain.served.forecast, rel=0.5)
    assert (changed.served.low <= changed.served.forecast[..., None]).all()
    assert (changed.served.high >= changed.served.forecast[..., None]).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bits_whatever_the_threads(small_recipe, method):  # noqa: ARG001
    if method != "bottom-up":
        pytest.importorskip("hierarchicalforecast")
    one, two = (
        fit_with_totals(shop(), PanelFitOptions(horizon=HORIZON, totals=method, threads=threads)).totals
        for threads in (1, 2)
    )
    for name in ("mean", "low", "high", "coverage", "test"):
        assert (getattr(one, name) == getattr(two, name)).all()


def test_series_that_end_earlier_go_on_and_those_that_ended_are_left_out(findings):
    panel = shop(north_cake=117, south_tea=100)
    found = findings(panel, "bottom-up")
    totals, forecast = found.totals, found.served.forecast
    assert totals.ended == 1
    assert totals.counted.tolist() == [0, 1, 2, 3, 4]
    assert totals.late.tolist() == [3, 0, 0, 0, 0]
    cake = np.append(forecast[0, 3:], forecast[0, :3])  # its last week once more
    assert totals.mean[0] == pytest.approx(cake + forecast[1:5].sum(axis=0), rel=1e-12)
    items = dict(zip(totals.hierarchy.keys, totals.mean, strict=True))
    assert items["tea"] == pytest.approx(forecast[2], rel=1e-12)
    assert items["cake"] == pytest.approx(cake + forecast[3], rel=1e-12)


@pytest.mark.parametrize("method", ["top-down", "mint"])
def test_rows_of_a_series_that_ends_earlier_add_up_by_date(findings, method):
    found = findings(shop(north_cake=117), method)
    forecast = found.served.forecast
    early = forecast[0, 3:] + forecast[1:, : HORIZON - 3].sum(axis=0)
    assert found.totals.mean[0, : HORIZON - 3] == pytest.approx(early, rel=1e-9)


def test_a_series_too_short_to_be_judged_still_counts(findings):
    panel = shop(north_cake=117)
    short = series([40.0, 42.0, 41.0], START + 117 * DAY)
    keys = {name: (*each, value) for (name, each), value in zip(panel.keys.items(), ("south", "pie"), strict=True)}
    panel = joined([*panel.series, short], [*panel.names, "south/pie"], keys=keys)
    found = findings(panel, "bottom-up")
    pie = found.totals.hierarchy.keys.index("pie")
    assert found.totals.mean[pie] == pytest.approx(found.served.forecast[6], rel=1e-12)
    assert np.isnan(found.totals.test[pie])
    assert np.isfinite(found.totals.low).all()


@pytest.mark.parametrize("frequency", [weekly(), monthly(), sub_daily(60)], ids=lambda each: each.name)
def test_other_steps_than_days_serve(findings, frequency):
    start = np.datetime64("2020-01-01" if frequency.unit == "M" else "2020-01-06").astype(f"M8[{frequency.date_unit}]")
    length = 400 if frequency.sub_daily else 80
    made = [
        Series(start, values_of(at, length - 2 * at), np.ones(length - 2 * at, bool), "sales", frequency=frequency)
        for at in range(3)
    ]
    found = findings(joined(made, list("abc"), keys={"k": ("a", "b", "c")}), "bottom-up")
    totals, forecast = found.totals, found.served.forecast
    assert totals.late.tolist() == [0, 2, 4]
    assert totals.mean[0, :3] == pytest.approx(forecast[0, :3] + forecast[1, 2:5] + forecast[2, 4:7], rel=1e-12)
    assert totals.dates[0] == made[0].after(1)
    assert (totals.low < totals.high).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_series_that_fails_is_left_out(findings, monkeypatch, method):
    def broken(series_, *others):
        if any(one.name == "broken" for one in series_):
            raise ArithmeticError("it is broken")
        return serve(series_, *others)

    serve = run.serve
    monkeypatch.setattr(run, "serve", broken)
    panel = shop()
    panel = joined([replace(panel.series[0], name="broken"), *panel.series[1:]], panel.names, keys=panel.keys)
    found = findings(panel, method)
    assert list(found.failed) == [0]
    assert np.isnan(found.served.forecast[0]).all()
    assert found.totals.counted.tolist() == [1, 2, 3, 4, 5]
    assert found.totals.mean[0] == pytest.approx(found.served.forecast[1:].sum(axis=0), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_panel_of_which_most_never_changes_serves(findings, method):
    constant = [series(np.full(120, at % 3)) for at in range(60)]
    panel = joined([*shop().series[:1], *constant], [str(at) for at in range(61)])
    found = findings(panel, method)
    assert found.totals.mean[0] == pytest.approx(found.served.forecast.sum(axis=0), rel=1e-12)
    assert found.served.forecast[1:] == pytest.approx(np.tile((np.arange(60) % 3)[:, None], (1, HORIZON)), abs=0.7)
    nothing = findings(joined(constant, [str(at) for at in range(60)]), method)
    assert nothing.totals.mean[0] == pytest.approx(60, abs=1e-3)


@pytest.mark.parametrize("method", ["bottom-up", "mint"])
def test_an_interrupted_run_goes_on_to_the_same_totals(findings, tmp_path, monkeypatch, method):
    def fit():
        options = PanelFitOptions(horizon=HORIZON, totals=method, threads=1)
        return fit_with_totals(shop(), options, Kept(tmp_path))

    whole = findings(shop(), method)
    with monkeypatch.context() as broken:
        broken.setattr(totals_module, "joint_of", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            fit()
    monkeypatch.setattr(run, "train", None)  # nothing is trained again
    monkeypatch.setattr(run, "serve", None)
    again = fit()
    for name in ("mean", "low", "high", "coverage"):
        assert (getattr(again.totals, name) == getattr(whole.totals, name)).all()


@pytest.mark.slow
def test_intervals_of_totals_hold_what_they_promise(findings):
    """Over 30 panels of noise; one share of 0.95 has a standard error of about 0.02, of forecasts that overlap."""
    inside = []
    for seed in range(30):
        draw = np.random.default_rng(seed)
        shared = draw.normal(size=420)
        made = [series(200 + 10 * shared + 10 * draw.normal(size=420)) for _ in range(4)]
        found = findings(joined(made, list("abcd")), "bottom-up")
        assert found.totals.tried == 16
        inside.append(found.totals.coverage[0])
    eighty, ninety_five = np.mean(inside, axis=0)
    assert 0.74 < eighty < 0.86
    assert 0.92 < ninety_five < 0.98


# top-down and MinT, by formulas of our own


def numbers(seed, observations=40):
    draw = np.random.default_rng(seed)
    whole = hierarchy_of(shop().keys, 6)
    series_, totals = draw.uniform(5, 50, (6, 4)), draw.uniform(50, 200, (6, 4))
    mixed = draw.normal(size=(12, 12)) @ draw.normal(size=(12, observations)) * draw.uniform(1, 9, (12, 1))
    return whole, series_, totals, mixed


def shrunk(residuals):
    """The covariance, its correlations drawn towards none (Schäfer and Strimmer 2005)."""
    count = residuals.shape[1]
    centred = residuals - residuals.mean(axis=1, keepdims=True)
    covariance = centred @ centred.T / (count - 1)
    scaled = centred / np.sqrt(np.diag(covariance))[:, None]
    products = scaled[:, None] * scaled[None]
    mean = products.mean(axis=2)
    variance = count / (count - 1) ** 3 * ((products - mean[..., None]) ** 2).sum(axis=2)
    correlation = count / (count - 1) * mean
    off = ~np.eye(len(residuals), dtype=bool)
    lam = np.clip(variance[off].sum() / (correlation[off] ** 2).sum(), 0, 1)
    return np.where(off, (1 - lam) * covariance, covariance), lam


@pytest.mark.parametrize("observations", [25, 200])
def test_mint_is_its_formula(observations):
    pytest.importorskip("hierarchicalforecast")
    whole, of_series, totals, residuals = numbers(3, observations)
    sums = summing(whole)
    covariance, lam = shrunk(residuals)
    assert 0 < lam < 1
    inverse = np.linalg.inv(covariance)
    base = np.concatenate([totals, of_series])
    expected = np.linalg.solve(sums.T @ inverse @ sums, sums.T @ inverse @ base)
    made = mint(whole, base, residuals, np.zeros(6, bool))
    assert made == pytest.approx(expected, rel=1e-5)
    assert np.abs(made - of_series).max() > 1


def test_mint_does_not_depend_on_the_unit():
    pytest.importorskip("hierarchicalforecast")
    whole, of_series, totals, residuals = numbers(4)
    base = np.concatenate([totals, of_series])
    one = mint(whole, base, residuals, np.zeros(6, bool))
    for unit in (1e-9, 1e9):
        assert mint(whole, unit * base, unit * residuals, np.zeros(6, bool)) / unit == pytest.approx(one, rel=1e-6)


def test_mint_of_counts_is_never_below_zero():
    pytest.importorskip("hierarchicalforecast")
    whole, of_series, totals, residuals = numbers(5)
    base = np.concatenate([0 * totals, of_series])
    assert mint(whole, base, residuals, np.zeros(6, bool)).min() < 0
    assert mint(whole, base, residuals, np.ones(6, bool)).min() == 0


def test_top_down_shares_the_whole_by_the_forecasts():
    pytest.importorskip("hierarchicalforecast")
    whole, of_series, totals, _ = numbers(6)
    of_series[:, 2] = 0
    usual = np.arange(1.0, 7)
    made = top_down(whole, of_series, totals[0], usual)
    shares = of_series / np.where(of_series.any(axis=0), of_series.sum(axis=0), 1)
    shares[:, 2] = usual / usual.sum()
    assert made == pytest.approx(shares * totals[0], rel=1e-9)
    nothing = top_down(whole, 0 * of_series, totals[0], 0 * usual)
    assert nothing == pytest.approx(np.tile(totals[0] / 6, (6, 1)), rel=1e-9)


# what is refused


def refusal(method, panel, language="en"):
    with pytest.raises(InputError) as raised:
        fit_with_totals(panel, PanelFitOptions(horizon=HORIZON, totals=method))
    return raised.value.sentence(language, command=True)


@pytest.mark.parametrize("method", ["top-down", "mint"])
def test_without_the_library_one_sentence_says_how_to_install_it(monkeypatch, method):
    monkeypatch.setitem(sys.modules, "hierarchicalforecast.methods", None)
    told = refusal(method, shop())
    assert told == (
        f"--totals {method} needs the package hierarchicalforecast, which is not installed. Install it with "
        "pip install 'thalweg[totals]', or choose --totals bottom-up, which needs none."
    )
    assert "pip install 'thalweg[totals]'" in refusal(method, shop(), "zh")


def test_mint_of_too_many_series_says_how_many_and_what_serves():
    whole = hierarchy_of({}, MOST_OF_MINT)
    with pytest.raises(InputError) as raised:
        check("mint", whole, np.ones(MOST_OF_MINT, bool))
    told = raised.value.sentence("en", command=True)
    assert "4,000 series and 1 totals, 4,001 together, and at most 4,000 are served" in told
    assert told.endswith("Choose --totals bottom-up, which serves any number.")


def test_top_down_of_values_below_zero_is_refused():
    panel = shop()
    below = replace(panel.series[2], values=panel.series[2].values - 100)
    panel = joined([*panel.series[:2], below, *panel.series[3:]], panel.names, keys=panel.keys)
    assert "1 of them have values below 0" in refusal("top-down", panel)


@pytest.mark.parametrize("totals", ["sideways", True, 3])
def test_an_unknown_method_is_refused(totals):
    with pytest.raises(InputError) as raised:
        PanelFitOptions(totals=totals)
    assert "bottom-up" in raised.value.sentence("en")


def test_a_result_without_totals_says_how_to_ask(small_recipe, tmp_path):  # noqa: ARG001
    result = thalweg.fit_panel(shop(60), horizon=HORIZON, threads=1)
    with pytest.raises(InputError) as raised:
        result.totals()
    assert raised.value.sentence("en") == "No totals were asked for. Give totals='bottom-up' to the fit."
    with_them = thalweg.fit_panel(shop(60), horizon=HORIZON, threads=1, totals="bottom-up")
    with_them.save(tmp_path)
    assert (tmp_path / "totals.csv").read_text().splitlines()[1].startswith("total,total,2023-03-03,")
    result.save(tmp_path)  # the totals of an earlier run are not those of this one
    assert {path.name for path in tmp_path.iterdir()} == set(result.files())


def test_what_is_told_of_totals(small_recipe):  # noqa: ARG001
    panel = shop(north_cake=117, south_tea=100)
    other = replace(panel.series[1], name="visits")
    mixed = joined([panel.series[0], other, *panel.series[2:]], panel.names, keys=panel.keys)
    told = str(thalweg.fit_panel(mixed, horizon=HORIZON, threads=1, totals="bottom-up"))
    assert "Totals are the sums of the forecasts of 5 series: total (1), store (2), item (3)." in told
    assert "The series have values of several columns: sales, visits. A total means something only where" in told
    assert "1 series end before 2023-05-01. In totals their last season goes on" in told
    assert "1 series ended a whole horizon or more before 2023-05-01." in told
    assert "of the unseen totals lay inside their 80% interval" in told
    whole = thalweg.fit_panel(panel, horizon=HORIZON, threads=1, totals="bottom-up")
    assert "A total means something only where all its series have the same unit." in str(whole)
    rows = whole.as_json()["totals"]
    assert [row["level"] for row in rows] == list(whole.findings.totals.hierarchy.levels)
    assert rows[0]["forecast"] == pytest.approx(whole.findings.totals.mean[0].tolist())
    assert rows[0]["series"] == 5


@pytest.mark.parametrize("method", METHODS)
def test_a_model_with_totals_holds_the_days_the_columns_and_the_ladders_of_its_series_alone(findings, method, tmp_path):
    panel = shop()
    panel = joined(panel.series, panel.names, keys=panel.keys, static={"size": np.arange(6.0)})
    fairs = {"ds": ["2023-01-25", "2023-02-28"], "holiday": ["fair"] * 2, "store": ["south"] * 2}
    events = thalweg.read_events(fairs, by=["store"])
    found = findings(panel, method, country="GB", events=events)
    model = PanelModel.of(found, PanelFitOptions(horizon=HORIZON).asked)
    model.save(tmp_path / "model.thalweg")
    again = load_panel(tmp_path / "model.thalweg")
    assert again.plan.final_days.own.shape[0] == len(again.plan.beside.static) == 6
    assert again.plan.final_days.days.chosen.tolist() == [0, 0, 0, 1, 1, 1]
    assert np.array_equal(again.forecast().mean, model.forecast().mean)
    assert np.isfinite(again.forecast().mean).all()


def test_totals_need_none_of_the_columns_that_were_asked_for(findings):
    days = [str(START + step * DAY) for step in range(120 + HORIZON)]
    rows = [(store, day) for store in STORES for day in days]
    sold = [*values_of(1, 120), *[None] * HORIZON, *values_of(2, 120), *[None] * HORIZON]
    price = np.random.default_rng(3).choice([3.0, 4.0], len(rows))
    table = {"store": [row[0] for row in rows], "ds": [row[1] for row in rows], "sold": sold, "price": price.tolist()}
    panel = thalweg.read_panel(table, by="store", value="sold", known="price")
    found = findings(panel, "mint", known=("price",))
    assert found.plan.beside.columns.known == ("price",)
    assert np.isfinite(found.totals.mean).all()


@pytest.mark.parametrize("method", ["bottom-up", "mint"])
def test_what_is_found_of_the_series_keeps_the_whole_models_of_their_ladders(findings, method):
    found, panel = findings(shop(), method), shop()
    sizes, totals = np.array([0, 30, 0, 0, 20, 0]), [] if method == "bottom-up" else [40, 50]
    served = replace(
        found.served,
        model_sizes=np.append(sizes, totals).astype(np.int64),
        models=np.arange(50 + sum(totals), dtype=np.uint8),
    )
    kept = totals_module._without_totals(replace(found, served=served), panel).served
    assert kept.model_sizes.tolist() == sizes.tolist()
    assert kept.models.tolist() == list(range(50))


@pytest.mark.slow
@pytest.mark.parametrize(("method", "told"), [("bottom-up", False), ("top-down", True)])
def test_a_model_says_that_its_forecasts_are_not_moved_so_that_they_add_up(method, told, tmp_path):
    if told:
        pytest.importorskip("hierarchicalforecast")
    panel, options = shop(), PanelFitOptions(horizon=7, threads=1, totals=method)
    findings = fit_with_totals(panel, options)
    PanelModel.of(findings, options.asked).save(tmp_path / "model.thalweg")
    made = load_panel(tmp_path / "model.thalweg").forecast()
    assert ["moved the forecasts of the series so that they add up" in str(note) for note in made.notes] == [
        True
    ] * told
    same = np.isclose(made.mean, findings.served.forecast).all()
    assert same == (not told)
