"""Check the parameters of an estimator, and turn them into those of `thalweg.learn`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import check_random_state

from thalweg.learn.loss import LOSSES, Loss, huber, quantile
from thalweg.learn.optimizer import SCHEDULES, Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACTIVATIONS = {
    "identity": "identity",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "hard sigmoid": "hard sigmoid",
}
SOLVERS = {"adam": "adam", "adamw": "adamw", "momentum": "momentum", "sgd": "gradient descent"}
REGRESSION = ("squared_error", "absolute_error", "huber", "quantile")
CLASSIFICATION = ("log_loss", "squared_error", "absolute_error")
AUTO_BATCH = 200  # as in scikit-learn's networks
SEEDS = 2**31 - 1
WHOLE = (int, np.integer)
NUMBER = (int, float, np.integer, np.floating)


@dataclass(frozen=True)
class Rule:
    """The values that a parameter may have."""

    holds: Callable[[object], bool]
    expected: str  # "must be …"


def _one_of(*words: str) -> Rule:
    listed = ", ".join(map(repr, words))
    return Rule(lambda value: isinstance(value, str) and value in words, f"a str among {{{listed}}}")


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, WHOLE) and not isinstance(value, bool)  # True is an int in Python


def _whole(least: int) -> Rule:
    return Rule(lambda value: _is_whole(value) and bool(value >= least), f"an int in the range [{least}, inf)")


def _real(least: float, most: float, ends: str) -> Rule:
    """Return the rule of numbers in a range; `ends`, such as ``"[)"``, says which of its two ends belong to it."""

    def holds(value: object) -> bool:
        if not isinstance(value, NUMBER) or not np.isfinite(float(value)):
            return False
        above = value >= least if ends[0] == "[" else value > least
        return bool(above and (value <= most if ends[1] == "]" else value < most))

    return Rule(holds, f"a float in the range {ends[0]}{least}, {most}{ends[1]}")


def _or(rule: Rule, words: str, other: Callable[[object], bool]) -> Rule:
    return Rule(lambda value: other(value) or rule.holds(value), f"{rule.expected} or {words}")


def _or_none(rule: Rule) -> Rule:
    return _or(rule, "None", lambda value: value is None)


def _one_or_many(rule: Rule, expected: str, *, least: int) -> Rule:
    """Return the rule of one value, or a sequence of at least `least` values, for which `rule` holds."""

    def holds(value: object) -> bool:
        if isinstance(value, Iterator):  # it would be empty after this check
            return False
        given: list[object] = list(value) if isinstance(value, Iterable) else [value]
        return len(given) >= least and all(map(rule.holds, given))

    return Rule(holds, f"{rule.expected}, or {expected}")


_LOSS = "a loss of thalweg.learn, such as own_loss makes"
_FLAG = Rule(lambda value: isinstance(value, (bool, np.bool_)), "a bool")
_SHARE = _real(0, 1, "[)")
_POSITIVE = _real(0, float("inf"), "()")
RULES: Mapping[str, Rule] = {
    "hidden_layer_sizes": _one_or_many(_whole(1), "a sequence of them", least=0),
    "activation": _one_of(*ACTIVATIONS),
    "skip_connections": _FLAG,
    "quantile": _one_or_many(_real(0, 1, "()"), "one for each target", least=1),
    "huber_delta": _POSITIVE,
    "solver": _one_of(*SOLVERS),
    "learning_rate_init": _POSITIVE,
    "learning_rate": _one_of(*SCHEDULES),
    "warm_up": _whole(0),
    "step_every": _whole(1),
    "step_factor": _real(0, 1, "(]"),
    "weight_decay": _real(0, float("inf"), "[)"),
    "clip_norm": _or_none(_POSITIVE),
    "momentum": _SHARE,
    "beta_1": _SHARE,
    "beta_2": _SHARE,
    "epsilon": _POSITIVE,
    "dropout": _SHARE,
    "batch_size": _or(_whole(1), "'auto'", lambda value: isinstance(value, str) and value == "auto"),
    "max_iter": _whole(1),
    "early_stopping": _FLAG,
    "validation_fraction": _real(0, 1, "()"),
    "n_iter_no_change": _whole(1),
    "class_weight": Rule(
        lambda value: value is None or isinstance(value, dict) or (isinstance(value, str) and value == "balanced"),
        "a dict, 'balanced' or None",
    ),
    "scale_target": _FLAG,
    "warm_start": _FLAG,
    "checkpoint": Rule(lambda value: value is None or isinstance(value, (str, os.PathLike)), "a path or None"),
    "callback": Rule(lambda value: value is None or callable(value), "a callable or None"),
    "n_jobs": _or_none(Rule(lambda value: _is_whole(value) and value != 0, "an int other than 0")),
    "verbose": Rule(lambda value: isinstance(value, (np.bool_, *WHOLE)), "a bool"),
}


def check(estimator: Any, losses: tuple[str, ...]) -> None:  # noqa: ANN401 - any of the estimators
    """Refuse the first parameter of an estimator that breaks its rule.

    Raises
    ------
    ValueError
        The message names the parameter, its value and what is expected, in the words of scikit-learn.
    """
    rules = {"loss": _or(_one_of(*losses), _LOSS, lambda value: isinstance(value, Loss)), **RULES}
    parameters = estimator.get_params(deep=False)
    for name, rule in rules.items():
        if name in parameters and not rule.holds(parameters[name]):
            raise ValueError(
                f"The {name!r} parameter of {type(estimator).__name__} must be {rule.expected}. "
                f"Got {parameters[name]!r} instead."
            )
    if estimator.warm_start and estimator.checkpoint is not None:
        raise ValueError(
            "warm_start=True and a checkpoint were both given: a fit goes on from the fitted model, or from the file. "
            "Choose one of them."
        )


def hidden_widths(estimator: Any) -> tuple[int, ...]:  # noqa: ANN401 - likewise
    """Return the widths of the hidden layers."""
    given = estimator.hidden_layer_sizes
    return tuple(given) if isinstance(given, Iterable) else (given,)


def loss_of(estimator: Any) -> Loss:  # noqa: ANN401 - likewise
    """Return the loss of predictions and targets in the target's own units; `log_loss` depends on the classes."""
    named: dict[str, Callable[[], Loss]] = {
        "squared_error": lambda: LOSSES["mse"],
        "absolute_error": lambda: LOSSES["mae"],
        "huber": lambda: huber(estimator.huber_delta),
        "quantile": lambda: quantile(estimator.quantile),
    }
    return estimator.loss if isinstance(estimator.loss, Loss) else named[estimator.loss]()


