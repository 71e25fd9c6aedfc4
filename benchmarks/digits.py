"""Handwritten digits (MNIST): a plain network beside scikit-learn's and PyTorch's, on two threads."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from measure import run, table

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPES = ("784,300,100,10", "784,1000,10")
CONTENDERS = ("thalweg", "scikit-learn", "PyTorch")
FLOORS = {  # times as many examples a second
    ("784,300,100,10", "scikit-learn"): 1.3,
    ("784,1000,10", "scikit-learn"): 1.2,
    ("784,300,100,10", "PyTorch"): 1.0,
    ("784,1000,10", "PyTorch"): 1.0,
}
EPOCHS, SEEDS = 10, 3
CAREFUL = ("--epochs", "20", "--cosine", "--dropout", "0.3")  # as the example on images trains
MOST_ERROR = 0.018


class Training(NamedTuple):
    """The result of one training."""

    all: float  # examples a second
    first: float  # of the first 20% of the epochs
    last: float
    seconds: float
    error: float


def trained(contender: str, folder: str, shape: str, *options: str) -> Training:
    """Train one in a process of its own: the threads of one library must not wait beside those of another."""
    script = Path(__file__).with_name("digits_run.py")
    told = json.loads(run([sys.executable, str(script), contender, folder, shape, *options]).output.splitlines()[-1])
    seconds, examples = told["seconds"], told["examples"]
    fifth = max(1, len(seconds) // 5)

    def rate(of: Sequence[float]) -> float:
        return examples * len(of) / sum(of)

    return Training(rate(seconds), rate(seconds[:fifth]), rate(seconds[-fifth:]), sum(seconds), told["error"])


def mean_of(trainings: Sequence[Training]) -> Training:
    """Return the mean of each figure."""
    return Training(*(statistics.mean(values) for values in zip(*trainings, strict=True)))


def spread(trainings: Sequence[Training]) -> str:
    """Tell the test error's mean and standard deviation."""
    errors = [100 * one.error for one in trainings]
    return f"{statistics.mean(errors):.2f} ± {statistics.stdev(errors) if len(errors) > 1 else 0:.2f}%"


def times(ours: float, theirs: float, floor: float) -> str:
    """Tell how many times as many, and whether that is what was asked."""
    ratio = ours / theirs
    return f"{ratio:.2f}× (≥ {floor}{'' if ratio >= floor else ' missed'})"


def section(mnist: Path | None = None, *, quick: bool = False) -> list[str]:
    """Measure and return Markdown; without the folder of MNIST, on noise of its shape, of which no error is told."""
    folder = str(mnist or "random")
    epochs, seeds = (1, 1) if quick else (EPOCHS, SEEDS)
    rows: list[list[str]] = []
    for shape in SHAPES[:1] if quick else SHAPES:
        made: dict[str, list[Training]] = {name: [] for name in CONTENDERS}
        for seed in range(seeds):
            for name in CONTENDERS:
                made[name].append(trained(name, folder, shape, "--epochs", str(epochs), "--seed", str(seed)))
        ours = mean_of(made["thalweg"])
        for name in CONTENDERS:
            theirs = mean_of(made[name])
            floor = FLOORS.get((shape, name), 1.0)
            beside = (
                ["–"] * 3 if name == "thalweg" else [times(a, b, floor) for a, b in zip(ours, theirs, strict=True)][:3]
            )
            error = spread(made[name]) if mnist else "–"
            rows.append([shape.replace(",", "-"), name, f"{theirs.all:,.0f}", *beside, error])
            print("  " + " | ".join(rows[-1]), flush=True)
    head = ("network", "by", "examples a second", "thalweg is", "in the first 20%", "in the last 20%", "test error")
    told = [
        f"{'MNIST, 60,000 pictures to learn from and 10,000 unseen' if mnist else 'Noise of the shape of MNIST'}:",
        f"{epochs} epochs of Adam, batch 128, float32, rate 0.001, two threads, each training in a process of its own,",
        f"taking turns; means of {seeds} seed(s), the error with its standard deviation. thalweg is",
        "`NetworkClassifier`, scikit-learn `MLPClassifier` without its penalty, PyTorch eager, its optimizer fused.",
        "",
        *table(head, rows),
        "",
    ]
    return told if quick or not mnist else [*told, *careful(folder)]


def careful(folder: str) -> list[str]:
    """Train the wide network for its test error."""
    made = [trained("thalweg", folder, SHAPES[1], *CAREFUL, "--seed", str(seed)) for seed in range(SEEDS)]
    reached = 100 * statistics.mean(one.error for one in made)
    asked = f"≤ {100 * MOST_ERROR:.1f}%{'' if reached <= 100 * MOST_ERROR else ' missed'}"
    line = (
        f"Trained with care (784-1000-10, 20 epochs, the rate falling along a cosine, dropout 0.3, no deformation): "
        f"{spread(made)} ({asked}), {statistics.mean(one.seconds for one in made):.0f} s. In the literature, plain "
        "networks: 3.05% (300-100), 1.6% (800 hidden, cross-entropy)."
    )
    print("  " + line, flush=True)
    return [line, ""]
