"""What a panel's model file holds, and the forecasts that it makes without any training."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.levels import Asked
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.bands import Shape
from thalweg.forecast.panel.choice import Choice
from thalweg.forecast.panel.chunk import forecast_from
from thalweg.forecast.panel.columns import Beside, beside_of, stopping_early
from thalweg.forecast.panel.global_network import described, network_from
from thalweg.forecast.panel.joining import Joined, join, place_of
from thalweg.forecast.panel.known_days import with_later_events
from thalweg.forecast.panel.options import BOTTOM_UP
from thalweg.forecast.panel.panel_year import panel_year_of
from thalweg.forecast.panel.result import PanelForecast, dates_ahead
from thalweg.forecast.panel.served import Plan
from thalweg.forecast.panel.store import describe_columns, describe_days, read_columns, read_days, read_static
from thalweg.forecast.panel.unfinished import NOTE as UNFINISHED
from thalweg.forecast.panel.unfinished import without_unfinished_newer
from thalweg.forecast.store.calendar import read_frequency
from thalweg.forecast.store.checked import UnusableError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import a_date
from thalweg.series.frequency.words import words_of
from thalweg.series.panel import Panel, Refused, joined
from thalweg.series.series import Series
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.run import PanelFindings
    from thalweg.series.events import EventTable

PANEL_MODEL = Kind(name="panel_model", key="thalweg.panel", version=1)
SERIES_AT_ONCE = 200


@dataclass(frozen=True, eq=False)
class PanelModel:
    """A fitted panel, which forecasts without training, also series that it has never seen.

    Attributes
    ----------
    panel : Panel
        The values that it was fitted on.
    plan : Plan
    choice : Choice
        Of each series.
    bands : ndarray of float64, shape (series, blocks, levels, 2)
    shape : Shape
        Of the panel's residuals, for series that it has never seen.
    asked : Asked
    made : datetime.date
    models : mapping of int to ndarray of uint8
        The models of the own ladders that serve, as bytes of their files, by the place of the series.
    totals : str
        How the totals of the fit were made; empty where there were none. The model makes none: it forecasts each series
        as the fit did before it moved the forecasts so that they add up.
    """

    panel: Panel
    plan: Plan
    choice: Choice
    bands: NDArray[np.float64]
    shape: Shape
    asked: Asked
    made: dt.date
    models: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict[int, "NDArray[np.uint8]"])
    totals: str = ""

    @classmethod
    def of(cls, findings: PanelFindings, asked: Asked) -> Self:
        """Return the model of what a fit found."""
        served = findings.served
        choice = Choice(served.own, served.share)
        today = dt.datetime.now().astimezone().date()
        models = models_of(served.model_sizes, served.models)
        shape, totals = findings.prior.shape, findings.settings.get("totals", "")
        return cls(findings.panel, findings.plan, choice, served.bands, shape, asked, today, models, totals)

    @property
    def horizon(self) -> int:
        """The most steps ahead."""
        return self.plan.horizon

    def __repr__(self) -> str:
        return f"<PanelModel of {len(self.panel)} series, {self.horizon} {self.plan.frequency.steps} ahead>"

    def forecast(
        self,
        newer: Panel | None = None,
        horizon: int | None = None,
        series: str | None = None,
        *,
        keep_last: bool = False,
        events: EventTable | None = None,
    ) -> PanelForecast:
        """Forecast the steps after the last known ones.

        Parameters
        ----------
        newer : Panel, optional
            Newer values; series that the model has seen go on after theirs, others are served by the network over all
            series. A series of the model without newer values is forecast from the model's own.
        horizon : int, optional
        series : str, optional
            The name of the only one that is forecast.
        keep_last : bool
            Whether the last date of the newer values stays, though it looks unfinished; see
            `thalweg.forecast.panel.unfinished`.
        events : EventTable, optional
            Those after the model's last date, in place of those of the fit.

        Raises
        ------
        InputError
            If the horizon is beyond the model's, there is no such series or it cannot be forecast, or none of the newer
            values fits.
        """
        steps = self.horizon if horizon is None else horizon
        if not 1 <= steps <= self.horizon:
            words = words_of(self.plan.frequency)
            raise InputError("model.horizon", argument=Argument("horizon", steps), most=self.horizon, **words)
        found = Joined.without(self.panel) if newer is None else self.joined_with(newer, keep_last=keep_last)
        panel, places, refused = found.panel, found.served, found.refused
        stop_early = dict(stopping_early(panel, places, steps, fitted=True))
        if len(stop_early) == len(places) > 0:
            raise next(iter(stop_early.values()))
        places = [place for place in places if place not in stop_early]
        refused = (*refused, *(Refused(panel.names[place], error.message) for place, error in stop_early.items()))
        if series is not None:
            for each in refused:
                if each.name == series:
                    raise InputError(each.why.key.removeprefix("error."), **each.why.values)
            places, refused = [place_of(panel, series)], ()
        plan = self.plan if newer is None else self.plan_for(panel)
        plan = plan if events is None else self._with_events(plan, panel, events)
        made = [
            self._served(panel, places[first : first + SERIES_AT_ONCE], plan)
            for first in range(0, len(places), SERIES_AT_ONCE)
        ]
        mean, low, high = (np.concatenate(each)[:, :steps] for each in zip(*made, strict=True))
        known = np.asarray(np.isfinite(mean).all(axis=1))
        failed = [panel.names[places[at]] for at in np.flatnonzero(~known).tolist()]
        if failed and series is not None:
            raise InputError("panel.not_fitted", name=series)
        kept = [place for place, good in zip(places, known.tolist(), strict=True) if good]
        refused = (*refused, *(Refused(name, Message("error.panel.not_fitted", {"name": name})) for name in failed))
        return PanelForecast(
            names=tuple(panel.names[place] for place in kept),
            keys={name: tuple(values[place] for place in kept) for name, values in panel.keys.items()},
            dates=dates_ahead([panel.series[place] for place in kept], steps, self.plan.frequency),
            mean=mean[known],
            levels=self.plan.levels,
            low=low[known],
            high=high[known],
            asked=self.asked,
            backend=self.panel.series[0].backend if newer is None else newer.series[0].backend,
            new=tuple(panel.names[place] for place in kept if place >= len(self.panel)),
            refused=refused,
            notes=(
                *(note for note in found.notes if series is None or note.key == UNFINISHED),
                *self._notes_on_totals(),
            ),
        )

    def _notes_on_totals(self) -> tuple[Message, ...]:
        """Return that forecasts are not moved so that they add up, where those of the fit were."""
        if self.totals in ("", BOTTOM_UP):
            return ()
        return (Message("panel.note.not_reconciled", {"argument": Argument("totals", self.totals)}),)

    def joined_with(self, newer: Panel, *, keep_last: bool, threads: int | None = None) -> Joined:
        """Return newer values joined to the model's own, without a last date that looks unfinished."""
        found = join(self.panel, newer)
        return without_unfinished_newer(found, self.panel, keep_last=keep_last, threads=threads)

    def _served(
        self, panel: Panel, places: Sequence[int], plan: Plan
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return forecasts and intervals of series of a panel that begins with the model's; NaN of one that fails."""
        series = [panel.series[place] for place in places]
        choice, bands = self.serving(np.array(places))
        stored = [len(self.panel.series[at]) if at < len(self.panel) else len(panel.series[at]) for at in places]
        try:
            models = {
                at: own_ladder.read(self.models[place]) for at, place in enumerate(places) if place in self.models
            }
            return forecast_from(series, stored, plan.of(places), choice, bands, models)
        except Exception:  # noqa: BLE001 - whatever it is, the others are served
            if len(places) > 1:
                alone = [self._served(panel, [place], plan) for place in places]
                mean, low, high = (np.concatenate(each) for each in zip(*alone, strict=True))
                return mean, low, high
            ends = np.full((1, self.horizon, len(self.plan.levels)), np.nan)
            return np.full((1, self.horizon), np.nan), ends, ends

    def plan_for(self, panel: Panel) -> Plan:
        """Return the plan for a panel that begins with the model's series: its network sees their newer dates too."""
        plan, count = self.plan, len(self.panel)
        days = None if plan.final_days is None else plan.final_days.reaching(panel.series, plan.horizon)
        beside = None if plan.beside is None else beside_of(plan.beside.columns, panel)
        if plan.beside is not None and beside is not None:  # what is not told again stays
            beside = Beside(beside.columns, np.concatenate([plan.beside.static, beside.static[count:]]))
        plan, final = replace(plan, judged=None, judged_days=None, final_days=days, beside=beside), plan.final
        seeing = next((each.inputs for each in final.members if each.inputs.panel_year), None)
        if final.panel_year is None or seeing is None:
            return plan
        series = panel.series[:count]
        seen = series if days is None else days.of(slice(count)).taken_away(series)
        return replace(plan, final=replace(final, panel_year=panel_year_of(seen, seeing, final.steps)))

    def _with_events(self, plan: Plan, panel: Panel, events: EventTable) -> Plan:
        """Return the plan for a panel with other events after the model's last date; those up to it stay.

        Parameters
        ----------
        plan : Plan
            Of the panel.
        panel : Panel
        events : EventTable
            As `thalweg.read_events` reads it with the columns that name the series.

        Raises
        ------
        InputError
            If it takes no events into account, or has not learned one of these, or there is no such series.
        """
        days = plan.final_days
        if days is None or all(calendar.events is None for calendar in days.days.calendars):
            raise InputError("panel.without_events", argument=Argument("events"))
        known = with_later_events(days.days, panel, events, self.panel.last_date, self.horizon)
        return replace(plan, final_days=days.on_days(known), judged=None, judged_days=None)

    def serving(self, places: NDArray[np.int64]) -> tuple[Choice, NDArray[np.float64]]:
        """Return what serves some series, and their bands.

        The network over all series alone serves those behind the model's own, with the intervals of the whole panel.
        """
        seen, at = places < len(self.panel), np.minimum(places, len(self.panel) - 1)
        own = np.where(seen[:, None], self.choice.own[at], 0)
        share = np.where(seen[:, None], self.choice.share[at], 1.0)
        of_panel = self.shape.scale[:, None, None] * self.shape.ends
        return Choice(own, share), np.where(seen[:, None, None, None], self.bands[at], of_panel)

    def save(self, path: str | Path) -> None:
        """Write the model to one file; see `load_panel`."""
        write_whole(Path(path), pack(self))


def models_of(sizes: NDArray[np.int64], models: NDArray[np.uint8]) -> dict[int, NDArray[np.uint8]]:
    """Return the models of series by their place, from their sizes and their bytes one after another."""
    ends = np.cumsum(sizes).tolist()
    each = zip(ends, sizes.tolist(), strict=True)
    return {place: models[end - size : end] for place, (end, size) in enumerate(each) if size}


def pack(model: PanelModel) -> bytes:
    """Return the file's bytes."""
    panel = model.panel
    description_of_network, tensors_of_network = described(model.plan.final)
    tensors: dict[str, NDArray[Any]] = {
        "values": panel.values,
        "observed": panel.observed.astype(np.uint8),
        "offsets": panel.offsets,
        "own": model.choice.own,
        "share": model.choice.share,
        "bands": model.bands,
        "shape.scale": model.shape.scale,
        "shape.ends": model.shape.ends,
        **tensors_of_network,
        **{f"model.{place}": content for place, content in model.models.items()},
    }
    description_of_days, tensors_of_days = describe_days(model.plan.final_days, panel)
    description_of_columns, tensors_of_columns = describe_columns(model.plan.beside, panel)
    tensors |= tensors_of_days | tensors_of_columns
    first = panel.series[0]
    description = {
        "names": list(panel.names),
        "keys": {name: list(values) for name, values in panel.keys.items()},
        "starts": [str(one.start) for one in panel.series],
        "value": first.name,
        "source": first.source,
        "reading": dict(panel.reading),
        "differenced": first.differenced,
        "frequency": asdict(panel.frequency),
        "horizon": model.horizon,
        "levels": list(model.plan.levels),
        "asked": asdict(model.asked),
        "made": model.made.isoformat(),
        "ladder": model.plan.ladder,
        "seed": model.plan.seed,
        "totals": model.totals,
        **description_of_days,
        **description_of_columns,
        **description_of_network,
    }
    return seal(PANEL_MODEL, description, tensors)


def load_panel(path: Path) -> PanelModel:
    """Read what `PanelModel.save` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is no model of a panel, is cut short or changed, or is of another version.
    """
    description, tensors = unseal(PANEL_MODEL, path)
    try:
        return _read(description, tensors)
    except UnusableError as error:
        raise InputError("model.unusable", path=path, reason=error.reason) from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError("model.unusable", path=path, reason=Message("error.model.reason.incomplete")) from error


def _read(description: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> PanelModel:
    frequency = read_frequency(description["frequency"])
    values, observed = tensors["values"], tensors["observed"].astype(np.bool_)
    offsets = tensors["offsets"].tolist()
    series = [
        Series(
            a_date(frequency, dt.datetime.fromisoformat(start)), values[first:last], observed[first:last],
            quotable(description["value"]), description["source"], frequency=frequency,
            differenced=bool(description.get("differenced", False)),
        )
        for start, first, last in zip(description["starts"], offsets[:-1], offsets[1:], strict=True)
    ]  # fmt: skip
    series, beside = read_columns(description, tensors, series)
    network = network_from(description, tensors, frequency)
    asked = Asked(tuple(description["asked"]["levels"]), tuple(description["asked"]["quantiles"]))
    keys = {name: tuple(each) for name, each in description["keys"].items()}
    given = {
        name: tuple(each) if isinstance(each, list) else each for name, each in description.get("reading", {}).items()
    }
    static = read_static(description)
    panel = joined(series, description["names"], keys=keys, static=static, reading=given)
    horizon = int(description["horizon"])
    return PanelModel(
        panel,
        Plan(
            frequency,
            horizon,
            tuple(description["levels"]),
            network,
            ladder=str(description["ladder"]),
            seed=int(description["seed"]),
            final_days=read_days(description, tensors, panel, horizon),
            beside=beside,
        ),
        Choice(tensors["own"], tensors["share"]),
        tensors["bands"],
        Shape(tensors["shape.scale"], tensors["shape.ends"]),
        asked,
        dt.date.fromisoformat(description["made"]),
        {int(name.removeprefix("model.")): content for name, content in tensors.items() if name.startswith("model.")},
        str(description.get("totals", "")),
    )