def optimizer_of(estimator: Any) -> Optimizer:  # noqa: ANN401 - likewise
    """Return the update rule."""
    return Optimizer(
        SOLVERS[estimator.solver],
        learning_rate=estimator.learning_rate_init,
        schedule=estimator.learning_rate,
        warm_up=estimator.warm_up,
        step_every=estimator.step_every,
        step_factor=estimator.step_factor,
        decay=estimator.weight_decay,
        clip=estimator.clip_norm,
        momentum=estimator.momentum if estimator.solver == "momentum" else estimator.beta_1,
        momentum_squares=estimator.beta_2,
        epsilon=estimator.epsilon,
    )


def batch_of(estimator: Any, rows: int | None = None) -> int:  # noqa: ANN401 - likewise
    """Return the number of rows of an update; the number of all rows may be unknown."""
    batch = AUTO_BATCH if estimator.batch_size == "auto" else int(estimator.batch_size)
    return batch if rows is None else min(batch, rows)


def seed_of(estimator: Any) -> int:  # noqa: ANN401 - likewise
    """Return the seed: `random_state` itself if it is a whole number, otherwise a number drawn from it."""
    state = estimator.random_state
    if isinstance(state, WHOLE):
        check_random_state(int(state))  # refuses the same numbers as scikit-learn
        return int(state)
    return int(check_random_state(state).randint(SEEDS))


def threads_of(estimator: Any) -> int | None:  # noqa: ANN401 - likewise
    """Return how many threads a network may use, counted as in joblib (−1 is all cores); None leaves it to its size."""
    return None if estimator.n_jobs is None else cast("int", effective_n_jobs(estimator.n_jobs))
