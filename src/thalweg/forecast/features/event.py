"""The events of every date to predict, where some are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.forecast.features.holiday import Holiday
from thalweg.series.calendar import EVENT


@dataclass(frozen=True)
class Event(Holiday):
    """A column for each event and each day of its window, as for holidays: once for each date to predict."""

    name: ClassVar[str] = EVENT
