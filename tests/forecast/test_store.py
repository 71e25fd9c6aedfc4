"""A model in one file gives the same forecasts again; any other file is refused, quickly and in the user's language."""

import errno
import json
import os
import pickle
import re
import struct
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from support.small_searches import BOTH, SHORT, channel, fitted, meant, search, series_of, served_by, shared_networks
from thalweg.checksummed import CHECKSUM, _checksum
from thalweg.errors import InputError
from thalweg.forecast.model import load
from thalweg.forecast.store.file import MODEL, pack
from thalweg.forecast.ways import DIRECT, RECURSIVE
from thalweg.series.frequency.record import DAILY

PARTS = ("mean", "low80", "high80", "low95", "high95")


@pytest.fixture(scope="module")
def models(found, series):
    """One model of every kind: with a calendar, of one or many outputs, a mean, a line for tomorrow, copying."""
    week = np.tile([50.0, 60, 70, 65, 40, 20, 30], 20)
    return {
        "known": found[1],
        "mean": meant(found[1], series),
        "tomorrow": search(series, ladder=SHORT, horizon=1)[1],
        "below zero": search(series_of(channel().values - 2000), horizon=3, loss="mse")[1],
        "many outputs": many_outputs(found[1], series),
        "shared": shared_networks(series),
        "copy": search(series_of(week), ladder=SHORT)[1],
    }


def many_outputs(model, series):
    many = [fitted(one.rung, series, len(series), model.horizon) for one in model.predictors.one_step.members]
    return served_by(model, BOTH, multi_step=many)


def steps_and_ways(model):
    """What of a plan is stored: without the losses by which its ways were chosen."""
    return [(block.first, block.last, block.ways) for block in model.plan.blocks]


@pytest.fixture(scope="module")
def whole(models):
    return pack(models["known"])


# Each changes a model with shared networks.
FORGED_SHARED = {
    "near networks gone": lambda m: m.tensors.pop("shared.0.near.0"),
    "far networks gone": lambda m: m.tensors.pop("shared.0.far.0"),
    "far networks without numbers": lambda m: m.tensors.update(
        {"shared.0.far.0": np.full_like(m.tensors["shared.0.far.0"], np.nan)}
    ),
    "another name": lambda m: m.description["shared"][0].update(name="other"),
    "a name that is another way": lambda m: m.description["shared"][0].update(name=RECURSIVE),
    "not shared after all": lambda m: m.description["shared"][0]["near"][0]["rung"].update(shared=False),
    "no bounds": lambda m: m.description["shared"][0]["near"][0].pop("bounds"),
    "bounds in words": lambda m: m.description["shared"][0]["near"][0].update(bounds=["low", "high"]),
    "bounds of one end": lambda m: m.description["shared"][0]["near"][0]["bounds"].pop(),
    "bounds of too few columns": lambda m: m.description["shared"][0]["near"][0]["bounds"][0].pop(),
    "bounds that cross": lambda m: m.description["shared"][0]["near"][0]["bounds"].reverse(),
    "bounds without numbers": lambda m: m.description["shared"][0]["far"][0]["bounds"][0].__setitem__(-1, "low"),
    "shared in words": lambda m: m.description["shared"][0]["near"][0]["rung"].update(known="ever"),
    "a longer year": lambda m: m.description["baselines"][1]["rung"].update(long_season=10**9),
    "a year backwards": lambda m: m.description["baselines"][1]["rung"].update(long_season=-20),
    "a level of nothing": lambda m: m.description["baselines"][1]["rung"].update(level=0),
    "a level by half": lambda m: m.description["baselines"][1]["rung"].update(level=1.5),
    "a season by half": lambda m: m.description["baselines"][0]["rung"].update(season=3.5),
    "a season of a word": lambda m: m.description["baselines"][0]["rung"].update(season="7"),
    "baselines gone": lambda m: m.description.pop("baselines"),
}


