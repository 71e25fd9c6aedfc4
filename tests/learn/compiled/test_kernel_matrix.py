"""The kernel equals the reference in every combination: activations, losses, blocks, counts of lanes, precisions."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from numba import njit

from support.combinations import ALL, HIDDEN, Combination, problem_of
from support.covering import cases
from thalweg.learn.backprop import forward, loss_and_gradient
from thalweg.learn.compiled import LANES, kernel
from thalweg.learn.compiled.random import draw_mask
from thalweg.learn.data.examples import Examples, dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES, STABLE_PAIRS, huber, own_loss, quantile
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer, apply_update
from thalweg.learn.prediction import predict
from thalweg.learn.training.thread_group import ALONE
from thalweg.learn.training.workspace import buffers_of, data_of, plan_of

PRECISIONS = [(np.float64, 1e-12), (np.float32, 1e-5)]
STILL = Optimizer("gradient descent", learning_rate=1e-300)  # θ stays where it is


def close(ours, theirs, share):
    """Equal to a share of the largest number among them."""
    size = float(np.abs(theirs).max())
    assert size > 0
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=share * size)


def kernel_pass(network, loss, theta, examples, dtype, *, dropout=0.0, seed=0, buffers=None, stable=True):
    """L, the gradient and the room after one batch of all examples, in their order."""
    count = len(examples)
    plan = plan_of(network, examples, loss, STILL, training=stable, dropout=dropout, seed=seed)
    buffers = buffers or buffers_of(network, examples, count, dtype, training=True, dropout=dropout > 0)
    losses, order = np.full(1, np.nan), np.arange(count)
    data, theta = data_of(examples.astype(dtype)), theta.astype(dtype)
    kernel.descend(plan, data, buffers, theta, order, count, 0, 1, losses, 10**9, ALONE)
    assert buffers.counts[0] == 1
    return losses[0], buffers.gradient, buffers


def held(network, loss, theta, examples, dtype, share, **options):
    """Loss and gradient are the reference's, and not nothing."""
    value, gradient, _ = kernel_pass(network, loss, theta, examples, dtype, **options)
    their_value, their_gradient = loss_and_gradient(
        network, theta, loss, examples.gather(), examples.target, examples.weight
    )
    assert np.abs(their_gradient).max() > 2e-3
    assert value == pytest.approx(their_value, rel=share)
    close(gradient, their_gradient, share)


def is_refused(combination):
    """Whether a loss of probabilities meets an output that gives none."""
    return combination.loss.endswith("cross-entropy") and combination.output not in ("sigmoid", "softmax")


@pytest.mark.parametrize(
    ("combination", "precision"),
    cases((one, precision) for one in ALL if not is_refused(one) for precision in PRECISIONS),
    ids=lambda value: str(value) if isinstance(value, Combination) else value[0].__name__,
)
def test_gradient(combination, precision):
    dtype, share = precision
    problem = problem_of(combination)
    examples = dense_examples(problem.x, problem.target, problem.weight)
    held(problem.network, LOSSES[combination.loss], problem.theta, examples, dtype, share)


@pytest.mark.parametrize("combination", cases((one,) for one in ALL if is_refused(one) and not one.skip), ids=str)
def test_no_logarithm_of_what_is_no_probability(combination):
    problem = problem_of(combination)
    with pytest.raises(ValueError, match="takes the logarithm of probabilities"):
        Descent(problem.network, dense_examples(problem.x, problem.target, problem.weight), loss=combination.loss)


@pytest.mark.parametrize(("dtype", "share"), PRECISIONS, ids=["64", "32"])
@pytest.mark.parametrize("loss", LOSSES)
def test_one_weight_an_example(loss, dtype, share):
    aim = {"cross-entropy": "distributions", "binary cross-entropy": "shares"}.get(loss, "numbers")
    for output in ("sigmoid", "softmax"):
        problem = problem_of(Combination("tanh", output, loss, aim, skip=False)).with_one_weight_an_example()
        examples = dense_examples(problem.x, problem.target, problem.weight)
        held(problem.network, LOSSES[loss], problem.theta, examples, dtype, share)


