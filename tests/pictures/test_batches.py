"""Batch, update, epoch: the split is the one that was used, and its losses are those of the blackboard."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.chart_reader import marked, rows
from support.findings_builder import simulated_series
from support.pictures import study_of
from thalweg.errors import InputError
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.pictures.batches.chart import batches_chart, batches_illustration
from thalweg.pictures.batches.study import LECTURE_SIZES, updates_an_epoch
from thalweg.pictures.shared.fitted_rung import fit_rung

OPTIONS = {"batch": 16, "sizes": "5,16,all", "epochs": 3, "days_back": 7, "layers": "6", "seed": 4}
MISSING = (60, 61, 150)


@pytest.fixture(scope="module", params=["mae", "mse"])
def study(request):
    return study_of("batches", simulated_series(400, missing=MISSING), loss=request.param, **OPTIONS)


def test_the_lectures_two_examples():
    assert [updates_an_epoch(*case) for case in LECTURE_SIZES] == [1000, 10]
    assert LECTURE_SIZES == ((10_000, 10), (1_000, 100))


@given(st.integers(1, 300), st.integers(1, 300))
def test_updates_an_epoch_are_the_batches_that_a_descent_makes(examples, batch):
    assert updates_an_epoch(examples, batch) == len(range(0, examples, batch))
    table = dense_examples(np.ones((examples, 1)), np.ones(examples))
    assert updates_an_epoch(examples, batch) == Descent(Network((1, 1)), table, batch=batch).batches


@given(st.integers(2, 60), st.integers(0, 9))
def test_every_example_comes_once_an_epoch_and_batches_are_full_but_the_last(batch, seed):
    one = study_of(
        "batches", simulated_series(120), batch=batch, sizes=str(batch), epochs=2, days_back=3, layers="0", seed=seed
    ).chosen
    count = one.orders.shape[1]
    assert count == 60 - 3
    for order, numbers in zip(one.orders, one.batches, strict=True):
        np.testing.assert_array_equal(np.sort(order), np.arange(count))
        sizes = np.bincount(numbers)[1:]
        assert (sizes[:-1] == one.size).all()
        assert sizes.sum() == count
        assert len(sizes) == one.updates_an_epoch
    assert (one.orders[0] != one.orders[1]).any()


def by_hand(study, theta, which):
    """L of some examples at θ in the user's units: a NumPy of its own, features and all."""
    of, back = study.chosen.fitted_rung, study.chosen.fitted_rung.rung.days_back
    series, upto = of.series, of.split.train
    days = np.arange(back, upto)[which]
    past = series.values[:upto]
    seen = (series.values[days[:, None] - 1 - np.arange(back)] - past.mean()) / past.std()
    (first, last), theta = of.network.layers(theta.astype(np.float64)), None
    made = (np.maximum(0, seen @ first.weights.T + first.biases) @ last.weights.T + last.biases)[:, 0]
    away = np.abs(made * past.std() + past.mean() - series.values[days]) ** (2 if of.training_set.loss == "mse" else 1)
    return away[series.observed[days]].mean()


def test_losses_of_batch_and_of_all_are_those_computed_by_hand_with_the_split_that_is_shown(study):
    one = study.chosen
    series, rung, loss = one.fitted_rung.series, one.fitted_rung.rung, one.fitted_rung.training_set.loss
    record = fit_rung(series, rung, loss=loss, seed=4, path=True, every=1).record
    thetas, count = record.thetas, one.orders.shape[1]
    np.testing.assert_array_equal(record.updates, np.arange(one.updates_an_epoch * 3 + 1))
    np.testing.assert_array_equal(thetas[-1], one.fitted_rung.theta)
    for update in range(2 * one.updates_an_epoch):
        epoch, place = divmod(update, one.updates_an_epoch)
        batch = one.orders[epoch][place * 16 : (place + 1) * 16]
        np.testing.assert_array_equal(np.flatnonzero(one.batches[epoch] == place + 1), np.sort(batch))
        assert one.of_batch[update] == pytest.approx(by_hand(study, thetas[update], batch), rel=2e-5)
    for update, shown in zip(one.updates, one.of_all, strict=True):
        assert shown == pytest.approx(by_hand(study, thetas[update], np.arange(count)), rel=2e-5)
    assert one.of_batch.min() > 10
    assert one.of_batch.std() > 1


def test_the_last_loss_of_all_is_that_of_the_fitted_function(study):
    for one in study.descents:
        assert one.of_all[-1] == pytest.approx(one.fitted_rung.seen(), rel=1e-5)
        assert one.updates[-1] == one.updates_an_epoch * study.epochs == len(one.of_batch)
        assert one.seconds > 0


def test_all_sizes_start_at_the_same_place(study):
    assert [one.size for one in study.descents] == [5, 16, study.examples]
    starts = [one.of_all[0] for one in study.descents]
    np.testing.assert_allclose(starts, starts[0], rtol=1e-12)
    whole = study.descents[-1]
    np.testing.assert_allclose(whole.of_batch, whole.of_all[np.searchsorted(whole.updates, np.arange(3))], rtol=1e-5)


def test_what_is_said_is_counted(study):
    one = study.chosen
    assert one.followed == 3 * one.updates_an_epoch
    rises = sum(one.of_all[at + 1] > one.of_all[at] for at in range(one.followed))
    assert one.uphill == rises / one.followed
    sentences = " ".join(batches_illustration(study).sentences)
    assert f"{100 * one.uphill:.0f}% of these updates" in sentences
    assert f"{study.examples} examples in batches of 16 make {one.updates_an_epoch} updates" in sentences
    assert f"{len(MISSING)} of the examples are steps without a value" in sentences
    again = (one.batches == 1).all(axis=0).sum()
    assert f"of epoch 2 has {again} of these again" in sentences


