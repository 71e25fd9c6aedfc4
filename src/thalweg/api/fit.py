"""Fit a series; the result holds the findings and the model, and shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.api.forecast import Forecast
from thalweg.api.model import Model
from thalweg.api.progress import watching
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.belonging import stamp_of, stamped_page
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.model import Model as Forecaster
from thalweg.forecast.options import FitOptions
from thalweg.forecast.store.file import pack
from thalweg.forecast.tables import OURS
from thalweg.messages import catalogue
from thalweg.options import with_options
from thalweg.series.read.given import series_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from thalweg.forecast.result import Findings


@dataclass(frozen=True, eq=False)
class FitResult:
    """What `fit` returns; in a notebook it shows its table, its verdict and its forecast.

    Attributes
    ----------
    findings : Findings
        The table, the choice, the forecast and the largest errors, as plain records.
    model : Model
        What forecasts without any training.
    """

    findings: Findings
    model: Model

    @classmethod
    def of(cls, findings: Findings, model: Forecaster) -> FitResult:
        """Return the result of what a fit found."""
        forecast = Forecast.of(findings.forecast, findings.series)
        return cls(replace(findings, forecast=forecast), Model.of(model))

    @property
    def forecast(self) -> Forecast:
        """The forecast of the days after the last, as far as the horizon."""
        return Forecast.of(self.findings.forecast, self.findings.series)

    def to_frame(
        self,
        backend: str | None = None,
        columns: str = OURS,
    ) -> Any:  # noqa: ANN401 - a frame of the user's library
        """Return the forecast as a frame; see `Forecast.to_frame`."""
        return self.forecast.to_frame(backend, columns)

    def plot(self, language: str = "en") -> alt.LayerChart | alt.VConcatChart:
        """Return the forecast as an Altair chart; see `Forecast.plot`."""
        return self.forecast.plot(language)

    def predict(
        self,
        series: Any = None,  # noqa: ANN401 - see `Model.predict`
        horizon: int | None = None,
        *,
        keep_last: bool = False,
        events: Any = None,  # noqa: ANN401 - likewise
        with_: Any = None,  # noqa: ANN401 - likewise
    ) -> Forecast:
        """Forecast the days after the last known one; see `Model.predict`."""
        return self.model.predict(series, horizon, keep_last=keep_last, events=events, with_=with_)

    def save(self, path: str | Path) -> None:
        """Write the model to one file; see `Model.save`."""
        self.model.save(path)

    def report(self, path: str | Path, language: str = "en", command: Sequence[str] = ()) -> None:
        """Write the report, one page that needs no network.

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
        from thalweg.report.page import page  # noqa: PLC0415 - pictures load slowly

        made = stamped_page(page(self.findings, language, self.model, command), stamp_of(pack(self.model)))
        write_whole(Path(path), made.encode())

    def table(self, language: str = "en") -> str:
        """Return the ladder's table as plain text, the choice marked, losses in the user's units."""
        from thalweg.report.ladder import LadderTable  # noqa: PLC0415 - as above

        table = LadderTable.of(self.findings.ladder, language, self.findings.series.frequency)
        columns = [name for name in table.columns if name != "time"]
        rows = [["  " + table.head("rung"), *map(table.head, columns)]]
        for line in table.lines:
            mark = "→ " if line.rung == self.findings.chosen else "  "
            rows.append([mark + table.name(line), *(table.cell(line, name) for name in columns)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]) for name, *cells in rows
        )

    def __str__(self) -> str:
        translate = catalogue()
        odd, verdict = (
            "\n".join(map(translate, sentences)) for sentences in (self.findings.series.notes, self.findings.verdict)
        )
        return "\n\n".join(part for part in (odd, self.table(), verdict) if part)

    def __repr__(self) -> str:
        return f"<FitResult {self.findings.chosen!r} for {self.findings.series.name!r}>"

    def _repr_html_(self) -> str:
        from thalweg.api.notebook import findings_html  # noqa: PLC0415 - pictures load slowly

        return findings_html(self.findings)


@with_options(FitOptions)
def fit(series: Any, options: FitOptions) -> FitResult:  # noqa: ANN401 - users have no type checker
    """Find the function that predicts tomorrow.

    In a notebook or a terminal it shows its progress while it runs, unless a ``watcher`` is given.

    Parameters
    ----------
    series : Series, path or frame
        Daily numbers, as `thalweg.read` returns them, or what `thalweg.read` takes.
    **options
        Those of `thalweg.forecast.options.FitOptions`: ``ladder``, ``loss``, ``country`` (one or several),
        ``events`` (a file, a frame or an `EventTable`; see `thalweg.read_events`), ``horizon`` (days ahead), ``seed``,
        ``threads``, ``time_limit`` (seconds), ``keep_last`` (of a last value that looks unfinished, which is
        left out otherwise), ``known`` and ``past`` (other columns: those whose future is known, and those of the past
        alone), ``with_`` (a second source of the known ones) and ``watcher``. The same seed gives the same bits on the
        same machine and versions, whatever ``threads`` is.

    Returns
    -------
    FitResult

    Raises
    ------
    InputError
        If the days cannot be read, the series is too short, or an option is out of its range.
    """
    if isinstance(series, (FitResult, Forecaster)):
        raise InputError("fit.no_series", kind=type(series).__name__)
    days = series_of(series, known=options.known, past=options.past, with_=options.with_)
    with watching(options.watcher) as watcher:
        return FitResult.of(*fit_series(days, replace(options, watcher=watcher)))
