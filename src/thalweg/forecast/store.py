"""What a model holds, and how it lies in one file: θ in safetensors, the rest as JSON, a checksum over both."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.forecast.distribution import TABLE
from thalweg.forecast.interval import MissTransform
from thalweg.forecast.levels import LEVELS, USUAL, Asked
from thalweg.forecast.limits import Limits, Room
from thalweg.forecast.options import TOLD_IN
from thalweg.forecast.paths import MOST_ROWS, Inside
from thalweg.forecast.plan import Block, Plan
from thalweg.forecast.predictors.base import WithoutUnknowns
from thalweg.forecast.predictors.baselines import Baseline, Copy, SeasonalMean, Trend
from thalweg.forecast.predictors.far_ahead import DampedLine, LastYear
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import NetworkPredictor, Rung
from thalweg.forecast.predictors.rates import RateAndSize, SeasonalShare
from thalweg.forecast.search import Member
from thalweg.forecast.sizes import MOST_SIZES
from thalweg.forecast.team import Team
from thalweg.forecast.ways import DIRECT, RECURSIVE, Predictors, Shared
from thalweg.learn.function import Network
from thalweg.learn.optimizer import Optimizer
from thalweg.messages import Message
from thalweg.series.calendar import Calendar
from thalweg.series.country import country_code
from thalweg.series.events import EventDay, EventTable
from thalweg.series.frequency.dates import a_date, occurs, steps_after, years
from thalweg.series.frequency.record import DAILY, LONGEST, Frequency
from thalweg.series.holidays import REFERENCE_YEARS, HolidayTable, holiday_names, holiday_table
from thalweg.series.regressors import Regressor, Regressors
from thalweg.series.scale import Scale
from thalweg.series.series import Series
from thalweg.text import clean, quotable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.forecast.predictors.base import RungPredictor, Specification

Number = TypeVar("Number", bound=np.generic)

BASELINES: dict[str, type[WithoutUnknowns]] = {
    "copy": Copy,
    "seasonal mean": SeasonalMean,
    "trend": Trend,
    "last year": LastYear,
    "damped line": DampedLine,
    "rate and size": RateAndSize,
    "seasonal share": SeasonalShare,
}
MODEL = Kind(name="model", key="thalweg", version=1)
LAST_YEARS_KNOWN = 15  # years after the last value for which the holidays travel with a model, at least


@dataclass(frozen=True, eq=False)
class ModelParts:
    """What a model holds.

    Attributes
    ----------
    chosen : str
        The rung's name.
    loss : str
        By which predictions are judged and told.
    plan : Plan
        How each step ahead is forecast.
    predictors : Predictors
        What is fitted to forecast.
    calendar : Calendar
    days : Series
        The days to look back at, up to the last day known.
    miss_transform : MissTransform
        The transform in whose units `bands` are.
    levels : tuple of float
        Of the intervals, in percent.
    bands : ndarray of float64, shape (horizon, levels, 2)
        Quantiles of residuals per step ahead: the lower and the upper end of each level.
    errors : ndarray of float64
        Loss of each scored day of the sealed test, as used.
    low_residual : float
        The lower end of the 98% interval one step ahead, in the transform's units. A model of an earlier version has
        that of its widest interval.
    made : datetime.date
        When the model was fitted.
    began : numpy.datetime64
        The first date of the series that it was fitted on.
    team : Team, optional
        What is refitted when it is updated; models of earlier versions do not say it.
    lineage : tuple of str
        The stamps of the models that it was updated from; files that carry one of them belong to it too.
    notes : tuple of Message
        What was odd when it was read from a file (keys ``model.note.*``).
    medians : ndarray of float64, shape (horizon,), optional
        The median of the residuals of each step ahead; models of earlier versions do not hold it.
    asked : Asked
        The levels and the quantiles that are shown.
    rows : ndarray of float32, shape (forecasts, horizon)
        The residuals of whole forecasts of the backtest, from which sample paths are made; NaN where nothing was
        observed. Models of earlier versions hold none.
    inside : tuple of Inside
        How many sums of some lengths fell inside their intervals over the sealed test.
    whole : bool
        Whether values are whole and never negative, so that the ends of intervals are whole.
    trained_on : str
        The loss that networks are trained on, where it is not `loss`: that of a series that is mostly zero.
    sizes : ndarray of float64
        Where the series is mostly zero, its last values above 0, rising, of which intervals and sample paths are made;
        else none.
    """

    chosen: str
    loss: str
    plan: Plan
    predictors: Predictors
    calendar: Calendar
    days: Series
    miss_transform: MissTransform
    levels: tuple[float, ...]
    bands: NDArray[np.float64]
    errors: NDArray[np.float64]
    low_residual: float
    made: dt.date
    began: np.datetime64
    team: Team | None = None
    lineage: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    medians: NDArray[np.float64] | None = None
    asked: Asked = USUAL
    rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    inside: tuple[Inside, ...] = ()
    whole: bool = False
    trained_on: str = ""
    sizes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


# How models of earlier versions say that steps ahead are predicted, and the ways that this means.
EARLIER_STRATEGIES = {
    "direct": (DIRECT,),
    "recursive": (RECURSIVE,),
    "both": (DIRECT, RECURSIVE),
    "copy": (RECURSIVE,),
}


class _UnusableError(Exception):
    """A file describes no model that can forecast; `reason` says why, by a key without the leading ``error.``."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason = Message(f"error.{reason}", values)
        super().__init__(reason)


