"""Examples that arrive batch by batch equal those that come at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import examples, seeds
from thalweg.learn.data.examples import dense_examples, mixed_examples, window_examples
from thalweg.learn.data.stream import stream_examples


def same(one, other):
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)
        assert np.asarray(getattr(one, field.name)).dtype == np.asarray(getattr(other, field.name)).dtype


def cut(table, edges):
    edges = [0, *sorted(edge for edge in edges if edge < len(table)), len(table)]
    return [slice(first, last) for first, last in pairwise(edges)]


@given(table=examples(), edges=st.lists(st.integers(0, 40)), seed=seeds, places=st.integers(0, 3))
def test_any_chunking_equals_the_whole(table, edges, seed, places):
    indices = np.random.default_rng(seed).integers(-1, 4, (len(table), places))
    table = replace(table, indices=indices, one_hot=4)
    same(stream_examples(table.rows(part) for part in cut(table, edges)), table)


@given(count=st.integers(1, 5000), edges=st.lists(st.integers(0, 5000)), seed=seeds)
def test_arrays_that_are_filled_again_and_again(count, edges, seed):
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(count, 3)).astype(np.float32), random.integers(0, 9, count)
    weight = random.uniform(size=(count, 1))
    spaces = np.empty_like(x), np.empty_like(y), np.empty_like(weight)

    def stream():
        for part in cut(x, edges):
            rows = len(x[part])
            for space, data in zip(spaces, (x, y, weight), strict=True):
                space[:rows] = data[part]
            yield tuple(space[:rows] for space in spaces)

    same(stream_examples(stream()), dense_examples(x, y, weight))


def test_several_series_do_not_look_into_each_other():
    first, second = np.arange(10.0), np.arange(100.0, 130)
    table = stream_examples(window_examples(series, 4, 2) for series in (first, second))
    apart = [window_examples(series, 4, 2) for series in (first, second)]
    np.testing.assert_array_equal(table.gather(), np.concatenate([one.gather() for one in apart]))
    np.testing.assert_array_equal(table.target, np.concatenate([one.target for one in apart]))
    assert len(table.values) == 40  # a value once, however many windows look at it


def test_any_sequence_of_pairs():
    table = stream_examples([([[1.0], [2]], [3.0, 4]), [np.array([[5.0]]), np.array([6.0])]])
    assert table.gather().tolist() == [[1], [2], [5]]
    assert table.target.tolist() == [[3], [4], [6]]


X, Y = np.ones((4, 2)), np.ones(4)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ((np.ones((4, 3)), Y), "dense has 3 columns; in the first batch it has 2"),
        ((X, np.ones((4, 2))), "target has 2 columns; in the first batch it has 1"),
        ((X.astype(np.float32), Y), "dense is of float32; in the first batch it is of float64"),
        ((X, np.ones(4, dtype=int)), "target is of int64; in the first batch it is of float64"),
        ((X, np.ones(3)), "There are 4 examples; target has 3 rows"),
        ((X * np.nan, Y), "dense holds a value that is not finite: nan in row 0, column 0"),
        ((X, Y, -Y), "A weight is negative"),
        ((X,), "is expected, not a tuple of 1"),
        (X, "is expected, not a ndarray"),
        (mixed_examples(X, Y.astype(int), Y, one_hot=2), "one_hot is 2; in the first batch it is 0"),
        (mixed_examples(X, Y.astype(int) - 2, Y), "indices has 1 columns; in the first batch it has 0"),
        (window_examples(np.arange(9.0), 2), "window is 2; in the first batch it is 0"),
    ],
)
def test_a_batch_that_does_not_fit(second, message):
    with pytest.raises(ValueError, match=rf"^Batch 1 \(counted from 0\): .*{message}"):
        stream_examples([(X, Y), second, (X, Y)])


def test_another_emphasis_or_limit_does_not_fit():
    table = window_examples(np.arange(9.0), 2)
    for changed in ({"emphasis": np.ones(2)}, {"limit": 3.0}):
        with pytest.raises(ValueError, match=f"^Batch 1 .*{next(iter(changed))} is "):
            stream_examples([table, replace(table, **changed)])


@pytest.mark.parametrize("batches", [[], [(X[:0], Y[:0])]])
def test_an_empty_stream(batches):
    with pytest.raises(ValueError, match="The stream ended without an example"):
        stream_examples(batches)


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_what_the_stream_raises_goes_through(error):
    mine = error("the line is dead")

    def stream():
        yield X, Y
        raise mine

    with pytest.raises(error) as told:
        stream_examples(stream())
    assert told.value is mine


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("rows", [64, 10_000])
def test_memory_is_about_the_data_itself(rows):
    script = f"""
    import numpy as np
    from thalweg.learn.data.stream import stream_examples

    def peak():
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

    stream_examples([(np.ones((1, 64)), np.ones(1))])
    before = peak()
    table = stream_examples((np.ones(({rows}, 64)), np.ones({rows})) for _ in range(300_000 // {rows}))
    arrays = table.dense, table.target, table.weight, table.level, table.scale, table.newest
    print((peak() - before) / sum(array.nbytes for array in arrays))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=60
    )
    # The data, an eighth of it in the last block, and the checks, which ask of every number whether it is finite.
    assert float(done.stdout) < 1.5
