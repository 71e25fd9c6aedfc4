"""The same training in eager PyTorch, as its users write it, with what makes it fast on a processor.

Features lie ready in one tensor, batches are cut by index (no DataLoader), the optimizer is the fused one, gradients
are dropped rather than zeroed, and the learning rate's schedule moves once an epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.learn.function import Network
    from thalweg.learn.optimizer import Optimizer

LOSSES = {"mae": nn.L1Loss, "mse": nn.MSELoss}


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
    """Build the network."""
    layers: list[nn.Module] = []
    for inputs, outputs in zip(network.widths[:-1], network.widths[1:], strict=True):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def optimizer_for(net: nn.Module, chosen: Optimizer) -> torch.optim.Optimizer:
    """Build the update rule."""
    if chosen.rule == "gradient descent":
        return torch.optim.SGD(net.parameters(), lr=chosen.learning_rate, weight_decay=chosen.decay, fused=True)
    return torch.optim.AdamW(
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


def one_thread() -> None:
    """Hold PyTorch to one thread; for a process of a pool."""
    torch.set_num_threads(1)
