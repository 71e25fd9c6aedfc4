"""Sample paths over many series: each follows its own distribution, and they move together as they did."""

import numpy as np
import pytest

from thalweg.forecast.few_residuals import t_quantile
from thalweg.forecast.panel.joint import LEVELS, PLACES, Joint
from thalweg.forecast.panel.paths import PATHS, Paths, drawn, ends_of, moves_of, places_of
from thalweg.forecast.panel.served import Plan
from thalweg.series.frequency.record import DAILY

CUTOFFS, HORIZON = 40, 5
EVERYWHERE = np.full(HORIZON, np.inf)


def residuals(seed, common, series=2):
    """Normal residuals of which a share of the variance is common to all series, as float32."""
    draw = np.random.default_rng(seed)
    shared = draw.normal(size=(1, CUTOFFS, HORIZON))
    own = draw.normal(size=(series, CUTOFFS, HORIZON))
    return (common**0.5 * shared + (1 - common) ** 0.5 * own).astype(np.float32)


def paths_of(rows, late=None, counts=None, ahead=100.0, seed=0):
    count, cutoffs = rows.shape[:2]
    ends = np.quantile(rows[np.isfinite(rows)], PLACES).astype(np.float32)
    plan = Plan(DAILY, HORIZON, (80.0, 95.0), final=None)
    ends = np.tile(ends, (count, len(plan.blocks), 1))
    sealed = cutoffs // 2
    joint = Joint(
        before=np.arange(cutoffs, 0, -1) + HORIZON,
        sealed=sealed,
        residuals=rows,
        made=np.full((count, cutoffs - sealed, HORIZON), 50, np.float32),
        spread=np.full((count, cutoffs), 2, np.float32),
        now=np.full(count, 3.0),
        ends=ends,
        sealed_ends=ends,
    )
    counts = np.zeros(count, bool) if counts is None else np.asarray(counts)
    late = np.zeros(count, np.int64) if late is None else np.asarray(late)
    return Paths(joint, plan, np.full((count, HORIZON), ahead), late, counts, seed)


def test_the_places_are_those_of_the_levels():
    assert pytest.approx([0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99]) == PLACES
    assert len(PLACES) == 2 * len(LEVELS)


def test_a_path_of_one_series_follows_its_own_bands():
    rows = residuals(1, 0.5)
    made = paths_of(rows).of(0)
    assert made.shape == (PATHS, HORIZON)
    expected = 100 + 3 * np.quantile(rows, PLACES)
    for step in range(HORIZON):
        assert np.quantile(made[:, step], PLACES) == pytest.approx(expected, abs=0.35)
    assert made.std(axis=0) == pytest.approx(3, abs=0.4)


