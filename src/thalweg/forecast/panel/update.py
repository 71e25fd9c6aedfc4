"""Take newer values into a panel's model: its network goes on from where it ended, without a new choice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.global_network import SERIES_AT_ONCE, Recipe, spacing_of
from thalweg.forecast.panel.inputs import Inputs, Rows, examples_of
from thalweg.forecast.panel.joining import Joined, join
from thalweg.forecast.training import EPOCHS_TO_GO_ON, RATE_TO_GO_ON, SEEDS_APART, joined
from thalweg.forecast.update import updated as model_updated
from thalweg.learn.descent import Descent
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prepare import prepare
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.global_network import GlobalNetwork
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series


def updated(
    model: PanelModel, newer: Panel, threads: int | None = None, advance: Callable[[float], None] = lambda _: None
) -> tuple[PanelModel, Joined]:
    """Return the model after it has learned from newer values, and how these were joined to its own.

    The networks go on from their unknowns for one epoch, at a tenth of the learning rate, over all windows that have
    new values as targets and as many values before these as a window is long. The lines are fitted on all values, as
    in every forecast. What serves each series and its bands stay; a series that the model has never seen is served by
    the network from now on.

    Parameters
    ----------
    model : PanelModel
    newer : Panel
    threads : int, optional
    advance : callable
        Called with the number of networks that went on since the last call, parts of one included.

    Raises
    ------
    InputError
        If none of the newer values fits, or nothing is new.
    """
    found = join(model.panel, newer)
    panel = found.panel
    if not found.added.any():
        raise InputError("panel.nothing_new", last=iso(model.panel.last_date))
    final = model.plan.final
    known = [len(one) - count for one, count in zip(panel.series, found.added.tolist(), strict=True)]
    examples = _recent_examples(panel.series, known, final.inputs, final.steps)
    thetas = final.thetas
    if examples is not None and final.rows:
        prepare(lambda: None)
        with thread_pool(threads) as pool:
            jobs = [partial(_gone_on, final, examples, theta, seed) for seed, theta in enumerate(thetas)]
            thetas = tuple(pool.run(jobs, advance))
    seen = 0 if examples is None else len(examples)
    _, windows = spacing_of([len(one) for one in panel.series], 1)
    network = replace(final, thetas=thetas, rows=min(final.rows + seen, windows), all_rows=windows)
    choice, bands = model.serving(np.arange(len(panel)))
    made = replace(
        model,
        panel=panel,
        plan=replace(model.plan, final=network),
        choice=choice,
        bands=bands,
        models={
            place: _ladder_gone_on(content, panel.series[place]) if found.added[place] else content
            for place, content in model.models.items()
        },
        made=dt.datetime.now().astimezone().date(),
    )
    return made, found


def _ladder_gone_on(content: NDArray[np.uint8], series: Series) -> NDArray[np.uint8]:
    """Return the model of a series' own ladder after it has learned from the new values; as it is where it cannot."""
    try:
        return own_ladder.written(model_updated(own_ladder.read(content), series, 1, keep_last=True))
    except InputError:
        return content


def _gone_on(final: GlobalNetwork, examples: Examples, theta: Values, seed: int) -> Values:
    recipe = Recipe()
    optimizer = Optimizer("adamw", RATE_TO_GO_ON * recipe.learning_rate, decay=recipe.decay)
    descent = Descent(
        final.network,
        examples,
        loss="mae",
        optimizer=optimizer,
        batch=recipe.batch,
        epochs=EPOCHS_TO_GO_ON,
        seed=seed + SEEDS_APART * final.rows,  # another order of the batches at each update
        theta=theta,
    )
    descent.run(threads=1)
    return descent.theta


def _recent_examples(series: Sequence[Series], known: Sequence[int], inputs: Inputs, steps: int) -> Examples | None:
    """Return the windows of the series that have something new, as far back as a window is long before it."""
    some = [(one, count) for one, count in zip(series, known, strict=True) if count < len(one)]
    made: list[Examples] = []
    for at in range(0, len(some), SERIES_AT_ONCE):
        part = some[at : at + SERIES_AT_ONCE]
        flat = flat_of([one for one, _ in part], inputs.window, logarithm=inputs.divisor == "logarithm")
        newest = [np.arange(max(count - steps - inputs.window, 0), len(one) - 1) for one, count in part]
        rows = Rows(np.repeat(np.arange(len(part)), list(map(len, newest))), np.concatenate(newest))
        if len(rows.series):
            examples = examples_of(flat, rows, inputs, steps, flat.lengths).examples
            made.append(examples.rows(np.flatnonzero(examples.weight.any(axis=1))).astype(np.float32))
    made = [each for each in made if len(each)]
    return joined(made) if made else None
