"""What `thalweg look` shows: tables of numbers, a chart drawn from them, and sentences about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.charts.numbers import cell_number, common_decimals, when
from thalweg.charts.style import vega_lite
from thalweg.forecast.export import csv_of, plain
from thalweg.messages import catalogue
from thalweg.series.frequency.record import DAILY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import altair as alt

    from thalweg.messages import Catalogue
    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True, eq=False)
class Numbers:
    """A plain table.

    Attributes
    ----------
    columns : mapping
        Each column's name in code, such as ``loss``, to its values: numbers in the user's units, days, words or
        booleans. All columns have the same length.
    places : int, optional
        Decimals of all its numbers. By default they depend on the size of the numbers.
    """

    columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]
    places: int | None = None

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Numbers:
        """Return a table made of one or more rows."""
        return cls(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a dict of JSON's types: days as text, numbers that are not finite as None."""
        return [plain(dict(zip(self.columns, row, strict=True))) for row in zip(*self.columns.values(), strict=True)]

    def csv(self) -> bytes:
        """Return the table as CSV (UTF-8)."""
        return csv_of(tuple(self.columns), self.rows())


@dataclass(frozen=True, eq=False)
class Illustration:
    """One picture with its numbers and words.

    Attributes
    ----------
    name : str
        One of `thalweg.pictures.PICTURES`.
    language : str
        ``en`` or ``zh``.
    chart : altair chart
        Its title says what the picture shows.
    tables : mapping
        Name to `Numbers`, the most important first.
    sentences : tuple of str
        What the picture shows.
    shown : tuple of str
        The names of the tables that are small enough for a person to read.
    asked : tuple of str
        The questions answered under the picture, each the middle part of the keys ``question.*.asked``.
    frequency : Frequency
        Of the dates in the tables.
    """

    name: str
    language: str
    chart: alt.LayerChart | alt.HConcatChart | alt.VConcatChart
    tables: Mapping[str, Numbers]
    sentences: tuple[str, ...]
    shown: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    frequency: Frequency = DAILY
    _described: dict[str, Any] = field(default_factory=dict[str, Any], init=False, repr=False)

    @property
    def described(self) -> dict[str, Any]:
        """The chart as Vega-Lite; it is made once."""
        if not self._described:
            self._described.update(vega_lite(self.chart))
        return self._described

    @property
    def title(self) -> str:
        """What the picture shows, in one sentence."""
        return str(self.described["title"]["text"])

    @property
    def subtitle(self) -> str:
        """What is drawn."""
        return str(self.described["title"]["subtitle"])

    def questions(self) -> list[tuple[str, str]]:
        """Return the questions that learners ask here, each with its answer."""
        translate = catalogue(self.language)
        return [(translate(f"question.{key}.asked"), translate(f"question.{key}.answered")) for key in self.asked]

    def as_json(self) -> dict[str, Any]:
        """Return everything but the chart, in JSON's types."""
        return {
            "look": self.name,
            "title": self.title,
            "subtitle": self.subtitle,
            "said": list(self.sentences),
            "questions": [{"asked": asked, "answered": answered} for asked, answered in self.questions()],
            "tables": {name: table.rows() for name, table in self.tables.items()},
        }


def words_of(illustration: Illustration, name: str) -> tuple[list[str], list[list[str]], frozenset[int]]:
    """Return a table of an illustration in words: heads, rows, and which columns hold words, not numbers."""
    translate, table = catalogue(illustration.language), illustration.tables[name]
    columns = table.columns
    heads = [head_of(illustration.name, column, translate) for column in columns]
    cells = [_cells(list(values), translate, table.places, illustration.frequency) for values in columns.values()]
    words = frozenset(at for at, values in enumerate(columns.values()) if not _are_numbers(list(values)))
    return heads, [list(row) for row in zip(*cells, strict=True)], words


def head_of(picture: str, column: str, translate: Catalogue) -> str:
    """Return the head of a column in words: the picture's own, or the one that all pictures share."""
    key = f"look.{picture}.column.{column}"
    return translate.templates.get(key) or translate.templates.get(f"look.column.{column}") or column.replace("_", " ")


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in values)


def _cells(values: list[Any], translate: Catalogue, places: int | None, frequency: Frequency) -> list[str]:
    if places is None:
        places = common_decimals(float(value) for value in values if isinstance(value, float | np.floating))
    return [_cell(value, places, translate, frequency) for value in values]


def _cell(value: Any, places: int, translate: Catalogue, frequency: Frequency) -> str:  # noqa: ANN401 - a line a kind
    match value:
        case None | "":
            return "–"
        case bool() | np.bool_():
            return translate("cli.yes" if bool(value) else "cli.no")
        case int() | np.integer():
            return f"{value:,}"
        case float() | np.floating():
            return cell_number(float(value), places)
        case np.datetime64():
            return when(value, frequency, translate.language)
        case _:
            return str(value)
