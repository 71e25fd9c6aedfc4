"""One contender on a Parquet file of rows, in a process of its own: seconds of every epoch, as JSON.

python benchmarks/larger_run.py CONTENDER FILE EPOCHS
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn import Descent, Network, Optimizer, dense_examples, descend_stream, parquet_batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TARGET, BATCH, HIDDEN, RATE = "y", 256, 100, 1e-3
WINDOW = 2**18
SHARED: dict[str, Any] = {"loss": "mse", "optimizer": Optimizer("adam", RATE), "batch": BATCH}


class Watch:
    """Takes the time of every epoch."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = time.perf_counter()

    def __call__(self, *_: object) -> None:
        """Note how long it took since the last time."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now


def network_of(path: str) -> Network:
    """Return the network for a file's features."""
    return Network((len(parquet_batches(path, TARGET).features), HIDDEN, 1))


def stream(path: str, epochs: int, *, forget: bool = False) -> tuple[list[float], float]:
    """Descend on the file, window by window; where told to, the system forgets the file after every epoch."""
    watch = Watch()

    def watched(*_: object) -> None:
        watch()
        if forget:
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)

    batches = parquet_batches(path, TARGET)
    outcome = descend_stream(network_of(path), batches, epochs=epochs, window=WINDOW, watch=watched, **SHARED)
    return watch.seconds, float(outcome.losses[-1])


def cold(path: str, epochs: int) -> tuple[list[float], float]:
    """Descend on the file, which comes from the disk every time."""
    return stream(path, epochs, forget=True)


def in_memory(path: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read a file into memory."""
    batches = parquet_batches(path, TARGET)
    x = np.empty((batches.rows, len(batches.features)), np.float32)
    y = np.empty((batches.rows, 1), np.float32)
    first = 0
    for features, target in batches:
        x[first : first + len(features)], y[first : first + len(features)] = features, target
        first += len(features)
    return x, y


def memory(path: str, epochs: int) -> tuple[list[float], float]:
    """Descend on all rows in memory."""
    descent = Descent(network_of(path), dense_examples(*in_memory(path)), epochs=epochs, **SHARED)
    watch = Watch()
    descent.run(watch=watch)
    return watch.seconds, float(descent.batch_losses.mean())


def scikit_learn(path: str, epochs: int) -> tuple[list[float], float]:
    """Give scikit-learn the file's batches, collected to windows, which it shuffles."""
    from sklearn.neural_network import MLPRegressor  # noqa: PLC0415 - one peer a process

    model = MLPRegressor(
        hidden_layer_sizes=(HIDDEN,), alpha=0.0, batch_size=BATCH, learning_rate_init=RATE, random_state=0
    )
    watch = Watch()
    for _ in range(epochs):
        windows_of(path, lambda x, y: model.partial_fit(x, y[:, 0]))
        watch()
    return watch.seconds, 2 * model.loss_  # it halves the squared error


def pytorch(path: str, epochs: int) -> tuple[list[float], float]:
    """Give PyTorch the file's batches, collected to windows, shuffled."""
    import torch  # noqa: PLC0415 - one peer a process

    torch.set_num_threads(1)
    torch.manual_seed(0)
    widths = network_of(path).widths
    net = torch.nn.Sequential(torch.nn.Linear(*widths[:2]), torch.nn.ReLU(), torch.nn.Linear(*widths[1:]))
    optimizer, loss = torch.optim.Adam(net.parameters(), lr=RATE, fused=True), torch.nn.MSELoss()
    losses: list[float] = []

    def learn(x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
        features, target = torch.from_numpy(x), torch.from_numpy(y)
        total = 0.0
        for rows in torch.randperm(len(features)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            value = loss(net(features[rows]), target[rows])
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
        losses.append(total / len(features))

    watch = Watch()
    for _ in range(epochs):
        windows_of(path, learn)
        watch()
    return watch.seconds, losses[-1]


def windows_of(path: str, learn: Callable[[NDArray[np.float32], NDArray[np.float32]], object]) -> None:
    """Hand a file over window by window, as one does by hand: read, learn, read, learn."""
    batches = parquet_batches(path, TARGET)
    x = np.empty((WINDOW, len(batches.features)), np.float32)
    y = np.empty((WINDOW, 1), np.float32)
    count = 0
    for features, target in batches:
        first = 0
        while first < len(features):
            rows = min(WINDOW - count, len(features) - first)
            x[count : count + rows], y[count : count + rows] = (
                features[first : first + rows],
                target[first : first + rows],
            )
            count, first = count + rows, first + rows
            if count == WINDOW:
                learn(x, y)
                count = 0
    if count:
        learn(x[:count], y[:count])


CONTENDERS: dict[str, Callable[[str, int], tuple[list[float], float]]] = {
    "memory": memory,
    "stream": stream,
    "cold": cold,
    "scikit-learn": scikit_learn,
    "PyTorch": pytorch,
}

if __name__ == "__main__":
    name, path, epochs = sys.argv[1:]
    seconds, loss = CONTENDERS[name](path, int(epochs))
    print(json.dumps({"seconds": seconds, "loss": loss}))
