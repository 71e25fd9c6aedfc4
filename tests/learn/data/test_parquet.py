"""Parquet files as a stream: every row, in order, as PyArrow reads it; and what is refused."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.learn.data.arrow import record_batches
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.data.parquet import parquet_batches
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import loss_on
from thalweg.learn.runs.larger_than_memory import descend_stream

RANDOM = np.random.default_rng(0)
ROWS = 1000
FLOATS = {name: RANDOM.normal(size=ROWS).astype(np.float32) for name in ("a", "b", "c", "y")}


def written(path, columns, **options):
    pq.write_table(pa.table(columns), path, **options)
    return path


def whole(stream):
    """All batches of a stream, joined."""
    return [np.concatenate(parts) for parts in zip(*stream, strict=True)]


@pytest.fixture
def file(tmp_path):
    return written(tmp_path / "rows.parquet", FLOATS, row_group_size=300)


def expected(names, columns=FLOATS):
    return np.stack([columns[name] for name in names], axis=1)


class TestRows:
    @pytest.mark.parametrize("batch_rows", [1, 7, 300, 4096])
    def test_every_row_in_order(self, file, batch_rows):
        stream = parquet_batches(file, "y", batch_rows=batch_rows)
        assert (stream.rows, stream.features, stream.target, stream.weight) == (ROWS, ("a", "b", "c"), ("y",), None)
        assert repr(stream) == "<ParquetBatches: 1000 rows, 3 features, 1 file(s)>"
        for _ in range(2):
            batches = list(stream)
            assert max(len(x) for x, _ in batches) <= batch_rows
            x, y = whole(batches)
            assert x.dtype == y.dtype == np.float32
            np.testing.assert_array_equal(x, expected("abc"))
            np.testing.assert_array_equal(y, expected("y"))

    def test_columns_by_name_and_a_weight(self, file):
        x, y, weight = whole(parquet_batches(str(file), ["y", "a"], features=["c"], weight="b"))
        for found, names in ((x, "c"), (y, "ya"), (weight, "b")):
            np.testing.assert_array_equal(found, expected(names))
        assert parquet_batches(file, "b", weight="a").features == ("c", "y")

    def test_several_files_one_after_another(self, file, tmp_path):
        # In another order of columns, with one more, and a name that would stand for others.
        other = {name: FLOATS[name][:10] for name in "ycba"} | {"more": ["text"] * 10}
        second = written(tmp_path / "it's [1] of *.parquet", other)
        written(tmp_path / "it's 1 of 2.parquet", other)
        stream = parquet_batches([second, file, second], "y", features=["a", "b", "c"])
        assert stream.rows == ROWS + 20
        x, y = whole(stream)
        np.testing.assert_array_equal(x[10:-10], expected("abc"))
        for part in (slice(10), slice(-10, None)):
            np.testing.assert_array_equal(x[part], expected("abc")[:10])
            np.testing.assert_array_equal(y[part], expected("y")[:10])

    @pytest.mark.parametrize(
        ("kind", "precision"),
        [
            ("bool_", np.float32), ("int8", np.float32), ("uint8", np.float32), ("int16", np.float32),
            ("uint16", np.float32), ("int32", np.float64), ("uint32", np.float64), ("int64", np.float64),
            ("uint64", np.float64), ("float32", np.float32), ("float64", np.float64),
        ],
    )  # fmt: skip
    def test_kinds_of_numbers(self, tmp_path, kind, precision):
        values = np.array([0, 1, 1, 0, 1]) if kind == "bool_" else np.array([0, 1, 2, 3, 100])
        path = written(tmp_path / "f", {"a": values.astype(kind), "y": values.astype(np.float32)})
        ((x, _),) = parquet_batches(path, "y")
        assert x.dtype == precision
        assert x[:, 0].tolist() == values.tolist()

    def test_decimals_and_names_with_quotes(self, tmp_path):
        path = tmp_path / "f"
        duckdb.sql("""SELECT 1.25::DECIMAL(9, 4) AS "a ""b" , 2::HUGEINT AS h, 1 AS y""").write_parquet(str(path))
        ((x, y),) = parquet_batches(path, "y")
        assert (x.tolist(), y.tolist()) == ([[1.25, 2]], [[1]])

    def test_more_rows_than_come_at_once(self, tmp_path):
        count = 300_000
        path = written(tmp_path / "f", {"a": np.arange(count, dtype=np.float64), "y": np.arange(count) % 7})
        x, y = whole(parquet_batches(path, "y"))
        np.testing.assert_array_equal(x[:, 0], np.arange(count))
        np.testing.assert_array_equal(y[:, 0], np.arange(count) % 7)

    def test_a_file_without_rows(self, tmp_path, file):
        empty = written(tmp_path / "empty", {name: values[:0] for name, values in FLOATS.items()})
        assert list(parquet_batches(empty, "y")) == []
        assert parquet_batches([empty, file], "y").rows == ROWS


class TestMissing:
    def test_a_target_without_weight_may_be_missing(self, tmp_path):
        y = [None if row % 3 else float(row) for row in range(ROWS)]
        weight = np.array([row % 3 == 0 for row in range(ROWS)])
        path = written(tmp_path / "f", {"a": FLOATS["a"], "y": y, "w": weight})
        _, target, _ = whole(parquet_batches(path, "y", weight="w", batch_rows=64))
        np.testing.assert_array_equal(target[:, 0], np.array(y, dtype=np.float64))
        outcome = descend_stream(Network((1, 1)), parquet_batches(path, "y", weight="w"), loss="mse")
        assert outcome.name == "epochs"
        with pytest.raises(ValueError, match=r"^Batch 0 .*A target with a weight is not finite: nan in row 1, column"):
            descend_stream(Network((1, 1)), parquet_batches(path, "y", features=["a"]), loss="mse")

    @pytest.mark.parametrize("named", ["a", "w"])
    def test_of_others_none_may(self, tmp_path, named):
        columns = {"a": FLOATS["a"], "w": np.ones(ROWS), "y": FLOATS["y"]}
        columns[named] = [None if row == 700 else 1.0 for row in range(ROWS)]
        path = written(tmp_path / "f", columns, row_group_size=300)
        message = rf"f: column '{named}' has no value in row 700 \(counted from 0\)\. Fill it in, or leave the row out"
        with pytest.raises(InputError, match=message) as told:
            descend_stream(Network((1, 1)), parquet_batches(path, "y", weight="w", features=["a"]))
        assert "asked for batch 0 (counted from 0) of epoch 1" in told.value.__notes__[0]


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"target": "z"}, r"rows.parquet has no column 'z'. Its columns are 'a', 'b', 'c', 'y'"),
            ({"features": ["a", "d"]}, "has no column 'd'"),
            ({"weight": "w"}, "has no column 'w'"),
            ({"features": ["a", "a"]}, "Column 'a' is named twice. A column is either a feature"),
            ({"features": ["a", "y"]}, "Column 'y' is named twice"),
            ({"features": []}, "of features is 0 and the number of targets is 1. Give at least one of each"),
            ({"target": []}, "The number of features is 4 and the number of targets is 0"),
            ({"batch_rows": 0}, "batch_rows is 0; it must be 1 or more"),
        ],
    )
    def test_columns(self, file, options, message):
        with pytest.raises(ValueError, match=message):
            parquet_batches(file, **({"target": "y"} | options))

    @pytest.mark.parametrize("values", [["x", "y"], pd.to_datetime(["2020-01-01"] * 2), [[1.0], [2.0]]])
    def test_a_column_of_something_else(self, tmp_path, values):
        path = written(tmp_path / "f", {"a": [1.0, 2], "odd": values, "y": [1, 2]})
        with pytest.raises(InputError, match=r"f: column 'odd' holds [A-Z\[\]_]+, but numbers or booleans are"):
            parquet_batches(path, "y")
        assert parquet_batches(path, "y", features=["a"]).rows == 2

    def test_files(self, file, tmp_path):
        with pytest.raises(InputError, match=r"There is no file .*none\.parquet"):
            parquet_batches(tmp_path / "none.parquet", "y")
        with pytest.raises(InputError, match="No Parquet file was given"):
            parquet_batches([], "y")
        other = written(tmp_path / "other", {"a": [1.0], "y": [1.0]})
        with pytest.raises(InputError, match="other has no column 'b'"):
            parquet_batches([file, other], "y")
        damaged = tmp_path / "damaged"
        damaged.write_bytes(file.read_bytes()[:-20])
        with pytest.raises(InputError, match=r"damaged cannot be read as Parquet; it may be damaged or cut"):
            parquet_batches(damaged, "y")

    def test_a_file_that_changes_meanwhile(self, tmp_path):
        file = written(tmp_path / "f", FLOATS, row_group_size=300, use_dictionary=False, compression="none")
        stream, content = parquet_batches(file, "y"), file.read_bytes()
        file.write_bytes(bytes(len(content) // 3) + content[len(content) // 3 :])  # its end says what it said
        with pytest.raises(InputError, match="f cannot be read as Parquet"):
            list(stream)
        written(file, {"a": [1.0], "y": [1.0]})
        with pytest.raises(InputError, match="f has no column 'b'"):
            list(stream)
        written(file, {name: values[:900] for name, values in FLOATS.items()})
        with pytest.raises(ValueError, match="gave 900 rows, and 1000 were announced"):
            descend_stream(Network((3, 1)), stream)
        file.unlink()
        with pytest.raises(InputError, match="There is no file"):
            list(stream)


def test_it_learns_from_files_what_it_learns_from_memory(file, tmp_path):
    second = written(tmp_path / "second", FLOATS)
    stream = parquet_batches([file, second], "y", batch_rows=77)
    network = Network((3, 8, 1))
    options = {"loss": "mse", "optimizer": "adam", "batch": 32, "epochs": 2, "window": 512, "seed": 4}
    from_files = descend_stream(network, stream, **options)
    arrays = np.tile(expected("abc"), (2, 1)), np.tile(expected("y"), (2, 1))
    from_memory = descend_stream(network, [arrays], **options)
    assert np.array_equal(from_files.theta, from_memory.theta)
    assert from_files.rows == 2 * ROWS
    assert loss_on(network, from_files.theta, dense_examples(*arrays), "mse") < from_files.losses[0]


def test_nothing_of_arrow_or_a_frame_library_is_loaded(file):
    script = f"""
    import sys
    from thalweg.learn.data.parquet import parquet_batches
    assert "duckdb" not in sys.modules
    print(sum(len(x) for x, _ in parquet_batches({str(file)!r}, "y")))
    print(*{{"pyarrow", "pandas", "polars"}} & set(sys.modules))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000"]


