"""What one update costs: the compiled kernel, eager PyTorch, and the NumPy reference, one thread each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from measure import table, take_turns
from thalweg.learn import backprop, optimizer
from thalweg.learn.descent import Descent
from thalweg.learn.examples import dense_examples
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Case:
    """A network, an update rule and a batch size."""

    widths: tuple[int, ...]
    rule: str
    batch: int

    @property
    def name(self) -> str:
        """How the table calls it."""
        rule = "Adam" if self.rule == "adamw" else "GD"
        return f"{'-'.join(map(str, self.widths))} {rule}, batch {self.batch}"


CASES = (
    Case((7, 1), "gradient descent", 16),
    Case((56, 100, 1), "gradient descent", 32),
    Case((56, 100, 1), "adamw", 32),
    Case((56, 100, 100, 100, 1), "gradient descent", 32),
    Case((56, 100, 100, 100, 1), "adamw", 32),
)
BATCHES = 100  # an epoch


def contenders(case: Case) -> dict[str, Callable[[], object]]:
    """Return name to a function that makes one epoch of `BATCHES` updates, float32, mean squared error."""
    random = np.random.default_rng(0)
    count = BATCHES * case.batch
    x = random.normal(size=(count, case.widths[0])).astype(np.float32)
    y = random.normal(size=(count, 1)).astype(np.float32)
    network = Network(case.widths)
    chosen = optimizer.Optimizer(rule=case.rule, learning_rate=1e-4, schedule="constant", decay=0)

    descent = Descent(network, dense_examples(x, y), loss="mse", optimizer=chosen, batch=case.batch, epochs=100_000)

    def kernel() -> None:
        done, _ = descent.step(BATCHES)
        assert done == BATCHES  # noqa: S101 - a bench of nothing would look fast

    theta = network.start(0).astype(np.float32)
    state, weight, loss = np.zeros((2, network.size), np.float32), np.ones((case.batch, 1), np.float32), LOSSES["mse"]

    def reference() -> None:
        order = random.permutation(count)
        for update in range(BATCHES):
            rows = order[update * case.batch : (update + 1) * case.batch]
            _, gradient = backprop.loss_and_gradient(network, theta, loss, x[rows], y[rows], weight)
            optimizer.apply_update(chosen, theta, gradient, state, update, BATCHES)

    found: dict[str, Callable[[], object]] = {"thalweg": kernel, "NumPy reference": reference}
    try:
        import torch  # noqa: PLC0415

        import peer_torch  # noqa: PLC0415 - PyTorch is a peer, not a need
    except ImportError:
        return found
    torch.set_num_threads(1)
    net, error = peer_torch.model(network), torch.nn.MSELoss()
    update_rule = peer_torch.optimizer_for(net, chosen)
    tensor_x, tensor_y = torch.from_numpy(x), torch.from_numpy(y)

    def eager() -> None:
        order = torch.randperm(count)
        for first in range(0, count, case.batch):
            rows = order[first : first + case.batch]
            update_rule.zero_grad(set_to_none=True)
            error(net(tensor_x[rows]), tensor_y[rows]).backward()
            update_rule.step()

    return {**found, "PyTorch eager": eager}


def section(*, quick: bool = False) -> list[str]:
    """Measure and return Markdown."""
    rows: list[list[str]] = []
    with threadpool_limits(1):
        for case in CASES[:2] if quick else CASES:
            median = take_turns(contenders(case), rounds=1 if quick else 15)
            cost = {name: seconds / BATCHES * 1e6 for name, seconds in median.items()}
            mine, peer = cost["thalweg"], cost.get("PyTorch eager")
            rows.append(
                [
                    case.name,
                    f"{mine:.1f}",
                    "not installed" if peer is None else f"{peer:.0f}",
                    f"{cost['NumPy reference']:.0f}",
                    "" if peer is None else f"{peer / mine:.1f}×",
                ]
            )
            print("  " + " | ".join(rows[-1]), flush=True)
    return [
        "## One update",
        "",
        "Microseconds for one update, float32, mean squared error, one thread, batches drawn at random and gathered.",
        "The median of rounds of 100 updates in which the contenders take turns; PyTorch uses its fused optimizers.",
        "",
        *table(("network", "thalweg", "PyTorch eager", "NumPy reference", "PyTorch / thalweg"), rows),
        "",
    ]
