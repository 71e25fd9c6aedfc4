"""The forward pass, the backward pass and the update of a batch, and the loop over a range of batches."""

# Numba infers all types; the docstring of the package describes the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# Numba passes the first parameter of an intrinsic itself:
# pyright: reportCallIssue=false

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from numba.core import event

from thalweg.learn import first_use
from thalweg.learn.activation import SOFTMAX
from thalweg.learn.compiled import LANES, compiled, inlined, small
from thalweg.learn.compiled.activate import activate, multiply_by_slope
from thalweg.learn.compiled.gather import add_columns, add_slopes, fetch_batch, gather, gather_targets
from thalweg.learn.compiled.product import backward_product, forward_product, gradient_product
from thalweg.learn.compiled.random import draw_mask
from thalweg.learn.compiled.score import score, weight_of
from thalweg.learn.compiled.thread_team import MOST_MEMBERS, ThreadTeam, lanes_of, meet, part
from thalweg.learn.compiled.update import apply_update, move, shortened
from thalweg.learn.compiled.view import flattened, matrix, vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.learn.activation import Values

# Of Buffers.counts: updates made; updates in a row without a gradient; in a row with a greater loss.
UPDATES, FLAT, RISEN = range(3)
FIRST_LOSS, LAST_LOSS = range(2)  # of Buffers.seen


class Plan(NamedTuple):
    """The numbers that do not change while a network is trained."""

    widths: NDArray[np.int64]  # features, neurons of each hidden layer, outputs
    summed: int  # further one-hot features, of which only the chosen columns of W are read
    places: int  # the number of indices of an example that choose them
    activation: int
    output: int
    skip: bool
    loss: int
    parameters: NDArray[np.float64]  # of the loss
    rule: int
    schedule: int
    numbers: NDArray[np.float64]  # of the optimizer
    dropout: float
    seed: int


class Data(NamedTuple):
    """The arrays of `Examples`."""

    values: Values
    newest: NDArray[np.int64]
    emphasis: Values
    limit: float
    level: Values
    scale: Values
    dense: Values
    indices: NDArray[np.int64]
    target: Values
    weight: Values


class Buffers(NamedTuple):
    """The buffers of a descent, and its state besides θ."""

    a: Values  # (lanes · Σ widths,)
    slopes: Values  # as `a`
    masks: Values  # as `a` with dropout, otherwise empty
    rows: Values  # (lanes · window,), each row padded to a multiple of `ROW_NUMBERS`
    indices: NDArray[np.int64]  # (places · lanes,)
    target: Values  # (columns · lanes,)
    weight: Values  # (columns · lanes,)
    lanes: Values  # (3, lanes)
    sums: NDArray[np.float64]  # (lanes,)
    product: Values  # the scratch memory of `gradient_product`, for each member of a team
    gradient: Values  # (size,)
    state: Values  # (2, size), the state of the optimizer
    counts: NDArray[np.int64]  # (3,)
    seen: NDArray[np.float64]  # (2,)


@inlined
def lanes_for(count) -> int:
    """Return the number of SIMD lanes for `count` examples."""
    return (count + LANES - 1) // LANES * LANES


@inlined
def outputs_at(widths, lanes) -> int:
    """Return the place where the output layer begins in `a` and `slopes`."""
    at = 0
    for width in widths[:-1]:
        at += width
    return at * lanes


@inlined
def forward(plan, buffers, theta, lanes, training, update, team) -> bool:
    """P3: compute every a, from the features, already in `a`, to the prediction. False where the team ended."""
    widths, a = plan.widths, buffers.a
    layers = len(widths) - 1
    at, from_, to = 0, 0, lanes * widths[0]
    for layer in range(layers):
        inputs, outputs, hidden = widths[layer], widths[layer + 1], layer < layers - 1
        apart = inputs + (plan.summed if layer == 0 else 0)
        first, last = part(outputs, team, plan.output == SOFTMAX and not hidden)
        rows, own = last - first, to + first * lanes
        weights = matrix(theta, at + first * apart, rows, apart)
        biases = vector(theta, at + apart * outputs + first, rows)
        at += apart * outputs + outputs
        after = matrix(a, own, rows, lanes)
        forward_product(weights, biases, matrix(a, from_, inputs, lanes), after)
        if apart > inputs:
            add_columns(weights, inputs, matrix(buffers.indices, 0, plan.places, lanes), after)
        if plan.skip and hidden and layer >= 2 and layer % 2 == 0:  # noqa: PLR2004 - a pair of layers
            for i in range(own, own + rows * lanes):
                a[i] += a[i - 2 * lanes * outputs]
        if rows:
            activate(plan.activation if hidden else plan.output, after, buffers.lanes)
        if training and hidden and plan.dropout > 0:
            mask = vector(buffers.masks, own, rows * lanes)
            draw_mask(plan.seed, update, layer, plan.dropout, first * lanes, mask)
            for i in range(own, own + rows * lanes):
                a[i] *= buffers.masks[i]
        if not meet(team):
            return False
        from_ = to
        to += lanes * outputs
    return True