def test_the_table_counts_updates():
    table = batches_illustration(study_of("batches", simulated_series(400), **OPTIONS)).tables["arithmetic"].columns
    count = 400 - 80 - 120 - 7
    assert list(table["examples"]) == [10_000, 1_000, *[count] * 3]
    assert list(table["batch"]) == [10, 100, 5, 16, count]
    assert list(table["updates_an_epoch"]) == [1000, 10, 39, 13, 1]
    assert list(table["last_batch"]) == [10, 100, 3, 1, count]


def test_the_chart_shows_each_day_in_its_batch_and_the_losses(study):
    spec = batches_chart(study).to_dict()
    one, panels = study.chosen, spec["vconcat"]
    for epoch in range(2):
        dots = marked(spec | panels[epoch], "square", y="batch")[0]
        table = rows(spec | panels[epoch], dots)
        assert [row["day"] for row in table] == [str(date) for date in study.dates]
        assert [int(row["batch"]) for row in table] == one.batches[epoch].tolist()
    (dots,) = marked(spec | panels[2], "point", y="loss")
    shown = [float(row["loss"] or "nan") for row in rows(spec | panels[2], dots)]
    np.testing.assert_allclose(shown, one.of_batch, rtol=1e-6)
    (line,) = marked(spec | panels[2], "line", y="loss")
    np.testing.assert_allclose([float(row["loss"]) for row in rows(spec | panels[2], line)], one.of_all, rtol=1e-6)
    by_update, by_epoch = panels[3]["hconcat"]
    assert by_update["encoding"]["x"]["field"] == "update"
    assert by_epoch["encoding"]["x"]["field"] == "epoch"
    curves = rows(spec | panels[3], by_epoch)
    assert {row["size"] for row in curves} == {"B = 5", "B = 16", f"B = {study.examples}"}
    assert max(float(row["epoch"]) for row in curves) == 3
    (slider,) = [param for param in spec["params"] if param.get("bind")]
    assert (slider["bind"]["min"], slider["bind"]["max"]) == (1, one.updates_an_epoch)


def test_a_batch_of_all_is_one_update_an_epoch():
    study = study_of("batches", simulated_series(100), batch=1000, sizes="all", epochs=2, days_back=3)
    assert study.batch == study.examples == 47
    illustration = batches_illustration(study)
    assert "an epoch is a single update" in illustration.title
    assert study.chosen.misses == pytest.approx(0, abs=1e-3)
    assert illustration.sentences[0] == "A batch of 1,000 is more than the 47 examples there are: B = N, 47, is taken."
    exact = batches_illustration(
        study_of("batches", simulated_series(100), batch=47, sizes="all", epochs=2, days_back=3)
    )
    assert not any("is more than" in sentence for sentence in exact.sentences)
    spec = illustration.described
    axis = marked(spec | spec["vconcat"][0], "square", y="batch")[0]["encoding"]["y"]["axis"]
    assert axis["values"] == [1]


def test_a_batch_without_a_value_leaves_a_gap():
    series = simulated_series(120, missing=(20, 21))
    study = study_of("batches", series, batch=1, sizes="1", epochs=2, days_back=3, layers="0")
    assert np.isnan(study.chosen.of_batch).sum() == 2 * 2
    assert np.isfinite(study.chosen.of_all).all()
    batches_illustration(study, "zh")


def test_the_same_seed_makes_the_same_losses(study):
    again = study_of("batches", replace(study.series), loss=study.chosen.fitted_rung.training_set.loss, **OPTIONS)
    for one, other in zip(study.descents, again.descents, strict=True):
        np.testing.assert_array_equal(one.of_all, other.of_all)
        np.testing.assert_array_equal(one.orders, other.orders)


def test_the_same_seed_makes_the_same_picture(study):
    again = study_of("batches", replace(study.series), loss=study.chosen.fitted_rung.training_set.loss, **OPTIONS)
    one, other = (json.dumps(batches_chart(each).to_dict()) for each in (study, again))
    assert one == other
    another = study_of(
        "batches", study.series, loss=study.chosen.fitted_rung.training_set.loss, **(OPTIONS | {"seed": 5})
    )
    assert one != json.dumps(batches_chart(another).to_dict())


def test_options_out_of_range_are_refused():
    series = simulated_series(400)
    for options, found in (
        ({"batch": 0}, "batch=0"),
        ({"sizes": "8,many"}, "sizes='8,many'"),
        ({"sizes": "0"}, "sizes='0'"),
        ({"sizes": ""}, "sizes=''"),
        ({"sizes": "1,2,3,4,5"}, "give from 1 to 4 whole numbers"),
        ({"epochs": 1}, "epochs=1"),
        ({"epochs": 10_000, "sizes": "1"}, "epochs=10000: in batches of 1"),
        ({"days_back": 300}, "days_back=300"),
        ({"layers": "ten"}, "layers='ten'"),
        (
            {"layers": ",".join(["10000"] * 50)},
            "layers: 50×10000 relu 28 has 4,900,790,001 unknowns; .* to 5,000,000",
        ),
        ({"loss": "mad"}, "loss='mad'"),
    ):
        with pytest.raises(InputError, match=found):
            study_of("batches", series, **options)
