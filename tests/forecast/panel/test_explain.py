"""Why a series' number: whatever serves it, the contributions lead from the level to the forecast."""

from dataclasses import replace

import numpy as np
import pytest

from thalweg.errors import InputError
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.candidates import baselines, lines
from thalweg.forecast.panel.choice import Choice
from thalweg.forecast.panel.examples import examples_of
from thalweg.forecast.panel.explain import why_of_series
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.inputs import members_of, seen_blocks
from thalweg.forecast.panel.model import PanelModel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.panel_year import panel_year_of
from thalweg.forecast.panel.rows import Rows
from thalweg.forecast.panel.run import fit_panel
from thalweg.forecast.predictors.baselines import Copy
from thalweg.learn.function import Network
from thalweg.series.frequency.record import DAILY, monthly, sub_daily, weekly
from thalweg.series.panel import joined

from .conftest import odd_series, panel_of_waves, series_of, weekly_wave

STEPS = 10
OWN = (*baselines(DAILY), *lines(DAILY))
pytestmark = pytest.mark.usefixtures("small_recipe")


def model_of(panel, steps=STEPS, **options):
    asked = PanelFitOptions(horizon=steps, threads=1, **options)
    return PanelModel.of(fit_panel(panel, asked), asked.asked)


@pytest.fixture(scope="module")
def model():
    with pytest.MonkeyPatch.context() as patch:
        from .conftest import SMALL  # noqa: PLC0415

        patch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL)
        return model_of(panel_of_waves(3, 600))


def served_by(model, own, share):
    shape = model.choice.own.shape
    return replace(model, choice=Choice(np.full(shape, own), np.full(shape, share)))


def check(model, name, ahead):
    """Check that what is told is the forecast that is served, and adds up to it."""
    made = model.forecast(series=name)
    why = why_of_series(model, name, made.dates[0, ahead - 1]).why
    assert why.ahead == ahead
    assert why.date == made.dates[0, ahead - 1]
    assert why.served == pytest.approx(made.mean[0, ahead - 1], rel=1e-9, abs=1e-12)
    assert why.prediction == pytest.approx(why.served, rel=1e-4, abs=1e-4 * np.abs(model.panel[name].values).max())
    small = 1e-9 * max(np.abs(model.panel[name].values).max(), 1)
    assert abs(why.remainder) <= max(why.allowed, small)
    assert len(why.contributions) == len(why.dates) == len(why.values)
    assert why.dates[-1] == model.panel[name].after(0)
    np.testing.assert_array_equal(why.values, model.panel[name].values[-len(why.values) :])
    return why


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("own", range(len(OWN)), ids=lambda own: OWN[own].name)
def test_whatever_serves_adds_up_to_the_forecast(model, own, share):
    serving = served_by(model, own, share)
    for ahead in (1, 8, STEPS):
        why = check(serving, "s1", ahead)
        assert (why.allowed > 0) == (share > 0)
        assert np.abs(why.contributions).max() > 0


def test_a_copy_is_its_one_value(model):
    place = next(at for at, one in enumerate(OWN) if isinstance(one, Copy) and one.days_back == 7)
    values = model.panel["s2"].values
    why = check(served_by(model, place, 0.0), "s2", 3)
    assert why.usual == pytest.approx(values[-56:].mean())
    assert why.base == pytest.approx(why.usual)
    assert np.flatnonzero(why.contributions).tolist() == [len(why.values) - 5]
    assert why.contributions[-5] == pytest.approx(values[-5] - values[-56:].mean())
    assert why.prediction == pytest.approx(values[-5])


def test_a_line_is_its_weights_times_how_far_each_lag_lies_from_its_weekday(model):
    place = next(at for at, one in enumerate(OWN) if one.name == "linear 28")
    values = model.panel["s0"].values
    why = check(served_by(model, place, 0.0), "s0", 2)
    (profile,) = (fact.contribution for fact in why.facts)
    usual = np.array([values[len(values) - 28 + day :: 7].mean() for day in range(7)])  # of the next step's weekday on
    assert profile == pytest.approx(usual[1] - values[-56:].mean())
    flat = flat_of([model.panel["s0"]], 60)
    weights = OWN[place].fit(flat, 0, len(values), STEPS)[:, 1]
    away = np.array([values[-1 - lag] - usual[(6 - lag) % 7] for lag in range(28)])
    np.testing.assert_allclose(why.contributions[::-1], weights * away, rtol=1e-6)


