"""What tells models apart whose forecasts are kept: every part that may make a difference, and nothing doubtful."""

# ruff: noqa: E731, ARG002, ARG005, PLW0603 -- models are small functions, and a global is what is tested

import dataclasses
import functools
import io
import subprocess
import sys
import threading
import types

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import thalweg
from support.backtests import weekly
from thalweg.forecast.evaluation.identity import identity_of
from thalweg.forecast.evaluation.options import BacktestOptions
from thalweg.forecast.evaluation.run import UNCOUNTED, options_counted

SERIES = weekly()
OPTIONS = {"windows": 2, "step": 5, "horizon": 3}
NUMBER = 1.0
LONG = np.arange(5000.0)


class Level:
    """A model whose method is given as a function."""

    def __init__(self, number):
        self.number = number

    def forecast(self, history, horizon):
        return [self.number] * horizon


@dataclasses.dataclass
class Record:
    number: float

    def __call__(self, history, horizon):
        return [self.number] * horizon


class Slotted:
    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number

    def __call__(self, history, horizon):
        return [self.number] * horizon


def long(place):
    values = LONG.copy()
    values[2500 + place] = -1
    return values


def of_global(number):
    space = {"NUMBER": number}
    exec("def model(history, horizon):\n    return [NUMBER] * horizon", space)  # noqa: S102 -- a function of its own globals
    return space["model"]


def of_helper(number):
    space = {}
    told = f"def helper():\n    return {number}\ndef model(history, horizon):\n    return [helper()] * horizon"
    exec(told, space)  # noqa: S102 -- likewise
    return space["model"]


def of_class(number):
    space = {"__name__": "typed"}
    told = f"class Model:\n    def __call__(self, history, horizon):\n        return [{number}] * horizon"
    exec(told, space)  # noqa: S102 -- likewise
    return space["Model"]()


def of_module(number):
    module = types.ModuleType("notes_of_a_user")
    module.number = number
    space = {"notes": module}
    exec("def model(history, horizon):\n    return [notes.number] * horizon", space)  # noqa: S102 -- likewise
    return space["model"]


def of_inner(number):
    told = f"def model(history, horizon):\n    return [*map(lambda step: {number}, range(horizon))]"
    space = {}
    exec(told, space)  # noqa: S102 -- likewise
    return space["model"]


def of_names(name):
    space = {}
    exec(f"def model(history, horizon):\n    return [float(history.{name}) for _ in range(horizon)]", space)  # noqa: S102
    return space["model"]


def of_kept(made):
    return lambda history, horizon: [float(made["values"][2500])] * horizon


