"""Reference and kernel against PyTorch, a peer (`./dev test --peers`)."""

from __future__ import annotations

import numpy as np
import pytest

from support.combinations import ALL, problem_of
from support.peers import peer
from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.backprop import loss_and_gradient
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, huber, quantile
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer, rate

torch = peer("torch")
functional = torch.nn.functional


class HardSigmoid(torch.nn.Module):
    """The slope of their own Hardsigmoid is 1/6 rounded to 32 bits, in float64 too."""

    def forward(self, z):
        return torch.clamp(z / 6 + 0.5, 0, 1)


MODULES = {
    "identity": torch.nn.Identity,
    "sigmoid": torch.nn.Sigmoid,
    "hard sigmoid": HardSigmoid,
    "relu": torch.nn.ReLU,
    "tanh": torch.nn.Tanh,
    "softmax": lambda: torch.nn.Softmax(dim=1),
}


class Module(torch.nn.Module):
    """The same network with the same unknowns; its parameters are in θ's order."""

    def __init__(self, network, theta):
        super().__init__()
        self.skip, self.linears = network.skip, torch.nn.ModuleList()
        for layer in network.layers(theta):
            linear = torch.nn.Linear(*reversed(layer.weights.shape), dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(layer.weights))
                linear.bias.copy_(torch.tensor(layer.biases))
            self.linears.append(linear)
        self.activation, self.output = MODULES[network.activation](), MODULES[network.output]()

    def forward(self, x):
        return self.output(self.before_output(x))

    def before_output(self, x):
        first, *hidden, last = self.linears
        a = self.activation(first(x))
        if self.skip:
            for one, other in zip(hidden[::2], hidden[1::2], strict=True):
                a = self.activation(other(self.activation(one(a))) + a)
        else:
            for linear in hidden:
                a = self.activation(linear(a))
        return last(a)


def their_errors(loss, prediction, target):
    if loss == "cross-entropy":
        if target.shape[1] == 1:
            return functional.nll_loss(prediction.log(), target[:, 0].long(), reduction="none")[:, None]
        return -(target * prediction.log()).sum(dim=1, keepdim=True)
    if loss == "quantile":
        return torch.maximum(0.5 * (target - prediction), 0.5 * (prediction - target))
    of = {
        "mae": functional.l1_loss,
        "mse": functional.mse_loss,
        "huber": functional.huber_loss,
        "binary cross-entropy": functional.binary_cross_entropy,
    }[loss]
    if loss == "binary cross-entropy":  # their sigmoid's rounding may stand a hair outside what it takes
        assert (prediction > 0).all()
        assert (prediction < 1).all()
    return of(prediction, target, reduction="none")


def weighted_mean(errors, weight):
    weight = weight.expand_as(errors)
    return (weight * errors).sum() / weight.sum()


def flat(tensors):
    return np.concatenate([tensor.detach().numpy().ravel() for tensor in tensors])


def held(module, theirs, value, gradient):
    """Loss and gradient are theirs to 1e-10, and not nothing."""
    theirs.backward()
    assert value == pytest.approx(theirs.item(), rel=1e-12)
    expected = flat(p.grad for p in module.parameters())
    assert np.abs(expected).max() > 2e-3
    assert (expected != 0).mean() > 0.4
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("combination", ALL, ids=str)
def test_loss_and_gradient(combination):
    problem = problem_of(combination)
    scored = problem.weight > 0
    given = problem.x, np.where(scored, problem.target, 0.5 if combination.aim == "distributions" else 0.0)
    value, gradient = loss_and_gradient(
        problem.network, problem.theta, LOSSES[combination.loss], problem.x, problem.target, problem.weight
    )
    module = Module(problem.network, problem.theta)
    x, target, weight = (torch.tensor(part) for part in (*given, problem.weight))
    held(module, weighted_mean(their_errors(combination.loss, module(x), target), weight), value, gradient)