def test_networks_without_hidden_neurons_are_their_weights_times_their_features(model):
    final, dice = model.plan.final, np.random.default_rng(0)
    networks = [Network((member.network.widths[0], STEPS), "relu") for member in final.members]
    members = tuple(
        replace(member, network=network, thetas=(dice.normal(0, 0.05, network.size).astype(np.float32),))
        for member, network in zip(final.members, networks, strict=True)
    )
    straight = replace(model, plan=replace(model.plan, final=replace(final, members=members)))
    why = check(served_by(straight, 0, 1.0), "s0", 4)
    flat = flat_of([model.panel["s0"]], final.reach)
    row = Rows(np.zeros(1, np.int64), flat.lengths - 1)
    window, told = np.zeros(16 * 7), dict.fromkeys(("profile", "last_season", "level", "all_series", "recent"), 0.0)
    for member in members:
        scaled = examples_of(flat, row, member.inputs, STEPS, final.panel_year)
        weights = member.network.layers(member.thetas[0].astype(np.float64))[0].weights[3]
        parts = weights * scaled.examples.gather()[0] * float(scaled.spread[0, 0] * flat.units[0]) / len(members)
        blocks = seen_blocks(member.inputs, STEPS, panel_year=True)
        window[: member.inputs.window] += parts[blocks["values"]]
        for name in told.keys() & blocks.keys():
            told[name] += parts[blocks[name]].sum()
        if member.inputs.base:  # outputs are added to the mean of the last weekdays
            values = model.panel["s0"].values
            told["profile"] += (values[-10 - np.arange(13) * 7 + 6].mean() - values[-56:].mean()) / len(members)
    np.testing.assert_allclose(why.contributions[::-1], window, rtol=1e-6)
    assert {fact.kind: fact.contribution for fact in why.facts} == pytest.approx(
        {f"panel_{name}": moved for name, moved in told.items()}, rel=1e-6
    )


@pytest.mark.parametrize("frequency", [DAILY, sub_daily(60), weekly(), monthly()], ids=lambda each: each.name)
def test_every_feature_that_follows_the_values_is_zero_at_the_level(frequency):
    start = "2000-01-01" if frequency.by_month else "2020-01-06T00:00" if frequency.sub_daily else "2020-01-06"
    still = series_of(np.full(900, 42.0), start=start, frequency=frequency)
    moving = replace(still, values=still.values + np.random.default_rng(0).normal(0, 5, 900))
    for inputs in (*members_of(frequency, 900), *members_of(frequency, 200)):
        year = panel_year_of([moving], inputs, STEPS) if inputs.panel_year else None
        nothing = year and replace(year, means=np.zeros_like(year.means))
        flat = flat_of([still, moving], inputs.reach)
        rows = Rows(np.arange(2), np.array([899, 899]))
        features = examples_of(flat, rows, inputs, STEPS, nothing).examples.gather()
        inside = np.zeros(features.shape[1], bool)
        for block in seen_blocks(inputs, STEPS, panel_year=year is not None).values():
            inside[block] = True
        assert (features[0, inside] == 0).all()
        assert np.abs(features[1, inside]).max() > 0.1
        others, waves = features[:, ~inside], 2 * inputs.month
        known = others[:, : 1 + (inputs.year > 0)]
        assert (known == 1).all(), "that there is a last year, and that the whole window is known"
        assert others.shape[1] == known.shape[1] + 1 + waves, "how large the values are, and the place in the month"
        passed = (np.datetime64("2022-06-24") - np.datetime64("2022-06-01")).astype(int) / 30  # the day after 900
        if waves:
            expected = [wave(2 * np.pi * k * passed) for wave in (np.sin, np.cos) for k in range(1, inputs.month + 1)]
            assert others[0, -waves:] == pytest.approx(expected, abs=1e-6)