@pytest.mark.parametrize("name", FORGED_SHARED)
def test_a_forged_file_of_shared_networks_is_refused(name, models, tmp_path):
    description, tensors = parts_of(pack(models["shared"]), tmp_path / "whole")
    FORGED_SHARED[name](SimpleNamespace(description=description, tensors=tensors))
    said = refusal(sealed(description, tensors), tmp_path / "forged.thalweg")
    assert "does not describe a model" in said


def test_a_model_without_far_networks_serves_far_steps_by_the_near_ones(models, tmp_path):
    description, tensors = parts_of(pack(models["shared"]), tmp_path / "whole")
    description["shared"][0]["far"] = None
    del tensors["shared.0.far.0"]
    (tmp_path / "near.thalweg").write_bytes(sealed(description, tensors))
    mean, whole = load(tmp_path / "near.thalweg").predict().mean, models["shared"].predict().mean
    np.testing.assert_array_equal(mean[:28], whole[:28])
    assert (mean[28:] != whole[28:]).any()


def parts_of(content, path):
    """Return a packed model's description and tensors."""
    path.write_bytes(content)
    with safe_open(path, framework="numpy") as file:
        return json.loads(file.metadata()[MODEL.key]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def sealed(description, tensors):
    """Pack again, with a checksum that fits."""
    text = json.dumps(description)
    tensors.pop(CHECKSUM, None)
    return save(tensors | {CHECKSUM: _checksum(text, tensors)}, metadata={MODEL.key: text})


def refusal(content, path):
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert re.search(r"(不是|无法|只能|已损坏).*。$", caught.value.sentence("zh"))
    return str(caught.value)


@pytest.mark.parametrize("kind", ["known", "mean", "tomorrow", "many outputs", "below zero", "shared", "copy"])
def test_a_loaded_model_gives_the_same_bits(models, kind, tmp_path):
    model = models[kind]
    path = tmp_path / "model.thalweg"
    model.save(path)
    again = load(path)
    one, two = model.predict(), again.predict()
    np.testing.assert_array_equal(one.dates, two.dates)
    for part in PARTS:
        np.testing.assert_array_equal(getattr(one, part), getattr(two, part))
    for name in ("chosen", "loss", "levels", "miss_transform", "made", "horizon", "last_day", "name"):
        assert getattr(model, name) == getattr(again, name), name
    assert again.plan.fade == model.plan.fade
    assert steps_and_ways(again) == steps_and_ways(model)
    np.testing.assert_array_equal(model.errors, again.errors)
    assert pack(again) == pack(model)
    assert again.predictors.ways == model.predictors.ways
    assert again.predictors.baselines == model.predictors.baselines


def test_the_choices_above_are_of_every_kind(models):
    assert set(models["copy"].predictors.ways) <= {RECURSIVE, *(name for name, _ in DAILY.copies)}
    assert set(models["many outputs"].plan.ways) == set(BOTH)
    (shared,) = models["shared"].predictors.beside
    assert shared.far is not None
    assert {shared.name, "damped line", "last year at its level"} < set(models["shared"].plan.ways)
    assert models["copy"].chosen == "copy last week"
    assert models["mean"].chosen.startswith("mean of")
    assert models["below zero"].miss_transform.offset is None


def test_a_file_cut_short_is_refused_wherever_it_ends(whole, tmp_path):
    for end in np.linspace(0, len(whole) - 1, 30).astype(int):
        refusal(whole[:end], tmp_path / "cut.thalweg")


def test_any_byte_changed_is_refused(whole, tmp_path):
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    random = np.random.default_rng(0)
    places = {*range(8), *random.integers(8, header, 100), *random.integers(header, len(whole), 100), len(whole) - 1}
    for place in sorted(places):
        changed = bytearray(whole)
        changed[place] ^= 1 << random.integers(8)
        refusal(bytes(changed), tmp_path / "flipped.thalweg")


def test_more_bytes_than_there_were_are_refused(whole, tmp_path):
    refusal(whole + b"\0", tmp_path / "longer.thalweg")


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "it.thalweg"
    refusal(b"", path)
    refusal(b"date,views\n2020-01-01,5\n", path)
    refusal(pickle.dumps({"a": 1}), path)
    refusal(os.urandom(5000), path)
    refusal(save({"a": np.zeros(3)}), path)
    refusal(save({"a": np.zeros(3)}, metadata={"thalweg": "[1, 2]"}), path)
    refusal(save({"a": np.zeros(3)}, metadata={"thalweg": "[" * 100_000}), path)
    refusal(save({"a": np.zeros(3)}, metadata={"thalweg": '{"version": 1}'}), path)
    assert "is a folder" in folder_refusal(tmp_path)
    with pytest.raises(InputError, match=r"There is no file .*none\.thalweg"):
        load(tmp_path / "none.thalweg")
    with pytest.raises(InputError, match="File name too long"):
        load("a" * 300)
    with pytest.raises(InputError, match=r"'a\ufffdb' is not the path of a file"):
        load("a\0b")


def folder_refusal(folder):
    with pytest.raises(InputError) as caught:
        load(folder)
    return str(caught.value)


def test_a_refusal_is_written_in_chinese_too(tmp_path):
    path = tmp_path / "model.thalweg"
    path.write_bytes(b"date,views\n")
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.sentence("zh") == (
        f"{path} 不是完整的模型文件，可能被截断或已损坏。请重新复制一份，或用 `thalweg forecast` 重新拟合。"
    )


def test_another_version_is_named(whole, tmp_path):
    description, tensors = parts_of(whole, tmp_path / "whole")
    for version in (2, "1", None, 1.5):
        said = refusal(sealed(description | {"version": version}, tensors), tmp_path / "newer.thalweg")
        assert f"version {version!r}" in said
        assert "reads version 1" in said


def test_packing_again_is_accepted(whole, tmp_path):
    """The changes below are refused for what they change, not for how they are packed."""
    path = tmp_path / "again.thalweg"
    path.write_bytes(sealed(*parts_of(whole, tmp_path / "whole")))
    load(path)


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "F8_E5M2", "C64", "F4"])
def test_types_that_numpy_lacks_are_refused(whole, tmp_path, dtype):
    length = struct.unpack("<Q", whole[:8])[0]
    header = json.loads(whole[8 : 8 + length])
    header["bands"]["dtype"] = dtype
    first, last = header["bands"]["data_offsets"]
    for shape in ([last - first], [(last - first) // 2], [2**40, 2**40]):
        header["bands"]["shape"] = shape
        text = json.dumps(header).encode()
        refusal(struct.pack("<Q", len(text)) + text + whole[8 + length :], tmp_path / "typed.thalweg")


def _first(model):
    return model.description["daily"][0]


def _earlier(model, strategy, **changes):
    """Say how steps are predicted as the first versions said it."""
    model.description.pop("plan")
    model.description.update(strategy=strategy, **changes)


def _blocks(model, *blocks, **changes):
    made = [{"first": first, "last": last, "ways": ways} for first, last, ways in blocks]
    model.description.update(plan={"fade": 3, "blocks": made}, **changes)


# Each changes a whole model so that its checksum fits, but not what it says.
FORGED = {
    "bands without numbers": lambda m: m.tensors.update(bands=np.full_like(m.tensors["bands"], np.nan)),
    "bands of three": lambda m: m.tensors.update(bands=m.tensors["bands"][:, :3].copy()),
    "no bands": lambda m: m.tensors.update(bands=m.tensors["bands"][:0].copy()),
    "more days ahead than any": lambda m: m.tensors.update(bands=np.zeros((100_000, 4))),
    "bands that cross": lambda m: m.tensors.update(bands=m.tensors["bands"][:, ::-1].copy()),
    "95% inside 80%": lambda m: m.tensors.update(bands=m.tensors["bands"][:, [2, 3, 0, 1]].copy()),
    "complex bands": lambda m: m.tensors.update(bands=m.tensors["bands"].astype(np.complex64)),
    "losses below zero": lambda m: m.tensors.update(errors=-m.tensors["errors"] - 1),
    "unknowns beyond float32": lambda m: m.tensors.update({"daily.0": np.full(m.tensors["daily.0"].shape, 1e300)}),
    "a holiday that a terminal obeys": lambda m: m.description.update(
        country="DE", holidays={"first_year": 2020, "last_year": 2030, "days": {"\x1b[2J": []}}
    ),
    "no errors": lambda m: m.tensors.update(errors=np.zeros(0)),
    "infinite days": lambda m: m.tensors.update({"days.values": np.full_like(m.tensors["days.values"], np.inf)}),
    "no days": lambda m: m.tensors.update({"days.values": np.zeros(0), "days.observed": np.zeros(0, np.uint8)}),
    "few days": lambda m: m.tensors.update({"days.values": np.ones(3), "days.observed": np.ones(3, np.uint8)}),
    "unequal days": lambda m: m.tensors.update({"days.observed": np.ones(3, np.uint8)}),
    "days in a table": lambda m: m.tensors.update({"days.values": m.tensors["days.values"][:, None]}),
    "unknowns without numbers": lambda m: m.tensors.update({"daily.0": np.full_like(m.tensors["daily.0"], np.nan)}),
    "no unknowns": lambda m: m.tensors.update({"daily.0": m.tensors["daily.0"][:0].copy()}),
    "unknowns one too few": lambda m: m.tensors.update({"daily.0": m.tensors["daily.0"][:, :-1].copy()}),
    "unknowns gone": lambda m: m.tensors.pop("daily.0"),
    "other widths": lambda m: _first(m).update(widths=[1, 8, 1]),
    "huge widths": lambda m: _first(m).update(widths=[10**9, 10**9, 1]),
    "infinite widths": lambda m: _first(m).update(widths=[float("inf"), 8, 1]),
    "no widths": lambda m: _first(m).update(widths=[]),
    "widths in words": lambda m: _first(m).update(widths=["many", 8, 1]),
    "looks back for ever": lambda m: _first(m)["rung"].update(days_back=10**12),
    "looks back by none": lambda m: _first(m)["rung"].update(days_back=0),
    "looks back by half": lambda m: _first(m)["rung"].update(days_back=13.5),
    "looks back in words": lambda m: _first(m)["rung"].update(days_back="14"),
    "another window": lambda m: _first(m)["rung"].update(days_back=13),
    "unknown activation": lambda m: _first(m)["rung"].update(activation="__import__"),
    "unknown key": lambda m: _first(m)["rung"].update(run="rm"),
    "key gone": lambda m: _first(m)["rung"].pop("hidden"),
    "no scale": lambda m: _first(m).pop("scale"),
    "scale of nothing": lambda m: _first(m)["scale"].update(spread=0),
    "scale without number": lambda m: _first(m)["scale"].update(spread=float("nan")),
    "scale in words": lambda m: _first(m)["scale"].update(centre="0"),
    "logarithm of nothing": lambda m: _first(m)["scale"].update(offset=0, least=0, logarithm=True),
    "no members": lambda m: m.description.update(daily=[]),
    "members in words": lambda m: m.description.update(daily="all"),
    "copying from before all days": lambda m: _first(m)["rung"].update(copy=True, days_back=10**6),
    "copying by no days": lambda m: _first(m)["rung"].update(copy=True, days_back=0),
    "unknown strategy": lambda m: _earlier(m, "guess"),
    "a strategy for too few steps": lambda m: _earlier(m, ["recursive"]),
    "a strategy of numbers": lambda m: _earlier(m, 5),
    "strategies of strategies": lambda m: _earlier(m, [["direct"]] * 5),
    "neither plan nor strategy": lambda m: m.description.pop("plan"),
    "direct without many outputs": lambda m: _earlier(m, "direct", many=None),
    "both without many outputs": lambda m: _earlier(m, "both", many=None),
    "a plan in words": lambda m: m.description.update(plan="recursive"),
    "a plan of nothing": lambda m: m.description["plan"].update(blocks=[]),
    "a plan that ends too soon": lambda m: _blocks(m, (1, 4, [RECURSIVE])),
    "a plan that begins too late": lambda m: _blocks(m, (2, 9, [RECURSIVE])),
    "a plan with a gap": lambda m: _blocks(m, (1, 1, [RECURSIVE]), (3, 9, [RECURSIVE])),
    "a plan with a step twice": lambda m: _blocks(m, (1, 2, [RECURSIVE]), (2, 9, [RECURSIVE])),
    "a block backwards": lambda m: _blocks(m, (1, 0, [RECURSIVE]), (1, 9, [RECURSIVE])),
    "a block of no way": lambda m: _blocks(m, (1, 9, [])),
    "a block of one way in letters": lambda m: _blocks(m, (1, 9, RECURSIVE)),
    "a way that is not there": lambda m: _blocks(m, (1, 9, ["last year at its level"])),
    "direct in the plan and no outputs": lambda m: _blocks(m, (1, 9, [DIRECT]), many=None),
    "steps by half": lambda m: _blocks(m, (1, 9.5, [RECURSIVE])),
    "steps in words": lambda m: _blocks(m, ("1", "9", [RECURSIVE])),
    "steps that are true": lambda m: _blocks(m, (True, 9, [RECURSIVE])),
    "steps without end": lambda m: _blocks(m, (1, 10**12, [RECURSIVE])),
    "a fade by half": lambda m: m.description["plan"].update(fade=1.5),
    "a fade in words": lambda m: m.description["plan"].update(fade="3"),
    "no fade": lambda m: m.description["plan"].pop("fade"),
    "a team in words": lambda m: m.description.update(team="all"),
    "a team of nobody": lambda m: m.description["team"].update(choice=[]),
    "a team of no epochs": lambda m: m.description["team"]["choice"][0].update(epochs=[0, 0]),
    "a team of a seed alone": lambda m: m.description["team"]["choice"][0].update(seeds=[0]),
    "a team of seeds below zero": lambda m: m.description["team"]["choice"][0].update(seeds=[-1, -2]),
    "a team of seeds in words": lambda m: m.description["team"]["choice"][0].update(seeds=["0", "1"]),
    "a team of steps below zero": lambda m: m.description["team"].update(far=-1),
    "a team of steps without end": lambda m: m.description["team"].update(far=10**12),
    "a lineage of a number": lambda m: m.description.update(lineage=5),
    "begun never": lambda m: m.description.update(began="once"),
    "begun on no day": lambda m: m.description.update(began="NaT"),
    "shared networks in words": lambda m: m.description.update(shared="all"),
    "a shared network without unknowns": lambda m: m.description.update(
        shared=[{"name": "x", "near": [m.description["daily"][0]], "far": None}]
    ),
    "a shared network without members": lambda m: m.description.update(shared=[{"name": "x", "near": [], "far": None}]),
    "a shared network without a name": lambda m: m.description.update(shared=[{"near": [], "far": None}]),
    "an unknown baseline": lambda m: m.description.update(baselines=[{"rung": {"baseline": "oracle"}}]),
    "a baseline from before all days": lambda m: m.description.update(
        baselines=[{"rung": {"baseline": "damped line", "season": 10**6}}]
    ),
    "a damped line of no season": lambda m: m.description.update(
        baselines=[{"rung": {"baseline": "damped line", "season": 0}}]
    ),
    "a rate without a memory": lambda m: m.description.update(
        baselines=[{"rung": {"baseline": "rate and size", "rate_memory": 0, "size_memory": 4, "window": 30}}]
    ),
    "a share of no season": lambda m: m.description.update(
        baselines=[
            {"rung": {"baseline": "seasonal share", "rate_memory": 8, "size_memory": 4, "window": 30, "season": 0}}
        ]
    ),
    "sizes of nothing": lambda m: m.tensors.update(sizes=np.zeros(3)),
    "sizes in disorder": lambda m: m.tensors.update(sizes=np.array([2.0, 1.0])),
    "no sizes": lambda m: m.tensors.update(sizes=np.zeros(0)),
    "sizes by the thousand": lambda m: m.tensors.update(sizes=np.ones(1000)),
    "trained on nothing": lambda m: m.description.update(trained_on="none"),
    "unknown loss": lambda m: m.description.update(loss="none"),
    "unknown country": lambda m: m.description.update(country="Atlantis", holidays=None),
    "no country and other columns": lambda m: m.description.update(country="", calendar=["Monday"], holidays=None),
    "country of none": lambda m: m.description.update(country=None),
    "levels in disorder": lambda m: m.description.update(levels=[95, 80]),
    "levels of another kind": lambda m: m.description.update(levels=[50, 90]),
    "a level of all": lambda m: m.description["asked"].update(levels=[80, 100]),
    "a level that is not calibrated": lambda m: m.description["asked"].update(levels=[77, 80]),
    "a quantile of nothing": lambda m: m.description["asked"].update(quantiles=[0]),
    "levels in words": lambda m: m.description["asked"].update(levels=["80"]),
    "levels without 95": lambda m: (
        m.description.update(levels=[level for level in m.description["levels"] if level != 95]),
        m.tensors.update(bands=np.ascontiguousarray(np.delete(m.tensors["bands"], (16, 17), axis=1))),
    ),
    "medians outside": lambda m: m.tensors.update(medians=m.tensors["medians"] + 1e6),
    "medians of other steps": lambda m: m.tensors.update(medians=m.tensors["medians"][:-1].copy()),
    "paths of other steps": lambda m: m.tensors.update(paths=m.tensors["paths"][:, :-1].copy()),
    "paths gone": lambda m: m.tensors.pop("paths"),
    "paths without end": lambda m: m.tensors.update(paths=np.full_like(m.tensors["paths"], np.inf)),
    "paths by the thousand": lambda m: m.tensors.update(paths=np.zeros((1000, m.tensors["paths"].shape[1]))),
    "sums in words": lambda m: m.description.update(sums=[{"steps": "7", "levels": [], "coverage": [], "sums": 1}]),
    "steps of three centuries": lambda m: m.description["frequency"].update(units=100_000),
    "a year of no season": lambda m: m.description["frequency"].update(season=400),
    "a group twice": lambda m: m.description["frequency"].update(calendar=["weekday", "weekday"]),
    "a group of another world": lambda m: m.description["frequency"].update(calendar=["tide"]),
    "country of numbers": lambda m: m.description.update(country=5),
    "another calendar": lambda m: m.description.update(calendar=["Monday"]),
    "infinite offset": lambda m: m.description.update(offset=float("inf")),
    "offset below zero": lambda m: m.description.update(offset=-1.0),
    "limits of other steps": lambda m: m.tensors.update(limits=m.tensors["limits"][:, :, :1].copy()),
    "limits below zero": lambda m: m.tensors.update(limits=-m.tensors["limits"]),
    "limits without numbers": lambda m: m.tensors.update(limits=np.full_like(m.tensors["limits"], np.inf)),
    "limits gone": lambda m: m.tensors.pop("limits"),
    "limits of one offset": lambda m: m.description["limits"].update(offsets=[None]),
    "limits of no offset": lambda m: m.description["limits"].update(offsets=[None, 0]),
    "limits from nowhere": lambda m: m.description["limits"].update(high=[None]),
    "never made": lambda m: m.description.update(made="once"),
    "no day": lambda m: m.description["days"].update(start="NaT"),
    "a day after all days": lambda m: m.description["days"].update(start="9999-12-30"),
    "a day before all days": lambda m: m.description["days"].update(start="-5000-01-01"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_is_refused(name, whole, tmp_path):
    description, tensors = parts_of(whole, tmp_path / "whole")
    FORGED[name](SimpleNamespace(description=description, tensors=tensors))
    said = refusal(sealed(description, tensors), tmp_path / "forged.thalweg")
    if name in {"infinite widths", "infinite offset", "scale without number"}:
        assert "it holds no description" in said, "JSON has no such number"
        return
    assert said.startswith(f"{tmp_path / 'forged.thalweg'} does not describe a model")
    reason = said.partition("can use. ")[2].partition(" Fit again")[0]
    assert re.fullmatch(r"(It|Its|The|A part) [^.]* .*\.", reason), reason


def test_a_file_without_limits_goes_without_and_one_with_them_keeps_within(whole, tmp_path):
    description, tensors = parts_of(whole, tmp_path / "whole")
    path = tmp_path / "other.thalweg"
    path.write_bytes(sealed(description, tensors | {"limits": np.zeros_like(tensors["limits"])}))
    narrow = load(path).predict()
    path.write_bytes(sealed({name: value for name, value in description.items() if name != "limits"}, tensors))
    free = load(path).predict()
    assert free.high95.max() > narrow.high95.max()
    highest = max(load(path).days.values.max(), *description["limits"]["high"])
    assert narrow.high95.max() <= highest * (1 + 1e-9)


@pytest.mark.parametrize("checksum", [None, np.zeros(32, np.uint8), np.zeros(0, np.uint8), np.zeros((2, 3))])
def test_without_its_checksum_a_file_is_refused(checksum, whole, tmp_path):
    description, tensors = parts_of(whole, tmp_path / "whole")
    tensors.pop(CHECKSUM)
    if checksum is not None:
        tensors[CHECKSUM] = checksum
    assert "checksum" in refusal(
        save(tensors, metadata={MODEL.key: json.dumps(description)}), tmp_path / "open.thalweg"
    )


def _header(description, length=None, data=b""):
    text = json.dumps(description).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def test_a_hostile_header_costs_neither_time_nor_memory(whole, tmp_path):
    """In a process of its own: peak of Python's and NumPy's allocations, growth of the process, seconds."""
    huge = {"dtype": "F64", "shape": [2**40, 2**20], "data_offsets": [0, 2**63]}
    hostile = {
        "huge": _header({"bands": huge}),
        "claimed": _header({"bands": huge | {"data_offsets": [0, 2**33]}, "__metadata__": {"thalweg": "{}"}}),
        "overflow": _header({"bands": huge | {"shape": [2**63, 2**63]}}),
        "negative": _header({"bands": huge | {"shape": [-1]}}),
        "beyond": _header({}, length=2**62),
        "long": _header({}, length=99_000_000),
        "longest": _header({}, length=2**64 - 1),
        "behind": _header({"bands": {"dtype": "F64", "shape": [4], "data_offsets": [0, 32]}}, data=b"\0" * 31),
        "kind": _header({"bands": {"dtype": "F1024", "shape": [1], "data_offsets": [0, 8]}}, data=b"\0" * 8),
        "half": _header({"bands": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}}, data=b"\0" * 8),
        "wide": _header({"bands": {"dtype": "F64", "shape": [0, 2**40], "data_offsets": [0, 0]}}),
    }
    description, tensors = parts_of(whole, tmp_path / "whole")
    description["daily"][0]["rung"]["days_back"] = 10**11
    hostile["forged"] = sealed(description, tensors)
    for name, content in hostile.items():
        (tmp_path / f"{name}.thalweg").write_bytes(content)
    program = textwrap.dedent(
        """
        import json, resource, sys, time, tracemalloc
        from thalweg.errors import InputError
        from thalweg.forecast.model import load
        load(sys.argv[1])
        out = {}
        for path in sys.argv[2:]:
            tracemalloc.start()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began = time.perf_counter()
            try:
                load(path)
                refused = False
            except InputError:
                refused = True
            seconds = time.perf_counter() - began
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            out[path] = [refused, seconds, tracemalloc.get_traced_memory()[1] / 2**20, grown / 2**10]
            tracemalloc.stop()
        print(json.dumps(out))
        """
    )
    paths = [str(tmp_path / f"{name}.thalweg") for name in hostile]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "whole"), *paths], capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)
    assert list(measured) == paths
    for path, (refused, seconds, peak, grown) in measured.items():
        assert refused, path
        assert seconds < 2, path
        assert peak < 20, path
        assert grown < 50, path


def test_a_pipe_is_no_model(tmp_path):
    path = tmp_path / "pipe.thalweg"
    os.mkfifo(path)
    with pytest.raises(InputError, match="no file of its own"):
        load(path)


def test_a_failing_write_leaves_the_old_file_whole(models, tmp_path, monkeypatch):
    path = tmp_path / "model.thalweg"
    models["copy"].save(path)
    old = path.read_bytes()

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        models["known"].save(path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(models, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        models["copy"].save(tmp_path / "none" / "model.thalweg")
    assert list(tmp_path.iterdir()) == []
