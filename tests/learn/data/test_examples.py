"""What a network learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.strategies import examples, random_examples, seeds
from thalweg.learn.data.examples import Examples, dense_examples, mixed_examples, window_examples


def small(**changed):
    fields = {
        "values": np.array([10.0, 20, 30, 40]),
        "newest": np.array([1, 3]),
        "window": 2,
        "level": np.array([0.0, 10]),
        "scale": np.array([1.0, 0.5]),
        "dense": np.array([[7.0], [8]]),
        "target": np.array([[30.0], [50]]),
        "weight": np.ones((2, 1)),
    }
    return Examples(**(fields | changed))


def test_features_by_hand():
    # The newest first, its own level taken out, its own scale; then the dense column.
    assert small().gather().tolist() == [[20, 10, 7], [15, 10, 8]]
    assert (small().features, small().outputs, len(small())) == (3, 1, 2)


def test_emphasis_and_limit_by_hand():
    # 20 and 10 less nothing, 40 and 30 less 10 halved; a tenth of each day before; nothing beyond 12; dense as it is.
    table = small(emphasis=np.array([1, 0.1]), limit=12)
    assert table.gather().tolist() == [[12, 1, 7], [12, 1, 8]]
    assert table.rows(slice(1, 2)).astype(np.float64).gather().tolist() == [[12, 1, 8]]


@given(table=examples())
def test_features_one_by_one(table):
    for n, row in enumerate(table.gather()):
        past = [(table.values[table.newest[n] - j] - table.level[n]) * table.scale[n] for j in range(table.window)]
        if table.emphasis is not None:
            past = [a * b for a, b in zip(past, table.emphasis, strict=True)]
        past = [min(max(a, -table.limit), table.limit) for a in past]
        assert row.tolist() == [*past, *table.dense[n]]


def test_indices_are_counted_after_the_dense_columns():
    # 4 features: index 1 stands twice in the first row; -1 is none; nobody has index 2.
    table = small(indices=np.array([[1, 1, -1], [3, 0, -1]]), one_hot=4)
    assert table.gather().tolist() == [[20, 10, 7, 0, 2, 0, 0], [15, 10, 8, 1, 0, 0, 1]]
    assert table.features == 7
    assert table.rows(np.array([True, False])).gather().tolist() == [[20, 10, 7, 0, 2, 0, 0]]


@given(seed=seeds, count=st.integers(0, 20), places=st.integers(0, 6), one_hot=st.integers(0, 5))
def test_counts_are_sums_of_unit_vectors(seed, count, places, one_hot):
    indices = np.random.default_rng(seed).integers(-1, one_hot, (count, places))
    table = replace(dense_examples(np.ones((count, 2)), np.ones(count)), indices=indices, one_hot=one_hot)
    unit = np.vstack([np.eye(one_hot), np.zeros((1, one_hot))])  # the last row, that of -1, is none
    np.testing.assert_array_equal(table.gather()[:, 2:], unit[indices].sum(axis=1))
    assert table.features == 2 + one_hot


def test_indices_stay_whole_numbers():
    # Beyond 2 to the 24th float32 skips numbers; an index must not.
    large = 2**24 + 1
    table = small(indices=np.array([[large], [large - 1]], dtype=np.uint32)[:, ::-1], one_hot=large + 1)
    plain = table.astype(np.float32)
    assert plain.indices.dtype == np.int64
    assert plain.indices.flags.c_contiguous
    assert plain.indices.tolist() == [[large], [large - 1]]
    assert plain.one_hot == large + 1


def test_no_indices_is_the_usual_case():
    for table in (small(), small().rows(slice(1, 2)), small().astype(np.float32)):
        assert table.indices.shape == (len(table), 0)
        assert table.indices.dtype == np.int64
        assert table.one_hot == 0


def test_one_weight_for_all_outputs():
    target = np.array([[1.0, 2], [np.nan, 3]])
    assert small(target=target, weight=np.array([[1.0], [0]])).outputs == 2  # without a weight it may be missing
    with pytest.raises(ValueError, match="target with a weight is not finite"):
        small(target=target, weight=np.array([[0.0], [1]]))


def test_rows_share_the_values():
    some = small().rows(np.array([1]))
    assert some.gather().tolist() == [[15, 10, 8]]
    assert some.values is not None
    assert np.shares_memory(some.values, small(values=some.values).values)


def test_any_layout_becomes_the_one_that_is_compiled_for():
    table = random_examples(np.random.default_rng(0), 10, 4, 3, 2)
    odd = replace(
        table,
        newest=np.repeat(table.newest, 2)[::2].astype(np.int32),
        dense=np.asfortranarray(table.dense),
        level=np.repeat(table.level, 2)[::2],
    )
    odd.target.setflags(write=False)
    plain = odd.astype(np.float32)
    for name in ("values", "newest", "level", "scale", "dense", "target", "weight"):
        array = getattr(plain, name)
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert array.dtype == (np.int64 if name == "newest" else np.float32)
    np.testing.assert_allclose(plain.gather(), table.gather(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"level": np.zeros(3)}, "There are 2 examples; level has 3 rows"),
        ({"level": np.zeros((2, 1))}, r"level must have 1 dimension\(s\); its shape is \(2, 1\)"),
        ({"dense": np.zeros(2)}, "dense must have 2 dim"),
        ({"target": np.zeros((2, 2)), "weight": np.ones((2, 3))}, r"target has shape \(2, 2\), weight \(2, 3\)"),
        ({"weight": np.ones((2, 0))}, r"target has shape \(2, 1\), weight \(2, 0\); weight must have one column"),
        ({"indices": np.zeros((2, 1)), "one_hot": 1}, "indices must hold whole numbers; it holds float64"),
        ({"indices": np.zeros(2, dtype=int), "one_hot": 1}, "indices must have 2 dim"),
        ({"indices": np.zeros((3, 1), dtype=int), "one_hot": 1}, "There are 2 examples; indices has 3 rows"),
        ({"indices": np.array([[0, 1], [2, 3]]), "one_hot": 3}, "indices holds 3 in row 1, place 1; the 3 one-hot"),
        ({"indices": np.array([[0, -2], [2, -1]]), "one_hot": 3}, "indices holds -2 in row 0, place 1"),
        ({"indices": np.zeros((2, 1), dtype=int)}, "indices holds 0 in row 0, place 0; the 0 one-hot"),
        ({"one_hot": -1}, "There are -1 one-hot features"),
        ({"newest": np.array([1.0, 3])}, "newest must hold whole numbers"),
        ({"newest": np.array([0, 3])}, "window of 2 values reaches outside the 4 values"),
        ({"newest": np.array([1, 4])}, "window of 2 values reaches outside the 4 values"),
        ({"window": -1}, "The window is -1"),
        ({"values": np.array([1, 2, np.inf, 3])}, "values holds a value that is not finite: inf in row 2"),
        ({"scale": np.array([1, np.nan])}, "scale holds a value that is not finite"),
        ({"dense": np.array([[1], [np.nan]])}, "dense holds a value that is not finite: nan in row 1, column 0"),
        ({"dense": np.array([["a"], ["b"]])}, r"dense must hold numbers; it holds <U1\.$"),
        ({"target": np.array([["a"], ["b"]])}, "target must hold numbers; it holds <U1. `encode_labels` makes"),
        ({"weight": np.array([[1.0], [np.nan]])}, "weight holds a value that is not finite"),
        ({"emphasis": np.ones(3)}, "emphasis must hold a finite number for each of the 2 places"),
        ({"emphasis": np.array([1, np.nan])}, "emphasis must hold a finite number"),
        ({"limit": 0.0}, "The limit is 0.0"),
        ({"limit": np.nan}, "The limit is nan"),
        ({"weight": np.array([[1.0], [-1]])}, "weight is negative: -1.0 in row 1, column 0"),
        ({"target": np.array([[1.0], [np.nan]])}, "target with a weight is not finite: nan in row 1, column 0"),
    ],
)
def test_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        small(**changed)


def test_what_a_precision_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="values holds a value that is not finite"):
        small(values=np.array([1e300, 1, 1, 1])).astype(np.float32)


def test_plain_tables():
    table = dense_examples(np.arange(6.0).reshape(3, 2), np.arange(3.0))
    assert table.gather().tolist() == [[0, 1], [2, 3], [4, 5]]
    assert table.target.tolist() == [[0], [1], [2]]
    assert table.weight.tolist() == [[1], [1], [1]]
    assert len(dense_examples(np.zeros((0, 2)), np.zeros(0))) == 0
    with pytest.raises(ValueError, match="There are 3 examples; target has 6 rows"):
        dense_examples(np.zeros((3, 2)), np.zeros(6))


def test_mixed_tables():
    table = mixed_examples([[1.5], [2.5]], [2, -1], [0, 1], [1.0, 2], one_hot=3)
    assert table.gather().tolist() == [[1.5, 0, 0, 1], [2.5, 0, 0, 0]]
    assert table.weight.tolist() == [[1], [2]]
    letters = mixed_examples(None, [[0, 1, 1], [2, 2, 2]], [[1.0, 2], [3, 4]], one_hot=3)
    assert letters.gather().tolist() == [[1, 2, 0], [0, 0, 3]]
    assert letters.weight.shape == (2, 2)
    with pytest.raises(ValueError, match="indices holds 5 in row 1, place 0; the 3 one-hot"):
        mixed_examples(None, [0, 5], [0.0, 1], one_hot=3)
    with pytest.raises(ValueError, match="indices must hold whole numbers; it holds float64"):
        mixed_examples(None, [0.0, 1], [0.0, 1], one_hot=3)
    with pytest.raises(ValueError, match="There are 3 examples; indices has 2 rows"):
        mixed_examples(np.ones((3, 1)), [0, 1], [0.0, 1, 2], one_hot=2)
    with pytest.raises(ValueError, match=r"target must have 2 dimension\(s\); its shape is \(\)"):
        mixed_examples(None, None, 5.0)


def test_windows_by_hand():
    table = window_examples([1, 2, 3, 5, 8, 13], 2, 3)
    assert table.gather().tolist() == [[2, 1], [3, 2]]  # the newest first
    assert table.target.tolist() == [[3, 5, 8], [5, 8, 13]]
    assert window_examples([1, 2, 3, 5], 2, 0).gather().tolist() == [[2, 1], [3, 2], [5, 3]]
    assert window_examples([1, 2, 3, 5], 2, 0).outputs == 0


@given(seed=seeds, count=st.integers(1, 30), window=st.integers(1, 5), ahead=st.integers(0, 4), scalar=st.booleans())
def test_windows_one_by_one(seed, count, window, ahead, scalar):
    random = np.random.default_rng(seed)
    values, level = random.normal(size=count), random.normal(size=count)
    scale, weight = random.uniform(0.5, 2, count), random.uniform(size=count)
    if scalar:
        level[:], scale[:] = level[0], scale[0]
    given_level, given_scale = (level[0], scale[0]) if scalar else (level, scale)
    if count < window + ahead:
        with pytest.raises(ValueError, match=f"There are {count} values; .* need {window + ahead} or more"):
            window_examples(values, window, ahead)
        return
    table = window_examples(values, window, ahead, level=given_level, scale=given_scale, weight=weight)
    assert len(table) == count - window - ahead + 1
    for n, row in enumerate(table.gather()):
        seen, later = values[n : n + window], values[n + window : n + window + ahead]
        newest = n + window - 1
        np.testing.assert_array_equal(row, (seen[::-1] - level[newest]) * scale[newest])
        np.testing.assert_allclose(table.target[n] / table.scale[n] + table.level[n], later, atol=1e-12)
        np.testing.assert_array_equal(table.weight[n], weight[n + window : n + window + ahead])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": np.zeros((5, 1))}, r"values must be one series, of 1 dimension; the shape is \(5, 1\)"),
        ({"values": [1, 2, np.nan, 4, 5]}, "values holds a value that is not finite: nan in row 2"),
        ({"window": 0}, "window is 0 and ahead 1; they must be at least 1 and 0"),
        ({"ahead": -1}, "window is 2 and ahead -1"),
        ({"level": np.zeros(4)}, r"There are 5 values; level has shape \(4,\)"),
        ({"scale": np.full(5, np.inf)}, "scale holds a value that is not finite: inf in row 0"),
        ({"weight": np.array([1, 1, 1, -1, 1])}, "A weight is negative: -1 in row 1, column 0"),
    ],
)
def test_windows_refused(options, message):
    with pytest.raises(ValueError, match=message):
        window_examples(**({"values": np.arange(5.0), "window": 2} | options))