def pack(model: ModelParts) -> bytes:
    """Return the file's bytes."""
    tensors: dict[str, NDArray[Any]] = {
        "days.values": model.days.values,
        "days.observed": model.days.observed.astype(np.uint8),
        "bands": model.bands.reshape(len(model.bands), -1),
        "errors": model.errors,
        "paths": model.rows,
    }
    if model.medians is not None:
        tensors["medians"] = model.medians
    if len(model.sizes):
        tensors["sizes"] = model.sizes
    predictors = model.predictors
    description = {
        "chosen": model.chosen,
        "loss": model.loss,
        "plan": {"fade": model.plan.fade, "blocks": [_block(block) for block in model.plan.blocks]},
        "levels": list(model.levels),
        "asked": asdict(model.asked),
        "whole": model.whole,
        "sums": [asdict(each) for each in model.inside],
        "low_residual": model.low_residual,
        "country": model.calendar.country,
        "calendar": list(model.calendar.names),
        "holidays": _holidays(model),
        **_events(model.calendar),
        "frequency": asdict(model.days.frequency),
        "made": model.made.isoformat(),
        "offset": model.miss_transform.offset,
        "days": {
            "start": str(model.days.start),
            "name": model.days.name,
            "source": model.days.source,
            "simulated": model.days.simulated,
            "differenced": model.days.differenced,
        },
        "began": str(model.began),
        "lineage": list(model.lineage),
        "team": None if model.team is None else _team(model.team),
        "daily": _members(predictors.one_step, "daily", tensors),
        "many": _members(predictors.multi_step, "many", tensors),
        "shared": [
            {
                "name": one.name,
                "near": _members(one.near, f"shared.{place}.near", tensors),
                "far": _members(one.far, f"shared.{place}.far", tensors),
            }
            for place, one in enumerate(predictors.shared)
        ],
        "baselines": [one.described()[0] for one in predictors.baselines],
    }
    if model.trained_on and model.trained_on != model.loss:
        description["trained_on"] = model.trained_on
    for limits in predictors.limits:
        offsets = [room.transform.offset for room in limits.rooms]
        description["limits"] = {"offsets": offsets, "counts": limits.counts, "low": limits.low, "high": limits.high}
        tensors["limits"] = np.stack([np.stack([room.fall, room.rise, room.noise]) for room in limits.rooms])
    if model.calendar.regressors is not None:
        description["columns"] = _columns(model.calendar.regressors, tensors)
    return seal(MODEL, description, tensors)


def _team(team: Team) -> dict[str, Any]:
    """Describe what is refitted in an update; its rungs are those of the predictors."""

    def found(members: Sequence[Member]) -> list[dict[str, list[int]]]:
        return [{"seeds": list(one.seeds), "epochs": list(one.epochs)} for one in members]

    return {"choice": found(team.choice), "shared": found(team.shared), "far": team.far}


