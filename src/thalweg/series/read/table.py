"""What every source becomes first: numbered rows in DuckDB, with named columns of three types."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.text import MOST_LETTERS, quotable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    import duckdb
    from numpy.typing import NDArray

MEMORY_LIMIT_MEGABYTES = 512
"""What DuckDB may take; a file may be larger."""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes
    ----------
    name : str
        As the user knows it.
    field : str
        Its name in SQL.
    kind : {"text", "number", "time"}
        The type of its cells.
    utc : bool
        Whether it holds moments in UTC.
    """

    name: str
    field: str
    kind: Literal["text", "number", "time"]
    utc: bool = False


@dataclass
class Table:
    """The rows of a source as they stand there; SQL reaches them as the view ``source_rows``.

    Attributes
    ----------
    source : str
        The file's name, or "frame".
    connection : duckdb.DuckDBPyConnection
        Holds the view: a column ``record`` that counts the rows from 1, and one for each of `columns`.
    columns : list of Column
        In the source's order.
    is_frame : bool
        Whether the source is a frame: its rows are counted from 0, those of a file from 1.
    place : callable
        From a record's number to its row as the user counts it, where that is not simply the number.
    explain : callable
        From an error of DuckDB to the error that a user needs.
    semicolon : bool
        Whether cells are separated by semicolons: then a comma may be a decimal mark.
    notes : list of Message
        What was odd so far.
    discard : callable, optional
        Deletes what was written to be read.
    tell : callable, optional
        From a record's number to its row for a sentence, where the rows are of several files.
    series : str
        Which of its series is meant, where there are several and one of them is spoken of.
    """

    source: str
    connection: duckdb.DuckDBPyConnection
    columns: list[Column]
    is_frame: bool = False
    place: Callable[[int], int] | None = None
    explain: Callable[[Exception], InputError] | None = None
    semicolon: bool = False
    notes: list[Message] = field(default_factory=list[Message])
    discard: Callable[[], None] | None = None
    tell: Callable[[int], Message] | None = None
    series: str = ""

    def close(self) -> None:
        """Close the connection, and delete what was written to be read."""
        self.connection.close()
        if self.discard is not None:
            self.discard()

    @property
    def source_name(self) -> Message | str:
        """What a sentence calls the source, or the one series of it that is meant."""
        if self.series:
            told = {"name": self.series, "source": self.source}
            return Message("read.series_of_frame" if self.is_frame else "read.series_of", told)
        return Message("read.frame") if self.is_frame else self.source

    def prepare(self, sql: str) -> None:
        """Run a statement that gives no rows. Errors are those of `query`."""
        with self._explained():
            self.connection.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query over the rows; where the source cannot be read, raise an `InputError`."""
        with self._explained():
            return self.connection.execute(sql).fetchall()

    def query_arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        """Run a query over the rows; return its columns as arrays, masked where null. Errors are those of `query`."""
        with self._explained():
            return cast("Mapping[str, NDArray[Any]]", self.connection.execute(sql).fetchnumpy())

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

        try:
            yield
        except InputError:
            raise
        except duckdb.OutOfMemoryException as error:
            raise InputError("read.memory", source=self.source_name, megabytes=MEMORY_LIMIT_MEGABYTES) from error
        except (duckdb.Error, ValueError, OverflowError) as error:  # the latter two of what Python cannot hold
            told = self.explain(error) if self.explain else InputError("read.unreadable", source=self.source_name)
            raise told from error

    def row(self, record: int) -> Message:
        """Return a record's row for a sentence, as the user counts rows."""
        if self.tell is not None:
            return self.tell(record)
        row = self.place(record) if self.place else record - (1 if self.is_frame else 0)
        return Message("read.row", {"row": row})


def spilling() -> str:
    """Return the folder that DuckDB writes into what does not fit into memory; empty where there is none."""
    try:
        return tempfile.gettempdir()
    except OSError:  # no folder can be written to; then all is kept in memory
        return ""


def connect(aside: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB with bounded memory that fetches nothing from the network.

    Parameters
    ----------
    aside : str, optional
        The folder for what does not fit into memory; empty for none, by default that for temporary files. A query can
        read every file of this folder, even where all other access to files is off. So a connection that a user's query
        reaches needs one of its own.
    """
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{MEMORY_LIMIT_MEGABYTES}MB",
            "threads": 2,
            "temp_directory": spilling() if aside is None else aside,
            "autoinstall_known_extensions": False,
            "TimeZone": "UTC",
        },
    )
    # Queries of over two seconds would draw a bar on standard output, into `--json` too.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_progress_bar_print = false")
    return connection


def unique_names(names: list[str]) -> list[str]:
    """Return the names as they are shown; an empty one becomes ``column`` and its place, a repeated one gets a number.

    This is where the names of columns come in: nothing behind it sees a name as it stands in the source.
    """
    given: list[str] = []
    counts: dict[str, int] = {}
    for place, name in enumerate(names):
        base = unique = quotable(name.strip()).strip() or f"column{place}"
        while unique in counts:
            counts[base] += 1
            number = f" ({counts[base]})"
            unique = base[: MOST_LETTERS - len(number)] + number
        counts[unique] = 1
        given.append(unique)
    return given


def shown(cell: object) -> str:
    """Return a cell for a message, in quotes."""
    return f'"{quotable(str(cell))}"'
