"""What holidays and events add to the series of a panel: found where it is planted, and nothing where it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.panel.conftest import series_of
from thalweg.errors import InputError
from thalweg.forecast.panel.day_effects import Check, check_effects, learn_effects, level_of, usual_ahead
from thalweg.forecast.panel.days_told import told_days
from thalweg.forecast.panel.explain import why_of_series
from thalweg.forecast.panel.known_days import calendars_of, known_days
from thalweg.forecast.panel.model import PanelModel, load_panel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.panel.summary import sentences
from thalweg.series.calendar import Calendar
from thalweg.series.filling import filled
from thalweg.series.frequency.record import DAILY, weekly
from thalweg.series.panel import joined
from thalweg.series.read.events import read_events

START, DAYS = np.datetime64("2021-01-04"), 900
DATES = START + np.arange(DAYS)
CHRISTMAS = np.isin([str(date)[5:] for date in DATES], ["12-25"])
SALES = [
    "2021-03-10", "2021-06-17", "2021-09-30", "2022-02-08", "2022-05-04", "2022-08-19", "2022-11-23", "2023-01-17",
    "2023-04-20",
]  # fmt: skip
SALE = np.isin(DATES, np.array(SALES, "datetime64[D]"))
WEEK = np.array([1.0, 1.1, 1.0, 0.9, 1.2, 0.6, 0.5])


def values_of(number: int, noise: float = 0.05, sale: float = 0.8, christmas: float = -0.5) -> np.ndarray:
    """Return a week, a level that wanders a little, and the planted days, as shares of what is usual."""
    dice = np.random.default_rng([7, number])
    level = 100 * (1 + number) * np.exp(np.cumsum(dice.normal(0, 0.004, DAYS)))
    week = WEEK[np.arange(DAYS) % 7] / WEEK.mean()
    return level * week * np.exp(dice.normal(0, noise, DAYS)) * (1 + sale * SALE + christmas * CHRISTMAS)


def panel_of(count: int = 12, **planted):
    names = [f"s{number}" for number in range(count)]
    series = [series_of(values_of(number, **planted), start=str(START)) for number in range(count)]
    return joined(series, names, keys={"shop": tuple(names)})


def events_for(by=(), **more):
    table = {"ds": [*SALES, "2023-06-27"], "holiday": ["sale"] * 10, **more}
    return read_events({name: list(column) for name, column in table.items()}, by=by)


def learned(panel, events, upto=DAYS):
    calendars, chosen = calendars_of(panel, "", events)
    days = known_days(panel.series, calendars, chosen, 14)
    return learn_effects(panel.series, [upto] * len(panel), days)


def effect(effects, name):
    kinds = effects.days.kinds[:, effects.days.columns.index(name)]
    return effects.of_kinds[kinds].mean()


def test_planted_effects_are_found_and_no_others():
    effects = learned(panel_of(), events_for())
    assert effect(effects, "sale") == pytest.approx(0.8, abs=0.03)
    assert effect(effects, "25 December") == pytest.approx(-0.5, abs=0.08)
    assert abs(effect(effects, "1 January")) < 0.05
    assert np.abs(effects.own).max() < 0.1


def test_days_like_all_others_add_nothing():
    effects = learned(panel_of(sale=0.0, christmas=0.0, noise=0.2), events_for())
    assert np.abs(effects.of_kinds).max() < 0.03
    assert np.abs(effects.own).mean() < 0.02, "a tenth of how usual days scatter"


def test_a_series_that_differs_has_an_effect_of_its_own():
    panel = panel_of()
    values = values_of(0, sale=-0.4)
    panel = joined([series_of(values, start=str(START)), *panel.series[1:]], panel.names, keys=panel.keys)
    effects = learned(panel, events_for())
    kind = int(np.flatnonzero(effects.days.kinds[:, effects.days.columns.index("sale")])[0])
    common = effects.of_kinds[kind]
    assert common > 0.6
    assert common + effects.own[0, kind] == pytest.approx(-0.4, abs=0.08)
    assert common + effects.own[1, kind] == pytest.approx(0.8, abs=0.05)


def test_what_is_taken_away_is_added_again_and_the_days_look_usual():
    panel = panel_of()
    effects = learned(panel, events_for())
    for place, (one, plain) in enumerate(zip(panel.series, effects.taken_away(panel.series), strict=True)):
        before = np.flatnonzero(SALE)[3]
        added = effects.ahead(one, place, np.array([before - 1]), 3)
        assert added[0, 0] == pytest.approx(one.values[before] - plain.values[before])
        assert added[0, 1:].tolist() == [0, 0]
        around = plain.values[[before - 14, before - 7, before + 7, before + 14]].mean()
        assert plain.values[before] == pytest.approx(around, rel=0.2)
        assert one.values[before] > 1.4 * around
        usual = ~SALE & ~CHRISTMAS & (effects.days.of_series(one, place) == 0)
        assert np.array_equal(plain.values[usual], one.values[usual])


def test_a_missing_value_has_no_effect_of_its_own_date_nor_of_the_one_it_was_copied_from():
    panel = panel_of()
    observed = ~(SALE | np.roll(SALE, 7))
    raw = panel.series[0].values
    one = replace(panel.series[0], values=filled(raw, observed, 7), observed=observed)
    effects = learned(joined([one, *panel.series[1:]], panel.names, keys=panel.keys), events_for())
    plain = effects.taken_away([one, *panel.series[1:]])[0].values
    sales = np.flatnonzero(SALE)
    assert (effects.on(one, 0)[sales] > 0.5).all()
    assert np.array_equal(plain[sales], raw[sales - 7]), "filled in with a usual value, which stays"
    observed[sales] = True  # now the value is there, and the one a week later is copied from it
    one = replace(one, values=filled(raw, observed, 7), observed=observed)
    assert np.array_equal(one.values[sales + 7], raw[sales])
    plain = effects.taken_away([one, *panel.series[1:]])[0].values
    assert np.array_equal(plain[sales + 7], plain[sales])
    assert plain[sales + 7] == pytest.approx(raw[sales - 7], rel=0.3)


def test_no_later_value_changes_what_was_learned_before():
    panel, upto = panel_of(), 700
    later = [replace(one, values=np.append(one.values[:upto], 5 * one.values[upto:])) for one in panel.series]
    mine = learned(panel, events_for(), upto)
    other = learned(joined(later, panel.names, keys=panel.keys), events_for(), upto)
    assert mine.of_columns.any()
    assert np.array_equal(mine.of_columns, other.of_columns)
    assert np.array_equal(mine.own, other.own)
    rows = np.array([upto - 1])
    assert np.array_equal(mine.ahead(panel.series[0], 0, rows, 14), other.ahead(later[0], 0, rows, 14))


def test_the_level_is_the_mean_size_before():
    values = np.array([3.0, -1.0, 5.0])
    assert level_of(values, DAILY).tolist() == [0, 3, 2, 3]
    long = np.arange(100.0)
    assert level_of(long, DAILY)[100] == long[44:].mean()
    assert level_of(long, weekly())[100] == long[92:].mean()


def test_what_is_usual_is_the_median_of_the_same_places_before():
    values = np.arange(1.0, 41.0)  # the first four weeks are 1 to 28
    made = usual_ahead(values, np.array([27, 12, -1]), 9, DAILY)
    assert made[0, :2].tolist() == [np.median([22, 15, 8, 1]), np.median([23, 16, 9, 2])]
    assert made[0, 7:].tolist() == made[0, :2].tolist(), "of a second week that of the last one known"
    assert made[1, 0] == 7
    assert made[1, 1] == np.median([8, 1])
    assert made[2].tolist() == [0] * 9
    low = usual_ahead(np.tile([0.0, 10, 10, 10, 10, 10, 10], 10), np.array([69]), 2, DAILY)[0]
    assert low.tolist() == [pytest.approx(0.3 * 60 / 7), 10]


def test_validation_decides_whether_effects_serve():
    panel = panel_of()
    effects = learned(panel, events_for(), 700)
    good = check_effects(effects, panel.series, [700] * 12, [DAYS] * 12)
    assert good.count == 12 * int((effects.days.of_series(panel.series[0], 0)[700:] > 0).sum()) > 12
    assert good.without > 2 * good.common > 0
    assert good.serves in ("common", "own")
    turned = replace(effects, of_columns=-effects.of_columns)
    assert check_effects(turned, panel.series, [700] * 12, [DAYS] * 12).serves == "without"
    none = check_effects(effects, panel.series, [DAYS] * 12, [DAYS] * 12)
    assert (none.count, none.serves) == (0, "own")


def test_validation_judges_the_days_that_it_holds_and_no_others(small_recipe, tmp_path):
    del small_recipe
    fairs = ["2021-05-12", "2021-11-17", "2022-03-16", "2022-06-15", "2022-09-14"]
    late = (np.datetime64("2022-12-20") <= DATES) & SALE  # in validation a sale lowers what it raised before
    turned = np.where(late, 0.2 / 1.8, 1) * np.where(np.isin(DATES, np.array(fairs, "datetime64[D]")), 1.6, 1)
    panel = joined(
        [series_of(values_of(number, christmas=0.0) * turned, start=str(START)) for number in range(6)],
        [f"s{number}" for number in range(6)],
    )
    table = {"ds": [*SALES, "2023-06-26", *fairs, "2023-06-28"], "holiday": ["sale"] * 10 + ["fair"] * 6}
    options = PanelFitOptions(events=read_events(table), horizon=14, threads=1, keep_last=True)
    found = fit_panel(panel, options)
    assert found.days.check.serves == "without"
    effects = found.plan.final_days
    sale, fair = (
        int(np.flatnonzero(effects.days.kinds[:, effects.days.columns.index(name)])[0]) for name in ("sale", "fair")
    )
    assert sale in found.days.check.kinds
    assert fair not in found.days.check.kinds
    assert effects.of_kinds[fair] == pytest.approx(0.6, abs=0.05)
    first = int((np.datetime64("2023-06-26") - DATES[-1]).astype(int)) - 1
    for days in (effects, found.plan.judged_days):
        added = days.ahead(panel.series[0], 0, np.array([DAYS - 1]), 14)[0] / ahead_of(panel)[0]
        assert added[first] == 0
        assert added[first + 2] == pytest.approx(0.6, abs=0.1)
    told = " ".join(str(each) for each in sentences(found))
    assert "So the forecasts do without the effects of the days that validation holds. Those of other days" in told
    assert next(each.events for each in told_days(found)) == ("fair",)
    assert ("sale",) not in [each.events for each in told_days(found)]
    model = PanelModel.of(found, options.asked)
    model.save(tmp_path / "model.thalweg")
    assert np.array_equal(load_panel(tmp_path / "model.thalweg").forecast().mean, found.served.forecast)
    why = why_of_series(model, "s0", np.datetime64("2023-06-26")).why
    assert not any(fact.name == "sale" for fact in why.facts)


def test_events_of_some_series_move_these_alone():
    panel = panel_of(sale=0.0)
    some = ("s0", "s3", "s5")
    series = [
        series_of(values_of(number), start=str(START)) if name in some else one
        for number, (name, one) in enumerate(panel)
    ]
    panel = joined(series, panel.names, keys=panel.keys)
    table = {"ds": [*SALES, "2023-06-27"] * 3, "holiday": ["sale"] * 30, "shop": np.repeat(some, 10)}
    events = read_events({name: list(column) for name, column in table.items()}, by=("shop",))
    effects = learned(panel, events)
    assert len(effects.days.calendars) == 2, "one for the shops without events, one for the others"
    assert effect(effects, "sale") == pytest.approx(0.8, abs=0.05)
    at = np.flatnonzero(SALE)[2]
    for place, name in enumerate(panel.names):
        added = effects.ahead(panel.series[place], place, np.array([at - 1]), 1)[0, 0]
        usual = usual_ahead(panel.series[place].values, np.array([at - 1]), 1, DAILY)[0, 0]
        assert added == pytest.approx(0.8 * usual, rel=0.1) if name in some else added == 0


def ahead_of(panel):
    """Return what is usual for the next 14 days of each series."""
    return np.stack([usual_ahead(one.values, np.array([len(one) - 1]), 14, DAILY)[0] for one in panel.series])


@pytest.fixture
def fitted(small_recipe):
    del small_recipe
    events = events_for()
    panel = panel_of(6)
    return panel, events, fit_panel(panel, PanelFitOptions(events=events, horizon=14, threads=1, keep_last=True))


def test_the_forecast_knows_the_event_to_come(fitted):
    panel, _, found = fitted
    at = int((np.datetime64("2023-06-27") - DATES[-1]).astype(int)) - 1
    assert 0 <= at < 14
    plain = fit_panel(panel, PanelFitOptions(horizon=14, threads=1, keep_last=True))
    added = (found.served.forecast - plain.served.forecast) / ahead_of(panel)
    assert added[:, at] == pytest.approx(0.8, abs=0.15)
    assert np.abs(np.delete(added, at, axis=1)).max() < 0.2
    assert (found.served.test < plain.served.test).all()
    assert np.array_equal(found.served.copied, plain.served.copied), "copying is what it is"
    assert found.days.check.serves != "without"
    assert found.days.never == ()


def test_an_event_that_has_never_been_is_told(small_recipe):
    del small_recipe
    panel = panel_of(4)
    table = {"ds": [*SALES, "2023-06-27"], "holiday": ["sale"] * 9 + ["fair"]}
    found = fit_panel(panel, PanelFitOptions(events=read_events(table), horizon=14, threads=1, keep_last=True))
    assert found.days.never == ("fair",)
    assert "their effect cannot be learned: fair." in " ".join(str(each) for each in sentences(found))


def test_the_model_forecasts_the_same_from_its_file_and_for_newer_values(fitted, tmp_path):
    panel, _, found = fitted
    model = PanelModel.of(found, PanelFitOptions().asked)
    model.save(tmp_path / "model.thalweg")
    loaded = load_panel(tmp_path / "model.thalweg")
    assert np.array_equal(loaded.forecast().mean, found.served.forecast)
    longer = [series_of(np.append(one.values, one.values[-7:-4]), start=str(START)) for one in panel.series]
    newer = joined([*longer, replace(longer[0], values=2 * longer[0].values)], [*panel.names, "new"])
    newer = replace(newer, keys={"shop": newer.names})
    for each in (model, loaded):
        made = each.forecast(newer)
        assert not made.refused, made.refused
        at = int((np.datetime64("2023-06-27") - DATES[-1]).astype(int)) - 4
        rise = made.mean[:, at] - made.mean[:, at + 7]
        assert rise / ahead_of(newer)[:, at] == pytest.approx(0.8, abs=0.3)


def test_why_tells_what_the_event_adds(fitted):
    panel, _, found = fitted
    model = PanelModel.of(found, PanelFitOptions().asked)
    date = np.datetime64("2023-06-27")
    why = why_of_series(model, "s2", date).why
    moved = {(fact.kind, fact.name): fact.contribution for fact in why.facts}
    at = int((date - DATES[-1]).astype(int)) - 1
    assert moved["event", "sale"] == pytest.approx(0.8 * ahead_of(panel)[2, at], rel=0.1)
    assert why.base + why.contributions.sum() + sum(moved.values()) == pytest.approx(
        why.prediction, abs=why.allowed + 1e-9
    )
    assert why.served == pytest.approx(found.served.forecast[2, at], rel=1e-6)


def test_events_of_an_unknown_series_or_of_other_years_are_refused():
    panel = panel_of(3)
    with pytest.raises(InputError, match="s9"):
        calendars_of(panel, "", events_for(by=("shop",), shop=["s9"] * 10))
    other = read_events({"ds": ["1999-05-01"], "holiday": ["fair"]})
    with pytest.raises(InputError, match="1999-05-01"):
        fit_panel(panel, PanelFitOptions(events=other, horizon=7, threads=1, keep_last=True))


def test_steps_without_holidays_have_no_known_days():
    calendar = Calendar("GB", frequency=weekly())
    week = series_of(np.arange(1.0, 120.0), start="2021-01-04", frequency=weekly())
    days = known_days([week], [calendar], np.zeros(1, np.int64), 4)
    assert days.kinds[days.of_series(week, 0, 4)].any(axis=1).sum() > 10
    assert len(days.of_series(week, 0, 4)) == len(week) + 4


def test_a_model_with_events_of_some_series_is_read_again(small_recipe, tmp_path):
    del small_recipe
    panel, some = panel_of(4), ("s0", "s2")
    table = {"ds": [*SALES, "2023-06-27"] * 2, "holiday": ["sale"] * 20, "shop": np.repeat(some, 10).tolist()}
    options = PanelFitOptions(events=read_events(table, by=("shop",)), country="GB", horizon=14, threads=1)
    found = fit_panel(panel, replace(options, keep_last=True))
    model = PanelModel.of(found, options.asked)
    model.save(tmp_path / "model.thalweg")
    loaded = load_panel(tmp_path / "model.thalweg")
    assert np.array_equal(loaded.forecast().mean, found.served.forecast)
    described, other = found.plan.final_days, loaded.plan.final_days
    assert described.days.columns == other.days.columns
    assert np.array_equal(described.own, other.own)
    assert np.array_equal(described.days.of_dates, other.days.of_dates)


def test_later_events_take_the_place_of_those_of_the_fit(fitted):
    panel, _, found = fitted
    model = PanelModel.of(found, PanelFitOptions().asked)
    moved = read_events({"ds": ["2023-06-30"] * 2, "holiday": ["sale"] * 2, "shop": ["s1", "s4"]}, by=("shop",))
    made = model.forecast(events=moved)
    change = (made.mean - found.served.forecast) / ahead_of(panel)
    old, new = (int((np.datetime64(date) - DATES[-1]).astype(int)) - 1 for date in ("2023-06-27", "2023-06-30"))
    assert change[:, old] == pytest.approx(-0.8, abs=0.1)
    assert change[[1, 4], new] == pytest.approx(0.8, abs=0.1)
    assert np.abs(np.delete(change[[0, 2, 3, 5]], old, axis=1)).max() == 0
    with pytest.raises(InputError, match="fair"):
        model.forecast(events=read_events({"ds": ["2023-06-30"], "holiday": ["fair"]}))
    with pytest.raises(InputError, match="no events into account"):
        replace(model, plan=replace(model.plan, final_days=None)).forecast(events=moved)


def test_a_series_that_the_model_has_never_seen_may_have_an_event(fitted):
    panel, _, found = fitted
    model = PanelModel.of(found, PanelFitOptions().asked)
    one = replace(panel.series[2], values=panel.series[2].values.copy())
    newer = replace(joined([one], ["new"]), keys={"shop": ("new",)})
    events = read_events({"ds": ["2023-06-29"], "holiday": ["sale"], "shop": ["new"]}, by=("shop",))
    made = model.forecast(newer, events=events)
    plain = model.forecast(newer, events=read_events({"ds": ["2023-07-30"], "holiday": ["sale"]}))
    at = int((np.datetime64("2023-06-29") - DATES[-1]).astype(int)) - 1
    place = made.names.index("new")
    change = (made.mean - plain.mean)[place]
    assert change[at] / ahead_of(newer)[0, at] == pytest.approx(0.8, abs=0.1)
    assert np.delete(change, at).tolist() == [0] * 13
    assert np.array_equal(np.delete(made.mean, place, axis=0), np.delete(plain.mean, place, axis=0))


def test_a_handful_of_values_turns_no_effect_down():
    assert Check(9, 0.1, 0.2, 0.3).serves == "own"
    assert Check(10, 0.1, 0.2, 0.3).serves == "without"
