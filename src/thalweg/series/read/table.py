"""What every source becomes first: rows in DuckDB, numbered, with named columns of three kinds."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from thalweg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    import duckdb
    from numpy.typing import NDArray

    from thalweg.messages import Message

MEMORY = "512MB"
"""What DuckDB may take; a file may be larger."""


@dataclass(frozen=True)
class Column:
    """A column of the table: its name to the user, its name in SQL, what its cells are held as."""

    name: str
    field: str
    kind: Literal["text", "number", "time"]


@dataclass
class Table:
    """Rows as they stand in a source; SQL reaches them as the view ``source_rows``.

    Attributes
    ----------
    source : str
        The file's name or "frame", for messages.
    connection : duckdb.DuckDBPyConnection
        Holds the view: a column ``record`` that counts the rows from 1, and one for each of `columns`.
    columns : list of Column
        In the source's order.
    first : int
        The number that the first record goes by: 1, or 0 in a frame.
    place : callable
        From a record's number to its row as the user counts it, where that is not counting up from `first`.
    explain : callable
        From an error of DuckDB to the sentence a user needs.
    options : bool
        Whether the user chooses with options (``--value Views``) or in Python (``value="Views"``).
    semicolon : bool
        Whether cells are separated by semicolons: then a comma may be a decimal mark.
    notes : list of Message
        What was odd so far.
    """

    source: str
    connection: duckdb.DuckDBPyConnection
    columns: list[Column]
    first: int = 1
    place: Callable[[int], int] | None = None
    explain: Callable[[Exception], InputError] | None = None
    options: bool = True
    semicolon: bool = False
    notes: list[Message] = field(default_factory=list["Message"])

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query over the rows; what the source cannot give becomes an `InputError`."""
        with self._explained():
            return self.connection.execute(sql).fetchall()

    def query_arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        """Run a query over the rows; its columns come as arrays, masked where null."""
        with self._explained():
            return cast("Mapping[str, NDArray[Any]]", self.connection.execute(sql).fetchnumpy())

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise InputError(
                f"{self.source} needs more than {MEMORY} of memory to read. Keep only the column of dates and the "
                "column of values in it."
            ) from error
        except duckdb.Error as error:
            if self.explain is None:
                raise
            raise self.explain(error) from error

    def row(self, record: int) -> str:
        """Return a record's row for a message: ``row 12``."""
        return f"row {self.place(record) if self.place else record - 1 + self.first}"

    def choose(self, option: str, choice: str) -> str:
        """Return how the user writes a choice, on the command line or in Python."""
        if not self.options:
            return f'{option}="{choice}"'
        quoted = f'"{choice}"' if any(mark in choice for mark in " ()&;|<>$%*") else choice
        return f"--{option.replace('_', '-')} {quoted}"


def connect() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB of bounded memory that fetches nothing from anywhere."""
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": MEMORY,
            "threads": 2,
            "temp_directory": tempfile.gettempdir(),
            "autoinstall_known_extensions": False,
            "TimeZone": "UTC",
        },
    )
    # Queries of over two seconds would draw a bar on standard output, into `--json` too.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_progress_bar_print = false")
    return connection


def unique_names(names: list[str]) -> list[str]:
    """Return the names trimmed; one without a name is called after its place, a repeated one is numbered."""
    given: list[str] = []
    for place, name in enumerate(names):
        base = name.strip() or f"column{place}"
        count = 1 + sum(base == other.strip() for other in names[:place])
        given.append(base if count == 1 else f"{base} ({count})")
    return given


def shown(cell: object) -> str:
    """Return a cell for a message: quoted, and cut where it is long."""
    text = str(cell)
    longest = 40
    return f'"{text if len(text) <= longest else text[: longest - 1] + "…"}"'
