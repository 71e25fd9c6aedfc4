"""The simulated channel is the same for the same seed, is called simulated, and has the rhythms that it claims."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg
from thalweg.series.sample import sample, sample_csv


def test_same_seed_same_bytes():
    assert sample_csv(sample(days=400, seed=3)) == sample_csv(sample(days=400, seed=3))
    assert sample_csv(sample(days=400, seed=3)) != sample_csv(sample(days=400, seed=4))


@pytest.mark.parametrize("seed", [0, 1])
def test_written_and_read_back_it_is_the_same_and_simulated(tmp_path, seed):
    channel = sample(seed=seed)
    path = tmp_path / "channel.csv"
    path.write_bytes(sample_csv(channel))
    back = thalweg.read(path)
    np.testing.assert_array_equal(back.values, channel.values)
    assert (back.start, back.name, back.simulated, back.notes) == (channel.start, "simulated views", True, ())
    assert back.observed.all()


def test_values_are_counts_of_a_few_hundred_to_some_thousands():
    channel = sample()
    assert len(channel) == 2200
    assert channel.simulated
    assert channel.counts
    np.testing.assert_array_equal(channel.values, np.rint(channel.values))
    assert channel.values.min() > 100
    assert channel.values.max() < 20_000


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rhythms(seed):
    channel = sample(seed=seed)
    weekday = (channel.dates.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    means = np.array([channel.values[weekday == day].mean() for day in range(7)])
    assert set(np.argsort(means)[:2]) == {4, 5}  # Friday and Saturday

    def mean(first, last):
        chosen = (channel.dates >= np.datetime64(first)) & (channel.dates <= np.datetime64(last))
        return channel.values[chosen].mean()

    assert mean("2021-10-01", "2021-11-30") > 1.3 * mean("2021-07-15", "2021-08-25")  # term against holidays
    assert mean("2024-10-01", "2024-11-30") > 1.5 * mean("2019-10-01", "2019-11-30")  # growth
    assert mean("2021-02-11", "2021-02-12") < 0.8 * mean(
        "2021-01-28", "2021-02-04"
    )  # around lunar new year's eve of 2021
    assert (
        np.corrcoef(channel.values[7:], channel.values[:-7])[0, 1] > 0.7
    )  # a day resembles the same weekday of the week before


def test_at_least_one_day_is_simulated():
    with pytest.raises(thalweg.InputError, match=r"days=0: .* at least 1"):
        sample(days=0)
