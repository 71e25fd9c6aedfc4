"""Damaged and forged files of models and of saved descents: each is refused in words, or it works and keeps its bits.

Bytes that are changed at random break the checksum, so such a file must be refused. A forger also writes a checksum
that fits: the description holds another value somewhere, or an array another type, shape or number. Then the file must
be refused, or what it holds must be of use: a forecast of finite numbers in intervals that do not cross, the same each
time that it is loaded. What a later version may add must change nothing. No file may ask for much memory or time.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import resource
import struct
import time
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from safetensors import safe_open
from safetensors.numpy import save

from campaigns.campaign import Campaign, Outcome
from campaigns.refusal import wrong_with
from campaigns.tables import bytes_changed
from support.small_searches import BOTH, NET, SHORT, YEAR, fitted, meant, search, series_of, served_by, shared_networks
from support.strategies import random_examples
from thalweg.checksummed import CHECKSUM, Kind, _checksum
from thalweg.cli.terminal import print_forecast, print_model
from thalweg.forecast.model import Model, load
from thalweg.forecast.store.file import MODEL, pack
from thalweg.forecast.ways import RECURSIVE
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.training.checkpoint import DESCENT
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.calendar import Calendar

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Generator
    from pathlib import Path

    from numpy.typing import NDArray

_MOST_MEGABYTES = 512  # of address space that a trial may add
_MOST_SECONDS = 5.0
_EXAMPLES = random_examples(np.random.default_rng(0), 40, 6, 2, 2)
_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        7,
        28,
        99_999,
        2**31,
        2**63,
        2**64,
        10**18,
        10**300,
        -(10**18),
        0.5,
        -0.0,
        1e308,
        5e-324,
    ),
    *("", "x", "daily", "relu", "mae", "D", "1111111", "0000000", "2024-02-30", "9999-12-31", "0001-01-01", "float16"),
    *("\x1b[2J\u202e\0", "{0}${x}`</script>", "v" * 10_000, "C:\\x"),
    *([], [[]], {}, [0], [1, 2, 3], [10**9] * 3, [None], ["a"] * 50, {"a": 1}, [[1, 2], [3]], list(range(5000))),
)
_DTYPES = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F4", "I64", "I8", "U64", "U8", "BOOL", "C64", "X", "")


# Files of both kinds.


def apart(content: bytes, kind: Kind, folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the description and the arrays of a file, without the checksum."""
    path = folder / "whole"
    path.write_bytes(content)
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != CHECKSUM}  # noqa: SIM118
        return json.loads(file.metadata()[kind.key]), tensors


def sealed(description: object, tensors: dict[str, NDArray[Any]], kind: Kind) -> bytes:
    """Return a file's bytes with a checksum that fits."""
    text = json.dumps(description)
    arrays = {name: np.ascontiguousarray(each) for name, each in tensors.items()}
    return save(arrays | {CHECKSUM: _checksum(text, arrays)}, metadata={kind.key: text})


# Changes of a file. Each takes its description and its arrays and may change them.


def bytes_damaged(content: bytes, dice: random.Random) -> bytes:
    return bytes_changed(content, dice)


def header_forged(content: bytes, dice: random.Random) -> bytes:
    """Return the content with another entry of the header: a type, a shape, a place, or the header's length."""
    length = struct.unpack("<Q", content[:8])[0]
    header, rest = json.loads(content[8 : 8 + length]), content[8 + length :]
    name = dice.choice([name for name in header if name != "__metadata__"])
    match dice.randrange(5):
        case 0:
            header[name]["dtype"] = dice.choice(_DTYPES)
        case 1:
            header[name]["shape"] = dice.choice(([], [2**40], [2**63, 2], [0], [-1], [1] * 100, [1.5], "x"))
        case 2:
            header[name]["data_offsets"] = dice.choice(([0, 2**50], [2**63, 2**63 + 8], [8, 0], [0, 8], [-8, 8], []))
        case 3:
            header["__metadata__"] = dice.choice(({}, [], {"thalweg": 5}, {"thalweg": "[" * 100_000}, None))
        case _:
            text = json.dumps(header).encode()
            return struct.pack("<Q", dice.choice((0, 1, len(text) - 1, 2**31, 2**63, 2**64 - 1))) + text + rest
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