PAIRS = {
    "bound methods": lambda number: Level(number).forecast,
    "objects that are called": Record,
    "objects with slots": Slotted,
    "closures": lambda number: lambda history, horizon: [number] * horizon,
    "defaults": lambda number: lambda history, horizon, given=number: [given] * horizon,
    "partials": lambda number: functools.partial(lambda history, horizon, given: [given] * horizon, given=number),
    "partials of positions": lambda number: functools.partial(lambda g, history, horizon: [g] * horizon, number),
    "globals": of_global,
    "helpers": of_helper,
    "classes": of_class,
    "modules": of_module,
    "inner functions": of_inner,
    "long arrays in a dict": lambda number: of_kept({"values": long(int(number) - 1)}),
    "nested containers": lambda number: functools.partial(max, {"a": [({number}, {"b": (number,)})]}),
    "views of memory": lambda number: functools.partial(max, np.arange(6.0).reshape(2, 3)[:, :: int(number)]),
    "arrays of objects": lambda number: functools.partial(max, np.array([{"a": number}, None], dtype=object)),
    "regressors": Ridge,
    "pipelines": lambda number: make_pipeline(StandardScaler(), Ridge(number)),
    "pipelines with functions": lambda number: make_pipeline(
        FunctionTransformer(lambda rows: rows * number), LinearRegression()
    ),
    "inner estimators": lambda number: make_pipeline(FunctionTransformer(Level(number).forecast), Ridge()),
    "random states": lambda number: RandomForestRegressor(random_state=np.random.RandomState(int(number))),
    "rungs": lambda number: thalweg.backtest and ("linear 7", number),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_models_that_differ_in_one_number_are_told_apart_and_equal_ones_are_one(kind):
    make = PAIRS[kind]
    first, again, other = (identity_of(make(number)) for number in (1.0, 1.0, 2.0))
    assert first is not None
    assert first == again
    assert other is not None
    assert first != other


def test_names_of_attributes_tell_functions_apart():
    assert identity_of(of_names("values.mean()")) != identity_of(of_names("values.max()"))


def held(thing):
    return lambda history, horizon: [float(bool(thing))] * horizon


DOUBTFUL = {
    "a lock": lambda: held(threading.Lock()),
    "an open file": lambda: held(io.TextIOWrapper(io.FileIO(0, closefd=False))),
    "a generator": lambda: held(number for number in range(3)),
    "what is read from a file": lambda: lambda history, horizon: [float(open("number.txt").read())] * horizon,  # noqa: SIM115, PTH123
    "what a text says": lambda: lambda history, horizon: [eval("NUMBER")] * horizon,  # noqa: S307
    "a module as a whole": lambda: types.FunctionType(
        compile("def f(h, n): return [notes] * n", "f", "exec").co_consts[0], {"notes": types.ModuleType("notes")}
    ),
}


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_what_cannot_be_told_has_no_identity(kind):
    assert identity_of(DOUBTFUL[kind]()) is None


def test_forecasts_of_a_doubtful_model_are_not_kept_and_this_is_said(tmp_path):
    for number in (1.0, 2.0):
        lock = threading.Lock()
        model = lambda history, horizon, given=number, lock=lock: [given] * horizon
        result = thalweg.backtest(
            SERIES, models={"locked": model, "plain": Level(3.0).forecast}, folder=tmp_path, **OPTIONS
        )
        assert (result.to_frame("pandas")["locked"] == number).all()
        assert "Not kept in the folder are the forecasts of locked:" in str(result)
    assert {path.name.partition("-")[0] for path in (tmp_path / "kept").iterdir()} == {"plain"}
    alone = thalweg.backtest(SERIES, models={"locked": model}, **OPTIONS)
    assert "Not kept" not in str(alone), "nothing was to be kept"


@pytest.mark.parametrize("kind", ["bound methods", "globals", "long arrays in a dict", "helpers"])
def test_a_kept_forecast_is_never_served_to_another_model(tmp_path, kind):
    made = {}
    for number in (1.0, 2.0, 1.0):
        frame = thalweg.backtest(SERIES, models={"mine": PAIRS[kind](number)}, folder=tmp_path, **OPTIONS)
        fresh = thalweg.backtest(SERIES, models={"mine": PAIRS[kind](number)}, **OPTIONS)
        assert frame.to_frame("pandas").equals(fresh.to_frame("pandas"))
        made[number] = frame.to_frame("pandas")["mine"].tolist()
    assert made[1.0] != made[2.0]
    assert len(list((tmp_path / "kept").iterdir())) == 4


def test_a_global_that_was_changed_makes_another_model():
    global NUMBER
    model = lambda history, horizon: [NUMBER] * horizon
    before = identity_of(model)
    NUMBER = 2.0
    changed, NUMBER = identity_of(model), 1.0
    assert before == identity_of(model) != changed
    assert before is not None


@pytest.mark.slow
def test_another_process_finds_the_same_identity(tmp_path):
    (tmp_path / "models.py").write_text(
        "import functools, numpy as np\nfrom sklearn.linear_model import Ridge\nKNOWN = {'b', 'a', 'c', 'd', 'e'}\n"
        "class Model:\n    def __init__(self): self.made = {'x': np.arange(9.0), 'y': KNOWN}\n"
        "    def forecast(self, history, horizon): return [len(KNOWN & {'a', 'z', 'y'})] * horizon\n"
        "from thalweg.forecast.evaluation.identity import identity_of\n"
        "print(identity_of([Model().forecast, functools.partial(Model().forecast), Ridge(2)]))\n",
        encoding="utf-8",
    )
    told = {
        subprocess.run([sys.executable, "models.py"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(told) == 1
    assert len(told.pop().strip()) == 64


def test_every_option_counts_or_is_named_as_not_counting():
    names = {each.name for each in dataclasses.fields(BacktestOptions)}
    assert set(options_counted(BacktestOptions())) == names - UNCOUNTED
    assert names >= UNCOUNTED, "each exception is an option"
    assert {"horizon", "gap", "level", "country", "events", "loss", "seed"} <= set(options_counted(BacktestOptions()))