def _block(block: Block) -> dict[str, Any]:
    """Describe the ways of some steps ahead; what they were chosen by is not needed to forecast."""
    return {"first": block.first, "last": block.last, "ways": list(block.ways)}


def _holidays(model: ModelParts) -> dict[str, Any] | None:
    """Return the holidays as they are known now, so that the model goes on with them; None without a country."""
    calendar = model.calendar
    if not calendar.country:
        return None
    table = calendar.table
    if table is None or not table.covers:
        first, last = years(model.days.dates[[0, -1]])
        fresh = holiday_table(calendar.country, int(first), max(int(last) + LAST_YEARS_KNOWN, REFERENCE_YEARS[-1]))
        names = fresh.days if table is None else table.days
        days = {name: fresh.days.get(name, np.zeros(0, dtype=np.int64)) for name in names}
        table = HolidayTable(fresh.first_year, fresh.last_year, days)
    days = {name: of_name.tolist() for name, of_name in table.days.items()}
    return {"first_year": table.first_year, "last_year": table.last_year, "days": days}


def _events(calendar: Calendar) -> dict[str, Any]:
    """Return the events and the days around them, where there are some."""
    if calendar.events is None:
        return {}
    days = calendar.events.days.items()
    return {"events": [[column.name, column.offset, of_column.tolist()] for column, of_column in days]}