@pytest.mark.parametrize(("dtype", "share"), PRECISIONS, ids=["64", "32"])
@pytest.mark.parametrize("loss", [huber(0.5), huber(1.7), quantile(0.1), quantile((0.05, 0.5, 0.9))], ids=repr)
def test_losses_with_numbers_of_their_own(loss, dtype, share):
    problem = problem_of(Combination("tanh", "identity", "huber", "numbers", skip=True))
    held(problem.network, loss, problem.theta, dense_examples(problem.x, problem.target, problem.weight), dtype, share)


class TestOwnLoss:
    """A user's loss goes another way through the kernel: it must come to the same place."""

    def pair(self, loss, own, dtype, output="identity", weight=None):
        examples = blocks("mixed", np.random.default_rng(3), 40, 2)
        if output == "sigmoid":
            examples = replace(examples, target=(examples.target > 0).astype(float))
        examples = replace(examples, weight=examples.weight if weight is None else weight)
        examples.target[np.broadcast_to(examples.weight == 0, examples.target.shape)] = np.nan
        network = Network((examples.features, 5, 5, 5, 2), "tanh", output, skip=True)
        options = {"optimizer": Optimizer("momentum", learning_rate=0.05, decay=0.1, clip=1.0), "epochs": 3}
        descents = [
            Descent(network, examples, loss=one, batch=17, seed=2, dropout=0.25, dtype=dtype, **options)
            for one in (loss, own)
        ]
        start = descents[0].theta.copy()
        for descent in descents:
            while descent.epoch < 3:
                assert descent.step(2)[0]
        assert np.abs(descents[0].theta - start).max() > 0.02
        return descents

    @pytest.mark.parametrize(("dtype", "share"), PRECISIONS, ids=["64", "32"])
    @pytest.mark.parametrize("name", ["mae", "mse", "huber", "quantile", "binary cross-entropy"])
    def test_written_out_it_is_the_same(self, name, dtype, share):
        known = LOSSES[name]
        own = own_loss(f"my {name}", known.error, known.slope)
        weight = np.random.default_rng(0).choice([0, 0.5, 2], (40, 2))
        output = "sigmoid" if name == "binary cross-entropy" else "identity"
        theirs, ours = self.pair(name, own, dtype, output, weight)
        close(ours.theta, theirs.theta, share)
        close(ours.batch_losses, theirs.batch_losses, share)

    def test_one_weight_an_example(self):
        known = LOSSES["mse"]
        weight = np.random.default_rng(0).choice([0, 0.5, 2], (40, 1))
        theirs, ours = self.pair("mse", own_loss("mine", known.error, known.slope), np.float64, weight=weight)
        close(ours.theta, theirs.theta, 1e-12)
        close(ours.batch_losses, theirs.batch_losses, 1e-12)

    def test_absolute_error_minus_a_hundred(self):
        # L2: negative, and the same way down.
        own = own_loss("less", lambda p, t: np.abs(p - t) - 100, lambda p, t: np.sign(p - t))
        theirs, ours = self.pair("mae", own, np.float64)
        close(ours.theta, theirs.theta, 1e-12)
        np.testing.assert_allclose(ours.batch_losses, theirs.batch_losses - 100, rtol=1e-13)
        assert ours.loss_of_all() == pytest.approx(theirs.loss_of_all() - 100)
        assert ours.loss_of_all() < -90

    def test_compiled_by_numba(self):
        known = LOSSES["mse"]
        compiled = own_loss("mine", njit(lambda p, t: (p - t) ** 2), njit(lambda p, t: 2 * (p - t)))
        theirs, ours = self.pair(own_loss("plain", known.error, known.slope), compiled, np.float64)
        close(ours.theta, theirs.theta, 1e-12)


