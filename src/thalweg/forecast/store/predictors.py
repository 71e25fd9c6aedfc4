"""How the plan, the team and the predictors of a model lie in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from thalweg.forecast.plan import Block, Plan
from thalweg.forecast.predictors.base import WithoutUnknowns
from thalweg.forecast.predictors.baselines import Baseline, Copy, SeasonalMean, Trend
from thalweg.forecast.predictors.far_ahead import DampedLine, LastYear
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import NetworkPredictor, Rung
from thalweg.forecast.predictors.rates import RateAndSize, SeasonalShare
from thalweg.forecast.search import Member
from thalweg.forecast.store.checked import UnusableError, number, real
from thalweg.forecast.team import Team
from thalweg.forecast.ways import DIRECT, RECURSIVE, Beside, Predictors
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.series.frequency.record import LONGEST, Frequency
from thalweg.series.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.features.sets import Bounds
    from thalweg.forecast.predictors.base import RungPredictor, Specification
    from thalweg.series.calendar import Calendar


BASELINES: dict[str, type[WithoutUnknowns]] = {
    "copy": Copy,
    "seasonal mean": SeasonalMean,
    "trend": Trend,
    "last year": LastYear,
    "damped line": DampedLine,
    "rate and size": RateAndSize,
    "seasonal share": SeasonalShare,
}


# How models of earlier versions say that steps ahead are predicted, and the ways that this means.
EARLIER_STRATEGIES = {
    "direct": (DIRECT,),
    "recursive": (RECURSIVE,),
    "both": (DIRECT, RECURSIVE),
    "copy": (RECURSIVE,),
}


def describe_plan(plan: Plan) -> dict[str, Any]:
    """Describe the ways of each step ahead; what they were chosen by is not needed to forecast."""
    blocks = [{"first": block.first, "last": block.last, "ways": list(block.ways)} for block in plan.blocks]
    return {"fade": plan.fade, "blocks": blocks}


def read_plan(description: dict[str, Any], steps: int) -> Plan:
    """Return the ways of each step ahead; models of earlier versions name a strategy, or one for each step."""
    stored = description.get("plan")
    if stored is None:
        told = description["strategy"]
        each = tuple(told) if isinstance(told, list) else (told,) * steps
        if len(each) != steps or not set(each) <= set(EARLIER_STRATEGIES):
            raise UnusableError("model.reason.unknown_strategy", strategy=repr(told))
        later = (Block(step, step, EARLIER_STRATEGIES[name]) for step, name in enumerate(each[1:], 2))
        return Plan((Block(1, 1, (RECURSIVE,)), *later), fade=0)
    blocks = tuple(Block(each["first"], each["last"], tuple(map(str, each["ways"]))) for each in stored["blocks"])
    whole = all(type(step) is int for block in blocks for step in (block.first, block.last))
    firsts = [1, *(block.last + 1 for block in blocks)]
    if (
        not whole
        or [block.first for block in blocks] != firsts[:-1]
        or firsts[-1] <= steps
        or type(stored["fade"]) is not int
    ):
        raise UnusableError("model.reason.intervals_incomplete")
    if any(block.last < block.first or not block.ways for block in blocks) or blocks[-1].last > LONGEST:
        raise UnusableError("model.reason.intervals_incomplete")
    return Plan(blocks, fade=max(stored["fade"], 0))


def describe_team(team: Team) -> dict[str, Any]:
    """Describe what is refitted in an update; its rungs are those of the predictors."""

    def found(members: Sequence[Member]) -> list[dict[str, list[int]]]:
        return [{"seeds": list(one.seeds), "epochs": list(one.epochs)} for one in members]

    return {"choice": found(team.choice), "shared": found(team.beside), "far": team.far}


def read_team(stored: dict[str, Any] | None, predictors: Predictors, frequency: Frequency) -> Team | None:
    """Return what is refitted in an update; None for models of earlier versions."""
    if stored is None or predictors.multi_step is not None:
        return None

    def members(fitted: Sequence[RungPredictor], described: list[dict[str, Any]]) -> tuple[Member, ...]:
        made: list[Member] = []
        for predictor, one in zip(fitted, described, strict=True):
            rung = predictor.rung if isinstance(predictor, NetworkPredictor) else predictor
            seeds, epochs = (tuple(int(number(each)) for each in one[name]) for name in ("seeds", "epochs"))
            possible = min(epochs, default=1) >= 1 and min(seeds, default=0) >= 0
            if not isinstance(rung, Rung | Baseline) or len(seeds) != len(epochs) or not possible:
                raise UnusableError("model.reason.incomplete")
            made.append(Member(cast("Specification", rung), epochs, seeds))
        return tuple(made)

    beside = [one.near.members[0] for one in predictors.beside]
    far = int(number(stored["far"]))
    if not 0 <= far <= LONGEST:
        raise UnusableError("model.reason.incomplete")
    return Team(
        frequency,
        members(predictors.one_step.members, stored["choice"]),
        members(beside, stored["shared"]),
        far,
        predictors.baselines,
    )


def describe_predictors(predictors: Predictors, tensors: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Describe what is fitted to forecast; the unknowns are added to the tensors."""
    return {
        "daily": _describe_members(predictors.one_step, "daily", tensors),
        "many": _describe_members(predictors.multi_step, "many", tensors),
        "shared": [
            {
                "name": one.name,
                "near": _describe_members(one.near, f"shared.{place}.near", tensors),
                "far": _describe_members(one.far, f"shared.{place}.far", tensors),
            }
            for place, one in enumerate(predictors.beside)
        ],
        "baselines": [one.described()[0] for one in predictors.baselines],
    }