def test_odd_series_are_explained():
    odd = odd_series()
    model = model_of(joined(list(odd.values()), list(odd)))
    for name in odd:
        for ahead in (1, STEPS):
            check(model, name, ahead)


@pytest.mark.parametrize(
    ("frequency", "start", "count", "steps", "kinds"),
    [
        (sub_daily(60), "2023-01-02T00:00", 24 * 40, 30, {"panel_profile", "panel_recent"}),
        (monthly(), "2010-01-01", 150, 12, {"panel_last_season", "panel_same_season", "panel_level"}),
        (weekly(), "2020-01-06", 150, 8, {"panel_last_season", "panel_same_season"}),
    ],
    ids=["hours", "months", "weeks"],
)
def test_other_frequencies_are_explained(frequency, start, count, steps, kinds):
    dice = np.random.default_rng(3)
    wave = 50 + 20 * np.sin(np.arange(count) * np.pi / 12) + dice.normal(0, 3, count)
    made = [series_of(wave + 10 * k, start=start, frequency=frequency) for k in range(2)]
    model = model_of(joined(made, ["a", "b"]), steps)
    for own, share in ((0, 1.0), (len(baselines(frequency)), 0.5), (0, 0.0)):
        why = check(served_by(model, own, share), "b", steps - 1)
        assert {fact.kind for fact in why.facts} >= (kinds if share else set())


def test_what_would_be_negative_is_held_at_zero_and_told(model):
    final = model.plan.final
    members = tuple(replace(one, thetas=tuple(theta.copy() for theta in one.thetas)) for one in final.members)
    for theta in (theta for one in members for theta in one.thetas):
        theta[-STEPS:] = -50.0  # the biases of the outputs: far below the level
    below = replace(model, plan=replace(model.plan, final=replace(final, members=members)))
    why = check(served_by(below, 0, 1.0), "s1", 1)
    assert why.prediction == 0
    assert {fact.kind: fact.contribution > 0 for fact in why.facts}["limits"]


def test_a_date_before_the_end_is_explained_from_the_value_before_it(model):
    series = model.panel["s0"]
    date = series.dates[-20]
    why = why_of_series(model, "s0", date).why
    assert (why.date, why.ahead, why.dates[-1]) == (date, 1, series.dates[-21])
    assert abs(why.remainder) <= max(why.allowed, 1e-9 * np.abs(why.prediction))


def test_dates_and_series_that_cannot_be_explained_are_told(model):
    series = model.panel["s0"]
    for date in (series.after(STEPS + 1), series.start):
        with pytest.raises(InputError, match="can be explained from") as refused:
            why_of_series(model, "s0", date)
        assert str(series.after(STEPS)) in str(refused.value)
    line = served_by(model, len(OWN) - 1, 0.0)
    with pytest.raises(InputError, match="2023-02-27"):
        why_of_series(line, "s0", series.dates[20])
    nothing = replace(model, choice=Choice(model.choice.own, np.full(model.choice.share.shape, np.nan)))
    with pytest.raises(InputError, match="s0 could not be forecast"):
        why_of_series(nothing, "s0")


@pytest.mark.slow
def test_a_ladder_of_its_own_is_explained_as_a_model_of_one_series(monkeypatch):
    real = own_ladder.fitted
    monkeypatch.setattr(own_ladder, "fitted", lambda series, _, *given: real(series, "quick", *given))

    def own_ladders_serve(validation, _):
        shape = validation._own_losses.shape
        return Choice(np.full(shape[1:], shape[0] - 1), np.full(shape[1:], 0.5))

    monkeypatch.setattr("thalweg.forecast.panel.choice.Validation.choose", own_ladders_serve)
    model = model_of(joined([series_of(weekly_wave(1, 200))], ["s"]), 7, ladder="full")
    for ahead in (1, 7):
        check(model, "s", ahead)
