"""One training on handwritten digits, in a process of its own; prints its seconds an epoch and its test error as JSON.

python benchmarks/digits_run.py thalweg FOLDER 784,300,100,10 --epochs 15 --seed 0 [--cosine --dropout 0.3]
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Digits = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]

BATCH, RATE, THREADS = 128, 1e-3, 2
FILES = tuple(f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))


def read(folder: str) -> Digits:
    """Return MNIST's training and test pictures, 0 … 1, and labels; of "random" as many of noise, a tenth of them."""
    if folder == "random":
        random = np.random.default_rng(0)
        count = (6000, 1000)
        pictures = [random.random((n, 784), np.float32) * (random.random((n, 784)) < 0.2) for n in count]
        labels = [random.integers(0, 10, n) for n in count]
        return pictures[0].astype(np.float32), labels[0], pictures[1].astype(np.float32), labels[1]
    raw = [gzip.decompress((Path(folder) / name).read_bytes()) for name in FILES]
    x, y, unseen_x, unseen_y = (np.frombuffer(one, np.uint8, offset=16 - 8 * (at % 2)) for at, one in enumerate(raw))
    scaled = [(pixels.reshape(-1, 784) / np.float32(255)).astype(np.float32) for pixels in (x, unseen_x)]
    return scaled[0], y.astype(np.int64), scaled[1], unseen_y.astype(np.int64)


def thalweg(widths: tuple[int, ...], digits: Digits, given: argparse.Namespace) -> tuple[list[float], NDArray[Any]]:
    """Train the estimator as its users do."""
    from thalweg.adapters.sklearn import NetworkClassifier  # noqa: PLC0415 - one contender's

    x, y, unseen, _ = digits
    NetworkClassifier((8,), max_iter=1, random_state=0).fit(x[:200], y[:200])  # what is compiled is loaded before
    marks = [time.perf_counter()]
    model = NetworkClassifier(
        widths[1:-1],
        batch_size=BATCH,
        learning_rate_init=RATE,
        learning_rate="cosine" if given.cosine else "constant",
        dropout=given.dropout,
        max_iter=given.epochs,
        random_state=given.seed,
        n_jobs=THREADS,
        callback=lambda _: marks.append(time.perf_counter()),
    )
    model.fit(x, y)
    return marks, model.predict(unseen)


def sklearn(widths: tuple[int, ...], digits: Digits, given: argparse.Namespace) -> tuple[list[float], NDArray[Any]]:
    """Train scikit-learn's network; without its penalty, and told to make all epochs."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - one contender's
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - likewise

    marks = [time.perf_counter()]

    class Marked(MLPClassifier):
        def _update_no_improvement_count(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - handed on
            marks.append(time.perf_counter())  # the one place that it passes once an epoch
            super()._update_no_improvement_count(*arguments, **more)

    x, y, unseen, _ = digits
    model = Marked(
        widths[1:-1],
        alpha=0.0,
        batch_size=BATCH,
        learning_rate_init=RATE,
        max_iter=given.epochs,
        n_iter_no_change=given.epochs + 1,
        random_state=given.seed,
    )
    import warnings  # noqa: PLC0415 - likewise

    warnings.simplefilter("ignore")  # that it was not told to converge
    with threadpool_limits(THREADS):
        model.fit(x, y)
        return marks, model.predict(unseen)


def torch(widths: tuple[int, ...], digits: Digits, given: argparse.Namespace) -> tuple[list[float], NDArray[Any]]:
    """Train in eager PyTorch: one tensor of features, batches cut by index, the fused optimizer."""
    import torch  # noqa: PLC0415 - one contender's

    torch.set_num_threads(THREADS)
    torch.manual_seed(given.seed)
    layers: list[Any] = []
    for inputs, outputs in pairwise(widths):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    net, loss = torch.nn.Sequential(*layers[:-1]), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
    x, y, unseen = (torch.from_numpy(array) for array in digits[:3])
    marks = [time.perf_counter()]
    for _ in range(given.epochs):
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            loss(net(x[rows]), y[rows]).backward()
            optimizer.step()
        marks.append(time.perf_counter())
    with torch.no_grad():
        return marks, net(unseen).argmax(1).numpy()


def main() -> None:
    """Train one and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contender", choices=("thalweg", "scikit-learn", "PyTorch"))
    parser.add_argument("folder", help="of MNIST's four files, or random")
    parser.add_argument("widths")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cosine", action="store_true")
    parser.add_argument("--dropout", type=float, default=0.0)
    given = parser.parse_args()
    digits = read(given.folder)
    widths = tuple(int(width) for width in given.widths.split(","))
    contender = {"thalweg": thalweg, "scikit-learn": sklearn, "PyTorch": torch}[given.contender]
    marks, said = contender(widths, digits, given)
    error = float(np.mean(said != digits[3]))
    print(json.dumps({"examples": len(digits[0]), "seconds": np.diff(marks).tolist(), "error": error}))


if __name__ == "__main__":
    main()