def test_targets_of_whole_numbers_stay_whole(tmp_path):
    # As float32 such labels would be rounded, and classes would come out as 1.0.
    kinds = {"label": np.array([2**40 + 1, 3, -5]), "small": np.array([1, 2, 3], np.int8), "yes": [True, False, True]}
    file = written(tmp_path / "labels.parquet", {"x": np.ones(3, np.float32), "weight": [1.0, 1, 0], **kinds})
    for name, values in kinds.items():
        x, y = whole(parquet_batches(file, name, features=["x"]))
        assert (x.dtype, y.dtype) == (np.float32, np.int64)
        assert y[:, 0].tolist() == list(values)
    gap = written(tmp_path / "gap.parquet", {"x": [1.0, 2], "y": [7, None], "w": [1.0, 0]})
    _, y, _ = whole(parquet_batches(gap, "y", weight="w"))
    np.testing.assert_array_equal(y, [[7], [np.nan]])


def test_one_feature_may_be_a_str(file):
    x, _ = whole(parquet_batches(file, "y", features="b"))
    np.testing.assert_array_equal(x, expected("b"))


def test_lists_of_numbers_are_no_column_of_numbers(tmp_path):
    lists = pa.array([[1], [2]], pa.list_(pa.decimal128(9, 2)))
    path = written(tmp_path / "rows", {"x": lists, "y": [1.0, 2.0]})
    with pytest.raises(InputError, match=r"column 'x' holds DECIMAL\(9,2\)\[\], but numbers or booleans are expected"):
        parquet_batches(path, "y")


