"""Several series at once: one network for all of them, each in its own scale, and nothing copied or mixed up."""

from dataclasses import replace

import numpy as np
import pytest

from support.frequencies import WEEKLY, seasonal
from support.small_searches import LINE, NET, WEEK, YEAR, channel, estimates_of, part, series_of
from thalweg.forecast.backtest import backtest
from thalweg.forecast.calibrate import calibrate
from thalweg.forecast.choose import choose, open_sealed_test
from thalweg.forecast.data import data_of
from thalweg.forecast.distribution import TABLE
from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import Ladder, copies
from thalweg.forecast.plan import one_way, plan_steps
from thalweg.forecast.predictors.baselines import Copy, SeasonalMean
from thalweg.forecast.predictors.network import network_predictor
from thalweg.forecast.search import Member, parts_of, search
from thalweg.forecast.team import Team
from thalweg.forecast.training import TrainingSet, descend
from thalweg.forecast.watch import Silence
from thalweg.forecast.ways import RECURSIVE
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.calendar import Calendar
from thalweg.series.filling import sources_of_copies
from thalweg.series.frequency.record import DAILY
from thalweg.series.panel import panel_of
from thalweg.series.split import split_by_date

ONE = channel(430, missing=(100, 390))
OTHER = replace(channel(300, seed=5), name="other")
SMALL = series_of(channel(300, seed=5).values / 1000, start="2020-05-04", name="small")  # in thousands
PANEL = panel_of(ONE, SMALL)
CALENDAR = Calendar("TW")
UPTO = (380, 260)


@pytest.mark.parametrize("rung", [LINE, NET, WEEK, YEAR], ids=["line", "network", "week", "year"])
@pytest.mark.parametrize("steps", [1, 4])
def test_examples_of_several_series_are_those_of_each(rung, steps):
    together = TrainingSet.of(rung, PANEL, CALENDAR, "mae", UPTO, steps)
    alone = [
        TrainingSet.of(rung, series, CALENDAR, "mae", upto, steps)
        for series, upto in zip((ONE, SMALL), UPTO, strict=True)
    ]
    assert together.scales == tuple(each.scale for each in alone)
    for name in ("target", "weight", "dense", "level", "scale"):
        expected = np.concatenate([getattr(each.examples, name) for each in alone])
        np.testing.assert_array_equal(getattr(together.examples, name), expected)
    np.testing.assert_array_equal(
        together.examples.gather(), np.concatenate([each.examples.gather() for each in alone])
    )
    assert len(together.examples.values) == len(ONE) + len(SMALL), "each value is stored once, whatever the windows"


def test_a_panel_of_one_gives_the_bits_of_its_series():
    sets = [TrainingSet.of(WEEK, given, CALENDAR, "mae", 380, 1) for given in (ONE, panel_of(ONE))]
    thetas = [descend(each, 3, validation=[(380, 420)]).theta for each in sets]
    np.testing.assert_array_equal(*thetas)


def test_one_network_serves_two_series_and_one_network_serves_each():
    """One for both learns from two series of one shape, a thousandfold apart; each is predicted in its own unit."""
    both = TrainingSet.of(NET, panel_of(OTHER, SMALL), CALENDAR, "mae", 260, 1)
    predictor = network_predictor(both, descend(both, 0).theta[None])
    newest = np.arange(260, 299)
    made = [
        predictor.predict(past_of(series, newest, place), (1,))[:, 0] for place, series in enumerate((OTHER, SMALL))
    ]
    np.testing.assert_allclose(made[0] / 1000, made[1], rtol=1e-4)
    missed = np.abs(made[1] - SMALL.values[newest + 1]).mean()
    assert missed < 0.9 * np.abs(SMALL.values[newest] - SMALL.values[newest + 1]).mean()
    each = TrainingSet.of(NET, SMALL, CALENDAR, "mae", 260, 1)
    alone = network_predictor(each, descend(each, 0).theta[None])
    own = alone.predict(past_of(SMALL, newest), (1,))[:, 0]
    assert not np.allclose(own, made[1], rtol=1e-3)
    assert (
        np.abs(own - SMALL.values[newest + 1]).mean() < np.abs(SMALL.values[newest] - SMALL.values[newest + 1]).mean()
    )


