"""Take newer values into a panel's model: its network goes on from where it ended, without a new choice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.global_network import examples_to_learn, recipe_of
from thalweg.forecast.training import EPOCHS_TO_GO_ON, RATE_TO_GO_ON, SEEDS_APART
from thalweg.forecast.update import updated as model_updated
from thalweg.learn.descent import Descent
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prepare import prepare
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.columns import Beside
    from thalweg.forecast.panel.global_network import GlobalNetwork, Member
    from thalweg.forecast.panel.inputs import Inputs
    from thalweg.forecast.panel.joining import Joined
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.panel.served import Plan
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series


def updated(
    model: PanelModel,
    newer: Panel,
    threads: int | None = None,
    advance: Callable[[float], None] = lambda _: None,
    *,
    keep_last: bool = False,
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
    keep_last : bool
        As of `PanelModel.forecast`.

    Raises
    ------
    InputError
        If none of the newer values fits, or nothing is new.
    """
    found = model.joined_with(newer, keep_last=keep_last, threads=threads)
    panel = found.panel
    if not found.added.any():
        raise InputError("panel.nothing_new", last=iso(model.panel.last_date))
    plan = model.plan_for(panel)
    seen = panel.series if plan.final_days is None else plan.final_days.taken_away(panel.series)
    some = [(one, len(one) - int(count)) for one, count in zip(seen, found.added, strict=True) if count]
    places = [place for place, count in enumerate(found.added.tolist()) if count]
    beside = None if plan.beside is None else plan.beside.of(places)
    lessons = [_recent_examples(some, member.inputs, plan.final, beside) for member in plan.final.members]
    prepare(lambda: None)
    with thread_pool(threads) as pool:
        jobs = [
            partial(_gone_on, plan, member, examples, seed)
            for member, examples in zip(plan.final.members, lessons, strict=True)
            for seed in range(len(member.thetas))
        ]
        thetas = iter(pool.run(jobs, advance))
    members = tuple(replace(member, thetas=tuple(next(thetas) for _ in member.thetas)) for member in plan.final.members)
    more = 0 if lessons[0] is None else len(lessons[0])
    windows = sum(len(one) - 1 for one in panel.series)
    network = replace(plan.final, members=members, rows=min(plan.final.rows + more, windows), all_rows=windows)
    choice, bands = model.serving(np.arange(len(panel)))
    made = replace(
        model,
        panel=panel,
        plan=replace(plan, final=network),
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


def _gone_on(plan: Plan, member: Member, examples: Examples | None, seed: int) -> Values:
    """Return the unknowns of one network after it has learned from some examples; as they are without any."""
    theta, recipe = member.thetas[seed], recipe_of(plan.frequency)
    if examples is None or examples.features != member.network.widths[0]:
        return theta
    descent = Descent(
        member.network,
        examples,
        loss="mae",
        optimizer=Optimizer("adamw", RATE_TO_GO_ON * recipe.learning_rate, decay=recipe.decay),
        batch=recipe.batch,
        epochs=EPOCHS_TO_GO_ON,
        seed=seed + SEEDS_APART * plan.final.rows,  # another order of the batches at each update
        theta=theta,
    )
    descent.run(threads=1)
    return descent.theta


def _recent_examples(
    some: Sequence[tuple[Series, int]], inputs: Inputs, final: GlobalNetwork, beside: Beside | None = None
) -> Examples | None:
    """Return the windows with a new value among their targets, and as many before them as a window is long.

    Parameters
    ----------
    some : sequence of (Series, int)
        Series, and how many of their values were known before.
    inputs : Inputs
    final : GlobalNetwork
    beside : Beside, optional
        The columns beside their values.
    """
    series = [one for one, _ in some]
    since = [max(known - final.steps - inputs.window, 0) for _, known in some]
    ends = [len(one) for one in series]
    return examples_to_learn(series, ends, final.steps, inputs, final.panel_year, 1, since, beside)
