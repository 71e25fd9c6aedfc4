"""What tables, pictures and sentences ask of a backtest, be it of one series or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.cutoffs import Cutoffs
    from thalweg.messages import Message
    from thalweg.series.frequency.record import Frequency


class Backtested(Protocol):
    """Forecasts at many cutoffs."""

    @property
    def cutoffs(self) -> Cutoffs:
        """Where they stand."""
        ...

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each cutoff."""
        ...

    @property
    def frequency(self) -> Frequency:
        """How far apart the values are."""
        ...

    @property
    def name(self) -> str | Message:
        """What the values are called."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether they are simulated."""
        ...

    @property
    def backend(self) -> str:
        """The library of the frame that they were read from; empty for a file."""
        ...

    @property
    def basis(self) -> tuple[Message, ...]:
        """Of what the metrics are means, where that has to be told."""
        ...

    @property
    def unkept(self) -> tuple[str, ...]:
        """The models whose forecasts are not kept."""
        ...

    def columns(self) -> dict[str, Any]:
        """Return every forecast by the names of Nixtla's columns."""
        ...
