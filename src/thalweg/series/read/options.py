"""The options of reading a file or a frame; this module loads quickly, so that the command's help does too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.options import Day, Options, Table, Text, Texts, Word, option, switch
from thalweg.series.frequency.alias import Alias, parsed

if TYPE_CHECKING:
    import datetime as dt


REMEMBERED = (
    *("by", "static", "wide", "date", "value", "date_format", "freq", "duplicates"),
    *("decimal", "thousands", "missing", "difference", "known", "past"),
)
"""The options of reading that hold for newer values of the same series too."""


@dataclass(frozen=True, kw_only=True)
class ReadOptions(Options):
    """How a source is read. Every command that reads a file takes these options.

    Attributes
    ----------
    date, value : str, optional
        The columns' names; found where only one column fits.
    date_format : str, optional
        How dates are written, in `strptime` codes ("%d/%m/%Y"). Without it the whole column decides.
    freq : str, optional
        How far apart the values are, by an alias of pandas, old or new, such as ``h``, ``15min``, ``W-MON`` or ``ME``.
        Without it the dates decide. One that contradicts them is refused.
    duplicates : {"sum", "mean", "last"}, optional
        What to do with several rows for one date. Without it, identical rows are dropped and differing rows are
        refused. It also turns hours into days, or into the steps that `freq` names, and many series into one.
    decimal, thousands : {".", ","}, optional
        The mark before decimals and the one between thousands; one of them says both. Without them the whole column
        decides, and a column that leaves doubt is refused.
    missing : tuple of str
        Cells that stand for a missing value, such as -999, beside the empty cell, NA and the like.
    since : datetime.date, optional
        The first day that counts; earlier days are left out.
    until : datetime.date, optional
        The last day that counts; later days are left out.
    difference : bool
        Whether the values are a running total: then the series is the increase of each day over the day before.
    sql : str, optional
        What to read of a database: one query that gives a column of dates and one of numbers.
    sheet : str, optional
        Which sheet of a workbook to read, where several hold data.
    today : datetime.date, optional
        Later days are left out; without it, the present day counts. Not an option of a command.
    goes_on : bool
        Whether the days follow those of a model: then a single day, or equal values, are read too. Not an option of a
        command.
    known, past : tuple of str
    with_ : path or frame, optional
        As of `ColumnOptions`, which makes options of them.
    """

    words: ClassVar[str] = "read"

    date: str | None = option(None, Text("COLUMN"), panel="read")
    value: str | None = option(None, Text("COLUMN"), panel="read")
    date_format: str | None = option(None, Text("FORMAT"), panel="read")
    freq: str | None = option(None, Text("ALIAS"), panel="read")
    duplicates: str | None = option(None, Word(("sum", "mean", "last")), panel="read")
    decimal: str | None = option(None, Word((".", ",")), panel="read")
    thousands: str | None = option(None, Word((".", ",")), panel="read")
    missing: tuple[str, ...] = option((), Texts("CODES"), panel="read")
    since: dt.date | None = option(None, Day(), panel="read")  # noqa: RUF009 - a declaration
    until: dt.date | None = option(None, Day(), panel="read")  # noqa: RUF009 - a declaration
    difference: bool = switch(panel="read")
    sql: str | None = option(None, Text("QUERY"), panel="read")
    sheet: str | None = option(None, Text("NAME"), panel="read")
    today: dt.date | None = field(default=None)
    goes_on: bool = field(default=False)
    known: tuple[str, ...] = field(default=())
    past: tuple[str, ...] = field(default=())
    with_: Any = field(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.freq is not None:
            parsed("freq", self.freq)
        if self.decimal is not None and self.decimal == self.thousands:
            both = {name: Argument(name, self.decimal) for name in ("decimal", "thousands")}
            raise InputError("read.same_mark", **both)

    @property
    def asked(self) -> Alias | None:
        """The frequency that is asked for; None where the dates decide."""
        return None if self.freq is None else parsed("freq", self.freq)

    @property
    def decimal_comma(self) -> bool | None:
        """Whether a comma stands before the decimals; None where the options do not say it."""
        if self.decimal is not None:
            return self.decimal == ","
        return None if self.thousands is None else self.thousands == "."


@dataclass(frozen=True, kw_only=True)
class ColumnOptions(ReadOptions):
    """How a source is read where other columns than the values may be learned from.

    Attributes
    ----------
    known : tuple of str
        Other columns whose values of dates to come are known, such as a price. The source goes on after its last value
        with their values, or `with_` holds them.
    past : tuple of str
        Other columns that are used as far as the values go, such as impressions.
    with_ : path or frame, optional
        A second source, with dates and values of the known columns.
    """

    known: tuple[str, ...] = option((), Texts("COLUMNS"), panel="columns")
    past: tuple[str, ...] = option((), Texts("COLUMNS"), panel="columns")
    with_: Any = option(None, Table(), panel="columns")  # noqa: RUF009 - a declaration

    def __post_init__(self) -> None:
        super().__post_init__()
        if twice := set(self.known) & set(self.past):
            raise InputError("columns.both", name=min(twice), known=Argument("known"), past=Argument("past"))


@dataclass(frozen=True, kw_only=True)
class PanelOptions(ColumnOptions):
    """How a source of many series is read.

    Attributes
    ----------
    by : tuple of str
        The columns whose values name the series of a row, such as a country. Found where the columns are called as
        Nixtla, GluonTS or AutoGluon have them.
    static : tuple of str
        Columns that are the same in all rows of a series, such as its region.
    wide : bool
        Whether every column of numbers is a series of its own, or every one that `value` names, with commas between.
    remembered : dict
        Those of `REMEMBERED` that were given, by which newer values are read too.
    """

    by: tuple[str, ...] = option((), Texts("COLUMNS"), panel="many")
    static: tuple[str, ...] = option((), Texts("COLUMNS"), panel="many")
    wide: bool = switch(panel="many")

    @property
    def remembered(self) -> dict[str, Any]:
        """The options that say which columns there are and how they are written."""
        return {name: getattr(self, name) for name in self.changed(REMEMBERED)}