@pytest.fixture(scope="module")
def searched():
    splits = tuple(split_by_date(series) for series in PANEL.series)
    ladder = Ladder("panel", (*copies(), LINE, WEEK, SeasonalMean(7, 3)), mean=True)
    with thread_pool(2) as pool:
        return search(data_of(PANEL, CALENDAR, "mae"), splits, ladder, seed=0, pool=pool, watcher=Silence())


def test_a_search_over_several_series_pools_their_losses(searched):
    opened = open_sealed_test(searched, Silence())
    assert [line.rung for line in opened.lines[:2]] == ["copy yesterday", "copy last week"]
    for line, steps in zip(opened.lines, (1, 7), strict=False):
        errors = []
        for series in PANEL.series:
            copied = series.values[sources_of_copies(series.observed, steps)]
            errors.append(np.where(series.observed, np.abs(series.values - np.roll(copied, steps)), np.nan))
        expected = np.nanmean(
            np.concatenate([each[first:last] for each, (first, last) in zip(errors, searched.parts.test, strict=True)])
        )
        assert line.test == pytest.approx(expected, rel=1e-12)
    names = [one.line.rung for one in searched.candidates]
    assert {LINE.name, WEEK.name, "mean of 3 × 7 back"} <= set(names)
    assert choose(searched).candidate.line.validation == min(one.line.validation for one in searched.candidates)


def test_a_network_of_the_search_learned_from_both(searched):
    """Its unknowns are those of a descent on both series, stopped on the validation values of both."""
    one = next(one for one in searched.candidates if one.line.rung == LINE.name)
    splits = [split_by_date(series) for series in PANEL.series]
    both = TrainingSet.of(LINE, PANEL, CALENDAR, "mae", [split.train for split in splits], 1)
    spans = parts_of(splits).validation
    thetas = [descend(both, seed, validation=spans).theta for seed in (0, 1)]
    (member,) = one.predictor.members
    np.testing.assert_array_equal(member.thetas, thetas)
    assert np.isfinite(one.estimates[PANEL.offsets[1] + 20 : PANEL.offsets[1] + spans[1][1]]).all()
    assert np.isnan(one.estimates[PANEL.offsets[1] + spans[1][1] :]).all()


def test_a_backtest_over_several_series_is_that_of_each_where_nothing_is_learned():
    data = data_of(PANEL, CALENDAR, "mae")
    with thread_pool(1) as pool:
        options = {"refit_days": 30, "steps": 9, "pool": pool, "advance": lambda _: None}
        for baseline in (Copy(7), SeasonalMean(7, 4)):
            team = Team(DAILY, (Member(baseline),))
            together = backtest(data, team, first=(300, 200), until=(430, 300), **options)
            for place, (series, first) in enumerate(((ONE, 300), (SMALL, 200))):
                alone = backtest(
                    data_of(series, CALENDAR, "mae"), team, first=(first,), until=(len(series),), **options
                )
                np.testing.assert_array_equal(
                    PANEL.part(together.forecasts[RECURSIVE], place), alone.forecasts[RECURSIVE]
                )


