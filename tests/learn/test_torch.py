"""Reference and kernel against PyTorch, a peer (`./dev test --peers`)."""

from __future__ import annotations

import numpy as np
import pytest

from peers import peer
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import loss_and_gradient
from thalweg.learn.descent import Descent
from thalweg.learn.examples import dense_examples
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.optimizer import Optimizer, rate

torch = peer("torch")

MODULES = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "identity": torch.nn.Identity}


def in_torch(network, theta):
    """The same network with the same unknowns as a PyTorch module; its parameters are in θ's order."""
    steps = []
    for layer, name in zip(network.layers(theta), network.activations, strict=True):
        linear = torch.nn.Linear(*reversed(layer.weights.shape), dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.weights))
            linear.bias.copy_(torch.tensor(layer.biases))
        steps += [linear, MODULES[name]()]
    return torch.nn.Sequential(*steps)


def their_loss(name, prediction, target, weight):
    error = (prediction - target).abs() if name == "mae" else (prediction - target) ** 2
    return (weight * error).sum() / weight.sum()


def flat(tensors):
    return np.concatenate([tensor.detach().numpy().ravel() for tensor in tensors])


@pytest.fixture
def table():
    random = np.random.default_rng(4)
    return random.normal(size=(50, 6)), random.normal(size=(50, 2)), random.uniform(0.5, 2, (50, 2))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_loss_and_gradient(activation, loss, table):
    network = Network((6, 9, 7, 2), activation)
    theta = network.start(1) + 0.05
    value, gradient = loss_and_gradient(network, theta, LOSSES[loss], *table)
    module = in_torch(network, theta)
    x, target, weight = (torch.tensor(part) for part in table)
    theirs = their_loss(loss, module(x), target, weight)
    theirs.backward()
    assert value == pytest.approx(theirs.item(), rel=1e-12)
    assert np.abs(gradient).max() > 1e-2
    np.testing.assert_allclose(gradient, flat(p.grad for p in module.parameters()), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("rule", ["adamw", "gradient descent"])
def test_ten_updates(rule, schedule, table):
    network = Network((6, 9, 7, 2))
    optimizer = Optimizer(rule, learning_rate=0.02, schedule=schedule, decay=0.1)
    descent = Descent(
        network, dense_examples(*table), loss="mse", optimizer=optimizer, batch=12, epochs=2, dtype=np.float64
    )
    module = in_torch(network, descent.theta)
    theirs = (
        torch.optim.AdamW(module.parameters(), lr=0.02, weight_decay=0.1)
        if rule == "adamw"
        else torch.optim.SGD(module.parameters(), lr=0.02)
    )
    assert descent.batches == 5
    for update in range(10):
        rows = descent.order(update // 5)[update % 5 * 12 :][:12]
        x, target, weight = (torch.tensor(part[rows]) for part in table)
        theirs.param_groups[0]["lr"] = rate(optimizer, update, 10)
        theirs.zero_grad()
        their_loss("mse", module(x), target, weight).backward()
        if rule == "gradient descent":  # PyTorch's SGD has coupled decay only; ours is decoupled
            with torch.no_grad():
                for parameter in module.parameters():
                    parameter.mul_(1 - rate(optimizer, update, 10) * 0.1)
        theirs.step()
        start = descent.theta.copy()
        descent.step(1)
        assert np.abs(descent.theta - start).max() > 1e-6
        np.testing.assert_allclose(descent.theta, flat(module.parameters()), rtol=1e-10, atol=1e-12)