class TestLabels:
    def test_text_becomes_numbers(self, tmp_path):
        labels = ["b", "a", "", "ü", "b", None]
        one = written(tmp_path / "one", {"x": [1.0] * 6, "y": labels, "w": [1.0] * 5 + [0.0]})
        two = written(tmp_path / "two", {"x": [1.0], "y": ["c"], "w": [1.0]})
        stream = parquet_batches([one, two], "y", weight="w")
        assert stream.labels == ("", "a", "b", "c", "ü")
        _, y, _ = whole(stream)
        np.testing.assert_array_equal(y[:, 0], [2, 1, 0, 4, 2, np.nan, 3])

    def test_the_engine_learns_from_them(self, tmp_path):
        file = written(tmp_path / "rows", {"x": [-1.0, 1.0] * 20, "y": ["down", "up"] * 20})
        stream, network = parquet_batches(file, "y"), Network((1, 2), output="softmax")
        outcome = descend_stream(network, stream, loss="cross-entropy", epochs=30, optimizer=Optimizer("adam", 0.1))
        ((x, y),) = stream
        assert y.dtype == np.int64
        assert loss_on(network, outcome.theta, dense_examples(x, y), "cross-entropy") < outcome.losses[0] / 2

    def test_what_is_refused(self, tmp_path):
        text = written(tmp_path / "text", {"x": [1.0], "y": ["a"], "z": ["b"]})
        numbers = written(tmp_path / "numbers", {"x": [1.0], "y": [1]})
        nothing = written(tmp_path / "nothing", {"x": [1.0], "y": pa.array([None], pa.string())})
        many = written(tmp_path / "many", {"x": np.zeros(10_001), "y": [str(n) for n in range(10_001)]})
        for paths, target, message in [
            ([text, numbers], "y", "numbers: column 'y' holds BIGINT, but text is expected, as in the first file"),
            ([numbers, text], "y", "text: column 'y' holds VARCHAR, but numbers or booleans are expected"),
            ([text], ["y", "z"], "text: column 'y' holds VARCHAR, but numbers or booleans are expected"),
            ([nothing], "y", "nothing: column 'y' is to be predicted, but holds no text at all"),
            ([many], "y", "many: column 'y' holds more than 10,000 different texts, which is too many for classes"),
        ]:
            with pytest.raises(InputError, match=message):
                parquet_batches(paths, target, features=["x"])


