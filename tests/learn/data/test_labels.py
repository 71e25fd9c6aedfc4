"""Labels become whole numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.learn.data.labels import encode_labels


@given(labels=st.one_of(st.lists(st.text(max_size=3), min_size=1), st.lists(st.integers(-5, 5), min_size=1)))
def test_numbers_and_back(labels):
    numbers, classes = encode_labels(labels)
    assert [classes[number] for number in numbers] == labels
    assert list(classes) == sorted(set(labels))
    assert numbers.dtype == np.int64
    again = encode_labels(labels[::-1], classes)
    assert again.numbers.tolist() == numbers.tolist()[::-1]
    assert again.classes == classes


@pytest.mark.parametrize("column", [list, tuple, np.array, pd.Series, pd.Categorical, pl.Series, pa.array])
@pytest.mark.parametrize("labels", [["cat", "ant", "cat"], [9, 3, 9], [True, False, True]])
def test_any_column_of_labels(column, labels):
    numbers, classes = encode_labels(column(labels))
    assert numbers.tolist() == [1, 0, 1]
    assert classes == (labels[1], labels[0])
    assert {type(one) for one in classes} == {type(labels[0])}  # Python's own, not a library's


def test_unseen_labels():
    with pytest.raises(ValueError, match=r"Row 1 of labels \(counted from 0\) is 'dog', which is none of 'ant', 'cat'"):
        encode_labels(["cat", "dog"], ["ant", "cat"])
    assert encode_labels(["cat", "dog"], ["ant", "cat"], unseen="none").numbers.tolist() == [1, -1]
    with pytest.raises(ValueError, match="which is none of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 90 more"):
        encode_labels([100], range(100))
    assert encode_labels([], ["ant"]).numbers.shape == (0,)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", None], "Row 1 of labels .* has no value"),
        (pd.Series(["a", "b", None]), "Row 2 of labels .* has no value"),
        (pd.Series([1, None], dtype="Int64"), "Row 1 of labels .* has no value"),
        (np.array([0.0, np.nan]), "Row 1 of labels .* has no value"),
        (["a", "b", 3], "Row 2 of labels .* is 3, of another kind than 'a'"),
        ([1, True], "Row 1 of labels .* is True, of another kind than 1"),
        ([1j, 2j], "The labels cannot be sorted"),
        (np.zeros((2, 2)), "of 1 dimension"),
        ([], "There are no labels"),
    ],
)
def test_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        encode_labels(labels)


def test_text_is_not_looked_up_among_numbers():
    # Else every label would silently be none of the classes.
    with pytest.raises(ValueError, match=r"Row 0 of labels .* is '1', of another kind than 1"):
        encode_labels(["1", "2"], [1, 2], unseen="none")