class TestStablePairs:
    """Softmax with cross-entropy, sigmoid with binary cross-entropy: on z, where the general form fails far out."""

    def test_the_general_form_gives_the_same(self):
        # On the same numbers: the code of the loss itself in place of the pair's.
        names = {loss.code: loss.name for loss in LOSSES.values()}
        for output, code in STABLE_PAIRS:
            loss = names[code]
            aims = {"cross-entropy": ("labels", "distributions"), "binary cross-entropy": ("shares",)}[loss]
            for aim, (dtype, share) in product(aims, PRECISIONS):
                problem = problem_of(Combination("tanh", output, loss, aim, skip=False))
                examples = dense_examples(problem.x, problem.target, problem.weight)
                stable = kernel_pass(problem.network, LOSSES[loss], problem.theta, examples, dtype)
                plain = kernel_pass(problem.network, LOSSES[loss], problem.theta, examples, dtype, stable=False)
                assert stable[0] == pytest.approx(plain[0], rel=share)
                assert not np.array_equal(stable[1], plain[1])  # they are computed in two ways
                close(stable[1], plain[1], share)

    @pytest.mark.parametrize(("dtype", "share"), PRECISIONS, ids=["64", "32"])
    @pytest.mark.parametrize("aim", ["labels", "distributions"])
    def test_softmax_far_out(self, aim, dtype, share):
        # The identity of a line network makes z of x: differences of z up to 3000, whose e^z is no number.
        z = np.array([[-1000.0, 0, 2000], [1, 2, 3], [90, -90, 89], [-2000, -1999, -2001]])
        network, theta = Network((3, 3), output="softmax"), np.concatenate([np.eye(3).ravel(), np.zeros(3)])
        label = np.array([0, 2, 1, 0])
        shares = np.array([[0.5, 0.5, 0], [0.2, 0.3, 0.5], [0, 0, 1], [0.25, 0.25, 0.5]])
        goal = np.eye(3)[label] if aim == "labels" else shares
        given = label[:, None].astype(float) if aim == "labels" else shares
        weight = np.array([[1.0], [2], [0.5], [3]])
        value, gradient, _ = kernel_pass(
            network, LOSSES["cross-entropy"], theta, dense_examples(z, given, weight), dtype
        )
        level = z - z.max(axis=1, keepdims=True)
        logarithm = level - np.log(np.exp(level).sum(axis=1, keepdims=True))
        slope = weight * (np.exp(logarithm) - goal) / weight.sum()
        assert value == pytest.approx((weight[:, 0] * -(goal * logarithm).sum(axis=1)).sum() / weight.sum(), rel=share)
        assert value > 10
        close(gradient, np.concatenate([(slope.T @ z).ravel(), slope.sum(axis=0)]), share)

    @pytest.mark.parametrize(("dtype", "share"), PRECISIONS, ids=["64", "32"])
    def test_sigmoid_far_out(self, dtype, share):
        z = np.array([[-1000.0], [800], [-40], [40], [3]])
        target = np.array([[1.0], [0], [0.25], [1], [0.5]])
        value, gradient, _ = kernel_pass(
            Network((1, 1), output="sigmoid"), LOSSES["binary cross-entropy"], np.array([1.0, 0]),
            dense_examples(z, target), dtype,
        )  # fmt: skip
        expected = [1000, 800, 0.25 * 40 + np.log1p(np.exp(-40)), np.log1p(np.exp(-40)), np.log1p(np.exp(-3)) + 1.5]
        slope = (1 / (1 + np.exp(-z)) - target) / 5 if z.min() > -700 else (0.5 + 0.5 * np.tanh(z / 2) - target) / 5
        assert value == pytest.approx(np.mean(expected), rel=share)
        close(gradient, [(slope * z).sum(), slope.sum()], share)


def blocks(name, random, count, outputs):
    """Examples whose features are of one kind, or of all three."""
    window, columns, places, one_hot = {
        "window": (5, 0, 0, 0),
        "dense": (0, 4, 0, 0),
        "index": (0, 0, 3, 6),
        "mixed": (4, 2, 2, 5),
    }[name]
    return Examples(
        values=random.normal(size=40),
        newest=random.integers(max(window - 1, 0), 40, count),
        window=window,
        level=random.normal(size=count),
        scale=random.uniform(0.5, 2, count),
        dense=random.normal(size=(count, columns)),
        target=random.normal(size=(count, outputs)),
        weight=random.uniform(0.5, 2, (count, outputs)),
        emphasis=random.uniform(0.5, 2, window),
        limit=2.0,
        indices=random.integers(-1, one_hot, (count, places)),
        one_hot=one_hot,
    )


