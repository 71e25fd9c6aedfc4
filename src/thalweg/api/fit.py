"""Fit a series; the result holds the findings and the model, and shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.files import write_whole
from thalweg.forecast.belonging import stamp_of, stamped_page
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.options import FitOptions
from thalweg.forecast.store import pack
from thalweg.messages import catalogue
from thalweg.options import with_options

if TYPE_CHECKING:
    from thalweg.forecast.model import Model
    from thalweg.forecast.result import Findings, Forecast
    from thalweg.series.series import Series


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

    def predict(self, series: Series | None = None, horizon: int | None = None, *, keep_last: bool = False) -> Forecast:
        """Forecast the days after the last known one; see `Model.predict`."""
        return self.model.predict(series, horizon, keep_last=keep_last)

    def save(self, path: str | Path) -> None:
        """Write the model to one file; see `Model.save`."""
        self.model.save(path)

    def report(self, path: str | Path, language: str = "en") -> None:
        """Write the report, one page that needs no network.

        Raises
        ------
        InputError
            If it cannot be written.
        ValueError
            If there is no such language.
        """
        from thalweg.report.page import page  # noqa: PLC0415 - pictures load slowly

        made = stamped_page(page(self.findings, language, self.model), stamp_of(pack(self.model)))
        write_whole(Path(path), made.encode())

    def table(self, language: str = "en") -> str:
        """Return the ladder's table as plain text, the choice marked, losses in the user's units."""
        from thalweg.report.ladder import LadderTable  # noqa: PLC0415 - as above

        table = LadderTable.of(self.findings.ladder, language)
        columns = ("unknowns", "days_back", "train", "validation", "test")
        rows = [["  " + table.head("rung"), *map(table.head, columns)]]
        for line in table.lines:
            mark = "→ " if line.rung == self.findings.chosen else "  "
            rows.append([mark + line.rung, *(table.cell(line, name) for name in columns)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]) for name, *cells in rows
        )

    def __str__(self) -> str:
        translate = catalogue()
        return self.table() + "\n\n" + "\n".join(translate(sentence) for sentence in self.findings.verdict)

    def __repr__(self) -> str:
        return f"<FitResult {self.findings.chosen!r} for {self.findings.series.name!r}>"

    def _repr_html_(self) -> str:
        from thalweg.api.notebook import findings_html  # noqa: PLC0415 - pictures load slowly

        return findings_html(self.findings)


@with_options(FitOptions)
def fit(series: Series, options: FitOptions) -> FitResult:
    """Find the function that predicts tomorrow.

    Parameters
    ----------
    series : Series
        Daily numbers, as `thalweg.read` returns them.
    **options
        Those of `thalweg.forecast.options.FitOptions`: ``ladder``, ``loss``, ``country``, ``horizon`` (days ahead),
        ``seed``, ``threads``, ``time_limit`` (seconds), ``keep_last`` (of a last value that looks unfinished, which is
        left out otherwise) and ``watcher``. The same seed gives the same bits on the same
        machine and versions, whatever ``threads`` is.

    Returns
    -------
    FitResult

    Raises
    ------
    InputError
        If the series is too short, or an option is out of its range.
    """
    return FitResult(*fit_series(series, options))