@inlined
def backward(plan, buffers, theta, lanes, team) -> bool:
    """P4 to P8: compute every ∂C/∂z and the gradient from ∂C/∂y, already in `slopes`. False where the team ended."""
    widths, a, slopes, gradient = plan.widths, buffers.a, buffers.slopes, buffers.gradient
    layers = len(widths) - 1
    at, to = len(theta), outputs_at(widths, lanes)
    share = len(buffers.product) // MOST_MEMBERS
    scratch = vector(buffers.product, team.member * share, share)
    for layer in range(layers - 1, -1, -1):
        inputs, outputs, hidden = widths[layer], widths[layer + 1], layer < layers - 1
        first, last = part(outputs, team, plan.output == SOFTMAX and not hidden)
        rows, own = last - first, to + first * lanes
        slope = matrix(slopes, own, rows, lanes)
        dropped = hidden and plan.dropout > 0
        if plan.skip and layer + 2 < layers - 1 and layer % 2 == 0:  # P0, case 2: the path around a pair
            for i in range(own, own + rows * lanes):
                slopes[i] += slopes[i + 2 * lanes * outputs]
        if dropped:
            for i in range(own, own + rows * lanes):
                slopes[i] *= buffers.masks[i]
        keep = 1.0 - plan.dropout if dropped else 1.0
        if rows:
            code = plan.activation if hidden else plan.output
            multiply_by_slope(code, matrix(a, own, rows, lanes), slope, keep, buffers.lanes)
        if not meet(team):
            return False
        apart = inputs + (plan.summed if layer == 0 else 0)
        at -= apart * outputs + outputs
        from_ = to - lanes * inputs
        gradients = matrix(gradient, at + first * apart, rows, apart)
        gradient_product(
            slope,
            matrix(a, from_, inputs, lanes),
            gradients,
            vector(gradient, at + apart * outputs + first, rows),
            scratch,
        )
        if apart > inputs:
            add_slopes(slope, inputs, matrix(buffers.indices, 0, plan.places, lanes), gradients)
        if layer > 0:
            first, last = part(inputs, team, False)  # noqa: FBT003 - Numba takes no keyword here
            whole = matrix(slopes, to, outputs, lanes)
            backward_product(
                matrix(theta, at, outputs, inputs), whole, matrix(slopes, from_, inputs, lanes), first, last
            )
        to = from_
    return True


@inlined
def begin(plan, data, buffers, theta, order, first, count, training, update, team) -> bool:
    """Gather a batch and run the forward pass. False where the team ended."""
    lanes = lanes_for(count)
    from_, to = lanes_of(lanes, team)
    gather(data, buffers, order, first, count, plan.summed, matrix(buffers.a, 0, plan.widths[0], lanes), from_, to)
    return meet(team) and forward(plan, buffers, theta, lanes, training, update, team)


@inlined
def look_at(buffers, loss) -> None:
    """Count the updates in a row in which the loss has grown."""
    if math.isnan(buffers.seen[FIRST_LOSS]):
        buffers.seen[FIRST_LOSS] = loss
    buffers.counts[RISEN] = buffers.counts[RISEN] + 1 if loss > buffers.seen[LAST_LOSS] else 0
    buffers.seen[LAST_LOSS] = loss


@small
def moves(gradient, first, last) -> bool:
    """Whether a part of the gradient is not zero."""
    for i in range(first, last):  # noqa: SIM110 - Numba has no any
        if gradient[i] != 0:
            return True
    return False


