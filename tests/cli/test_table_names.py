"""The forecast by the names of other tools' columns, as CSV, Parquet and JSON, from the command and from Python."""

import io
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import thalweg as package
from support.command import thalweg as command

QUICK = ("--ladder", "quick", "--horizon", 5, "--threads", 1)
NIXTLA = ["unique_id", "ds", "thalweg", "thalweg-lo-80", "thalweg-hi-80", "thalweg-lo-95", "thalweg-hi-95"]
PROPHET = ["ds", "yhat", "yhat_lower", "yhat_upper"]
USUAL = ["date", "mean", "low80", "high80", "low95", "high95"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A forecast by Nixtla's names, with a Parquet beside it; the folder, and what `--json` told."""
    folder = tmp_path_factory.mktemp("names")
    assert command("sample", folder / "channel.csv", "--days", 200).exit_code == 0
    options = ("--columns", "nixtla", "--export", folder / "next.parquet", "--out", folder / "out", "--json")
    done = command("forecast", folder / "channel.csv", *QUICK, *options)
    assert done.exit_code == 0, done.output
    return folder, json.loads(done.stdout)


def reference(folder):
    return package.load(folder / "out" / "model.thalweg").predict().to_frame("pandas")


def test_a_forecast_has_the_names_of_nixtla_in_each_form(made):
    folder, told = made
    as_csv = pd.read_csv(folder / "out" / "forecast.csv", parse_dates=["ds"])
    as_parquet = pd.read_parquet(folder / "next.parquet")
    assert list(as_csv) == list(as_parquet) == list(told["forecast"][0]) == NIXTLA
    usual = reference(folder)
    assert len(usual) == 5
    for frame in (as_csv, as_parquet, pd.DataFrame(told["forecast"])):
        assert set(frame["unique_id"]) == {told["data"]["value"]}
        np.testing.assert_array_equal(pd.to_datetime(frame["ds"]), usual["date"])
        for theirs, ours in zip(NIXTLA[2:], USUAL[1:], strict=True):
            np.testing.assert_allclose(frame[theirs], usual[ours], rtol=1e-6)
            assert (frame[theirs] > 0).all()
    assert str(pq.read_schema(folder / "next.parquet").field("ds").type).startswith("timestamp")


@pytest.mark.parametrize(("naming", "columns"), [("thalweg", USUAL), ("nixtla", NIXTLA), ("prophet", PROPHET)])
@pytest.mark.parametrize("kind", [".csv", ".parquet", ".json"])
def test_predict_writes_a_table_of_each_kind(made, tmp_path, naming, columns, kind):
    folder, _ = made
    out = tmp_path / f"next{kind}"
    done = command("predict", folder / "out", "--columns", naming, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    read = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".json": pd.read_json}[kind](out)
    assert list(read) == columns + ["model"] * (naming == "thalweg" and kind == ".csv")
    assert list(json.loads(done.stdout)["forecast"][0]) == columns
    usual = reference(folder)
    np.testing.assert_allclose(read[columns[-2]], usual["low80" if naming == "prophet" else "low95"], rtol=1e-6)
    np.testing.assert_array_equal(pd.to_datetime(read[columns[naming == "nixtla"]]), usual["date"])


@pytest.mark.slow
def test_other_levels_and_quantiles_have_their_names(made):
    folder, _ = made
    out = folder / "levels"
    asked = ("--level", "50,97.5", "--quantiles", "0.1,0.975")
    assert command("forecast", folder / "channel.csv", *QUICK, *asked, "--out", out).exit_code == 0
    forecast = package.load(out / "model.thalweg").predict()
    nixtla = forecast.to_frame("polars", columns="nixtla")
    more = ["thalweg-lo-50", "thalweg-hi-50", "thalweg-lo-97.5", "thalweg-hi-97.5", "thalweg-q-10", "thalweg-q-97.5"]
    assert nixtla.columns == [*NIXTLA[:3], *more]
    prophet = forecast.to_frame(columns="prophet", backend="pandas")
    np.testing.assert_array_equal(prophet["yhat_lower"], forecast.intervals.of((50,)).low[0])
    assert command("forecast", folder / "channel.csv", *QUICK, "--quantiles", "0.9", "--out", out).exit_code == 0
    alone = package.load(out / "model.thalweg").predict()
    assert list(alone.to_frame("pandas", "prophet")) == PROPHET[:2]
    with pytest.raises(package.InputError, match="columns='nixta'"):
        forecast.to_frame(columns="nixta")


def test_an_update_keeps_the_names(made, tmp_path):
    folder, _ = made
    for name in ("model.thalweg", "forecast.csv"):
        (tmp_path / name).write_bytes((folder / "out" / name).read_bytes())
    assert command("sample", tmp_path / "newer.csv", "--days", 203).exit_code == 0
    before = (tmp_path / "forecast.csv").read_text("utf-8")
    assert command("update", tmp_path, tmp_path / "newer.csv").exit_code == 0
    after = pd.read_csv(io.StringIO((tmp_path / "forecast.csv").read_text("utf-8")))
    assert list(after) == NIXTLA
    assert after["ds"][0] == pd.read_csv(io.StringIO(before))["ds"][3]
    assert "belong to another model" not in command("predict", tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--export", "next.txt"), "ends in one of .csv, .parquet, .json"),
        (("--export", "none/next.csv"), "none"),
        (("--export", "channel.csv"), "read or written here already"),
        (("--export", "fresh/forecast.csv", "--out", "fresh"), "no folder fresh"),
        (("--columns", "nixta"), "--columns"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_work(made, tmp_path, monkeypatch, words, says):
    folder, _ = made
    monkeypatch.chdir(tmp_path)
    (tmp_path / "channel.csv").write_bytes((folder / "channel.csv").read_bytes())
    refused = command("forecast", "channel.csv", *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert says in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["channel.csv"]
