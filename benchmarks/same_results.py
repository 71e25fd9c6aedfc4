"""Whether two trees of the project compute the same, to the bit: forecasts, tables, models, estimators.

Give two commits of this repository, or folders of checkouts; each is run in processes of its own, with this Python:

    python benchmarks/same_results.py c0cd40c . [SERIES.csv ...]

Six series are simulated, and real ones may be added. Each is forecast with every ladder and both losses, by the
command. These must be equal: every number of ``--json``, ``forecast.csv``, ``ladder.csv``, each array in the model
file, and what ``predict`` makes of it. Times and sentences may differ. Estimators are fitted on tables that
scikit-learn ships; their θ, predictions and scores must be equal.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import itertools
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

LADDERS = ("quick", "lecture", "full")
LOSSES = ("mae", "mse")
MAY_DIFFER = ("seconds", "version", "verdict", "notes")  # times, sentences, and that JSON tells its version
# Seeds and lengths of the simulated series: short ones leave out rungs, long ones know a year.
SIMULATED = ((0, 2200), (1, 1200), (2, 760), (3, 400), (4, 200), (5, 100))

FIT = """
import hashlib, json, sys
import numpy as np
from sklearn.datasets import load_diabetes, load_digits, load_iris
from thalweg.adapters.sklearn import NetworkClassifier, NetworkRegressor
found = {}
def told(name, model, x, y):
    model.fit(x, y)
    made = np.asarray(model.predict(x))
    parts = [model.theta_.tobytes(), made.tobytes(), float(model.score(x, y)).hex().encode()]
    if hasattr(model, "predict_proba"):
        parts.append(model.predict_proba(x).tobytes())
    found[name] = [hashlib.sha256(part).hexdigest() for part in parts]
short = {"max_iter": 30, "random_state": 0}
for loss in ("squared_error", "absolute_error"):
    for hidden in ((), (20,), (30, 30)):
        model = NetworkRegressor(hidden, loss=loss, **short)
        told(f"regressor {loss} {hidden}", model, *load_diabetes(return_X_y=True))
for activation in ("relu", "tanh", "logistic"):
    for name, table in (("iris", load_iris), ("digits", load_digits)):
        told(f"classifier {name} {activation}", NetworkClassifier((30,), activation=activation, **short),
             *table(return_X_y=True))
told("early stopping", NetworkClassifier((30,), early_stopping=True, **short), *load_digits(return_X_y=True))
print(json.dumps(found))
"""
SAMPLE = """
import sys
from pathlib import Path
from thalweg.series.sample import sample, sample_csv
Path(sys.argv[1]).write_bytes(sample_csv(sample(days=int(sys.argv[2]), seed=int(sys.argv[3]))))
"""
COMMAND = "from thalweg.cli import main; main()"
ARRAYS = """
import hashlib, json, sys
from safetensors.numpy import load_file
print(json.dumps({name: [list(array.shape), str(array.dtype), hashlib.sha256(array.tobytes()).hexdigest()]
                  for name, array in load_file(sys.argv[1]).items() if name != "sha256"}))
"""


def run(tree: Path, code: str, *arguments: object, folder: Path) -> str:
    """Run Python code with a tree's package, and return what it printed."""
    environment = os.environ | {"PYTHONPATH": str(tree / "src"), "COLUMNS": "200"}
    words = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{tree}: {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def comparable(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return JSON without times and sentences."""
    if isinstance(value, dict):
        return {name: comparable(part) for name, part in value.items() if name not in MAY_DIFFER}
    return [comparable(part) for part in value] if isinstance(value, list) else value


def tree_of(given: str, folder: Path) -> Path:
    """Return the folder of a checkout: as given, or taken out of the repository at a commit."""
    if Path(given).is_dir():
        return Path(given).resolve()
    root = Path(__file__).resolve().parents[1]
    packed = subprocess.run(
        ["git", "archive", given, "src"],  # noqa: S607 - whichever Git is on the path
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout
    tree = folder / given
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(tree, filter="data")
    return tree


def table(path: Path) -> list[dict[str, str]]:
    """Return a CSV file as rows, without times."""
    with path.open(newline="", encoding="utf-8") as file:
        return [comparable(row) for row in csv.DictReader(file)]


def forecast(tree: Path, series: Path, ladder: str, loss: str, folder: Path) -> dict[str, Any]:
    """Forecast a series by a tree's command, and return all that must be equal."""
    out = folder / f"{series.stem}-{ladder}-{loss}"
    options = ("--ladder", ladder, "--loss", loss, "--country", "TW", "--horizon", 14, "--out", out, "--json")
    found = json.loads(run(tree, COMMAND, "forecast", series, *options, folder=folder))
    model = out / "model.thalweg"
    predicted = json.loads(run(tree, COMMAND, "predict", model, "--json", folder=folder))
    return {
        "JSON": comparable(found),
        "forecast.csv": hashlib.sha256((out / "forecast.csv").read_bytes()).hexdigest(),
        "ladder.csv": table(out / "ladder.csv"),
        "model": json.loads(run(tree, ARRAYS, model, folder=folder)),
        "predict": predicted["forecast"],
    }


def differing(one: Any, other: Any, where: str = "") -> list[str]:  # noqa: ANN401 - likewise
    """Return the places where two results differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted({*one, *other})
        return list(itertools.chain(*(differing(one.get(name), other.get(name), f"{where}/{name}") for name in names)))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return list(itertools.chain(*(differing(first, second, f"{where}/{at}") for at, (first, second) in pairs)))
    return [] if one == other else [f"{where}: {one!r} before, {other!r} after"]


def main() -> None:
    """Compare two trees; exit with 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="a commit, or the folder of a checkout")
    parser.add_argument("after", help="another")
    parser.add_argument("series", type=Path, nargs="*", help="real series to compare on as well")
    parser.add_argument("--ladders", nargs="+", default=LADDERS, help="the ladders to climb")
    given = parser.parse_args()
    differ = compared = 0
    with tempfile.TemporaryDirectory() as place:
        trees = [tree_of(name, Path(place)) for name in (given.before, given.after)]
        folders = [Path(place) / "before", Path(place) / "after"]
        for folder in folders:
            folder.mkdir()
        series = [path.resolve() for path in given.series]
        for seed, days in SIMULATED:
            made = [folder / f"simulated-{days}.csv" for folder in folders]
            for tree, path in zip(trees, made, strict=True):
                run(tree, SAMPLE, path, days, seed, folder=path.parent)
            same = made[0].read_bytes() == made[1].read_bytes()
            differ += not same
            print(f"{made[0].name}: {'the same' if same else 'DIFFERENT'} bytes", flush=True)
            series.append(made[0])
        for path, ladder, loss in itertools.product(series, given.ladders, LOSSES):
            results = [forecast(tree, path, ladder, loss, place) for tree, place in zip(trees, folders, strict=True)]
            places = differing(*results)
            differ, compared = differ + bool(places), compared + 1
            print(f"{path.name}, ladder {ladder}, loss {loss}: {'equal' if not places else 'DIFFERENT'}", flush=True)
            for line in places[:10]:
                print("   ", line[:200])
        fits = [json.loads(run(tree, FIT, folder=folder)) for tree, folder in zip(trees, folders, strict=True)]
        for name in fits[0]:
            same = fits[0][name] == fits[1].get(name)
            differ, compared = differ + (not same), compared + 1
            print(f"estimator, {name}: {'equal' if same else 'DIFFERENT'}")
    print(f"{compared} results compared, {differ} different.")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
