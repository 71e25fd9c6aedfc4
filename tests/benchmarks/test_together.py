"""The table of public series that are forecast together: what it computes, and what it says was reached."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.panels import SMALL

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def together(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setattr("thalweg.forecast.panel.run.recipe_of", lambda _: SMALL)
    import together as module  # noqa: PLC0415 - from the bench's folder

    return module


def write(path, count, days):
    """Write series with a week, each larger than the one before; some values are empty."""
    dates = np.datetime64("2020-01-06") + np.arange(days)
    rows = ["unique_id,ds,y"]
    for number in range(count):
        for at, date in enumerate(dates):
            value = "" if at % 50 == 3 else str((number + 1) * (10 + at % 7) + at % 3)
            rows.append(f"T{number},{date},{value}")
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")


def test_all_series_are_read_as_one_table_and_scored(together, tmp_path):
    collection = replace(together.collections()[0], count=3, horizon=7, floor=9.0, aim=1e-6)
    write(tmp_path / collection.file, 3, 150)
    lines = together._told(collection, tmp_path, together.Kept(tmp_path / "kept"), quick=False)
    assert "3 of 3 series" in lines[0]
    assert "floor reached" in lines[0]
    assert " ".join(lines).count(together.OURS) == 1
    chosen = together.published.read(tmp_path / collection.file)
    found = together.forecast(chosen, 7)
    made = dict(zip(chosen, map(np.array, found["forecast"]), strict=True))
    mase, _ = together.published.errors(collection, chosen, lambda name, _: made[name])
    assert f"MASE {mase:.3f}" in lines[0]
    assert 0 < mase < 2
    assert 0 < found["told"] <= 1


def test_the_collections_have_the_published_figures_of_both(together):
    for one in together.collections():
        names = [name for name, _, _ in one.published]
        assert len(set(names)) == len(names)
        assert one.aim < one.floor
    assert "Toto" in [name for name, _, _ in together.collections()[1].published]


def test_without_the_folder_it_is_left_out(together, monkeypatch, tmp_path):
    monkeypatch.delenv("THALWEG_BENCH", raising=False)
    assert together.section(results=tmp_path)[0].startswith("Left out")
    assert "left out" in together.section(results=tmp_path, data=tmp_path)[3]
