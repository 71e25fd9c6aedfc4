"""Ten updates of every optimizer against a golden file: dual numbers in 40-digit decimals, no backpropagation."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from itertools import product

import numpy as np
import pytest

from learn.golden import trajectory as golden
from support.covering import cases
from thalweg.learn.backprop import loss_and_gradient
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer, apply_update

CASES = json.loads(golden.FILE.read_text(encoding="utf-8"))


def close(ours, exact, share):
    """Equal to a share of the largest number among them, or of 1."""
    size = max(1.0, float(np.abs(exact).max()))
    np.testing.assert_allclose(ours, exact, rtol=0, atol=share * size)


class Case:
    """One golden case as ours."""

    def __init__(self, name):
        case = CASES[name]
        description = case["network"]
        self.network = Network(
            tuple(description["widths"]), description["activation"], description["output"], skip=description["skip"]
        )
        self.loss, self.optimizer, self.epochs = case["loss"], Optimizer(**case["optimizer"]), case["epochs"]
        self.planned = golden.UPDATES * self.epochs
        self.start, self.path = np.array(case["start"]), case["path"]
        self.x = np.array([row[0] for row in case["examples"]])
        self.target, self.weight = (np.array([[row[k]] for row in case["examples"]]) for k in (1, 2))
        self.target[self.weight == 0] = np.nan  # nobody may look at it

    def descent(self, dtype):
        """A descent that draws the golden batches in their order."""
        options = {"loss": self.loss, "optimizer": self.optimizer, "batch": golden.BATCH, "epochs": self.epochs}
        order = Descent(self.network, dense_examples(self.x, self.target, self.weight), **options).order(0)
        place = np.argsort(order)
        table = dense_examples(self.x[place], self.target[place], self.weight[place])
        return Descent(self.network, table, theta=self.start, dtype=dtype, **options)


@pytest.fixture(params=CASES)
def case(request):
    return Case(request.param)


def test_golden_file_is_what_its_generator_writes():
    assert list(CASES) == list(golden.CASES)
    for name, kept in CASES.items():
        again = json.loads(json.dumps(golden.trajectory(name, updates=3)))
        assert again | {"path": None} == kept | {"path": None}
        assert again["path"] == kept["path"][:3]


def test_golden_file_has_every_rule_and_schedule():
    seen = [case["optimizer"] for case in CASES.values()]
    assert {one["rule"] for one in seen} == set(RULES)
    assert {(one["schedule"], one["warm_up"] > 0) for one in seen} == {(s, w) for s in SCHEDULES for w in (True, False)}
    for rule in RULES:
        mine = [one for one in seen if one["rule"] == rule]
        assert {one["clip"] is None for one in mine} == {one["decay"] == 0 for one in mine} == {True, False}
    clips = [
        np.linalg.norm(step["gradient"]) > case["optimizer"]["clip"]
        for case in CASES.values()
        if case["optimizer"]["clip"] is not None
        for step in case["path"]
    ]
    assert 0.2 < np.mean(clips) < 0.9  # it often clips, and often lets pass


def test_golden_file_is_no_row_of_zeros(case):
    gradients = np.array([step["gradient"] for step in case.path])
    assert (np.abs(gradients) > 1e-3).mean() > 0.6
    assert (np.abs(gradients).max(axis=0) > 1e-3).all()
    thetas = np.array([case.start, *(step["theta"] for step in case.path)])
    assert (np.abs(np.diff(thetas, axis=0)).max(axis=1) > 1e-4).all()
    assert len({step["loss"] for step in case.path}) == golden.UPDATES


def test_reference(case):
    theta, state = case.start.copy(), np.zeros((2, case.network.size))
    for update, step in enumerate(case.path):
        rows = slice(update * golden.BATCH, (update + 1) * golden.BATCH)
        value, gradient = loss_and_gradient(
            case.network, theta, LOSSES[case.loss], case.x[rows], case.target[rows], case.weight[rows]
        )
        assert value == pytest.approx(step["loss"], rel=1e-12)
        close(gradient, step["gradient"], 1e-12)
        apply_update(case.optimizer, theta, gradient, state, update, case.planned)
        close(theta, step["theta"], 1e-12)


@pytest.mark.parametrize(("dtype", "share"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_compiled(case, dtype, share):
    descent = case.descent(dtype)
    for update, step in enumerate(case.path):
        assert descent.step(1)[0] == 1
        close(descent.batch_losses[update], step["loss"], share)
        close(descent.gradient, step["gradient"], share)
        close(descent.theta, step["theta"], share)
    whole = case.descent(dtype)
    assert whole.step(golden.UPDATES)[0] == golden.UPDATES
    assert np.array_equal(whole.theta, descent.theta)


@pytest.mark.parametrize(
    ("rule", "decay", "clip", "schedule", "warm_up"),
    cases(product(RULES, [0.0, 0.25], [None, 2.0], SCHEDULES, [0, 3])),
)
def test_every_update_rule_with_every_option(rule, decay, clip, schedule, warm_up):
    random = np.random.default_rng(0)
    gradients = random.normal(0, np.linspace(0.2, 2, 10)[:, None], (10, 7))  # shorter than the clip, then longer
    start, state = random.normal(size=7), np.zeros((2, 7))
    options = {"learning_rate": 0.1, "schedule": schedule, "warm_up": warm_up, "step_every": 2, "step_factor": 0.5}
    options |= {"decay": decay, "clip": clip, "momentum": 0.75, "momentum_squares": 0.9, "epsilon": 1e-4}
    optimizer, theta = Optimizer(rule, **options), start.copy()
    with localcontext() as context:
        context.prec = golden.DIGITS
        exact, kept = [Decimal(t) for t in start.tolist()], [[Decimal(0)] * 7 for _ in range(2)]
        for update, gradient in enumerate(gradients):
            given = [Decimal(g) for g in gradient.tolist()]
            exact = golden.moved(rule, golden.OPTIMIZER | options, exact, given, kept, update, 8)
            apply_update(optimizer, theta, gradient, state, update, 8)
            close(theta, np.array(exact, dtype=float), 1e-14)
    assert (np.abs(theta - start) > 1e-3).all()