def test_a_backtest_refits_one_network_on_all_series():
    data = data_of(PANEL, CALENDAR, "mae")
    team = Team(DAILY, (Member(LINE, (3,), (0,)),), baselines=copies())
    with thread_pool(1) as pool:
        made = backtest(
            data, team, first=(390, 240), until=(430, 300), refit_days=20, steps=3, pool=pool, advance=lambda _: None
        )
    second = TrainingSet.of(LINE, PANEL, CALENDAR, "mae", (410, 260), 1)
    predictor = network_predictor(second, descend(second, 0, epochs=3).theta[None])
    newest = np.arange(259, 279)
    expected = predictor.predict(past_of(SMALL, newest, 1), (1,))[:, 0]
    of_small = PANEL.part(made.forecasts[RECURSIVE], 1)
    np.testing.assert_array_equal(of_small[0, newest + 1], expected)
    # The longer series ends earlier after its first cutoff; the shorter one goes on, with the latest refit.
    assert np.isfinite(of_small[:, 242:]).all()
    assert np.isfinite(PANEL.part(made.forecasts[RECURSIVE], 0)[:, 392:]).all()
    spans = [(390, 430), (240, 300)]
    plan = plan_steps(data, made.forecasts, [(1, 1), (2, 3)], [spans, spans], "copy last week")
    first, later = plan.blocks
    assert (first.ways, first.cutoffs, later.cutoffs) == ((RECURSIVE,), 40 + 60, 38 + 58)
    assert set(later.ways) <= {RECURSIVE, "copy yesterday", "copy last week"}
    for way, row in made.forecasts.items():
        each = [
            np.concatenate([PANEL.part(row[step], place)[slice(*span)] - series.values[slice(*span)]
                            for place, (series, span) in enumerate(zip(PANEL.series, spans, strict=True))])
            for step in (1, 2)
        ]  # fmt: skip
        seen = np.concatenate([ONE.observed[390:430], SMALL.observed[240:300]])
        by_hand = np.mean([np.nanmean(np.abs(one[seen])) for one in each])
        assert later.losses[way] == pytest.approx(by_hand, rel=1e-12)


def test_each_series_has_intervals_of_its_own(searched):
    data, parts = searched.data, searched.parts
    with thread_pool(1) as pool:
        made = backtest(
            data, Team(DAILY, (Member(Copy(7)),)), first=tuple(last for _, last in parts.train), until=(430, 300),
            refit_days=30, steps=4, pool=pool, advance=lambda _: None,
        )  # fmt: skip
    large, small = (calibrate(data, parts, made, one_way(RECURSIVE, 4), 4, place) for place in (0, 1))
    assert large.as_used.target.mean() > 100 * small.as_used.target.mean()
    alone = estimates_of(Copy(7), part(SMALL, 0), *parts.test[1])
    np.testing.assert_array_equal(small.as_used.prediction, alone[SMALL.observed[slice(*parts.test[1])]])
    for each in (large, small):
        assert each.as_used.coverage[80] == pytest.approx(0.8, abs=0.12)
        assert each.distribution.bands.shape == (4, len(TABLE), 2)


def test_a_series_shorter_than_a_rung_has_no_predictions_and_stops_nothing():
    """It is learned from as far as it reaches, and no prediction of it looks at its own future."""
    short = part(SMALL, 0, 60)
    panel = panel_of(ONE, short)
    data = data_of(panel, CALENDAR, "mae")
    splits = tuple(split_by_date(series) for series in panel.series)
    long_rung = replace(WEEK, days_back=56, seeds=1, epochs=2)
    with thread_pool(1) as pool:
        found = search(data, splits, Ladder("long", (long_rung, Copy(56))), seed=0, pool=pool, watcher=Silence())
        names = [one.line.rung for one in found.candidates]
        assert {long_rung.name, "copy 56"} <= set(names)
        for member in (Member(long_rung, (2,), (0,)), Member(Copy(56))):
            made = backtest(
                data, Team(DAILY, (member,)), first=tuple(split.train for split in splits),
                until=tuple(split.days for split in splits), refit_days=30, steps=2, pool=pool, advance=lambda _: None,
            )  # fmt: skip
            of_short = panel.part(next(iter(made.forecasts.values())), 1)
            assert np.isnan(of_short[0, :56]).all()
            assert np.isfinite(of_short[0, 56:]).all()
            if not member.seeds:
                np.testing.assert_array_equal(of_short[0, 56:], short.values[: len(short) - 56])


def test_calendar_and_series_are_of_one_frequency():
    with pytest.raises(ValueError, match="The calendar is daily, the series are weekly"):
        data_of(seasonal(WEEKLY, 120, "2020-01-06"), Calendar(), "mae")


def test_too_short_a_past_is_refused():
    with pytest.raises(ValueError, match="7 past steps are needed; a row has 5"):
        Copy(7).predict(past_of(ONE, np.array([4, 300])), (1,))