def description_forged(description: Any, tensors: dict[str, NDArray[Any]], dice: random.Random) -> None:
    """Put a strange value somewhere into the description, or take something out of it."""
    del tensors
    places = list(_places(description))
    holder, key = dice.choice(places)
    if dice.random() < 0.15:
        del holder[key]
    elif dice.random() < 0.2 and isinstance(holder[key], (int, float)):
        holder[key] = holder[key] * dice.choice((-1, 2, 10**6)) + dice.choice((0, 1))
    else:
        holder[key] = copy.deepcopy(dice.choice(_VALUES))


def _places(node: Any) -> Generator[tuple[Any, Any]]:
    """Yield every place of a description, as what holds it and the key of it; of a long list the first ones."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node[:5]) if isinstance(node, list) else ()
    for key, each in list(pairs):
        yield node, key
        yield from _places(each)


def arrays_forged(description: Any, tensors: dict[str, NDArray[Any]], dice: random.Random) -> None:
    """Give an array another type, shape or numbers, or take it out."""
    del description
    name = dice.choice(sorted(tensors))
    array = tensors[name]
    strange = dice.choice((np.nan, np.inf, -np.inf, -1, 0, 1e300, 2**62, 1e-320))
    match dice.randrange(8):
        case 0:
            del tensors[name]
        case 1:
            with np.errstate(all="ignore"):
                tensors[name] = array.astype(dice.choice(("f2", "f4", "f8", "i1", "i8", "u1", "u8", "?", "c8")))
        case 2:
            tensors[name] = array.reshape(dice.choice(((-1,), (1, -1), (-1, 1), (1, 1, -1))))
        case 3:
            tensors[name] = array[: len(array) // 2] if array.ndim else array
        case 4:
            tensors[name] = np.zeros(dice.choice(((), (0,), (0, 4), (1,), (1000, 1000))), dtype=array.dtype)
        case 5:
            tensors[name] = array[..., ::-1]
        case 6:
            tensors[name] = np.concatenate([array, array]) if array.ndim else array
        case _:
            changed = array.copy()
            with np.errstate(all="ignore"), contextlib.suppress(OverflowError, ValueError):
                changed.reshape(-1)[dice.randrange(max(changed.size, 1)) :][: dice.choice((1, 1000))] = strange
            tensors[name] = changed


def more_told(description: Any, tensors: dict[str, NDArray[Any]], dice: random.Random) -> None:
    """Add what a later version may add, or write the same in another order."""
    if dice.random() < 0.5:
        description["a later key"] = dice.choice(_VALUES)
    items = list(description.items())
    dice.shuffle(items)
    description.clear()
    description.update(items)
    if dice.random() < 0.3:
        tensors["a later array"] = np.zeros(3)


FORGED = (description_forged, description_forged, arrays_forged, arrays_forged, more_told)


# What is done with a file that is not refused.


def model_works(path: Path) -> tuple[Any, str]:
    """Return the forecast of a model, and what is wrong with it."""
    model = load(path)
    forecast = model.predict()
    low80, high80, low95, high95 = (getattr(forecast, name) for name in ("low80", "high80", "low95", "high95"))
    rising = (low95, low80, forecast.mean, high80, high95)
    if not all(np.isfinite(row).all() for row in rising):
        return model, "a forecast that is not finite"
    if any((one > other).any() for one, other in pairwise(rising)):
        return model, "intervals that cross"
    for language in LANGUAGES:
        told = io.StringIO()
        print_model(Console(file=told, width=200), model, 3, catalogue(language))
        print_forecast(Console(file=told, width=200), forecast, model.days, catalogue(language), model.calendar)
        unseen = {unicodedata.category(letter) for letter in told.getvalue().replace("\n", "")} & {"Cc", "Cf", "Cs"}
        if unseen or "v" * 200 in told.getvalue():
            return model, f"a terminal is sent {told.getvalue()[:200]!r}"
    again = path.with_name(f"again-{path.name}")
    model.save(again)
    if not np.array_equal(load(again).predict().mean, forecast.mean):
        return model, "other bits when saved and loaded"
    return forecast.mean, ""


def descent_works(path: Path) -> tuple[Any, str]:
    """Return where a descent is after some updates, and what is wrong with it."""
    ends = []
    for _ in range(2):
        descent = Descent.load(path, _EXAMPLES)
        with np.errstate(all="ignore"):
            descent.run(updates=descent.updates + 3)
        ends.append(descent.theta.copy())
    return ends[0], "" if np.array_equal(*ends, equal_nan=True) else "other bits when loaded again"


# Trials.


def models() -> dict[str, Model]:
    """Return a model of every kind: lines, networks with a country, with many outputs and shared, a mean, a copy."""
    days = np.arange(430)
    views = series_of(np.round(800 + 200 * np.sin(days * 2 * np.pi / 7) + days + 40 * np.cos(days * days)))
    line = search(views, ladder=SHORT, horizon=3)[1]
    calendar = Calendar("DE", frequency=views.frequency)
    year = fitted(YEAR, views, len(views), calendar=calendar)
    many = [fitted(NET, views, len(views), 3)]
    return {
        "line": line,
        "year": served_by(line, (RECURSIVE,), [year], calendar=calendar),
        "many": served_by(line, BOTH, [fitted(NET, views, len(views))], many),
        "mean": meant(line, views),
        "shared": shared_networks(views),
        "copy": search(series_of(np.tile([50.0, 60, 70, 65, 40, 20, 30], 20)), ladder=SHORT, horizon=3)[1],
    }


def descents(folder: Path) -> dict[str, bytes]:
    """Return files of descents with other rules, precisions and losses."""
    made = {}
    for name, options in {
        "plain": {"optimizer": Optimizer("gradient descent", 0.01)},
        "adam": {"optimizer": Optimizer("adamw", 0.01, "cosine", warm_up=3), "dropout": 0.2, "dtype": np.float64},
    }.items():
        descent = Descent(Network((8, 9, 9, 9, 2), "tanh", skip=True), _EXAMPLES, batch=8, epochs=6, seed=3, **options)
        descent.run(updates=7, validate=lambda theta: np.abs(theta[:30]))
        descent.save(folder / "descent")
        made[name] = (folder / "descent").read_bytes()
    return made


@contextlib.contextmanager
def little_memory() -> Generator[None]:
    """Let this process take no more address space than it has and some more."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        taken = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + _MOST_MEGABYTES * 2**20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def begin(folder: Path) -> Callable[[random.Random], Outcome]:
    """Return the trial, which writes its file into the folder."""
    whole = {(name, MODEL): pack(model) for name, model in models().items()}
    whole |= {(name, DESCENT): content for name, content in descents(folder).items()}
    works = {MODEL: model_works, DESCENT: descent_works}
    path = folder / "it's {0} 模型.thalweg"
    right = {}
    for (name, kind), content in whole.items():
        path.write_bytes(content)
        right[name, kind], fault = works[kind](path)
        assert not fault, fault

    def trial(dice: random.Random) -> Outcome:
        name, kind = dice.choice(sorted(whole, key=str))
        content = whole[name, kind]
        change = dice.choice((bytes_damaged, header_forged, *FORGED, *FORGED))
        if change in FORGED:
            description, tensors = apart(content, kind, folder)
            change(description, tensors, dice)
            content = sealed(description, tensors, kind)
        else:
            content = change(content, dice)
        path.write_bytes(content)
        told = f"{kind.name}: {change.__name__}"
        began = time.perf_counter()
        try:
            with little_memory():
                found, fault = works[kind](path)
        except Exception as error:  # noqa: BLE001 - what may come is what is tried
            fault = wrong_with(error, path.name)
            if change is more_told and not fault:
                fault = f"refused: {error}"
            ended = "refused"
        else:
            same = np.array_equal(found, right[name, kind], equal_nan=True)
            ended = "same" if same else "works"
            if not fault and not same and change not in FORGED[:4]:
                fault = "other bits"
        if not fault and time.perf_counter() - began > _MOST_SECONDS:
            fault = f"{time.perf_counter() - began:.1f} s"
        return Outcome(f"{told}: {ended}", fault)

    return trial


CAMPAIGN = Campaign(
    "Damaged and forged models and descents are refused in words, or work and keep their bits.", 5_000, begin
)
