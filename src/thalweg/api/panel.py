"""Many series as a Python user holds them: fit them together, and forecast each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.api.panel_model import PanelModel
from thalweg.api.progress import watching
from thalweg.errors import InputError
from thalweg.files import write_whole, written_together
from thalweg.forecast.belonging import MODEL_FILE
from thalweg.forecast.panel.kept import Kept
from thalweg.forecast.panel.model import pack
from thalweg.forecast.panel.options import METHODS, PanelFitOptions
from thalweg.forecast.panel.result import PanelForecast, csv_of_columns, dates_ahead, forecast_columns
from thalweg.forecast.panel.summary import sentences, summary
from thalweg.forecast.panel.tables import series_columns, totals_columns
from thalweg.forecast.panel.totals import fit_with_totals
from thalweg.forecast.tables import parquet_of
from thalweg.messages import Argument, catalogue
from thalweg.options import with_options
from thalweg.series.frames import frame_of
from thalweg.series.panel import Panel
from thalweg.series.panel_events import keys_of_events
from thalweg.series.read.event_option import events_named
from thalweg.series.read.panel import read_panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.panel.run import PanelFindings

REPORT = "report.html"
FILES = (MODEL_FILE, "forecast.parquet", "forecast.csv", "series.csv", REPORT)
FILES_OF_TOTALS = ("totals.parquet", "totals.csv")


@dataclass(frozen=True, eq=False, repr=False)
class PanelResult:
    """What `fit_panel` returns.

    Attributes
    ----------
    findings : PanelFindings
        What was found for each series, as plain records.
    model : PanelModel
        What forecasts without any training.
    """

    findings: PanelFindings
    model: PanelModel

    @property
    def forecast(self) -> PanelForecast:
        """The forecast of each series, as arrays."""
        served, panel, plan = self.findings.served, self.findings.panel, self.findings.plan
        return PanelForecast(
            names=panel.names,
            keys=dict(panel.keys),
            dates=dates_ahead(panel.series, plan.horizon, plan.frequency),
            mean=served.forecast,
            levels=plan.levels,
            low=served.low,
            high=served.high,
            asked=self.model.asked,
            backend=panel.series[0].backend,
        )

    def to_frame(self, backend: str | None = None) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return the forecasts as a frame; see `PanelForecast.to_frame`."""
        return self.forecast.to_frame(backend)

    def series(self, backend: str | None = None, language: str = "en") -> Any:  # noqa: ANN401 - as above
        """Return a frame of a row a series: what serves it, its losses, copying's, coverage and notes."""
        columns = series_columns(self.findings, catalogue(language))
        return frame_of(columns, backend, self.findings.panel.series[0].backend)

    def totals(self, backend: str | None = None) -> Any:  # noqa: ANN401 - as above
        """Return the totals as a frame: ``level``, ``key``, ``ds``, ``thalweg``, and the intervals as of `to_frame`.

        Parameters
        ----------
        backend : str, optional
            As of `to_frame`.

        Raises
        ------
        InputError
            If no totals were asked for, or as of `to_frame`.
        """
        if self.findings.totals is None:
            raise InputError("totals.none", argument=Argument("totals", METHODS[0]))
        columns = totals_columns(self.findings.totals, self.model.asked)
        return frame_of(columns, backend, self.findings.panel.series[0].backend)

    @property
    def failed(self) -> int:
        """How many series could not be read or served."""
        return len(self.findings.panel.refused) + len(self.findings.failed)

    def files(self, language: str = "en", command: Sequence[str] = ()) -> dict[str, bytes]:
        """Return the files of a results folder by their names; the report tells the words of the `command`."""
        from thalweg.report.panel import panel_page  # noqa: PLC0415 - pictures load slowly

        forecasts = forecast_columns(self.forecast)
        files = {
            MODEL_FILE: pack(self.model),
            "forecast.parquet": parquet_of(forecasts),
            "forecast.csv": csv_of_columns(forecasts),
            "series.csv": csv_of_columns(series_columns(self.findings, catalogue(language))),
            REPORT: panel_page(self.findings, language, command).encode(),
        }
        if self.findings.totals is None:
            return files
        totals = totals_columns(self.findings.totals, self.model.asked)
        return files | {"totals.parquet": parquet_of(totals), "totals.csv": csv_of_columns(totals)}

    def report(self, path: str | Path, language: str = "en", command: Sequence[str] = ()) -> None:
        """Write the report, one page that needs no network, with a part for each series on demand.

        Parameters
        ----------
        path : str or Path
        language : str
            ``en`` or ``zh``.
        command : sequence of str
            The words of the command that made it; the page shows them, quoted, to be pasted.

        Raises
        ------
        InputError
            If it cannot be written.
        ValueError
            If there is no such language.
        """
        from thalweg.report.panel import panel_page  # noqa: PLC0415 - as above

        write_whole(Path(path), panel_page(self.findings, language, command).encode())

    def save(self, folder: str | Path, language: str = "en", command: Sequence[str] = ()) -> None:
        """Write the model, the forecasts, ``series.csv``, ``report.html``, and the totals, all or none.

        Totals of an earlier run are removed where this one has none.

        Parameters
        ----------
        folder : str or Path
        language, command
            As of `report`.

        Raises
        ------
        InputError
            If one cannot be written.
        """
        with written_together(Path(folder), first=MODEL_FILE) as aside:
            for name, content in self.files(language, command).items():
                write_whole(aside / name, content)
        for name in FILES_OF_TOTALS if self.findings.totals is None else ():
            (Path(folder) / name).unlink(missing_ok=True)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return the summary in JSON's types, with a row a series and a row a forecast."""
        return summary(self.findings, language)

    def __str__(self) -> str:
        return "\n".join(map(catalogue(), sentences(self.findings)))

    def _repr_html_(self) -> str:
        from thalweg.api.notebook import panel_html  # noqa: PLC0415 - of use in a notebook alone

        return panel_html(self.findings)

    def __repr__(self) -> str:
        return f"<PanelResult of {len(self.findings.panel)} series>"