@pytest.mark.parametrize("count", range(1, 2 * LANES + 2))
def test_every_count_of_lanes_and_every_block(count):
    random = np.random.default_rng(count)
    for name, skip, (dtype, share) in product(("window", "dense", "index", "mixed"), (False, True), PRECISIONS):
        examples = blocks(name, random, count, 2)
        hidden = (6, 6, 6) if skip else (7, 4)
        network = Network((examples.features, *hidden, 2), "tanh", skip=skip)
        theta = network.start(count) + random.normal(0, 0.1, network.size)
        held(network, LOSSES["mse"], theta, examples, dtype, share)
        close(
            predict(network, theta.astype(dtype), examples),
            forward(network, theta, examples.gather()).prediction,
            share,
        )


@pytest.mark.parametrize("width", range(1, 35))
def test_every_width(width):
    # Each width as features, as neurons and as outputs, beside others, in batches of many sizes.
    random = np.random.default_rng(width)
    count = 7 * width % 33 + 1
    for widths, (dtype, share) in product(
        [(width, 35 - width, 7), (5, width, 1), (35 - width, width, width), (3, width, width, width, 2)], PRECISIONS
    ):
        network = Network(widths, "sigmoid", skip=len(widths) > 4)
        theta = network.start(width) + random.normal(0, 0.2, network.size)
        x, target = random.normal(size=(count, widths[0])), random.normal(1, 1, (count, widths[-1]))
        held(network, LOSSES["mse"], theta, dense_examples(x, target), dtype, share)


def reference_descent(network, loss, theta, examples, descent, epochs):
    """θ and the loss of each batch after whole epochs in the descent's order, by the reference alone."""
    x, theta, state = examples.gather(), theta.copy(), np.zeros((2, network.size))
    losses, update = [], 0
    for epoch in range(epochs):
        order = descent.order(epoch)
        for first in range(0, len(examples), descent.batch):
            rows = order[first : first + descent.batch]
            value, gradient = loss_and_gradient(
                network, theta, loss, x[rows], examples.target[rows], examples.weight[rows]
            )
            losses.append(value)
            apply_update(descent.optimizer, theta, gradient, state, update, descent.epochs * descent.batches)
            update += 1
    return theta, losses


@pytest.mark.parametrize(("dtype", "share"), [(np.float64, 1e-12), (np.float32, 1e-4)], ids=["64", "32"])
@pytest.mark.parametrize("name", ["window", "dense", "index", "mixed", "nothing chosen"])
def test_a_batch_leaves_no_trace_in_the_next(name, dtype, share):
    # Batches of 33, 33 and 5 examples lie in 48, 48 and 16 lanes of the same buffers; the next epoch begins anew.
    random = np.random.default_rng(0)
    examples = blocks("mixed" if name == "nothing chosen" else name, random, 71, 2)
    if name == "nothing chosen":
        examples = replace(examples, indices=np.zeros((71, 0), dtype=np.int64))
    network = Network((examples.features, 6, 6, 6, 2), "tanh", skip=True)
    theta = network.start(1)
    descent = Descent(
        network, examples, loss="mse", theta=theta, batch=33, epochs=3, dtype=dtype,
        optimizer=Optimizer("gradient descent", learning_rate=0.1),
    )  # fmt: skip
    seen = []
    for _ in range(3):
        assert descent.step(3)[0] == 3
        seen += descent.batch_losses.tolist()
    expected, losses = reference_descent(network, LOSSES["mse"], theta, examples, descent, 3)
    assert np.abs(expected - theta).max() > 0.05
    np.testing.assert_allclose(seen, losses, rtol=share)
    close(descent.theta, expected, share)


