"""What a Python user holds after a fit: the findings, the model, and how they show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.files import write_whole
from thalweg.forecast.forecaster import find
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.model import Model
    from thalweg.forecast.result import Findings, Forecast
    from thalweg.forecast.watch import Watcher
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class Found:
    """What `fit` returns; in a notebook it shows its table, its verdict and its forecast.

    Attributes
    ----------
    findings : Findings
        The table, the choice, the forecast, the misses, as plain records.
    model : Model
        What serves without training.
    """

    findings: Findings
    model: Model

    def predict(self, series: Series | None = None, horizon: int | None = None) -> Forecast:
        """Forecast the days after the last known one; see `Model.predict`."""
        return self.model.predict(series, horizon)

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

        write_whole(Path(path), page(self.findings, language, self.model).encode())

    def table(self, language: str = "en") -> str:
        """Return the ladder's table as plain text, the choice marked, losses in the user's units."""
        from thalweg.look.words import common_decimals, number  # noqa: PLC0415 - pictures load slowly

        say = catalogue(language)
        lines = self.findings.ladder
        places = common_decimals([loss for line in lines for loss in (line.train, line.validation, line.test)])
        heads = [say(f"table.{name}") for name in ("rung", "unknowns", "days_back", "train", "validation", "test")]
        rows = [["  " + heads[0], *heads[1:]]]
        for line in lines:
            mark = "→ " if line.rung == self.findings.chosen else "  "
            losses = [number(value, places) for value in (line.train, line.validation, line.test)]
            rows.append([mark + line.rung, f"{line.parameters:,}", str(line.days_back), *losses])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]) for name, *cells in rows
        )

    def __str__(self) -> str:
        say = catalogue()
        return self.table() + "\n\n" + "\n".join(say(sentence) for sentence in self.findings.verdict)

    def __repr__(self) -> str:
        return f"<Found {self.findings.chosen!r} for {self.findings.series.name!r}>"

    def _repr_html_(self) -> str:
        from thalweg.report.notebook import html  # noqa: PLC0415 - pictures load slowly

        return html(self.findings)


def fit(
    series: Series,
    *,
    ladder: str | Ladder = "full",
    loss: str = "mae",
    country: str | None = None,
    horizon: int = 28,
    seed: int = 0,
    threads: int | None = None,
    time_limit: float | None = None,
    watcher: Watcher | None = None,
) -> Found:
    """Find the function that predicts tomorrow.

    Parameters
    ----------
    series : Series
        Daily numbers, as `thalweg.read` returns them.
    ladder : str or Ladder
        ``full``, ``lecture``, ``quick``, or a TOML file of rungs.
    loss : str
        What is made small and told: ``mae`` or ``mse``.
    country : str, optional
        Whose holidays are known beforehand, such as ``TW``.
    horizon : int
        Days ahead to forecast, 1 to 180.
    seed : int
        The same seed gives the same bits on the same machine and versions, whatever `threads` is.
    threads : int, optional
        Networks that train side by side; all cores by default.
    time_limit : float, optional
        Seconds after which the best so far is taken; told in the verdict.
    watcher : Watcher, optional
        Told of the progress.

    Returns
    -------
    Found

    Raises
    ------
    InputError
        If the series is too short, or an option is out of its range.
    """
    return Found(
        *find(
            series,
            ladder=ladder,
            loss=loss,
            country=country,
            horizon=horizon,
            seed=seed,
            threads=threads,
            time_limit=time_limit,
            watcher=watcher,
        )
    )
