"""A forecast as a Python user holds it: as a frame, as a chart, as text, and shown in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from thalweg.charts.numbers import estimate_decimals, number
from thalweg.forecast.paths import USUAL_PATHS, path_columns
from thalweg.forecast.result import Forecast as Predictions
from thalweg.forecast.tables import COLUMNS, OURS, columns_as
from thalweg.series.frames import frame_of
from thalweg.series.frequency.dates import isos

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.what_if import WhatIf
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(Predictions):
    """The forecast of the next days; in a notebook it shows itself.

    Attributes
    ----------
    dates : ndarray of datetime64, shape (horizon,)
    mean : ndarray of float64, shape (horizon,)
        Predictions in the user's units.
    intervals : Intervals
        Conformal intervals; ``low80`` is the lower end of the 80% interval, and so on.
    notes : tuple of Message
        What was odd in the newer values that it starts from.
    asked, ahead, inside, lengths
        As of `thalweg.forecast.result.Forecast`.
    series : Series
        The days that it goes on from.
    supposed : WhatIf, optional
        Of a what-if: both forecasts, which columns differ, and the `difference` of each date.
    """

    series: Series = field(kw_only=True)
    supposed: WhatIf | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, predictions: Predictions, series: Series) -> Forecast:
        """Return predictions that go on from a series."""
        held: dict[str, Any] = vars(predictions) | {"series": series}
        return cls(**held)

    @property
    def forecast(self) -> Forecast:
        """The forecast itself: charts and tables take it as they take findings."""
        return self

    def to_frame(
        self,
        backend: str | None = None,
        columns: str = OURS,
    ) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return a row a day: ``date``, ``mean``, and the ends of the intervals and the quantiles that were asked for.

        Parameters
        ----------
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default the library of the frame that was given.
        columns : {"thalweg", "nixtla", "prophet"}
            Whose names the columns have: Nixtla's are ``unique_id``, ``ds``, ``thalweg``, ``thalweg-lo-80``, …, and
            Prophet's ``ds``, ``yhat``, ``yhat_lower``, ``yhat_upper``, of the 80% interval.

        Raises
        ------
        InputError
            If there is no such library, or it is not installed; or there are no such names.
        """
        naming = COLUMNS.checked("columns", columns)
        return frame_of(columns_as(self, naming, self.series.name), backend, self.series.backend)

    def samples_to_frame(
        self,
        paths: int = USUAL_PATHS,
        seed: int = 0,
        backend: str | None = None,
    ) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return sample paths as a frame, a row a path and a day: ``path`` (from 0 on), ``date``, ``value``.

        Parameters
        ----------
        paths, seed : int
            As of `sample`.
        backend : str, optional
            As of `to_frame`.

        Raises
        ------
        InputError
            As of `sample` and `to_frame`.
        """
        return frame_of(path_columns(self.dates, self.sample(paths, seed)), backend, self.series.backend)

    def plot(self, language: str = "en") -> alt.LayerChart | alt.VConcatChart:
        """Return the last days known and the forecast with its intervals as an Altair chart; of a what-if, both."""
        if self.supposed is not None:
            from thalweg.report.charts.what_if import what_if_chart  # noqa: PLC0415 - as below

            return what_if_chart(self.supposed, self.series, language)
        from thalweg.report.charts.forecast import forecast_chart  # noqa: PLC0415 - pictures load slowly

        return forecast_chart(self, language)

    def __str__(self) -> str:
        places = estimate_decimals(self.series.values)
        columns = [isos(self.dates).tolist()] + [
            [number(float(value), places) for value in column]
            for name, column in self.columns().items()
            if name != "date"
        ]
        heads = list(self.columns())
        wide = [max(map(len, [head, *cells])) for head, cells in zip(heads, columns, strict=True)]
        rows = [heads, *(list(row) for row in zip(*columns, strict=True))]
        table = ["  ".join(map(str.rjust, row, wide)) for row in rows]
        return "\n".join([*map(str, self.notes), *table])

    def _repr_html_(self) -> str:
        from thalweg.api.notebook import forecast_html  # noqa: PLC0415 - pictures load slowly

        return forecast_html(self)