@pytest.mark.parametrize(("common", "expected"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_series_move_together_as_their_residuals_did(common, expected):
    found = []
    for seed in range(20):
        paths = paths_of(residuals(seed, common))
        one, two = paths.of(0), paths.of(1)
        found += [np.corrcoef(one[:, step], two[:, step])[0, 1] for step in range(HORIZON)]
    assert np.mean(found) == pytest.approx(expected, abs=0.05)


def test_steps_move_together_as_their_residuals_did():
    draw = np.random.default_rng(0)
    level = draw.normal(size=(1, CUTOFFS, 1)) + 0.1 * draw.normal(size=(1, CUTOFFS, HORIZON))
    made = paths_of(level.astype(np.float32)).of(0)
    assert np.corrcoef(made.T).min() > 0.9
    apart = paths_of(draw.normal(size=(1, CUTOFFS, HORIZON)).astype(np.float32)).of(0)
    assert np.abs(np.corrcoef(apart.T) - np.eye(HORIZON)).max() < 0.5


def test_the_sum_is_that_of_the_paths_of_each():
    paths = paths_of(residuals(3, 0.5, series=4))
    assert paths.added(np.array([0, 2, 3])) == pytest.approx(sum(paths.of(each) for each in (0, 2, 3)), rel=1e-12)


def test_the_same_seed_gives_the_same_paths_and_another_others():
    rows = residuals(4, 0.5)
    rows[1, :10] = np.nan
    one, again, other = (paths_of(rows, seed=seed).of(1) for seed in (7, 7, 8))
    assert (one == again).all()
    assert not np.allclose(one, other)


def test_paths_of_a_series_do_not_depend_on_the_others():
    rows = residuals(5, 0.5, series=3)
    alone = paths_of(rows)
    rows_changed = rows.copy()
    rows_changed[2] = rows[2, ::-1]
    assert (paths_of(rows_changed).of(1) == alone.of(1)).all()


def test_a_new_series_is_drawn_by_itself_over_its_own_distribution():
    rows = residuals(6, 1.0, series=3)
    rows[2] = np.nan  # it has no residual at all
    rows[1, : CUTOFFS // 2] = np.nan  # it began when half of the cutoffs had passed
    paths = paths_of(rows)
    new, young, old = paths.of(2), paths.of(1), paths.of(0)
    assert new.std(axis=0) == pytest.approx(3, abs=0.5)
    assert abs(np.corrcoef(new[:, 0], old[:, 0])[0, 1]) < 0.1
    assert young.std(axis=0) == pytest.approx(3, abs=0.5)
    together = paths._next.taken >= CUTOFFS // 2
    assert together.sum() == PATHS // 2
    assert np.corrcoef(young[together, 0], old[together, 0])[0, 1] > 0.9
    assert abs(np.corrcoef(young[~together, 0], old[~together, 0])[0, 1]) < 0.15


def test_a_step_without_a_residual_has_the_place_of_the_step_before():
    rows = residuals(7, 0.5)
    rows[0, :, 3] = np.nan
    rows[0, :, 0] = np.nan
    made = places_of(rows[0], drawn(CUTOFFS, 200, 0), 0)
    assert (made[:, 3] == made[:, 2]).all()
    assert (made[:, 0] == made[:, 1]).all()
    assert ((made > 0) & (made < 1)).all()


def test_each_cutoff_is_drawn_about_equally_often():
    taken = drawn(32, 1000, 0).taken
    assert set(np.bincount(taken, minlength=32)) == {31, 32}
    assert (drawn(0, 10, 0).taken == 0).all()


def test_values_of_counts_are_never_below_zero():
    rows = residuals(8, 0.5)
    assert paths_of(rows, ahead=1.0).of(0).min() < 0
    assert paths_of(rows, ahead=1.0, counts=[True, True]).of(0).min() == 0


def test_behind_its_horizon_a_late_series_has_the_place_of_its_last_step():
    rows = residuals(9, 0.5)
    late, straight = paths_of(rows, late=[2, 0]).of(0), paths_of(rows).of(0)
    assert (late[:, :3] == straight[:, 2:]).all()
    assert (late[:, 3] == late[:, 2]).all()


def test_between_the_places_values_lie_on_straight_lines():
    ends = np.arange(len(PLACES), dtype=np.float32)[None]
    made = moves_of(np.array([[0.5, 0.1, 0.0, 1.0]]), ends, [slice(0, 4)])
    assert made[0] == pytest.approx([6.5, 3, 0, 13])


def test_over_the_test_residuals_of_the_test_are_not_looked_at():
    rows = residuals(10, 0.5)
    before = paths_of(rows)
    changed = rows.copy()
    changed[:, CUTOFFS // 2 :] *= 100
    after = paths_of(changed)
    object.__setattr__(after.joint, "sealed_ends", before.joint.sealed_ends)
    cutoffs = np.array([0, 5])
    one, two = (paths.over_test(np.array([0, 1]), cutoffs) for paths in (before, after))
    assert one.std() > 1
    assert (one == two).all()


def test_what_was_not_observed_is_left_out_of_the_sums_over_the_test():
    rows = residuals(11, 0.5)
    rows[1, CUTOFFS // 2, 2] = np.nan
    made = paths_of(rows).over_test(np.array([0, 1]), np.array([0]))[0].mean(axis=0)
    assert made[[0, 1, 3, 4]] == pytest.approx(100, abs=3)
    assert made[2] == pytest.approx(50, abs=3)


# the ends of intervals


def test_of_many_cutoffs_the_ends_are_quantiles():
    sums = np.random.default_rng(0).normal(size=(1000, HORIZON))
    made = ends_of(sums, (50.0, 95.0), EVERYWHERE)
    for at, tails in enumerate(((0.25, 0.75), (0.025, 0.975))):
        assert made[:, at] == pytest.approx(np.quantile(sums, tails, axis=0).T, rel=1e-12)


def test_of_few_cutoffs_the_ends_are_those_of_students_t():
    sums = np.random.default_rng(1).normal(10, 2, size=(1000, 2))
    made = ends_of(sums, (95.0,), np.array([9.0, 2.0]))[:, 0]
    for step, (count, freedom) in enumerate(((9, 8), (2, 3))):
        half = t_quantile(0.05, freedom) * sums[:, step].std() * (1 + 1 / count) ** 0.5
        assert made[step] == pytest.approx([sums[:, step].mean() - half, sums[:, step].mean() + half], rel=1e-9)


@pytest.mark.parametrize("count", [1.0, 1.4, 3.0, 9.0, 15.0, 32.0, 60.0, np.inf])
def test_a_higher_level_holds_a_lower_one_and_fewer_cutoffs_more(count):
    sums = np.random.default_rng(2).gamma(2, size=(1000, 3))
    levels = (20.0, 50.0, 80.0, 95.0, 99.0)
    made = ends_of(sums, levels, np.full(3, count))
    assert (np.diff(made[..., 0], axis=1) <= 0).all()
    assert (np.diff(made[..., 1], axis=1) >= 0).all()
    plain = ends_of(sums, levels, np.full(3, np.inf))
    assert (made[:, 2:, 1] >= plain[:, 2:, 1] - 1e-9).all()


def test_cutoffs_that_overlap_count_less_the_further_ahead():
    joint = paths_of(residuals(0, 0.5)).joint
    assert joint.windows(CUTOFFS).tolist() == pytest.approx([40, 30.25, 20.5, 15.625, 12.7])
    assert np.isinf(joint.windows(0)).all()
