"""How a file or a frame is read, declared once; this room loads quickly, so that the command's help does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from thalweg.options import Options, Text, Word, option

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, kw_only=True)
class ReadOptions(Options):
    """How a source is read; `thalweg.read` and every command that takes a file are made of this declaration.

    Attributes
    ----------
    date, value : str, optional
        The columns' names; found where the source leaves no doubt.
    date_format : str, optional
        How dates are written, in `strptime` codes ("%d/%m/%Y"); decided from the whole column without it.
    duplicates : {"sum", "mean", "last"}, optional
        What to make of several rows for one day. Without it, identical rows are dropped and differing ones refused. It
        also makes days of hours, and one series of many.
    today : datetime.date, optional
        Later days are left out; the present day unless given. Not an option of a command.
    goes_on : bool
        Whether the days go on from those of a model: then one day alone, or days all alike, are served too. Not an
        option of a command.
    """

    words: ClassVar[str] = "read"

    date: str | None = option(None, Text("COLUMN"), panel="read")
    value: str | None = option(None, Text("COLUMN"), panel="read")
    date_format: str | None = option(None, Text("FORMAT"), panel="read")
    duplicates: str | None = option(None, Word(("sum", "mean", "last")), panel="read")
    today: dt.date | None = field(default=None)
    goes_on: bool = field(default=False)