@pytest.mark.parametrize(
    ("rule", "decay", "clip", "schedule", "warm_up"),
    cases(product(RULES, [0.0, 0.25], [None, 1.0], SCHEDULES, [0, 3])),
)
def test_every_update_rule_with_every_option(rule, decay, clip, schedule, warm_up):
    examples = blocks("mixed", np.random.default_rng(0), 24, 2)
    network = Network((examples.features, 4, 2), "tanh")
    theta = network.start(1)
    optimizer = Optimizer(
        rule, learning_rate=0.05, schedule=schedule, warm_up=warm_up, step_every=2, step_factor=0.5, decay=decay,
        clip=clip, momentum=0.75, momentum_squares=0.9, epsilon=1e-4,
    )  # fmt: skip
    for dtype, share in ((np.float64, 1e-12), (np.float32, 1e-4)):
        descent = Descent(
            network, examples, loss="mse", theta=theta, batch=5, epochs=2, dtype=dtype, optimizer=optimizer
        )
        assert descent.step(5)[0] == descent.step(5)[0] == 5
        expected, _ = reference_descent(network, LOSSES["mse"], theta, examples, descent, 2)
        assert (np.abs(expected - theta) > 1e-4).mean() > 0.8
        close(descent.theta, expected, share)


class TestDropout:
    @pytest.mark.parametrize(("activation", "skip", "precision"), cases(product(HIDDEN, [False, True], PRECISIONS)))
    def test_the_reference_with_the_same_masks(self, activation, skip, precision):
        dtype, share = precision
        problem = problem_of(Combination(activation, "identity", "mse", "numbers", skip), count=29)
        network, examples = problem.network, dense_examples(problem.x, problem.target, problem.weight)
        value, gradient, _ = kernel_pass(network, LOSSES["mse"], problem.theta, examples, dtype, dropout=0.3, seed=5)
        masks = []
        for layer, width in enumerate(network.widths[1:-1]):
            mask = np.full((width, 2 * LANES), np.nan)
            draw_mask(5, 0, layer, 0.3, 0, mask.reshape(-1))
            assert set(mask.ravel()) == {0, 1 / 0.7}
            masks.append(mask.T[:29])
        given = problem.x, problem.target, problem.weight
        their_value, theirs = loss_and_gradient(network, problem.theta, LOSSES["mse"], *given, masks)
        assert value == pytest.approx(their_value, rel=share)
        close(gradient, theirs, share)
        assert np.abs(theirs - loss_and_gradient(network, problem.theta, LOSSES["mse"], *given)[1]).max() > 0.01

    def test_masks_are_drawn_anew(self):
        def drawn(seed, update, layer, share):
            mask = np.empty((100, 10 * LANES))
            draw_mask(seed, update, layer, share, 0, mask.reshape(-1))
            return mask > 0

        for share in (0.1, 0.5, 0.9):
            assert 1 - drawn(0, 0, 0, share).mean() == pytest.approx(share, abs=0.015)
        masks = [drawn(*which, 0.5) for which in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1))]
        assert np.array_equal(masks[0], drawn(0, 0, 0, 0.5))
        for one, other in combinations(masks, 2):  # two that have nothing to do with one another
            assert (one == other).mean() == pytest.approx(0.5, abs=0.03)
        for axis in (0, 1):  # nor have neighbours
            assert (np.diff(masks[0].astype(int), axis=axis) == 0).mean() == pytest.approx(0.5, abs=0.03)


def test_a_slope_that_is_no_number_is_not_swallowed():
    # NaN made on the way back must be seen, by whatever rule.
    for rule in RULES:
        buffers = np.array([1.0, 2.0]), np.array([np.nan, 1.0]), np.zeros((2, 2))
        optimizer = Optimizer(rule, learning_rate=0.1)
        kernel.apply_update(RULES[rule], SCHEDULES["constant"], optimizer.numbers(10), *buffers, 0)
        assert np.isnan(buffers[0][0]), rule
        assert buffers[0][1] < 2