def _columns(regressors: Regressors, tensors: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Describe the user's own columns; their values are added to the tensors."""
    for place, one in enumerate(regressors.each):
        tensors[f"columns.{place}"] = one.values
    each = [{name: getattr(one, name) for name in ("name", "known", "centre", "spread")} for one in regressors.each]
    return {"start": str(regressors.start), "horizon": regressors.horizon, "each": each}


def _members(mean: Mean | None, prefix: str, tensors: dict[str, NDArray[Any]]) -> list[dict[str, Any]] | None:
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


def unpack(path: Path) -> ModelParts:
    """Read what `pack` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is no model, is cut short or changed, or is of another version. Nothing
        in the file is run, and nothing larger than the file is allocated.
    """
    description, tensors = unseal(MODEL, path)
    try:
        return _parts(description, tensors)
    except _UnusableError as error:
        raise InputError("model.unusable", path=path, reason=error.reason) from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("model.unusable", path=path, reason=Message("error.model.reason.incomplete")) from error


def _parts(description: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> ModelParts:
    frequency = _frequency(description.get("frequency"))
    regressors = _regressors(description.get("columns"), tensors, frequency)
    calendar, notes = _calendar(description, frequency, regressors)
    days = description["days"]
    values = _floats(tensors, "days.values", 1)
    observed = _real(tensors["days.observed"], np.bool_)
    # Python reads the text first: NumPy alone would take years of any length, and units that are none of a file's.
    start = a_date(frequency, dt.datetime.fromisoformat(days["start"]))
    last = steps_after(frequency, start, len(values) + frequency.longest_horizon)
    if last > a_date(frequency, dt.date.max):
        raise _UnusableError("model.reason.days_too_late", last=dt.date.max)
    if observed.shape != values.shape or not observed.any() or not occurs(frequency, start):
        raise _UnusableError("model.reason.days_incomplete")
    series = Series(
        start=start,
        values=values,
        observed=observed,
        name=str(days["name"]),
        source=str(days["source"]),
        simulated=bool(days["simulated"]),
        differenced=bool(days.get("differenced", False)),
        frequency=frequency,
    )
    levels = tuple(_number(level) for level in description.get("levels", LEVELS))
    asked, inside = _asked(description.get("asked")), _inside(description.get("sums", ()))
    if list(levels) != sorted(set(levels)) or not set(levels) >= set(asked.calibrated):
        raise _UnusableError("model.reason.intervals_incomplete")
    bands, errors = _floats(tensors, "bands", 2), _floats(tensors, "errors", 1)
    if bands.shape[1] != 2 * len(levels) or not 1 <= len(bands) <= frequency.longest_horizon or not len(errors):
        raise _UnusableError("model.reason.intervals_incomplete")
    bands = bands.reshape(len(bands), len(levels), 2)
    low, high = bands[..., 0], bands[..., 1]
    if (low > high).any() or (np.diff(low) > 0).any() or (np.diff(high) < 0).any() or errors.min() < 0:
        raise _UnusableError("model.reason.intervals_crossed")
    medians, rows = _distribution(tensors, bands, levels)
    trained_on = description.get("trained_on", description["loss"])
    for loss in (description["loss"], trained_on):
        if loss not in TOLD_IN:
            raise _UnusableError("model.reason.unknown_settings", loss=repr(loss))
    plan = _plan(description, len(bands))
    predictors = _predictors(description, tensors, calendar, len(series))
    if not set(plan.ways) <= set(predictors.ways):
        raise _UnusableError("model.reason.networks_missing")
    limits = _limits(description.get("limits"), tensors, len(bands))
    counts = any(each.counts for each in limits)
    return ModelParts(
        chosen=quotable(str(description["chosen"])),
        loss=description["loss"],
        plan=plan,
        predictors=replace(predictors, limits=limits),
        calendar=calendar,
        days=series,
        miss_transform=_transform(description["offset"], counts=counts),
        levels=levels,
        bands=bands,
        errors=errors,
        low_residual=float(_number(description.get("low_residual", float(bands[0, -1, 0])))),
        made=dt.date.fromisoformat(description["made"]),
        began=a_date(frequency, dt.datetime.fromisoformat(description.get("began", days["start"]))),
        team=_team_of(description.get("team"), predictors, frequency),
        lineage=tuple(clean(str(stamp)) for stamp in description.get("lineage", ())),
        notes=notes,
        medians=medians,
        asked=asked,
        rows=rows,
        inside=inside,
        whole=bool(description.get("whole", False)),
        trained_on=trained_on,
        sizes=_sizes(tensors),
    )


def _asked(stored: dict[str, Any] | None) -> Asked:
    """Return the levels and quantiles that are shown; models of earlier versions show the usual levels."""
    if stored is None:
        return USUAL
    levels, quantiles = (tuple(_number(each) for each in stored[name]) for name in ("levels", "quantiles"))
    if not all(0 < each < 100 for each in levels) or not all(0 < each < 1 for each in quantiles):  # noqa: PLR2004 - percent
        raise _UnusableError("model.reason.intervals_incomplete")
    return Asked(levels, quantiles)


def _inside(stored: list[dict[str, Any]]) -> tuple[Inside, ...]:
    """Return how many sums fell inside their intervals."""
    return tuple(
        Inside(
            int(_number(each["steps"])),
            tuple(map(_number, each["levels"])),
            tuple(map(_number, each["coverage"])),
            int(_number(each["sums"])),
        )
        for each in stored
    )


def _distribution(
    tensors: dict[str, NDArray[Any]], bands: NDArray[np.float64], levels: tuple[float, ...]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float32]]:
    """Return the medians and the residuals of whole forecasts; models of earlier versions hold neither."""
    if "medians" not in tensors:
        return None, np.zeros((0, len(bands)), dtype=np.float32)
    medians, rows = _floats(tensors, "medians", 1), _real(tensors["paths"], np.float32)
    within = medians.shape == (len(bands),) and (bands[:, 0, 0] <= medians).all() and (medians <= bands[:, 0, 1]).all()
    if not within or not set(levels) >= set(TABLE) or np.isinf(rows).any():
        raise _UnusableError("model.reason.intervals_incomplete")
    if rows.ndim != 2 or rows.shape[1] != len(bands) or len(rows) > MOST_ROWS:  # noqa: PLR2004 - a table
        raise _UnusableError("model.reason.intervals_incomplete")
    return medians, rows


def _sizes(tensors: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return the values above 0 of a series that is mostly zero; none for others, and in models of earlier versions."""
    if "sizes" not in tensors:
        return np.zeros(0)
    sizes = _floats(tensors, "sizes", 1)
    if not 1 <= len(sizes) <= MOST_SIZES or sizes[0] <= 0 or (np.diff(sizes) < 0).any():
        raise _UnusableError("model.reason.intervals_incomplete")
    return sizes


def _plan(description: dict[str, Any], steps: int) -> Plan:
    """Return the ways of each step ahead; models of earlier versions name a strategy, or one for each step."""
    stored = description.get("plan")
    if stored is None:
        told = description["strategy"]
        each = tuple(told) if isinstance(told, list) else (told,) * steps
        if len(each) != steps or not set(each) <= set(EARLIER_STRATEGIES):
            raise _UnusableError("model.reason.unknown_strategy", strategy=repr(told))
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
        raise _UnusableError("model.reason.intervals_incomplete")
    if any(block.last < block.first or not block.ways for block in blocks) or blocks[-1].last > LONGEST:
        raise _UnusableError("model.reason.intervals_incomplete")
    return Plan(blocks, fade=max(stored["fade"], 0))


def _team_of(stored: dict[str, Any] | None, predictors: Predictors, frequency: Frequency) -> Team | None:
    """Return what is refitted in an update; None for models of earlier versions."""
    if stored is None or predictors.multi_step is not None:
        return None

    def members(fitted: Sequence[RungPredictor], described: list[dict[str, Any]]) -> tuple[Member, ...]:
        made: list[Member] = []
        for predictor, one in zip(fitted, described, strict=True):
            rung = predictor.rung if isinstance(predictor, NetworkPredictor) else predictor
            seeds, epochs = (tuple(int(_number(each)) for each in one[name]) for name in ("seeds", "epochs"))
            possible = min(epochs, default=1) >= 1 and min(seeds, default=0) >= 0
            if not isinstance(rung, Rung | Baseline) or len(seeds) != len(epochs) or not possible:
                raise _UnusableError("model.reason.incomplete")
            made.append(Member(cast("Specification", rung), epochs, seeds))
        return tuple(made)

    shared = [one.near.members[0] for one in predictors.shared]
    far = int(_number(stored["far"]))
    if not 0 <= far <= LONGEST:
        raise _UnusableError("model.reason.incomplete")
    return Team(
        frequency,
        members(predictors.one_step.members, stored["choice"]),
        members(shared, stored["shared"]),
        far,
        predictors.baselines,
    )


def _predictors(
    description: dict[str, Any], tensors: dict[str, NDArray[Any]], calendar: Calendar, days: int
) -> Predictors:
    """Return what is fitted to forecast, still without limits."""

    def mean(members: list[dict[str, Any]] | None, prefix: str) -> Mean | None:
        return None if members is None else _mean(members, prefix, tensors, calendar, days)

    shared = tuple(
        Shared(
            str(one["name"]),
            _mean(one["near"], f"shared.{place}.near", tensors, calendar, days),
            mean(one["far"], f"shared.{place}.far"),
        )
        for place, one in enumerate(description.get("shared", ()))
    )
    baselines = [_member(one, None, calendar, days) for one in description.get("baselines", ())]
    return Predictors(
        one_step=_mean(description["daily"], "daily", tensors, calendar, days),
        multi_step=mean(description["many"], "many"),
        shared=shared,
        baselines=tuple(one for one in baselines if isinstance(one, WithoutUnknowns)),
    )


def _transform(stored: object, *, counts: bool) -> MissTransform:
    offset = None if stored is None else float(_number(stored))
    if offset is not None and offset <= 0:
        raise _UnusableError("model.reason.offset", offset=f"{offset:g}")
    return MissTransform(offset, floor=counts or offset is not None)


def _limits(stored: dict[str, Any] | None, tensors: dict[str, NDArray[Any]], steps: int) -> tuple[Limits, ...]:
    """Return what the past bears out; models of earlier versions do not say it."""
    if stored is None:
        return ()
    rooms = _floats(tensors, "limits", 3)
    if rooms.shape != (len(stored["offsets"]), 3, steps) or not len(rooms) or (rooms < 0).any():
        raise _UnusableError("model.reason.intervals_incomplete")
    transforms = [_transform(offset, counts=bool(stored["counts"])) for offset in stored["offsets"]]
    made = tuple(Room(transform, *room) for transform, room in zip(transforms, rooms, strict=True))
    low, high = (tuple(float(_number(value)) for value in stored[name]) for name in ("low", "high"))
    return (Limits(made, low, high),)


def _frequency(stored: dict[str, Any] | None) -> Frequency:
    """Return the frequency that a model was fitted with; the first ones were all daily and did not say so.

    What a later version adds to frequencies has its daily value, and what it leaves out is passed over.
    """
    if stored is None:
        return replace(DAILY, calendar=("weekday", "season", "holiday"))
    known: dict[str, Any] = {name: stored.get(name, usual) for name, usual in asdict(DAILY).items()}
    if "long_season" not in stored:  # the first versions made these of the others
        season, year = int(known["season"]), int(known["year"])
        known |= {"level": season, "long_season": year // season * season, "validation": year // 2, "test": year}
        known["levels"] = (known["month"], year // 4, known["long_season"])
    known |= {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    known["copies"] = tuple((str(name), int(ago)) for name, ago in known["copies"])
    return Frequency(**known)


def _calendar(
    description: dict[str, Any], frequency: Frequency, regressors: Regressors | None
) -> tuple[Calendar, tuple[Message, ...]]:
    """Return the calendar that the model was fitted with, and a note where the installed library knows another."""
    country, names, holidays = description["country"], description["calendar"], description.get("holidays")
    events = _event_table(description.get("events"))
    without = Calendar(frequency=frequency).names
    own = () if regressors is None else tuple(one.name for one in regressors.known)
    known = (*without, *(events.columns if events is not None else ()), *own)
    if not isinstance(country, str) or (not country and list(known) != names):
        raise _UnusableError("model.reason.incomplete")
    if not country:
        return Calendar(frequency=frequency, events=events, regressors=regressors), ()
    table = HolidayTable(0, 0, {})
    if holidays is not None:
        days = {str(name): np.array(of_name, dtype=np.int64) for name, of_name in holidays["days"].items()}
        if any(of_name.ndim != 1 or clean(name) != name for name, of_name in days.items()):
            raise _UnusableError("model.reason.incomplete")
        table = HolidayTable(int(holidays["first_year"]), int(holidays["last_year"]), days)
    else:
        # A model of an earlier version holds the names alone; the days are those that the library has for them.
        country_code(country)
        table = HolidayTable(1, 0, {str(name): np.zeros(0, np.int64) for name in names[len(without) :]})
    calendar = Calendar(country, frequency=frequency, table=table, events=events, regressors=regressors)
    if list(calendar.names) != names:
        raise _UnusableError("model.reason.incomplete")
    unknown = [name for name in table.days if name not in holiday_names(country)]
    if not unknown:
        return calendar, ()
    key = "model.note.holidays_kept" if any(len(table.days[name]) for name in unknown) else "model.note.holidays_lost"
    return calendar, (Message(key, {"names": unknown, "country": country}),)


def _regressors(
    stored: dict[str, Any] | None, tensors: dict[str, NDArray[Any]], frequency: Frequency
) -> Regressors | None:
    """Return the columns that a model was fitted with; None where there were none, as in models of earlier versions."""
    if stored is None:
        return None
    each: list[Regressor] = []
    for place, one in enumerate(stored["each"]):
        name, known, values = one["name"], one["known"], _floats(tensors, f"columns.{place}", 1)
        centre, spread = float(_number(one["centre"])), float(_number(one["spread"]))
        if type(name) is not str or quotable(name) != name or type(known) is not bool or not len(values) or spread <= 0:
            raise _UnusableError("model.reason.incomplete")
        each.append(Regressor(name, known, values, centre, spread))
    start, horizon = a_date(frequency, dt.datetime.fromisoformat(stored["start"])), stored["horizon"]
    unlike = len({one.name for one in each}) == len(each) > 0
    if type(horizon) is not int or not 0 <= horizon <= LONGEST or not unlike or not occurs(frequency, start):
        raise _UnusableError("model.reason.incomplete")
    return Regressors(start, frequency, tuple(each), horizon)


def _event_table(stored: list[list[Any]] | None) -> EventTable | None:
    """Return the events that a model was fitted with; None where there were none, as in models of earlier versions."""
    if stored is None:
        return None
    days: dict[EventDay, NDArray[np.int64]] = {}
    for name, offset, of_column in stored:
        if type(name) is not str or clean(name) != name or type(offset) is not int:
            raise _UnusableError("model.reason.incomplete")
        days[EventDay(name, offset)] = column = np.array(of_column, dtype=np.int64)
        if column.ndim != 1 or (np.diff(column) <= 0).any():
            raise _UnusableError("model.reason.incomplete")
    if not days:
        raise _UnusableError("model.reason.incomplete")
    return EventTable(days)


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise _UnusableError("model.reason.no_number", value=repr(value))
    return value


def _floats(tensors: dict[str, NDArray[Any]], name: str, dimensions: int) -> NDArray[np.float64]:
    values = _real(tensors[name], np.float64)
    if values.ndim != dimensions or not np.isfinite(values).all():
        raise _UnusableError("model.reason.no_table", name=name)
    return values


def _real(stored: NDArray[Any], dtype: type[Number]) -> NDArray[Number]:
    """Return an array in a precision; a number beyond it becomes infinite, and a complex one is none."""
    if stored.dtype.kind not in "fiub":
        raise _UnusableError("model.reason.incomplete")
    with np.errstate(over="ignore"):
        return stored.astype(dtype)


def _mean(
    members: list[dict[str, Any]],
    prefix: str,
    tensors: dict[str, NDArray[Any]],
    calendar: Calendar,
    days: int,
) -> Mean:
    """Return the mean of the members; each must find the values that it looks back at."""
    made = tuple(
        _member(member, tensors.get(f"{prefix}.{place}"), calendar, days) for place, member in enumerate(members)
    )
    if not made:
        raise _UnusableError("model.reason.no_networks")
    return Mean(made)


def _member(member: dict[str, Any], unknowns: NDArray[Any] | None, calendar: Calendar, days: int) -> RungPredictor:
    stored: dict[str, Any] = member["rung"]
    if "baseline" in stored or stored.get("copy"):
        baseline = _baseline(dict(stored), calendar.frequency)
        lengths = [each for each in vars(baseline).values() if not isinstance(each, bool | str)]
        if not all(type(length) is int and length >= 1 for length in lengths):
            raise _UnusableError("model.reason.incomplete")
        if type(baseline.needed) is not int or not 1 <= baseline.needed <= days:
            raise _UnusableError("model.reason.too_few_days", needed=baseline.needed, days=days)
        return baseline
    changed: dict[str, Any] = {"hidden": tuple(stored["hidden"]), "optimizer": Optimizer(**stored["optimizer"])}
    rung = Rung(**{name: value for name, value in (stored | changed).items() if name != "copy"})
    if type(rung.days_back) is not int or rung.days_back < 1 or rung.known not in ("", *calendar.frequency.known):
        raise _UnusableError("model.reason.unknown_rung", days_back=repr(rung.days_back), known=repr(rung.known))
    needed = rung.steps_needed(calendar.frequency)
    if needed > days:
        raise _UnusableError("model.reason.too_few_days", needed=needed, days=days)
    network = Network(tuple(int(width) for width in member["widths"]), rung.activation)
    if unknowns is None:
        raise _UnusableError("model.reason.incomplete")
    thetas = _real(unknowns, np.float32)
    steps = network.widths[-1]
    columns = rung.features(calendar).columns(steps)
    if network.widths != (len(columns), *rung.hidden, steps) or thetas.ndim != 2 or thetas.shape[1] != network.size:  # noqa: PLR2004
        raise _UnusableError("model.reason.unknowns_misfit", rung=rung.name)
    if not len(thetas) or not np.isfinite(thetas).all():
        raise _UnusableError("model.reason.unknowns_not_finite", rung=rung.name)
    return NetworkPredictor(rung, calendar, (_scale(member["scale"]),), network, thetas)


def _baseline(stored: dict[str, Any], frequency: Frequency) -> WithoutUnknowns:
    """Return a baseline; a copy of an earlier version says in days alone which one it is."""
    if "baseline" in stored:
        return BASELINES[stored.pop("baseline")](**stored)
    steps = int(stored["days_back"])
    return Copy(steps, next((name for name, ago in frequency.copies if ago == steps), ""))


def _scale(stored: dict[str, Any]) -> Scale:
    for value in stored.values():
        _number(value)
    scale = Scale(**stored)
    positive = scale.offset + scale.least > 0 or not scale.logarithm  # otherwise a value of 0 has no logarithm
    if scale.spread <= 0 or min(scale.offset, scale.least, scale.level_days) < 0 or not positive:
        raise _UnusableError("model.reason.scale")
    return scale
