"""What a panel's model file holds, and the forecasts that it makes without any training."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.levels import Asked
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.bands import Shape
from thalweg.forecast.panel.choice import Choice
from thalweg.forecast.panel.chunk import Plan, forecast_from
from thalweg.forecast.panel.global_network import described, network_from
from thalweg.forecast.store.calendar import read_frequency
from thalweg.messages import Message
from thalweg.series.filling import filled
from thalweg.series.frequency.dates import a_date
from thalweg.series.panel import Panel, joined
from thalweg.series.series import Series
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.forecast.panel.run import PanelFindings

PANEL_MODEL = Kind(name="panel_model", key="thalweg.panel", version=1)
SERIES_AT_ONCE = 200


@dataclass(frozen=True, eq=False)
class PanelForecast:
    """The forecasts of some series; arrays whose first axis is the series.

    Attributes
    ----------
    names : tuple of str
    keys : mapping
        The columns whose values name a series, each to its value for each series.
    dates : ndarray of datetime64, shape (series, horizon)
    mean : ndarray of float64, shape (series, horizon)
        In the user's units.
    levels : tuple of float
        In percent, rising.
    low, high : ndarray of float64, shape (series, horizon, levels)
    asked : Asked
        The levels and quantiles that are shown.
    backend : str
        The library of the frame that the values were read from; empty for a file.
    """

    names: tuple[str, ...]
    keys: dict[str, tuple[str, ...]]
    dates: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    levels: tuple[float, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    asked: Asked
    backend: str = ""


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
    """

    panel: Panel
    plan: Plan
    choice: Choice
    bands: NDArray[np.float64]
    shape: Shape
    asked: Asked
    made: dt.date
    models: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict[int, "NDArray[np.uint8]"])

    @classmethod
    def of(cls, findings: PanelFindings, asked: Asked) -> PanelModel:
        """Return the model of what a fit found."""
        served = findings.served
        choice = Choice(served.own, served.share)
        today = dt.datetime.now().astimezone().date()
        models = models_of(served.model_sizes, served.models)
        return cls(findings.panel, findings.plan, choice, served.bands, findings.prior.shape, asked, today, models)

    @property
    def horizon(self) -> int:
        """The most steps ahead."""
        return self.plan.horizon

    def __repr__(self) -> str:
        return f"<PanelModel of {len(self.panel)} series, {self.horizon} {self.plan.frequency.steps} ahead>"

    def forecast(self, newer: Panel | None = None, horizon: int | None = None) -> PanelForecast:
        """Forecast the steps after the last known ones.

        Parameters
        ----------
        newer : Panel, optional
            Newer values; series that the model has seen go on after theirs, others are served by the network over all
            series. Without it, those of the model are forecast.
        horizon : int, optional

        Raises
        ------
        InputError
            If the horizon is beyond the model's, the frequency is another, or values contradict those of the model.
        """
        from thalweg.messages import Argument  # noqa: PLC0415 - only for an error

        steps = self.horizon if horizon is None else horizon
        if steps > self.horizon:
            raise InputError("model.horizon", argument=Argument("horizon", steps), longest=self.horizon)
        panel = self.panel if newer is None else self._joined(newer)
        places = np.array([self.panel.places.get(name, -1) for name in panel.names])
        made = [
            self._served(panel.series[first : first + SERIES_AT_ONCE], places[first : first + SERIES_AT_ONCE])
            for first in range(0, len(panel), SERIES_AT_ONCE)
        ]
        mean, low, high = (np.concatenate(each)[:, :steps] for each in zip(*made, strict=True))
        dates = np.stack([np.array([one.after(step) for step in range(1, steps + 1)]) for one in panel.series])
        return PanelForecast(
            panel.names, dict(panel.keys), dates, mean, self.plan.levels, low, high, self.asked, panel.series[0].backend
        )

    def _served(
        self, series: Sequence[Series], places: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        seen = places >= 0
        own = np.where(seen[:, None], self.choice.own[places], 0)
        share = np.where(seen[:, None], self.choice.share[places], 1.0)
        unseen = self.shape.scale[:, None, None] * self.shape.ends
        bands = np.where(seen[:, None, None, None], self.bands[places], unseen)
        stored = [
            len(self.panel.series[place]) if place >= 0 else len(one) for place, one in zip(places, series, strict=True)
        ]
        own_models = {
            at: own_ladder.read(self.models[place]) for at, place in enumerate(places.tolist()) if place in self.models
        }
        return forecast_from(series, stored, self.plan, Choice(own, share), bands, own_models)

    def _joined(self, newer: Panel) -> Panel:
        """Return the newer panel, each series with the values of the model before it."""
        if not newer.frequency.same_step(self.panel.frequency):
            raise InputError("panel.other_frequency", found=newer.frequency.name, expected=self.panel.frequency.name)
        whole = [self._with_history(name, one) for name, one in newer]
        return joined(whole, newer.names, keys=newer.keys, static=newer.static, refused=newer.refused)

    def _with_history(self, name: str, one: Series) -> Series:
        if name not in self.panel:
            return one
        before = self.panel[name]
        shift = before.place(one.start)
        if shift <= 0 and -shift + len(before) <= len(one):
            return one  # it is the whole history
        if shift > len(before):
            raise InputError("panel.gap", name=name, last=str(before.after(0)), first=str(one.start))
        end = max(shift + len(one), len(before))
        values, observed = np.full(end, np.nan), np.zeros(end, np.bool_)
        values[: len(before)], observed[: len(before)] = before.values, before.observed
        first = max(shift, 0)
        values[first : shift + len(one)] = one.values[first - shift :]
        observed[first : shift + len(one)] = one.observed[first - shift :]
        return replace(
            one, start=before.start, values=filled(values, observed, one.frequency.season), observed=observed
        )

    def save(self, path: Path) -> None:
        """Write the model to one file; see `load_panel`."""
        write_whole(path, pack(self))


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
    first = panel.series[0]
    description = {
        "names": list(panel.names),
        "keys": {name: list(values) for name, values in panel.keys.items()},
        "starts": [str(one.start) for one in panel.series],
        "value": first.name,
        "source": first.source,
        "frequency": asdict(panel.frequency),
        "horizon": model.horizon,
        "levels": list(model.plan.levels),
        "asked": asdict(model.asked),
        "made": model.made.isoformat(),
        "ladder": model.plan.ladder,
        "seed": model.plan.seed,
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
        )
        for start, first, last in zip(description["starts"], offsets[:-1], offsets[1:], strict=True)
    ]  # fmt: skip
    network = network_from(description, tensors, frequency)
    asked = Asked(tuple(description["asked"]["levels"]), tuple(description["asked"]["quantiles"]))
    keys = {name: tuple(each) for name, each in description["keys"].items()}
    return PanelModel(
        joined(series, description["names"], keys=keys),
        Plan(
            frequency,
            int(description["horizon"]),
            tuple(description["levels"]),
            network,
            ladder=str(description["ladder"]),
            seed=int(description["seed"]),
        ),
        Choice(tensors["own"], tensors["share"]),
        tensors["bands"],
        Shape(tensors["shape.scale"], tensors["shape.ends"]),
        asked,
        dt.date.fromisoformat(description["made"]),
        {int(name.removeprefix("model.")): content for name, content in tensors.items() if name.startswith("model.")},
    )