@inlined
def finish(plan, buffers, theta, count, weighted, loss, update, team) -> bool:
    """Run the backward pass and make the update. A batch without weight has no gradient. False where the team ended."""
    gradient = buffers.gradient
    if weighted:
        if team.member == 0:
            look_at(buffers, loss)
        if not backward(plan, buffers, theta, lanes_for(count), team):
            return False
    elif team.member == 0:
        gradient[:] = 0
    if not meet(team):
        return False
    if team.member == 0:
        buffers.counts[FLAT] = 0 if moves(gradient, 0, len(gradient)) else buffers.counts[FLAT] + 1
        buffers.counts[UPDATES] = update + 1
    if team.members == 1:
        apply_update(plan.rule, plan.schedule, plan.numbers, theta, gradient, buffers.state, update)
        return True
    shorter, state, start = shortened(plan.numbers, gradient), flattened(buffers.state), 0
    for layer in range(len(plan.widths) - 1):
        inputs, outputs = plan.widths[layer] + (plan.summed if layer == 0 else 0), plan.widths[layer + 1]
        first, last = part(outputs, team, plan.output == SOFTMAX and layer == len(plan.widths) - 2)
        biases = start + inputs * outputs
        for at, size in ((start + first * inputs, (last - first) * inputs), (biases + first, last - first)):
            move(
                plan.rule, plan.schedule, plan.numbers, vector(theta, at, size), vector(gradient, at, size),
                vector(state, at, size), vector(state, len(theta) + at, size), update, shorter,
            )  # fmt: skip
        start = biases + outputs
    return True


@compiled
def run_batches(  # noqa: C901 - called functions cost time here
    plan, data, buffers, theta, order, batch, first_batch, last_batch, losses, most_risen, out, team
) -> None:
    """Do what `descend` says, or, where `out` has rows, what `predict` says. Both share one compilation."""
    outputs, update, training = plan.widths[-1], buffers.counts[UPDATES], len(out) == 0
    for number in range(first_batch, last_batch):
        first = number * batch
        count = min(batch, len(order) - first)
        lanes = lanes_for(count)
        from_, to = lanes_of(lanes, team)
        if training:
            after = min(first + count, len(order))
            near, far = min(after + from_, len(order)), min(after + to, len(order))
            fetch_batch(data.dense, data.indices, data.target, data.weight, order, near, far)
        if not begin(plan, data, buffers, theta, order, first, count, training, update, team):
            return
        at = outputs_at(plan.widths, lanes)
        if not training:
            for lane in range(from_, min(to, count)):
                for k in range(outputs):
                    out[first + lane, k] = buffers.a[at + k * lanes + lane]
            if not meet(team):  # a faster member would overwrite outputs that are not copied yet
                return
            continue
        weight = matrix(buffers.weight, 0, data.weight.shape[1], lanes)
        if team.member == 0:
            prediction, slope = matrix(buffers.a, at, outputs, lanes), matrix(buffers.slopes, at, outputs, lanes)
            target = matrix(buffers.target, 0, data.target.shape[1], lanes)
            gather_targets(data, order, first, count, target, weight)
            losses[number] = score(plan.loss, plan.parameters, buffers, target, weight, prediction, slope, count)
        if not meet(team):
            return
        loss = losses[number]
        weighted = not math.isnan(loss)
        if math.isinf(loss) or (not weighted and weight_of(weight, count) > 0):
            return
        if not finish(plan, buffers, theta, count, weighted, loss, update, team):
            return
        update += 1
        if buffers.counts[RISEN] >= most_risen and loss > buffers.seen[FIRST_LOSS]:
            return


class _FirstUse(event.Listener):
    """Tells who wants to know that the engine is being compiled."""

    def on_start(self, event: event.Event) -> None:
        """Take the beginning of any compilation of Numba."""
        if event.data is not None and event.data["dispatcher"] is run_batches:
            first_use.begins()

    def on_end(self, event: event.Event) -> None:
        """Take its end."""


event.register("numba:compile", _FirstUse())


def descend(
    plan: Plan,
    data: Data,
    buffers: Buffers,
    theta: Values,
    order: NDArray[np.int64],
    batch: int,
    first_batch: int,
    last_batch: int,
    losses: NDArray[np.float64],
    most_risen: int,
    team: ThreadTeam,
) -> None:
    """Run batches ``first_batch`` to ``last_batch`` (excluded) of the order; write the loss of each.

    It ends early where a loss is not finite, before the update of that batch, and where the loss has grown in
    `most_risen` updates in a row, to more than at first. `buffers.counts` holds the number of updates made.
    """
    nowhere = theta[:0].reshape(0, 1)
    run_batches(
        plan, data, buffers, theta, order, batch, first_batch, last_batch, losses, most_risen, nowhere, team
    )  # fmt: skip


def predict(
    plan: Plan,
    data: Data,
    buffers: Buffers,
    theta: Values,
    order: NDArray[np.int64],
    batch: int,
    out: Values,
    team: ThreadTeam,
) -> None:
    """Write the predictions of the examples in `order` into out, shape (examples, outputs), a batch at a time."""
    batches = -(-len(order) // batch)
    run_batches(plan, data, buffers, theta, order, batch, 0, batches, buffers.seen, 0, out, team)