def test_hard_sigmoid_is_theirs():
    z = torch.linspace(-5, 5, 1000, dtype=torch.float64, requires_grad=True)
    theirs = torch.nn.Hardsigmoid()(z)
    theirs.sum().backward()
    ours = ACTIVATIONS["hard sigmoid"]
    np.testing.assert_allclose(ours.value(z.detach().numpy()), theirs.detach(), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(ours.slope(z.detach().numpy()), z.grad, rtol=1e-7)


@pytest.fixture
def table():
    random = np.random.default_rng(4)
    return random.normal(size=(50, 6)), random.normal(size=(50, 3)), random.uniform(0.5, 2, (50, 3))


class TestTheirOwnLosses:
    """Where PyTorch has the whole from z to the loss in one function."""

    @pytest.mark.parametrize("skip", [False, True])
    @pytest.mark.parametrize("aim", ["labels", "distributions"])
    def test_cross_entropy(self, aim, skip, table):
        x, _, weight = table
        weight = weight[:, :1]
        random = np.random.default_rng(1)
        target = random.integers(0, 3, (50, 1)) if aim == "labels" else random.dirichlet(np.ones(3), 50)
        network = Network((6, 7, 7, 7, 3), "tanh", "softmax", skip)
        theta = 3 * network.start(1)
        value, gradient = loss_and_gradient(network, theta, LOSSES["cross-entropy"], x, target.astype(float), weight)
        module = Module(network, theta)
        z, goal = module.before_output(torch.tensor(x)), torch.tensor(target)
        errors = functional.cross_entropy(z, goal[:, 0] if aim == "labels" else goal, reduction="none")
        held(module, weighted_mean(errors[:, None], torch.tensor(weight)), value, gradient)

    def test_binary_cross_entropy(self, table):
        x, _, weight = table
        target = np.random.default_rng(1).choice([0, 0.25, 1], (50, 3))
        network = Network((6, 7, 3), "tanh", "sigmoid")
        theta = 3 * network.start(1)
        value, gradient = loss_and_gradient(network, theta, LOSSES["binary cross-entropy"], x, target, weight)
        module = Module(network, theta)
        theirs = functional.binary_cross_entropy_with_logits(
            module.before_output(torch.tensor(x)), torch.tensor(target), torch.tensor(weight), reduction="sum"
        )
        held(module, theirs / weight.sum(), value, gradient)

    @pytest.mark.parametrize("delta", [0.3, 1.0, 2.5])
    def test_huber(self, delta, table):
        network = Network((6, 9, 7, 3))
        theta = network.start(1) + 0.05
        value, gradient = loss_and_gradient(network, theta, huber(delta), *table)
        module = Module(network, theta)
        x, target, weight = (torch.tensor(part) for part in table)
        errors = torch.nn.HuberLoss(reduction="none", delta=delta)(module(x), target)
        held(module, weighted_mean(errors, weight), value, gradient)

    @pytest.mark.parametrize("levels", [0.1, 0.8, (0.05, 0.5, 0.9)])
    def test_quantile(self, levels, table):
        network = Network((6, 9, 7, 3), "tanh")
        theta = network.start(1) + 0.05
        value, gradient = loss_and_gradient(network, theta, quantile(levels), *table)
        module = Module(network, theta)
        x, target, weight = (torch.tensor(part) for part in table)
        short, level = target - module(x), torch.tensor(levels, dtype=torch.float64)
        held(module, weighted_mean(torch.where(short > 0, level * short, (level - 1) * short), weight), value, gradient)


def their_optimizer(optimizer, parameters):
    eta, decay = optimizer.learning_rate, optimizer.decay
    betas = (optimizer.momentum, optimizer.momentum_squares)
    if optimizer.rule == "gradient descent":
        return torch.optim.SGD(parameters, lr=eta, weight_decay=decay)
    if optimizer.rule == "momentum":
        return torch.optim.SGD(parameters, lr=eta, weight_decay=decay, momentum=optimizer.momentum)
    kind = torch.optim.Adam if optimizer.rule == "adam" else torch.optim.AdamW
    return kind(parameters, lr=eta, weight_decay=decay, betas=betas, eps=optimizer.epsilon)


@pytest.mark.parametrize("clip", [None, 0.25])
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("rule", RULES)
def test_ten_updates(rule, schedule, decay, clip, table):
    network = Network((6, 9, 7, 3), "tanh")
    optimizer = Optimizer(
        rule, learning_rate=0.02, schedule=schedule, decay=decay, clip=clip, warm_up=2, step_every=3, step_factor=0.5
    )
    descent = Descent(
        network, dense_examples(*table), loss="mse", optimizer=optimizer, batch=12, epochs=2, dtype=np.float64
    )
    module = Module(network, descent.theta)
    theirs = their_optimizer(optimizer, module.parameters())
    assert descent.batches == 5
    for update in range(10):
        rows = descent.order(update // 5)[update % 5 * 12 :][:12]
        x, target, weight = (torch.tensor(part[rows]) for part in table)
        theirs.param_groups[0]["lr"] = rate(optimizer, update, 10)
        theirs.zero_grad()
        loss = weighted_mean(their_errors("mse", module(x), target), weight)
        loss.backward()
        if clip is not None:
            norm = np.linalg.norm(flat(p.grad for p in module.parameters()))
            assert norm > clip
            # They divide by the norm + 1e-6, which is taken back here.
            torch.nn.utils.clip_grad_norm_(module.parameters(), clip * (1 + 1e-6 / norm))
        theirs.step()
        start = descent.theta.copy()
        descent.step(1)
        assert np.abs(descent.theta - start).max() > 1e-6
        assert descent.batch_losses[update % 5] == pytest.approx(loss.item(), rel=1e-10)
        np.testing.assert_allclose(descent.theta, flat(module.parameters()), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("schedule", "warm_up"), [("cosine", 0), ("cosine", 3), ("step", 0), ("step", 3), ("constant", 3)]
)
def test_schedule(schedule, warm_up):
    """η of each update as their schedulers have it, one after the other."""
    optimizer = Optimizer(learning_rate=0.1, schedule=schedule, warm_up=warm_up, step_every=4, step_factor=0.5)
    parameter = torch.nn.Parameter(torch.zeros(1))
    theirs = torch.optim.SGD([parameter], lr=0.1)
    schedulers = torch.optim.lr_scheduler
    after = {
        "constant": lambda: schedulers.ConstantLR(theirs, factor=1),
        "cosine": lambda: schedulers.CosineAnnealingLR(theirs, T_max=12 - warm_up),
        "step": lambda: schedulers.StepLR(theirs, step_size=4, gamma=0.5),
    }[schedule]()
    if warm_up:
        rise = schedulers.LinearLR(theirs, start_factor=1 / warm_up, total_iters=warm_up - 1)
        after = schedulers.SequentialLR(theirs, [rise, after], milestones=[warm_up])
    for update in range(12):
        assert rate(optimizer, update, 12) == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-12)
        theirs.step()
        after.step()
