"""What every released version wrote is opened by this one: its model, its page, its tables."""

import csv
import gzip
import importlib.util
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from support.command import thalweg
from support.page_reader import PageReader
from thalweg.checksummed import seal, unseal
from thalweg.forecast.store.file import MODEL

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "tests" / "released"
# A version is released where the changelog has it with its date.
VERSIONS = re.findall(r"^## (\d\S*) – \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

_found = importlib.util.spec_from_file_location("freeze", RELEASED / "freeze.py")
freeze = importlib.util.module_from_spec(_found)
_found.loader.exec_module(freeze)


@pytest.fixture(scope="module")
def frozen_now(tmp_path_factory):
    """What `./dev freeze` makes of the version at hand."""
    folder = tmp_path_factory.mktemp("frozen") / "now"
    freeze.freeze(folder)
    return folder


@pytest.fixture(params=[*VERSIONS, "now"])
def released(request, frozen_now):
    return frozen_now if request.param == "now" else RELEASED / request.param


def test_every_released_version_has_its_files():
    assert "0.1.0" in VERSIONS
    assert {folder.name for folder in RELEASED.iterdir() if folder.is_dir() and folder.name[0] != "_"} == set(VERSIONS)
    for version in VERSIONS:
        files = {file.name: file.stat().st_size for file in (RELEASED / version).iterdir()}
        assert set(files) == set(freeze.FILES), version
        assert sum(files.values()) < 1_000_000, version


@pytest.mark.slow
def test_its_model_forecasts_as_it_did(released):
    done = thalweg("predict", released / "model.thalweg", "--json")
    assert done.exit_code == 0, done.output
    now = json.loads(done.stdout)["forecast"]
    then = json.loads((released / "predict.json").read_text("utf-8"))["forecast"]
    table = list(csv.DictReader(io.StringIO((released / "forecast.csv").read_text("utf-8"))))
    assert len(now) == len(then) == len(table) == freeze.HORIZON
    for ours, theirs, row in zip(now, then, table, strict=True):
        assert ours["date"] == theirs["date"] == row["date"]
        assert ours["mean"] > 100
        for key in ("mean", "low80", "high80", "low95", "high95"):
            assert ours[key] == pytest.approx(theirs[key], rel=1e-4), key
            assert ours[key] == pytest.approx(float(row[key]), rel=1e-2), key


@pytest.mark.slow
def test_its_model_takes_newer_values_and_is_explained(released, tmp_path):
    model = released / "model.thalweg"
    assert thalweg("sample", tmp_path / "newer.csv", "--days", freeze.DAYS + 5).exit_code == 0
    done = thalweg("predict", model, tmp_path / "newer.csv", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["recent"]["days"] == 5
    done = thalweg("look", "why", model, "--json")
    assert done.exit_code == 0, done.output
    done = thalweg("update", model, tmp_path / "newer.csv", "--out", tmp_path / "updated.thalweg", "--json")
    if released.name == "0.1.0":  # its models do not hold what an update needs
        assert (done.exit_code, done.stdout) == (2, "")
        assert not (tmp_path / "updated.thalweg").exists()
    else:
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["new"] == 5


@pytest.mark.slow
def test_its_page_opens_without_a_network(released, browse):
    page = gzip.decompress((released / "report.html.gz").read_bytes()).decode("utf-8")
    read = PageReader(page)
    for tag, name in (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")):
        assert not [each for each in read.all(tag) if re.match(r"(?:https?:)?//", each.get(name) or "")]
    drawn = browse(page)  # fails on an error in the console, as a request that is not served is
    assert "<svg" in drawn
    assert len(drawn) > len(page) / 2


def test_a_file_of_a_later_version_is_refused_in_one_sentence(frozen_now, tmp_path):
    description, tensors = unseal(MODEL, frozen_now / "model.thalweg")
    later = {key: value for key, value in description.items() if key != "version"}
    kept = {name: tensor for name, tensor in tensors.items() if name != "sha256"}
    (tmp_path / "later.thalweg").write_bytes(seal(replace(MODEL, version=2), later, kept))
    for words in (["predict"], ["look", "why"]):
        done = thalweg(*words, tmp_path / "later.thalweg")
        assert (done.exit_code, done.stdout) == (2, "")
        told = " ".join(done.stderr.split())
        assert "later.thalweg is a model of version 2; this version of thalweg reads version 1." in told