@with_options(PanelFitOptions)
def fit_panel(panel: Any, options: PanelFitOptions) -> PanelResult:  # noqa: ANN401 - users have no type checker
    """Forecast many series together: one network learns from all, and each is served by what validation prefers.

    Parameters
    ----------
    panel : Panel, path or frame
        Series as `thalweg.read_panel` returns them, or what it takes.
    **options
        Those of `thalweg.forecast.panel.options.PanelFitOptions`: ``horizon`` (steps ahead), ``level``, ``quantiles``,
        ``seed``, ``threads``, ``ladder``, ``country`` and ``events`` (holidays and other days, whose effects all
        series show together), ``totals`` (``"bottom-up"``, ``"top-down"`` or ``"mint"``: sums over the columns that
        name the series, which stand in `PanelResult.totals`), ``folder`` (where what is done is kept, so
        that an interrupted run goes on) and ``watcher``. The same seed gives the same bits on the same machine and
        versions, whatever ``threads`` is, and whichever series stand beside each other in a chunk.

    Returns
    -------
    PanelResult

    Raises
    ------
    InputError
        If the series cannot be read, or an option is out of its range.

    Notes
    -----
    The network is trained twice: on training values, for the choice and the losses that are told, and on all values,
    for the forecast.
    """
    read = panel if isinstance(panel, Panel) else read_panel(panel)
    with watching(options.watcher) as watcher:
        return fit_panel_of(read, replace(options, watcher=watcher))


def fit_panel_of(panel: Panel, options: PanelFitOptions) -> PanelResult:
    """Fit a panel that was read; errors as of `fit_panel`."""
    options = replace(options, events=events_named(options.events, keys_of_events(panel)))
    kept = None if options.folder is None else Kept(Path(options.folder))
    findings = fit_with_totals(panel, options, kept)
    result = PanelResult(findings, PanelModel.of(findings, options.asked))
    if kept is not None:
        result.save(kept.results)
        kept.remove()
    return result
