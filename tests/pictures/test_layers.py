"""Depth, width, activation: every loss is that of a fit alone, and the marks stand where L′ is lowest."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from support.chart_reader import layers, marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.errors import InputError
from thalweg.learn.function import Network
from thalweg.pictures.layers.chart import layers_chart, layers_illustration
from thalweg.pictures.layers.study import LEAST_RISE_SHARE, apart, turn_of
from thalweg.pictures.shared.fitted_rung import fit_rung

SMALL = {"depths": "0,1,3", "width": 5, "widths": "2,9", "seeds": 2, "epochs": 12, "days_back": 7, "seed": 1}
OTHERS = {name: value for name, value in SMALL.items() if name != "widths"}  # of the views beside depth


@pytest.fixture(scope="module")
def series():
    return simulated_series(400, missing=(60, 290))


@pytest.fixture(scope="module")
def study(series):
    return study_of("layers", series, **SMALL)


def test_side_by_side_each_network_is_what_it_is_alone(study, series):
    shapes = [*study.groups["depth"], *study.groups["width"]]
    assert [shape.rung.hidden for shape in shapes] == [(), (5,), (5, 5, 5), (2,), (9,)]
    for shape in shapes:
        alone = [fit_rung(series, shape.rung, seed=seed) for seed in (1, 2)]
        np.testing.assert_array_equal(shape.seen, [one.seen() for one in alone])
        np.testing.assert_array_equal(shape.unseen, [one.unseen() for one in alone])
        assert all(one.outcome.epochs == 12 for one in alone)
        assert shape.seen.min() > 10


def test_losses_are_means_over_days_seen_and_unseen(study, series):
    shape = study.groups["depth"][2]
    for at, seed in enumerate((1, 2)):
        one = fit_rung(series, shape.rung, seed=seed)
        away = np.abs(one.estimates - series.values[: one.sealed])
        known = series.observed[: one.sealed]
        train = one.split.train
        assert shape.seen[at] == pytest.approx(away[7:train][known[7:train]].mean(), rel=1e-12)
        assert shape.unseen[at] == pytest.approx(away[train:][known[train:]].mean(), rel=1e-12)
        # The curve, watched epoch by epoch, ends where the fit does.
        assert shape.seen_by_epoch[at, -1] == pytest.approx(shape.seen[at], rel=1e-12)
        assert shape.unseen_by_epoch[at, -1] == pytest.approx(shape.unseen[at], rel=1e-12)
    assert shape.unseen_by_epoch.shape == (2, 12)
    assert shape.seen_by_epoch[:, 0].min() > shape.seen_by_epoch[:, -1].max()
    assert not study.groups["depth"][1].unseen_by_epoch.size


@given(arrays(float, (3, 9), elements=st.floats(1, 1000)))
def test_the_turn_is_the_lowest_mean(unseen):
    turn = turn_of(np.arange(1, 10), unseen)
    mean = unseen.mean(axis=0)
    assert turn.at == int(np.argmin(mean)) + 1
    assert turn.lowest == mean.min()
    assert turn.last == mean[-1]
    assert not turn.turned or all(unseen[seed, -1] > unseen[seed, turn.place] for seed in range(3))
    assert not turn.turned or turn.last > turn.lowest * (1 + LEAST_RISE_SHARE)


def test_a_small_rise_or_one_seed_that_does_not_rise_is_no_turn():
    fall = np.array([9.0, 5.0, 4.0])
    assert not turn_of(np.arange(3), np.stack([fall, fall])).turned
    rise = np.array([9.0, 4.0, 5.0])
    assert turn_of(np.arange(3), np.stack([rise, rise])).turned
    assert not turn_of(np.arange(3), np.array([[9.0, 4.0, 4.04]])).turned
    assert not turn_of(np.arange(3), np.array([[9.0, 4.0, 7.0], [9.0, 4.0, 3.9]])).turned


def test_a_dip_of_one_epoch_is_no_turn():
    flat = np.full((2, 80), 5.0)
    flat[:, 30] = 3.0
    assert turn_of(np.arange(1, 81), flat).at == 31
    assert not turn_of(np.arange(1, 81), flat).turned
    flat[:, 28:33] = 3.0
    assert turn_of(np.arange(1, 81), flat).turned


def test_seeds_are_apart_where_no_two_overlap():
    assert apart(np.array([1.0, 2.0]), np.array([2.1, 9.0]))
    assert apart(np.array([2.1, 9.0]), np.array([1.0, 2.0]))
    assert not apart(np.array([1.0, 2.2]), np.array([2.1, 9.0]))


def test_the_marks_stand_where_unseen_loss_is_lowest(study):
    spec = layers_chart(study).to_dict()
    above, below = spec["vconcat"]
    deep = study.groups["depth"]
    lowest = int(np.argmin([shape.unseen.mean() for shape in deep]))
    halo, mark = [rows(spec, layer)[0] for layer in marked(spec | above["hconcat"][0], "text")]
    assert halo == mark
    assert mark["x"] == deep[lowest].depth
    assert mark["loss"] == deep[lowest].unseen.mean()
    curve = deep[-1].unseen_by_epoch.mean(axis=0)
    (mark,) = [rows(spec, layer)[0] for layer in marked(spec | below, "text")]
    assert mark["epoch"] == int(np.argmin(curve)) + 1
    assert mark["loss"] == curve.min()
    lines = marked(spec | below, "line", y="loss")[0]
    shown = [float(row["loss"]) for row in rows(spec, lines)]
    np.testing.assert_allclose(shown, [*deep[-1].seen_by_epoch.mean(axis=0), *curve], rtol=1e-6)
    for panel, group in zip(above["hconcat"], ("depth", "width"), strict=True):
        (line,) = marked(spec | panel, "line", y="loss")
        shown = [float(row["loss"]) for row in rows(spec, line)]
        shapes = study.groups[group]
        expected = [shape.seen.mean() for shape in shapes] + [shape.unseen.mean() for shape in shapes]
        np.testing.assert_allclose(shown, expected, rtol=1e-6)


def with_losses(study, seen, unseen, curve):
    """The study with losses of our own: its depths by seed, and the deepest by epoch."""
    shapes = [
        replace(shape, seen=np.array(one), unseen=np.array(other))
        for shape, one, other in zip(study.groups["depth"], seen, unseen, strict=True)
    ]
    shapes[-1] = replace(
        shapes[-1],
        seen_by_epoch=np.array([[9.0, 5, 2]] * 2),
        unseen_by_epoch=np.array([curve] * 2),
        seen=np.full(2, 2.0),
    )
    return replace(study, groups={**study.groups, "depth": tuple(shapes)}, epochs=3)


@pytest.mark.parametrize(
    ("unseen", "curve", "title", "deep", "by_epoch"),
    [
        (((8, 8.1), (6, 6.1), (7, 7.1)), (9, 6, 7.0), "Overfitting: from depth 1", "the best seed of 3×5", "by 17%"),
        (((8, 8.1), (6, 7.2), (7, 7.1)), (9, 6, 6.01), "seeds are not apart", "be chance", "has not turned in 3"),
        (((8, 8.1), (7, 7.1), (6, 6.1)), (9, 7, 6.0), "greatest depth, 3", "more layers may", "the last epoch, 3"),
    ],
)  # fmt: skip
def test_overfitting_is_stated_where_it_is_and_only_there(study, unseen, curve, title, deep, by_epoch):
    illustration = layers_illustration(with_losses(study, ((9, 9), (5, 5), (2, 2)), unseen, curve))
    assert title in illustration.title
    assert deep in illustration.sentences[0]
    assert by_epoch in illustration.sentences[3]
    assert "3.57%" in illustration.sentences[4]


def title_of(study, seen, unseen):
    return layers_illustration(with_losses(study, seen, unseen, (9, 6, 7.0))).title


def test_the_criterion_is_that_all_seeds_lie_apart_and_is_said_so(study):
    seen = ((9, 9), (5, 5), (2, 2))
    illustration = layers_illustration(with_losses(study, seen, ((8, 8.1), (4, 6.9), (7, 9.5)), (9, 6, 7.0)))
    assert illustration.title.startswith("Overfitting")  # apart, though each spread is more than the difference
    assert "the best seed of 3×5 relu is worse than the worst of 1×5 relu" in illustration.sentences[0]
    assert title_of(study, seen, ((8, 8.1), (6, 6.1), (6.11, 6.2))).startswith(
        "L′ is lowest at depth 1, 6.05, and hardly"
    )
    assert "not apart" in title_of(study, seen, ((8, 8.1), (4, 7.1), (7, 9.5)))


def test_a_peak_before_the_deepest_is_stated(study):
    seen = ((9, 9), (5, 5), (2, 2))
    changed = with_losses(study, seen, ((6, 6.1), (9, 9.1), (7, 7.1)), (9, 6, 7.0))
    illustration = layers_illustration(changed)
    assert "L′ rises from 6.05 to 7.05 (9.05 at depth 1)" in illustration.title
    assert (
        illustration.sentences[1] == "At depths 0, 1, 3 L′ is 6.05, 9.05, 7.05: lowest at depth 0, highest at depth 1."
    )
    assert "（1 层时 9.05）" in layers_illustration(changed, "zh").title
    assert "(8" not in title_of(study, seen, ((8, 8.1), (6, 6.1), (7, 7.1)))  # before the lowest: no matter


def test_one_seed_never_claims_overfitting_in_the_title(study):
    changed = with_losses(study, ((9, 9), (5, 5), (2, 2)), ((8, 8.1), (6, 6.1), (7, 7.1)), (9, 6, 7.0))
    parts = ("seen", "unseen", "seen_by_epoch", "unseen_by_epoch")
    groups = {
        name: tuple(replace(shape, **{part: getattr(shape, part)[:1] for part in parts}) for shape in shapes)
        for name, shapes in changed.groups.items()
    }
    one = replace(changed, seeds=1, groups=groups)
    by_epoch = replace(one, view="epochs", groups={"depth": groups["depth"][-1:]})
    for illustration in (layers_illustration(one), layers_illustration(by_epoch)):
        assert "Overfitting" not in illustration.title
        assert "one seed each, it may be chance" in illustration.title
    assert "give the option seeds more" in layers_illustration(one).sentences[0]
    assert not one.turn_of_depth.turned
    assert changed.turn_of_depth.turned


def test_the_same_seed_makes_the_same_picture(series, monkeypatch):
    monkeypatch.setattr("thalweg.learn.training.thread_pool.available_cores", lambda: 2)
    one, other = (json.dumps(layers_illustration(study_of("layers", series, **SMALL)).described) for _ in range(2))
    assert one == other
    assert one != json.dumps(layers_illustration(study_of("layers", series, **(SMALL | {"seed": 5}))).described)


def test_worse_on_seen_days_too_is_not_overfitting(study):
    changed = with_losses(study, ((1, 1), (1.5, 1.5), (2, 2)), ((6, 6.1), (8, 8.1), (9, 9.1)), (9, 6, 7.0))
    illustration = layers_illustration(changed)
    assert "both L and L′ are higher" in illustration.title
    assert "no overfitting" in illustration.sentences[0]


def test_deep_and_fat_have_as_many_unknowns_as_can_be(series):
    study = study_of("layers", series, view="deep-or-fat", **OTHERS)
    ((deep,), (fat,)) = study.groups["deep"], study.groups["fat"]
    assert deep.rung.hidden == (5, 5, 5)
    sizes = [abs(Network((7, width, 1)).size - deep.network.size) for width in range(1, 60)]
    assert fat.rung.hidden == (int(np.argmin(sizes)) + 1,)
    illustration = layers_illustration(study)
    row = illustration.tables["pairs"].rows()[0]
    assert (row["deep_unknowns"], row["fat_unknowns"]) == (deep.network.size, fat.network.size) == (106, 109)
    assert row["deep_seen"] == deep.seen.mean()
    assert row["unseen_apart"] is apart(deep.unseen, fat.unseen)
    assert "3×5 relu (106) has a single layer of 12 neurons (109)" in illustration.sentences[0]


def test_sigmoid_and_relu_have_the_same_shapes_and_seeds(series):
    study = study_of("layers", series, view="activation", **OTHERS)
    relu, sigmoid = study.groups["relu"], study.groups["sigmoid"]
    assert [shape.rung.hidden for shape in relu] == [shape.rung.hidden for shape in sigmoid] == [(5,), (5, 5, 5)]
    assert {shape.rung.activation for shape in sigmoid} == {"sigmoid"}
    assert [one.rung.optimizer for one in relu] == [other.rung.optimizer for other in sigmoid]
    alone = [fit_rung(series, sigmoid[1].rung, seed=seed).unseen() for seed in (1, 2)]
    np.testing.assert_array_equal(sigmoid[1].unseen, alone)
    spec = layers_chart(study).to_dict()
    unseen = spec["vconcat"][0]["hconcat"][1]
    (ticks,) = [layer for layer in layers(spec | unseen) if layer["mark"]["type"] == "tick"]
    shown = {(row["pair"], row["kind"]): float(row["loss"]) for row in rows(spec, ticks)}
    assert shown["1", "sigmoid"] == pytest.approx(np.mean(alone), rel=1e-6)
    lower = sum(one.seen.mean() < other.seen.mean() for one, other in zip(relu, sigmoid, strict=True))
    assert f"lower L in {lower} of 2" in layers_illustration(study).title


def test_every_depth_by_epoch(series):
    study = study_of("layers", series, view="epochs", **OTHERS)
    assert set(study.groups) == {"depth"}
    illustration = layers_illustration(study, "zh")
    turns = illustration.tables["turns"].rows()
    assert [row["epoch"] for row in turns] == [
        int(np.argmin(shape.unseen_by_epoch.mean(axis=0))) + 1 for shape in study.groups["depth"]
    ]
    assert len(illustration.sentences) == 3
    assert len(illustration.tables["epochs"]) == 3 * 12


def test_one_seed_says_nothing_of_chance(series):
    study = study_of("layers", series, **{**SMALL, "seeds": 1})
    illustration = layers_illustration(study)
    assert "one seed a shape" in illustration.subtitle
    assert illustration.tables["shapes"].rows()[0]["seen_spread"] is None
    pairs = layers_illustration(study_of("layers", series, view="activation", **{**OTHERS, "seeds": 1}))
    assert "With a single seed" in pairs.sentences[2]
    assert not any(row["seen_apart"] for row in pairs.tables["pairs"].rows())


def test_options_out_of_range_are_refused(series):
    for options, found in (
        ({"view": "width"}, "has no view 'width'. Its views are depth, activation"),
        ({"depths": "1,two"}, "depths='1,two'"),
        ({"depths": "99"}, "depths='99'"),
        ({"depths": ""}, "depths=''"),
        ({"depths": "0", "view": "activation"}, "needs a network of 1"),
        ({"depths": "0,1", "view": "deep-or-fat"}, "needs a network of 2"),
        ({"width": 0}, "width=0"),
        ({"widths": "0"}, "widths='0'"),
        ({"width": 10_000, "depths": "3"}, "unknowns; a picture fits up to 5,000,000"),
        ({"seeds": 0}, "seeds=0"),
        ({"epochs": 0}, "epochs=0"),
        ({"days_back": 300}, "days_back=300"),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("layers", series, **options)
