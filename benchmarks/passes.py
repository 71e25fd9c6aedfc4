"""The cost of the backward pass relative to the forward pass (P6), in time and in multiplications."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from numba import njit

from cases import DEEP, SMALL, SPEECH, Case
from measure import one_core, processor_seconds, table
from thalweg.learn.compiled import kernel
from thalweg.learn.compiled.activate import multiply_by_slope
from thalweg.learn.compiled.product import backward_product
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.explain.counting import backward_count, forward_count, naive_count
from thalweg.learn.training.thread_group import ALONE
from updates import micro

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

FATTER, DEEPER = (56, 1000, 1), (56, *[100] * 8, 1)
SHAPES = ((SMALL, "relu", 32), (FATTER, "relu", 32), (DEEP, "relu", 32), (DEEP, "sigmoid", 32), (DEEPER, "relu", 32),
          (SPEECH, "relu", 128))  # fmt: skip
COUNTED = ((2, 2, 2, 2), SMALL, (56, 100, 100, 1), DEEP, DEEPER, SPEECH)


def named(widths: Sequence[int]) -> str:
    """Describe a shape in short."""
    hidden = widths[1:-1]
    if len(hidden) > 3 and len(set(hidden)) == 1:
        return f"{widths[0]}-{hidden[0]}×{len(hidden)}-{widths[-1]}"
    return "-".join(map(str, widths))


@njit(nogil=True, cache=True)
def forwards(plan, buffers, theta, lanes, times):  # noqa: ANN001, ANN201 - Numba infers them
    """Run the forward pass of the engine `times` times."""
    for _ in range(times):
        kernel.forward(plan, buffers, theta, lanes, False, 0, ALONE)  # noqa: FBT003 - Numba takes no keyword here


@njit(nogil=True, cache=True)
def backwards(plan, buffers, theta, lanes, times):  # noqa: ANN001, ANN201
    """Run the backward pass of the engine `times` times: every ∂C/∂z and ∂C/∂w."""
    for _ in range(times):
        kernel.backward(plan, buffers, theta, lanes, ALONE)


@njit(nogil=True, cache=True, error_model="numpy")
def slopes_only(plan, buffers, theta, lanes, times):  # noqa: ANN001, ANN201
    """Run the engine's backward pass without ∂C/∂w: its own product with Wᵀ and its op-amps, from the output back."""
    widths, layers = plan.widths, len(plan.widths) - 1
    for _ in range(times):
        at, to = len(theta), kernel.outputs_at(widths, lanes)
        for layer in range(layers - 1, -1, -1):
            inputs, outputs = widths[layer], widths[layer + 1]
            after = buffers.a[to : to + lanes * outputs].reshape(outputs, lanes)
            slope = buffers.slopes[to : to + lanes * outputs].reshape(outputs, lanes)
            code = plan.activation if layer < layers - 1 else plan.output
            multiply_by_slope(code, after, slope, 1.0, buffers.lanes)
            at -= inputs * outputs + outputs
            if layer > 0:
                to -= lanes * inputs
                weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
                behind = buffers.slopes[to : to + lanes * inputs].reshape(inputs, lanes)
                backward_product(weights, slope, behind, 0, inputs)


def filled(widths: tuple[int, ...], activation: str, batch: int) -> tuple[Any, Any, NDArray[np.floating]]:
    """Return the engine's plan, its buffers with a batch's numbers in them, and θ."""
    case = Case(widths, "gradient descent", batch, 1, activation)
    descent = Descent(case.network, dense_examples(case.features, case.target), loss="mse", batch=batch)
    descent.step(1)
    return descent._plan, descent._buffers, descent.theta  # noqa: SLF001 - the passes by themselves have no caller


def contenders(widths: tuple[int, ...], activation: str, batch: int, times: int) -> dict[str, Callable[[], object]]:
    """Return the passes of one network, each called `times` times."""
    plan, buffers, theta = filled(widths, activation, batch)
    lanes = int(kernel.lanes_for(batch))
    works = {"forward": forwards, "all ∂C/∂z": slopes_only, "with ∂C/∂w": backwards}
    return {name: partial(work, plan, buffers, theta, lanes, times) for name, work in works.items()}


def timed(*, quick: bool) -> list[list[str]]:
    """Return the rows of the table of times."""
    rows: list[list[str]] = []
    with one_core():
        for widths, activation, batch in SHAPES[:1] if quick else SHAPES:
            times = max(1, int(1e7 / (forward_count(widths) * batch)))
            taken = processor_seconds(contenders(widths, activation, batch, times), 1 if quick else 15)
            forward, slopes, both = (seconds / times for seconds in taken.values())
            rows.append(
                [f"{named(widths)} {activation}, batch {batch}", *map(micro, (forward, slopes)),
                 f"{slopes / forward:.2f}×", micro(both), f"{both / forward:.2f}×"]
            )  # fmt: skip
            print("  " + " | ".join(rows[-1]), flush=True)
    return rows


def count(figure: int) -> str:
    """Format a count, a large one as a power of ten."""
    return f"{figure:,}" if figure < 10**9 else f"{figure:.1e}".replace("e+", "e")


def section(*, quick: bool = False) -> list[str]:
    """Measure, count, and return Markdown."""
    counted = [
        [named(widths), *map(count, (forward_count(widths), backward_count(widths), naive_count(widths)))]
        for widths in COUNTED
    ]
    return [
        "All ∂C/∂z together cost about as much as the forward pass; ∂C/∂w = a · ∂C/∂z, summed over the batch, costs",
        "another product of that size. Microseconds for one batch, float32, one core and thread, the engine's own",
        "compiled functions without gathering and update; of the processor, medians of turns.",
        "",
        *table(("network", "forward", "all ∂C/∂z", "/ forward", "and ∂C/∂w", "both / forward"), timed(quick=quick)),
        "",
        "Multiplications of one example. From the output back, each ∂C/∂z is asked for once; from the first layer on,",
        "each asks for all behind it and nothing is remembered.",
        "",
        *table(("network", "forward", "all ∂C/∂z, from the output back", "all ∂C/∂z, each asked naively"), counted),
        "",
    ]