def read_predictors(
    description: dict[str, Any], tensors: dict[str, NDArray[Any]], calendar: Calendar, days: int
) -> Predictors:
    """Return what is fitted to forecast, still without limits."""

    def mean(members: list[dict[str, Any]] | None, prefix: str) -> Mean | None:
        return None if members is None else _read_mean(members, prefix, tensors, calendar, days)

    beside = tuple(
        Beside(
            str(one["name"]),
            _read_mean(one["near"], f"shared.{place}.near", tensors, calendar, days),
            mean(one["far"], f"shared.{place}.far"),
        )
        for place, one in enumerate(description.get("shared", ()))
    )
    baselines = [_read_member(one, None, calendar, days) for one in description.get("baselines", ())]
    return Predictors(
        one_step=_read_mean(description["daily"], "daily", tensors, calendar, days),
        multi_step=mean(description["many"], "many"),
        beside=beside,
        baselines=tuple(one for one in baselines if isinstance(one, WithoutUnknowns)),
    )


def _describe_members(mean: Mean | None, prefix: str, tensors: dict[str, NDArray[Any]]) -> list[dict[str, Any]] | None:
    """Describe the members of a mean; their unknowns are added to the tensors."""
    if mean is None:
        return None
    described: list[dict[str, Any]] = []
    for place, member in enumerate(mean.members):
        description, unknowns = member.described()
        described.append(description)
        if unknowns is not None:
            tensors[f"{prefix}.{place}"] = unknowns
    return described


def _read_mean(
    members: list[dict[str, Any]],
    prefix: str,
    tensors: dict[str, NDArray[Any]],
    calendar: Calendar,
    days: int,
) -> Mean:
    """Return the mean of the members; each must find the values that it looks back at."""
    made = tuple(
        _read_member(member, tensors.get(f"{prefix}.{place}"), calendar, days) for place, member in enumerate(members)
    )
    if not made:
        raise UnusableError("model.reason.no_networks")
    return Mean(made)


def _read_member(member: dict[str, Any], unknowns: NDArray[Any] | None, calendar: Calendar, days: int) -> RungPredictor:
    stored: dict[str, Any] = member["rung"]
    if "baseline" in stored or stored.get("copy"):
        baseline = _read_baseline(dict(stored), calendar.frequency)
        lengths = [each for each in vars(baseline).values() if not isinstance(each, bool | str)]
        if not all(type(length) is int and length >= 1 for length in lengths):
            raise UnusableError("model.reason.incomplete")
        if type(baseline.needed) is not int or not 1 <= baseline.needed <= days:
            raise UnusableError("model.reason.too_few_days", needed=baseline.needed, days=days)
        return baseline
    changed: dict[str, Any] = {"hidden": tuple(stored["hidden"]), "optimizer": Optimizer(**stored["optimizer"])}
    rung = Rung(**{name: value for name, value in (stored | changed).items() if name != "copy"})
    if type(rung.days_back) is not int or rung.days_back < 1 or rung.known not in ("", *calendar.frequency.known):
        raise UnusableError("model.reason.unknown_rung", days_back=repr(rung.days_back), known=repr(rung.known))
    needed = rung.steps_needed(calendar.frequency)
    if needed > days:
        raise UnusableError("model.reason.too_few_days", needed=needed, days=days)
    network = Network(tuple(int(width) for width in member["widths"]), rung.activation)
    if unknowns is None:
        raise UnusableError("model.reason.incomplete")
    thetas = real(unknowns, np.float32)
    steps = network.widths[-1]
    columns = rung.features(calendar).columns(steps)
    if network.widths != (len(columns), *rung.hidden, steps) or thetas.ndim != 2 or thetas.shape[1] != network.size:  # noqa: PLR2004
        raise UnusableError("model.reason.unknowns_misfit", rung=rung.name)
    if not len(thetas) or not np.isfinite(thetas).all():
        raise UnusableError("model.reason.unknowns_not_finite", rung=rung.name)
    bounds = _read_bounds(member.get("bounds"), len(columns) - rung.days_back)
    if (bounds is not None) != rung.shared:
        raise UnusableError("model.reason.incomplete")
    return NetworkPredictor(rung, calendar, (_read_scale(member["scale"]),), network, thetas, bounds)


def _read_bounds(stored: list[list[float | None]] | None, columns: int) -> Bounds | None:
    """Return the least and the largest value of each dense column; nothing stands for a column without bounds."""
    if stored is None:
        return None
    least, most = (
        np.array([end if one is None else number(one) for one in each])
        for end, each in zip((-np.inf, np.inf), stored, strict=True)
    )
    if least.shape != (columns,) or most.shape != (columns,) or not (least <= most).all():
        raise UnusableError("model.reason.incomplete")
    return least, most


def _read_baseline(stored: dict[str, Any], frequency: Frequency) -> WithoutUnknowns:
    """Return a baseline; a copy of an earlier version says in days alone which one it is."""
    if "baseline" in stored:
        return BASELINES[stored.pop("baseline")](**stored)
    steps = int(stored["days_back"])
    return Copy(steps, next((name for name, ago in frequency.copies if ago == steps), ""))


def _read_scale(stored: dict[str, Any]) -> Scale:
    for value in stored.values():
        number(value)
    scale = Scale(**stored)
    positive = scale.offset + scale.least > 0 or not scale.logarithm  # otherwise a value of 0 has no logarithm
    if scale.spread <= 0 or min(scale.offset, scale.least, scale.level_days) < 0 or not positive:
        raise UnusableError("model.reason.scale")
    return scale
