"""Frames of three libraries become the same examples."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.learn.data.frames import FrameColumns, frame_examples

LIBRARIES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "lazy polars": pl.LazyFrame, "arrow": pa.table}
FLATS = {
    "colour": ["red", "blue", "red", "green"],
    "rooms": [3, 1, 2, 5],
    "garden": [True, False, False, True],
    "area": [70.5, 31.0, 52.0, 130.0],
    "rent": [900.0, 500.0, 700.0, 1500.0],
}


@pytest.fixture(params=LIBRARIES)
def library(request):
    return LIBRARIES[request.param]


def same(one, other):
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


def test_by_hand(library):
    examples, columns = frame_examples(library(FLATS), "rent")
    assert columns.features == ("rooms", "garden", "area", "colour=blue", "colour=green", "colour=red")
    assert columns == FrameColumns(
        numbers=("rooms", "garden", "area"), categories=(("colour", ("blue", "green", "red")),), target=("rent",)
    )
    assert examples.gather().tolist() == [
        [3, 1, 70.5, 0, 0, 1],
        [1, 0, 31, 1, 0, 0],
        [2, 0, 52, 0, 0, 1],
        [5, 1, 130, 0, 1, 0],
    ]
    assert examples.indices.tolist() == [[2], [0], [2], [1]]  # nothing is expanded
    assert examples.dense.shape == (4, 3)
    assert examples.target.tolist() == [[900], [500], [700], [1500]]
    assert examples.weight.tolist() == [[1]] * 4


def test_classes_weights_and_chosen_columns(library):
    examples, columns = frame_examples(
        library(FLATS | {"times": [1, 0, 2, 3]}), "colour", weight="times", features=["area", "rooms"]
    )
    # Blue has no weight, so it is no class, and its row no target.
    assert columns == FrameColumns(("area", "rooms"), (), ("colour",), ("green", "red"), "times")
    np.testing.assert_array_equal(examples.target, [[1], [np.nan], [1], [0]])
    assert examples.weight.tolist() == [[1], [0], [2], [3]]
    assert examples.gather().tolist() == [[70.5, 3], [31, 1], [52, 2], [130, 5]]


def test_several_targets_and_numbers_that_are_names(library):
    examples, columns = frame_examples(
        library(FLATS), ["rent", "garden"], features=["rooms", "area"], categorical=["rooms"]
    )
    assert examples.target.tolist() == [[900, 1], [500, 0], [700, 0], [1500, 1]]
    assert columns.features == ("area", "rooms=1", "rooms=2", "rooms=3", "rooms=5")
    assert examples.gather()[0].tolist() == [70.5, 0, 0, 1, 0]
    examples, columns = frame_examples(library(FLATS), "rooms", features=["area"], categorical=["rooms"])
    assert columns.classes == (1, 2, 3, 5)
    assert examples.target.tolist() == [[2], [0], [1], [3]]


CATEGORICALS = [
    pd.DataFrame({"x": pd.Categorical(["b", "a", "b"], categories=["z", "b", "a"]), "y": [1.0, 2, 3]}),
    pd.DataFrame({"x": pd.Categorical(["b", "a", "b"], ordered=True), "y": [1.0, 2, 3]}),
    pd.DataFrame({"x": pd.Series(["b", "a", "b"], dtype=object), "y": pd.Series([1, 2, 3], dtype="Int64")}),
    pl.DataFrame({"x": pl.Series(["b", "a", "b"], dtype=pl.Categorical), "y": [1.0, 2, 3]}),
    pl.DataFrame({"x": pl.Series(["b", "a", "b"], dtype=pl.Enum(["z", "b", "a"])), "y": [1, 2, 3]}),
    pa.table({"x": pa.array(["b", "a", "b"]).dictionary_encode(), "y": pa.array([1, 2, 3], pa.int8())}),
]


@pytest.mark.parametrize("frame", CATEGORICALS)
def test_every_kind_of_category(frame):
    examples, columns = frame_examples(frame, "y")
    assert columns.categories == (("x", ("a", "b")),)  # those that are there, whatever the library declares
    assert examples.gather().tolist() == [[0, 1], [1, 0], [0, 1]]
    assert examples.target.tolist() == [[1], [2], [3]]


@given(
    rows=st.lists(
        st.tuples(
            st.floats(-1e6, 1e6), st.text("xyz", max_size=2), st.booleans(), st.integers(-9, 9), st.floats(0.1, 9)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_frames_equal_and_round_trip(rows):
    table = dict(zip(("number", "text", "truth", "target", "weight"), map(list, zip(*rows, strict=True)), strict=True))
    made = [frame_examples(library(table), "target", weight="weight") for library in LIBRARIES.values()]
    for examples, columns in made:
        same(examples, made[0][0])
        assert columns == made[0][1]
    examples, columns = made[0]
    # Each row is told from its features alone.
    features = examples.gather()
    for n, (number, text, truth, target, weight) in enumerate(rows):
        told = dict(zip(columns.features, features[n], strict=True))
        assert (told.pop("number"), told.pop("truth")) == (number, truth)
        assert {name for name, value in told.items() if value} == {f"text={text}"}
        assert sum(told.values()) == 1
        assert (examples.target[n, 0], examples.weight[n, 0]) == (target, weight)
    # A later frame, in another order and by another library, is encoded alike.
    later = pl.DataFrame(table).reverse().select(reversed(table))
    same(columns.examples(later), examples.rows(slice(None, None, -1)))
    inputs = columns.inputs(later.drop("target", "weight"))
    np.testing.assert_array_equal(inputs.gather(), features[::-1])
    assert not inputs.weight.any()
    assert np.isnan(inputs.target).all()


def test_an_unseen_category(library):
    _, columns = frame_examples(library(FLATS), "rent")
    later = library(
        {name: [*cells[:2], cells[2]] for name, cells in FLATS.items()} | {"colour": ["red", "pink", "blue"]}
    )
    with pytest.raises(
        ValueError, match=r"Row 1 of column 'colour' .* is 'pink', which is none of 'blue', 'green', 'red'"
    ):
        columns.examples(later)
    assert columns.examples(later, unseen="none").indices.tolist() == [[2], [-1], [0]]
    assert columns.inputs(later, unseen="none").gather()[1].tolist() == [1, 0, 31, 0, 0, 0]


MISSING = {
    "rooms": ([3, 1, None, 5], r"Row 2 of column 'rooms' \(counted from 0\) has no value"),
    "area": ([70.5, None, 1.0, 2.0], "Row 1 of column 'area' .* has no value"),
    "garden": ([True, True, None, None], "Row 2 of column 'garden' .* has no value"),
    "colour": (["red", "red", "blue", None], "Row 3 of column 'colour' .* has no value"),
    "rent": ([None, 1.0, 2.0, 3.0], "Row 0 of column 'rent' .* has no value"),
}


@pytest.mark.parametrize("name", MISSING)
def test_missing_values_are_named(library, name):
    cells, message = MISSING[name]
    table = FLATS | {name: pd.array(cells, "boolean") if library is pd.DataFrame and name == "garden" else cells}
    with pytest.raises(ValueError, match=message):
        frame_examples(library(table), "rent")
    _, columns = frame_examples(library(FLATS), "rent")
    with pytest.raises(ValueError, match=message):
        columns.examples(library(table))


@pytest.mark.parametrize("target", ["rent", "colour"])
def test_a_target_without_weight_may_be_missing(library, target):
    table = FLATS | {"weight": [1.0, 1, 0, 1], target: [*FLATS[target][:2], None, FLATS[target][3]]}
    examples, _ = frame_examples(library(table), target, weight="weight", features=["area"])
    assert np.isnan(examples.target[:, 0]).tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({"area": [1.0, np.inf, 2, 3]}, {}, "Row 1 of column 'area' .* is inf; a finite number"),
        ({"rent": [1.0, 2, 3, -np.inf]}, {}, "Row 3 of column 'rent' .* is -inf; a finite number"),
        ({"area": [dt.date(2024, 1, 1)] * 4}, {}, "Column 'area' holds .*; numbers, booleans, text or cat"),
        ({"w": [1, -2, 0, 0]}, {"weight": "w"}, "Row 1 of column 'w' .* is -2; a weight is 0 or more"),
        ({"w": [0, 0, 0, 0]}, {"weight": "w", "target": "colour"}, "No row has a weight"),
        ({"w": ["1", "1", "1", "1"]}, {"weight": "w"}, "Column 'w' holds String; numbers or booleans are expected"),
        ({}, {"target": "prize"}, "There is no column 'prize'; the columns are 'colour', 'rooms'"),
        ({}, {"target": ["rent", "colour"]}, "classes can only be the one target"),
        ({}, {"target": []}, "There are 0 targets, 5 features and 4 rows"),
        ({}, {"features": []}, "There are 1 targets, 0 features"),
        ({}, {"features": ["rent"]}, "Column 'rent' is named twice"),
        ({}, {"weight": "rent"}, "Column 'rent' is named twice"),
        ({}, {"features": ["area"], "categorical": ["rooms"]}, "Column 'rooms' is to be categorical; it is neither"),
    ],
)
def test_refused(library, changed, options, message):
    with pytest.raises(ValueError, match=message):
        frame_examples(library(FLATS | changed), **({"target": "rent"} | options))


@pytest.mark.parametrize(
    "frame",
    [pd.DataFrame({"x": [True, None], "y": [1, 2]}), pl.DataFrame({"x": [dt.date(2024, 1, 1), None], "y": [1, 2]})],
)
def test_a_value_missing_among_what_is_not_understood(frame):
    with pytest.raises(ValueError, match=r"Column 'x' holds (Object|Date), and row 1 \(counted from 0\) has no value;"):
        frame_examples(frame, "y")


def test_what_is_no_frame():
    with pytest.raises(ValueError, match="A dict is no frame of pandas, Polars or Arrow"):
        frame_examples(FLATS, "rent")
    with pytest.raises(ValueError, match="several columns of one name"):
        frame_examples(pd.DataFrame([[1, 2]], columns=["a", "a"]), "a")
    with pytest.raises(ValueError, match="There are 1 targets, 4 features and 0 rows"):
        frame_examples(pd.DataFrame(FLATS)[:0], "rent")


def test_a_later_frame_of_other_kinds(library):
    _, columns = frame_examples(library(FLATS), "rent")
    with pytest.raises(ValueError, match="Column 'area' holds String; numbers or booleans are expected"):
        columns.inputs(library(FLATS | {"area": ["1", "2", "3", "4"]}))
    with pytest.raises(ValueError, match=r"Row 0 of column 'colour' .* is 1, of another kind than 'blue'"):
        columns.inputs(library(FLATS | {"colour": [1, 2, 3, 4]}), unseen="none")
    with pytest.raises(ValueError, match="There is no column 'area'"):
        columns.inputs(library({name: cells for name, cells in FLATS.items() if name != "area"}))


def test_narwhals_is_loaded_when_a_frame_comes():
    script = "import sys, thalweg.learn.data.frames; sys.exit('narwhals' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_line_learns_what_a_category_adds():
    # y = 2 x + 10 where the shop is north: least squares finds exactly that, in features that frames hold.
    random = np.random.default_rng(0)
    north, x = random.random(200) < 0.5, random.normal(size=200)
    frame = pd.DataFrame({"x": x, "shop": np.where(north, "north", "south"), "y": 2 * x + 10 * north})
    examples, columns = frame_examples(frame, "y")
    features = np.column_stack([examples.gather(), np.ones(200)])
    found = dict(zip([*columns.features, "bias"], np.linalg.lstsq(features, examples.target[:, 0])[0], strict=True))
    assert found["x"] == pytest.approx(2)
    assert found["shop=north"] - found["shop=south"] == pytest.approx(10)