class TestArrow:
    @settings(max_examples=25)
    @given(
        batches=st.lists(
            st.tuples(st.lists(st.none() | st.floats(width=32), max_size=40), st.integers(0, 9), st.integers(0, 9)),
            min_size=1, max_size=4,
        ),
        kind=st.sampled_from(["float32", "float64"]),
    )  # fmt: skip
    def test_as_pyarrow_has_it(self, batches, kind):
        # Cut at either end, so that values and the bits that tell which are missing begin within a byte.
        tables = []
        for values, first, last in batches:
            table = pa.record_batch({"v": pa.array(values, kind), "n": pa.array(range(len(values)), "float64")})
            tables.append(table[first:][: -last or None])
        reader = pa.RecordBatchReader.from_batches(tables[0].schema, tables)
        seen = 0
        for columns, table in zip(record_batches(reader), tables, strict=True):
            for column, theirs in zip(columns, table.columns, strict=True):
                missing = np.array([value is None for value in theirs.to_pylist()], dtype=bool)
                assert column.numbers.dtype == theirs.type.to_pandas_dtype()
                assert column.missing is None or column.missing.dtype == bool
                ours = np.zeros(len(table), bool) if column.missing is None else column.missing
                assert ours.tolist() == missing.tolist()
                np.testing.assert_array_equal(
                    column.numbers[~missing], np.array(theirs.drop_null().to_pylist(), column.numbers.dtype)
                )
            seen += 1
        assert seen == len(tables)

    def test_a_frame_of_polars(self):
        frame = pl.DataFrame({"v": [1.0, None, 3.0]})
        ((column,),) = record_batches(frame)
        assert column.numbers[[0, 2]].tolist() == [1, 3]
        assert column.missing.tolist() == [False, True, False]

    def test_what_the_source_raises(self):
        def batches():
            yield pa.record_batch({"v": [1.0]})
            raise ValueError("the disk is gone")

        reader = pa.RecordBatchReader.from_batches(pa.schema([("v", pa.float64())]), batches())
        columns = record_batches(reader)
        assert next(columns)[0].numbers.tolist() == [1]
        with pytest.raises(OSError, match="the disk is gone"):
            next(columns)
