"""The time for an error surface: of a straight line over six years of days, and of three layers of 100 ReLUs."""

from __future__ import annotations

import numpy as np

from measure import one_core, processor_seconds, table
from surface_loop import losses_of_line
from thalweg.learn.data.examples import dense_examples, window_examples
from thalweg.learn.explain.plane import Plane, random_plane
from thalweg.learn.explain.surface import Units, surface_of
from thalweg.learn.function import Network
from thalweg.series.sample import sample

DAYS = 2190  # six years
FINE, COARSE = 250, 60
LIMITS = {"mae": 1.0, "mse": 1.0, "network": 15.0}  # seconds asked for
DEEP = (56, 100, 100, 100, 1)
CENTRE, SPREAD = 1600.0, 650.0


class Line:
    """L over w and b of y = b + w·x in the user's units, of a network that sees standardised days."""

    def __init__(self, days: int = DAYS, side: int = FINE) -> None:
        values = sample(days + 1).values
        self.x, self.target = values[:-1], values[1:]
        self.weights, self.biases = np.linspace(-0.75, 1.25, side), np.linspace(-1000, 1000, side)
        self.examples = dense_examples((self.x[:, None] - CENTRE) / SPREAD, self.target)
        self.plane = Plane(np.array([0.0, -CENTRE / SPREAD]), np.array([[1.0, CENTRE / SPREAD], [0.0, 1.0 / SPREAD]]))

    def ours(self, loss: str) -> np.ndarray:
        """Return the surface by `surface_of`, the scale undone and kept at 0 or above."""
        return surface_of(
            Network((1, 1)), self.examples, self.plane, self.weights, self.biases, loss,
            undo=Units(SPREAD, CENTRE, 0.0), threads=1,
        ).losses  # fmt: skip

    def loop(self, loss: str) -> np.ndarray:
        """Return the same by a loop over the grid."""
        return losses_of_line(self.x, self.target, self.weights, self.biases, loss)


class Deep:
    """L over a random plane of three layers of 100 ReLUs that look back 56 days, the scale undone."""

    def __init__(self, side: int = COARSE) -> None:
        values = sample(DAYS).values[: DAYS - 547]  # the training days
        given = window_examples(values, DEEP[0], level=CENTRE, scale=1 / SPREAD)
        self.examples = dense_examples(given.gather(), values[DEEP[0] :])
        self.network = Network(DEEP)
        self.plane = random_plane(self.network, self.network.start(0))
        self.side = np.linspace(-1, 1, side)

    def ours(self) -> np.ndarray:
        """Return the surface."""
        units = Units(SPREAD, CENTRE, 0.0)
        return surface_of(self.network, self.examples, self.plane, self.side, self.side, undo=units, threads=1).losses


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    rows: list[list[str]] = []
    with one_core():
        line = Line(side=25 if quick else FINE)
        for loss in ("mae", "mse"):
            contenders = {"ours": lambda loss=loss: line.ours(loss), "loop": lambda loss=loss: line.loop(loss)}
            took = processor_seconds(contenders, 1 if quick else 5)
            points = f"{len(line.biases)} × {len(line.weights)}"
            rows.append(_row(f"1-1, {loss}, {points}, {len(line.x):,} days", took["ours"], LIMITS[loss], took["loop"]))
        deep = Deep(6 if quick else COARSE)
        took = processor_seconds({"ours": deep.ours}, 1)
        points = f"{len(deep.side)} × {len(deep.side)}"
        name = "-".join(map(str, DEEP))
        rows.append(_row(f"{name}, mae, {points}, {len(deep.examples):,} days", took["ours"], LIMITS["network"], None))
    for row in rows:
        print("  " + ", ".join(row), flush=True)
    return [
        "L over a grid of two coordinates in the user's units, the scale undone at every point, one core and thread;",
        "seconds of the processor, medians of turns. Beside it the plain loop over the grid in NumPy",
        "(`benchmarks/surface_loop.py`), which a test holds equal.",
        "",
        *table(("surface", "seconds", "asked for", "loop in NumPy, seconds", "times as fast"), rows),
        "",
    ]


def _row(name: str, seconds: float, limit: float, loop: float | None) -> list[str]:
    reached = "reached" if seconds < limit else "**missed**"
    beside = ["", ""] if loop is None else [f"{loop:.2f}", f"{loop / seconds:.0f}"]
    return [name, f"{seconds:.3g}", f"under {limit:g}, {reached}", *beside]
