"""Which way each step goes: weights, the choice by blocks over cutoffs, and the sentence where there is no choice."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.small_searches import COPIES, SHORT, channel, search, series_of
from thalweg.charts.steps import speaking
from thalweg.forecast.data import data_of
from thalweg.forecast.ladder import Ladder, trends
from thalweg.forecast.plan import (
    DOUBT,
    FADE_STEPS,
    HOPELESS,
    LEAST_DOUBT,
    NEARLY,
    WINDOWS,
    Block,
    Plan,
    bounds,
    fallbacks,
    first_cutoff,
    longest_horizon,
    plan_steps,
    spans_of,
    strategy_name,
)
from thalweg.forecast.ways import DIRECT, RECURSIVE
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY, monthly, sub_daily, weekly
from thalweg.series.split import split_by_date

WAYS = (RECURSIVE, DIRECT, "copy last week", "damped line", "64 relu 28 year shared")


@st.composite
def plans(draw):
    """Plans of any blocks, ways and fade."""
    lasts = np.cumsum(draw(st.lists(st.integers(1, 12), min_size=1, max_size=6))).tolist()
    ways = st.lists(st.sampled_from(WAYS), min_size=1, max_size=3, unique=True).map(tuple)
    blocks = [Block(first + 1, last, draw(ways)) for first, last in pairwise([0, *lasts])]
    return Plan(tuple(blocks), draw(st.sampled_from([0, 1, FADE_STEPS, 20])))


@given(plans())
def test_the_weights_of_each_step_add_up_to_1(plan):
    weights = plan.weights(plan.steps)
    assert set(weights) == set(plan.ways)
    together = np.stack(list(weights.values()))
    np.testing.assert_allclose(together.sum(axis=0), 1, rtol=1e-14)
    assert (together >= 0).all()


@given(plans(), st.data())
def test_a_step_has_the_same_weights_however_many_are_asked_for(plan, data):
    """Those of a step depend on its block and the block before: neither later blocks nor later steps change them."""
    steps = data.draw(st.integers(1, plan.steps))
    needed = next(place for place, block in enumerate(plan.blocks) if block.last >= steps)
    shorter = Plan(plan.blocks[: needed + 1], plan.fade)
    whole = plan.weights(plan.steps)
    for some in (plan.weights(steps), shorter.weights(steps)):
        for way in WAYS:
            nothing = np.zeros(plan.steps)
            np.testing.assert_array_equal(some.get(way, nothing)[:steps], whole.get(way, nothing)[:steps])


def test_the_ways_of_a_block_take_over_step_by_step():
    """Golden: at the first three steps of a block a quarter, a half and three quarters are its own."""
    plan = Plan((Block(1, 1, ("a",)), Block(2, 7, ("b", "c")), Block(8, 9, ("a",))), fade=3)
    weights = plan.weights(9)
    np.testing.assert_allclose(weights["a"], [1, 0.75, 0.5, 0.25, 0, 0, 0, 1 / 3, 2 / 3], rtol=1e-15)
    half = [0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.5, 1 / 3, 1 / 6]
    np.testing.assert_allclose(weights["b"], half, rtol=1e-15)
    np.testing.assert_array_equal(weights["b"], weights["c"])
    sharp = Plan(plan.blocks, fade=0).weights(9)
    np.testing.assert_array_equal(sharp["a"], [1, 0, 0, 0, 0, 0, 0, 1, 1])


@pytest.mark.parametrize("axis", [0, 1])
def test_a_prediction_is_the_weighted_mean_of_its_ways(axis):
    plan = Plan((Block(1, 1, ("a",)), Block(2, 6, ("b", "c"))), fade=3)
    random = np.random.default_rng(0)
    made = {way: random.normal(size=(4, 6)) for way in "abc"}
    made["b"][2, 4] = np.nan  # a row whose past is too short for it
    expected = np.zeros((4, 6))
    for row in range(4):
        for step in range(6):
            parts = {"a": [1, 0.75, 0.5, 0.25, 0, 0][step], "b": (own := [0, 0.125, 0.25, 0.375, 0.5, 0.5][step])}
            parts = {way: part for way, part in (parts | {"c": own}).items() if np.isfinite(made[way][row, step])}
            expected[row, step] = sum(part * made[way][row, step] for way, part in parts.items() if part)
            expected[row, step] /= sum(parts.values())
    turned = {way: each if axis == 1 else each.T for way, each in made.items()}
    combined = plan.combined(turned, 6, axis)
    np.testing.assert_allclose(combined if axis == 1 else combined.T, expected, rtol=1e-14)
    nothing = {way: np.full_like(each, np.nan) for way, each in made.items()}
    assert np.isnan(plan.combined(nothing, 6, 1)).all()


def test_what_a_file_calls_the_ways():
    first = Block(1, 1, (RECURSIVE,))
    assert strategy_name(Plan((first,))) == RECURSIVE
    assert strategy_name(Plan((first, Block(2, 7, (DIRECT,)), Block(8, 14, (DIRECT,))))) == DIRECT
    assert strategy_name(Plan((first, Block(2, 7, (DIRECT, "damped line"))))) == "direct + damped line"
    assert strategy_name(Plan((first, Block(2, 7, (DIRECT,)), Block(8, 14, (RECURSIVE,))))) == "by step"


@pytest.mark.parametrize(
    ("longest", "horizon", "expected"),
    [
        (365, 1, [(1, 1)]),
        (365, 2, [(1, 1), (2, 7)]),
        (365, 7, [(1, 1), (2, 7)]),
        (365, 28, [(1, 1), (2, 7), (8, 14), (15, 28)]),
        (365, 29, [(1, 1), (2, 7), (8, 14), (15, 28), (29, 91)]),
        (365, 365, [(1, 1), (2, 7), (8, 14), (15, 28), (29, 91), (92, 365)]),
        (91, 91, [(1, 1), (2, 7), (8, 14), (15, 28), (29, 91)]),
        (20, 18, [(1, 1), (2, 7), (8, 14), (15, 20)]),
        (1, 1, [(1, 1)]),
    ],
)
def test_the_blocks_of_days(longest, horizon, expected):
    assert bounds(DAILY, longest, horizon) == expected


@pytest.mark.parametrize("frequency", [DAILY, weekly(), monthly(), sub_daily(60)], ids=lambda one: one.name)
def test_blocks_have_no_gap_and_those_of_a_shorter_horizon_are_their_beginning(frequency):
    longest = frequency.longest_horizon
    every = bounds(frequency, longest, longest)
    assert [step for first, last in every for step in range(first, last + 1)] == list(range(1, longest + 1))
    for horizon in {1, 2, 3, longest // 2, longest}:
        some = bounds(frequency, longest, horizon)
        assert some == every[: len(some)]
        assert some[-1][0] <= horizon <= some[-1][1]


@pytest.mark.parametrize("days", [56, 100, 400, 1000, 3000])
def test_the_furthest_horizon_is_a_year_and_a_third_of_the_days(days):
    split = split_by_date(channel(days))
    longest = longest_horizon(split, DAILY)
    assert longest == min(365, days // 3)
    for horizon in {1, 7, longest}:
        blocks = bounds(DAILY, longest, horizon)
        cut = first_cutoff(split, blocks, longest)
        assert split.train // 2 <= cut <= split.train, "at least half of the training part is learned from"
        for (_, last), spans in zip(blocks, spans_of(split, cut, blocks), strict=True):
            ((begin, end),) = spans
            assert end == split.train + split.validation, "the sealed test chooses nothing"
            assert begin == (split.train if WINDOWS * last <= split.validation else cut)


def block_of(forecasts, actual, first=2, last=4, fallback="copy last week", learned=()):
    """Choose the ways of one block, for predictions that are given, over all values."""
    series = series_of(actual)
    made = {way: np.vstack([np.zeros((first - 1, len(actual))), rows]) for way, rows in forecasts.items()}
    spans = [[(0, len(actual))]]
    (block,) = plan_steps(data_of(series, Calendar(), "mae"), made, [(first, last)], spans, fallback, learned).blocks
    return block


def missing_by(*misses):
    """Return predictions of three steps ahead of 100 values of 100; they miss by these, in turn."""
    return np.tile(100 + np.resize(misses, 100), (3, 1)).astype(float)


ACTUAL = np.full(100, 100.0)
HOPELESS_MISS = 10 * (1 + HOPELESS) + 0.1  # beside 10, too large for a mean of learned ways
NEAR, FAR = 10 * (1 + NEARLY) - 0.1, 10 * (1 + NEARLY) + 0.1  # misses beside 10 that are nearly as good, and not


def test_a_block_whose_learned_ways_lose_to_copying_copies():
    made = {RECURSIVE: missing_by(20), DIRECT: missing_by(15), "copy last week": missing_by(5)}
    block = block_of(made, ACTUAL)
    assert block.ways == ("copy last week",)
    assert block.cutoffs == 100 - 3
    assert block.losses == {RECURSIVE: 20, DIRECT: 15, "copy last week": 5}


def test_the_two_best_ways_share_a_block_where_they_are_nearly_as_good():
    alone = {RECURSIVE: missing_by(10), DIRECT: missing_by(FAR), "copy last week": missing_by(30)}
    block = block_of(alone, ACTUAL)
    assert block.ways == (RECURSIVE,)
    assert set(block.losses) == set(alone)
    both = {RECURSIVE: missing_by(10), DIRECT: missing_by(-NEAR), "copy last week": missing_by(30)}
    block = block_of(both, ACTUAL)
    assert block.ways == (RECURSIVE, DIRECT)
    assert block.losses["recursive + direct"] == pytest.approx((NEAR - 10) / 2)


@pytest.mark.parametrize(("third", "taken"), [(NEAR, False), (10.3, False), (-NEAR, True), (-FAR, False)])
def test_a_third_way_must_lower_the_loss_of_the_two(third, taken):
    made = {RECURSIVE: missing_by(10), DIRECT: missing_by(10.2), "damped line": missing_by(third)}
    made["copy last week"] = missing_by(30)
    ways = block_of(made, ACTUAL).ways
    assert ways == ((RECURSIVE, DIRECT, "damped line") if taken else (RECURSIVE, DIRECT))


def test_a_mean_that_loses_to_copying_alone_is_not_taken():
    """The two best are nearly alike, and yet their mean is worse than the better one, which copies."""
    made = {"copy last week": missing_by(10, -10), RECURSIVE: missing_by(10.5, -10.5), "damped line": missing_by(40)}
    block = block_of(made, ACTUAL)
    assert block.ways == ("copy last week",)
    assert block.losses["copy last week"] == 10


@pytest.mark.parametrize(("days", "windows"), [(100, 25), (20, 5)])
@pytest.mark.parametrize("left", [True, False])
def test_the_learned_ways_are_left_only_where_others_are_clearly_better(days, windows, left):
    """By a share that falls with the root of the evidence: how many spans of four steps the earlier dates hold."""
    loss = 10 * (1 - max(DOUBT / np.sqrt(windows), LEAST_DOUBT)) + (-0.05 if left else 0.05)
    made = {RECURSIVE: missing_by(HOPELESS_MISS), DIRECT: missing_by(10), "copy last week": missing_by(30)}
    made["damped line"] = made["mean of 4 × 7 back"] = missing_by(loss)
    block = block_of({way: rows[:, :days] for way, rows in made.items()}, ACTUAL[:days], learned=(RECURSIVE, DIRECT))
    assert block.cutoffs == days - 3
    assert block.ways == (("damped line", "mean of 4 × 7 back") if left else (DIRECT,))


def test_learned_ways_share_a_block_but_for_a_hopeless_one():
    far = HOPELESS_MISS
    misses = {RECURSIVE: 10, DIRECT: -NEAR, "64 relu 28 year shared": far, "damped line": 10.05, "copy last week": 30}
    made = {way: missing_by(by) for way, by in misses.items()}
    assert block_of(made, ACTUAL, learned=(RECURSIVE, DIRECT, "64 relu 28 year shared")).ways == (RECURSIVE, DIRECT)


@given(seed=st.integers(0, 2**31), ways=st.integers(2, 6), learned=st.integers(0, 3))
@settings(max_examples=40)
def test_ways_are_picked_as_by_hand(seed, ways, learned):
    """An independent choice on predictions with errors in common and errors of their own."""
    random = np.random.default_rng(seed)
    actual = random.uniform(50, 150, 60)
    common = random.normal(0, 5, (3, 60))
    names = ["copy yesterday", *(f"way {at}" for at in range(1, ways))]
    made = {name: actual + random.uniform(0, 1) * common + random.normal(0, random.uniform(3, 5), (3, 60))
            for name in names}  # fmt: skip

    def loss(*several):
        together = sum(made[name] for name in several) / len(several)
        return np.mean([np.mean([abs(together[step, day] - actual[day]) for day in range(60)]) for step in range(3)])

    best, *others = sorted(names, key=loss)
    picked = [best]
    if others and loss(others[0]) <= (1 + NEARLY) * loss(best):
        picked.append(others[0])
        third = {loss(*picked, name): name for name in others[1:] if loss(name) <= (1 + NEARLY) * loss(best)}
        if third and min(third) < loss(*picked):
            picked.append(third[min(third)])
    descended = sorted(names[1 : 1 + learned], key=loss)
    usual = [name for name in descended if loss(name) <= (1 + HOPELESS) * loss(descended[0])]
    windows = (60 - 4) / 4 + 1  # 57 earlier dates, and spans of four steps
    if usual and loss(*picked) >= (1 - max(DOUBT / windows**0.5, LEAST_DOUBT)) * loss(*usual):
        picked = usual
    if loss("copy yesterday") < loss(*picked):
        picked = ["copy yesterday"]
    block = block_of(made, actual, learned=names[1 : 1 + learned])
    assert block.ways == tuple(picked)
    assert block.losses[" + ".join(picked)] == pytest.approx(loss(*picked))
    assert block.losses[" + ".join(picked)] <= block.losses["copy yesterday"] * (1 + 1e-12)


def test_a_way_that_lacks_predictions_is_not_compared():
    made = {RECURSIVE: missing_by(10), "copy last week": missing_by(9)}
    made["copy last week"][1, :40] = np.nan
    block = block_of(made, ACTUAL)
    assert (block.ways, block.losses) == ((RECURSIVE,), {RECURSIVE: 10})
    nothing = {RECURSIVE: missing_by(10), "last year at its level": np.full((3, 100), np.nan)}
    assert block_of(nothing, ACTUAL).ways == (RECURSIVE,)


def test_a_block_without_an_observed_value_takes_the_fallback():
    """All values on which its ways could be compared were filled in."""
    data = data_of(series_of(ACTUAL, np.arange(100) < 21), Calendar(), "mae")
    made = {RECURSIVE: missing_by(10), "copy last week": missing_by(9)}
    forecasts = {way: np.vstack([rows[:1], rows]) for way, rows in made.items()}
    for rows in forecasts.values():
        for step in range(4):
            rows[step, : 20 + step] = np.nan  # made from the 20th value on
    spans = [[(20, 100)]] * 2
    first, later = plan_steps(data, forecasts, [(1, 1), (2, 4)], spans, "copy last week").blocks
    assert (first.ways, later.ways) == ((RECURSIVE,), ("copy last week",))


def test_with_fewer_than_eight_cutoffs_a_block_takes_the_fallback():
    made = {RECURSIVE: missing_by(1), "copy last week": missing_by(5)}
    few, enough = ({way: rows[:, :days] for way, rows in made.items()} for days in (10, 11))
    block = block_of(few, ACTUAL[:10])
    assert (block.ways, block.cutoffs, block.losses) == (("copy last week",), 0, None)
    block = block_of(enough, ACTUAL[:11])
    assert (block.ways, block.cutoffs) == ((RECURSIVE,), 8)


def test_the_fallback_is_told_in_both_languages():
    chosen = Block(1, 1, (RECURSIVE,), 30, {RECURSIVE: 1.0})
    plan = Plan((chosen, Block(2, 7, (DIRECT,), 20, {DIRECT: 1.0}), Block(8, 14, ("mean of 4 × 7 back",))))
    (told,) = fallbacks(plan)
    assert speaking("en", DAILY)(told) == (
        "From 8 days ahead on there are fewer than 8 earlier dates to compare ways of predicting, so the forecast "
        "takes “mean of 4 × 7 back” there."
    )
    assert "8" in speaking("zh", DAILY)(told)
    assert "mean" not in speaking("zh", DAILY)(told)
    assert fallbacks(Plan(plan.blocks[:2])) == []
    assert fallbacks(Plan((Block(1, 28, (RECURSIVE,)),))) == [], "where nothing was to be chosen"


def test_the_first_step_is_that_of_the_choice():
    series = data_of(series_of(ACTUAL), Calendar(), "mae")
    made = {RECURSIVE: missing_by(10)[:1], "copy last week": missing_by(1)[:1]}
    (block,) = plan_steps(series, made, [(1, 1)], [[(50, 100)]], "copy last week").blocks
    assert (block.ways, block.cutoffs, block.losses) == ((RECURSIVE,), 50, {RECURSIVE: 10.0})


def test_a_walk_is_copied_at_every_step_though_networks_were_tried():
    """No step of a walk is better foreseen than by its last value: what is learned must not pretend otherwise."""
    walk = 1000 + np.cumsum(np.random.default_rng(3).normal(0, 10, 300))
    findings, _ = search(series_of(walk), ladder=Ladder("walk", (*COPIES, *trends(), *SHORT.rungs[2:])), horizon=10)
    for block in findings.plan.blocks[1:]:
        best = min(loss for way, loss in block.losses.items() if way in ("copy yesterday", "copy last week"))
        assert block.losses[" + ".join(block.ways)] <= best
