"""Several networks of one shape on the same examples, with many seeds or learning rates, side by side on the cores.

Many starts show which minima a descent finds (O3).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from thalweg.learn.descent import Descent
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.training.arguments import at_least_one
from thalweg.learn.training.thread_pool import thread_pool, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.learn.outcome import Outcome


def descents(
    network: Network,
    examples: Examples,
    *,
    seeds: Iterable[int] = (0,),
    learning_rates: Iterable[float] | None = None,
    optimizer: Optimizer | None = None,
    **options: Any,  # noqa: ANN401 - those of `Descent`
) -> list[Descent]:
    """Return a descent for each learning rate and seed: first all seeds of the first rate. They share the examples.

    Parameters
    ----------
    network : Network
    examples : Examples
    seeds : iterable of int
    learning_rates : iterable of float, optional
        The learning rate of the optimizer where they are not given.
    optimizer : Optimizer, optional
    **options
        The other options of `Descent`.

    Raises
    ------
    ValueError
        As `Descent`, and if there is no seed or no learning rate.
    """
    base = optimizer or Optimizer()
    rates = [base.learning_rate] if learning_rates is None else list(learning_rates)
    first: Descent | None = None
    made: list[Descent] = []
    seeds = list(seeds)
    for rate in rates:
        for seed in seeds:
            shared = examples if first is None else first.examples  # converted once
            made.append(Descent(network, shared, seed=seed, optimizer=replace(base, learning_rate=rate), **options))
            first = first or made[0]
    if not made:
        raise ValueError(f"There are {len(seeds)} seeds and {len(rates)} learning rates; give one of each at least.")
    return made


def run_together(
    these: Sequence[Descent],
    *,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
    **rules: Any,  # noqa: ANN401 - those of `Descent.run`
) -> list[Outcome]:
    """Run descents side by side; each ends at the same bits as alone.

    Parameters
    ----------
    these : sequence of Descent
    threads : int, optional
        How many descents run at once; as many as there are cores where it is not given.
    advance : callable, optional
        Called with the number of descents that have ended since the last call.
    **rules
        The stop rules, `validate` and `watch` of `Descent.run`. The functions are called from several threads.

    Returns
    -------
    list of Outcome
        In the order of the descents. Ctrl-C ends all descents between slices and is raised again.

    Raises
    ------
    ValueError
        If a descent is given twice, threads are fewer than 1, or `save_to` is given.
    """
    if len({id(one) for one in these}) < len(these):
        raise ValueError("One descent is given twice; each may run once at a time.")
    at_least_one(threads=threads)
    if rules.get("save_to") is not None:
        raise ValueError("Several descents cannot be saved to one file; save each by `Descent.save`.")
    cancelled = rules.pop("cancelled", None)
    with thread_pool(threads) as pool:
        share = max(1, pool.threads // max(len(these), 1))  # a large network uses the cores that no other descent uses
        jobs = [
            partial(one.run, cancelled=lambda: pool.late() or bool(cancelled and cancelled()), threads=share, **rules)
            for one in these
        ]
        return pool.run(jobs, whole(advance))
