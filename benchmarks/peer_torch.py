"""The same training in eager PyTorch, as its users write it, with what makes it fast on a processor.

Features lie ready in one tensor, batches are cut by index (no DataLoader), the optimizer is the fused one, gradients
are dropped rather than zeroed, and the learning rate's schedule moves once an epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cases import Case
    from thalweg.learn.function import Network
    from thalweg.learn.optimizer import Optimizer

LOSSES = {"mae": nn.L1Loss, "mse": nn.MSELoss, "cross-entropy": nn.CrossEntropyLoss}
ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}


@dataclass(frozen=True)
class Task:
    """One network to be trained, in plain arrays that go to another process."""

    network: Network
    optimizer: Optimizer
    loss: str
    batch: int
    epochs: int
    seed: int
    features: NDArray[np.float32]
    target: NDArray[np.float32]
    validation_features: NDArray[np.float32]
    validation_target: NDArray[np.float32]


def model(network: Network) -> nn.Sequential:
    """Build the network, up to the z of its output layer."""
    layers: list[nn.Module] = []
    for inputs, outputs in zip(network.widths[:-1], network.widths[1:], strict=True):
        layers += [nn.Linear(inputs, outputs), ACTIVATIONS[network.activation]()]
    return nn.Sequential(*layers[:-1])


def optimizer_for(net: nn.Module, chosen: Optimizer) -> torch.optim.Optimizer:
    """Build the update rule."""
    if chosen.rule == "gradient descent":
        return torch.optim.SGD(net.parameters(), lr=chosen.learning_rate, weight_decay=chosen.decay, fused=True)
    return (torch.optim.Adam if chosen.rule == "adam" else torch.optim.AdamW)(
        net.parameters(),
        lr=chosen.learning_rate,
        betas=(chosen.momentum, chosen.momentum_squares),
        eps=chosen.epsilon,
        weight_decay=chosen.decay,
        fused=True,
    )


def train(task: Task) -> float:
    """Train one network for all its epochs, validated after each.

    Returns
    -------
    float
        The best validation loss.
    """
    torch.manual_seed(task.seed)
    net, loss = model(task.network), LOSSES[task.loss]()
    optimizer = optimizer_for(net, task.optimizer)
    cosine = task.optimizer.schedule == "cosine"
    x, y = torch.from_numpy(task.features), torch.from_numpy(task.target)
    unseen_x, unseen_y = torch.from_numpy(task.validation_features), torch.from_numpy(task.validation_target)
    best = math.inf
    for epoch in range(task.epochs):
        if cosine:
            for group in optimizer.param_groups:
                group["lr"] = task.optimizer.learning_rate * 0.5 * (1 + math.cos(math.pi * epoch / task.epochs))
        order = torch.randperm(len(x))
        for first in range(0, len(x), task.batch):
            rows = order[first : first + task.batch]
            optimizer.zero_grad(set_to_none=True)
            loss(net(x[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            best = min(best, float(loss(net(unseen_x), unseen_y)))
    return best


class Learner:
    """One network, learning a case's examples; starts at `theta`."""

    def __init__(self, case: Case, theta: NDArray[np.floating]) -> None:
        torch.set_num_threads(1)
        self._batch, self._net, self._loss = case.batch, model(case.network), LOSSES[case.loss]()
        nn.utils.vector_to_parameters(torch.from_numpy(np.asarray(theta, np.float32)), self._net.parameters())
        self._optimizer = optimizer_for(self._net, case.optimizer)
        target = case.target[:, 0].astype(np.int64) if case.labels else case.target
        self._x, self._y = torch.from_numpy(case.features), torch.from_numpy(target)

    def epoch(self, order: NDArray[np.integer] | None = None) -> None:
        """Make the updates of an epoch; batch k is of ``order[k · B : (k + 1) · B]``, drawn where it is not given."""
        rows = torch.randperm(len(self._x)) if order is None else torch.from_numpy(order)
        for batch in rows.split(self._batch):
            self._optimizer.zero_grad(set_to_none=True)
            self._loss(self._net(self._x[batch]), self._y[batch]).backward()
            self._optimizer.step()

    def theta(self) -> NDArray[np.float32]:
        """Return the unknowns as thalweg's flat vector."""
        return nn.utils.parameters_to_vector(self._net.parameters()).detach().numpy()


def one_thread() -> None:
    """Hold PyTorch to one thread; for a process of a pool."""
    torch.set_num_threads(1)
