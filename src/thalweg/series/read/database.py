"""Databases: the rows that a query reads from a file of DuckDB or of SQLite. Nothing is ever written to it."""
# ruff: noqa: S608  (a user's query is asked as it is, of his own file; our own names go through `identifier`)

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.kinds import DUCKDB, SQLITE
from thalweg.series.read.table import connect, spilling
from thalweg.series.read.typed import checked, table_over
from thalweg.sql import identifier, literal
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from thalweg.series.read.table import Table

WAIT_SECONDS = 3  # for a database that another program holds
_HELD = ("Could not set lock", "being used by another process")  # as DuckDB says it of Linux and of Windows
_PAUSE_SECONDS = 0.2
_MOST_TABLES = 12
_MOST_COLUMNS = 8
_BATCH_ROWS = 20_000
_STEPS = 100_000  # of SQLite's machine, after which Python may take Ctrl-C
_DATED = ("DATE", "TIME", "DAY", "MONTH", "WEEK", "YEAR")  # in the names and types of columns that hold dates
_NUMBERS = ("INT", "REAL", "DOUBLE", "FLOAT", "DECIMAL", "NUMERIC")  # in the types of columns that hold numbers
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)


@dataclass(frozen=True)
class _Column:
    """A column of a table in the database: its name, and its type as the database declares it."""

    name: str
    kind: str


def open_database(path: Path, kind: str, query: str | None) -> Table:
    """Open what a query reads from a database as a table.

    Parameters
    ----------
    path : Path
        An existing file.
    kind : {"DuckDB", "SQLite"}
    query : str, optional
        One statement of SQL that reads. Without it the tables are listed and the file is refused.

    Raises
    ------
    InputError
        If there is no query; it is none, or several, would write, fails, or gives no rows; the database is damaged or
        held by another program.
    """
    # A folder of its own: a query may read all that lies where DuckDB spills. None is where none can be written.
    aside = tempfile.TemporaryDirectory(prefix="thalweg-", ignore_cleanup_errors=True) if spilling() else None
    connection = connect("" if aside is None else aside.name)
    try:
        ask = _ask_sqlite if kind == SQLITE else _ask_duckdb
        names = ask(connection, path, query)
        types = [(str(row[0]), str(row[1])) for row in connection.execute("DESCRIBE query_rows").fetchall()]
        table = table_over(
            connection, path.name, "query_rows", types, names, explain=lambda error: _failed(path, error)
        )
        table.notes.append(Message("note.query", {"kind": kind}))
        table.discard = None if aside is None else aside.cleanup
        return checked(table, path)
    except BaseException:
        connection.close()
        if aside is not None:
            aside.cleanup()
        raise


def _ask_duckdb(connection: duckdb.DuckDBPyConnection, path: Path, query: str | None) -> list[str] | None:
    """Copy what a query reads from a database of DuckDB into ``query_rows``; return other names of the columns."""
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    _attach(connection, path)
    # A query reads this database alone: no other file, and nothing from the network.
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    if query is None:
        rows = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'given' AND NOT internal ORDER BY schema_name <> 'main', table_oid, column_index"
        ).fetchall()
        named = ((name if schema == "main" else f"{schema}.{name}", _Column(*rest)) for schema, name, *rest in rows)
        raise _listed(path, DUCKDB, named)
    connection.execute("USE given")
    try:
        statements = duckdb.extract_statements(query)
        _check_statement([statement.type == duckdb.StatementType.SELECT for statement in statements], query)
        # The rows are copied: they are asked for several times, and a query need not give them in one order twice.
        connection.execute(f"CREATE TEMP TABLE query_rows AS {statements[0].query}")
    except InputError:
        raise
    except duckdb.OutOfMemoryException as error:
        raise InputError("database.memory", source=path.name, argument=Argument("sql")) from error
    except (duckdb.Error, ValueError) as error:
        raise _failed(path, error) from error
    connection.execute("USE memory")
    connection.execute("DETACH given")  # so that other programs may write again
    return None


def _check_statement(read: list[bool], query: str) -> None:
    """Refuse what is not one statement that reads; `read` says of each statement whether it does."""
    if len(read) != 1:
        raise InputError("database.several" if read else "database.no_query", argument=Argument("sql"))
    if not read[0]:
        raise _writes(query)


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Open a database of DuckDB for reading, as soon as no other program holds it."""
    import duckdb  # noqa: PLC0415  (as above)

    ends = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute(f"ATTACH {literal(str(path))} AS given (READ_ONLY)")
        except (duckdb.Error, ValueError) as error:
            if not any(words in str(error) for words in _HELD):
                raise InputError("database.bad", path=path, kind=DUCKDB, reason=_reason(error)) from error
            if time.monotonic() > ends:
                raise InputError("database.locked", path=path, seconds=WAIT_SECONDS) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _ask_sqlite(connection: duckdb.DuckDBPyConnection, path: Path, query: str | None) -> list[str] | None:
    """Copy what a query reads from a database of SQLite into ``query_rows``; return other names of the columns."""
    with closing(_opened_sqlite(path)) as database:
        try:
            if query is None:
                raise _listed(path, SQLITE, _sqlite_columns(database))
            denied = _only_reading(database)
            cursor = _executed(database, query, denied)
            return _copied(connection, cursor)
        except sqlite3.Error as error:
            message = str(error).lower()
            if "interrupted" in message:
                raise KeyboardInterrupt from error
            if "locked" in message or "busy" in message:
                raise InputError("database.locked", path=path, seconds=WAIT_SECONDS) from error
            if "not a database" in message or "malformed" in message or "unable to open" in message or query is None:
                raise InputError("database.bad", path=path, kind=SQLITE, reason=_reason(error)) from error
            raise _failed(path, error) from error


def _opened_sqlite(path: Path) -> sqlite3.Connection:
    """Open a database of SQLite for reading alone; where its folder cannot be written to, without its lock."""
    address = path.absolute().as_uri() + "?mode=ro"
    database = sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)
    try:
        database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError as error:
        log = path.with_name(path.name + "-wal")
        if "unable to open" in str(error) and not (log.exists() and log.stat().st_size):
            database.close()
            database = sqlite3.connect(address + "&immutable=1", uri=True)
    except sqlite3.Error:
        pass  # what is wrong is told when it is asked
    database.text_factory = _decoded
    database.set_progress_handler(lambda: 0, _STEPS)
    return database


def _decoded(text: bytes) -> str:
    return text.decode(errors="replace")


def _sqlite_columns(database: sqlite3.Connection) -> list[tuple[str, _Column]]:
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    return [
        (name, _Column(row[1], row[2]))
        for (name,) in names
        for row in database.execute(f"PRAGMA table_info({identifier(name)})").fetchall()
    ]


def _only_reading(database: sqlite3.Connection) -> list[int]:
    """Forbid a connection whatever does not read; return a list that takes what was forbidden."""
    denied: list[int] = []

    def allow(action: int, *_: str | None) -> int:
        if action in _ALLOWED:
            return sqlite3.SQLITE_OK
        denied.append(action)
        return sqlite3.SQLITE_DENY

    database.set_authorizer(allow)
    return denied


def _executed(database: sqlite3.Connection, query: str, denied: list[int]) -> sqlite3.Cursor:
    """Begin a query, which must be one statement that reads."""
    try:
        cursor = database.execute(query)
    except (sqlite3.ProgrammingError, sqlite3.Warning) as error:
        if "one statement" not in str(error):
            raise
        raise InputError("database.several", argument=Argument("sql")) from error
    except sqlite3.DatabaseError as error:
        if not denied:
            raise
        raise _writes(query) from error
    if cursor.description is None:  # a text of blanks or comments alone
        raise InputError("database.no_query", argument=Argument("sql"))
    return cursor


def _copied(connection: duckdb.DuckDBPyConnection, cursor: sqlite3.Cursor) -> list[str]:
    """Copy rows into ``query_rows``, as text; a column that holds nothing but numbers counts as one of numbers."""
    names = [part[0] for part in cursor.description]
    fields = [f"q{place}" for place in range(len(names))]
    connection.execute(f"CREATE TEMP TABLE query_rows ({', '.join(f'{field} VARCHAR' for field in fields)})")
    numbers, seen = [True] * len(names), [False] * len(names)
    while rows := cursor.fetchmany(_BATCH_ROWS):
        batch: dict[str, Any] = {}
        for place, cells in enumerate(zip(*rows, strict=True)):
            held = [cell for cell in cells if cell is not None]
            numbers[place] = numbers[place] and all(isinstance(cell, (int, float)) for cell in held)
            seen[place] = seen[place] or bool(held)
            batch[fields[place]] = np.array([_text_of(cell) for cell in cells], dtype=object)
        connection.register("batch", batch)
        connection.execute(
            f"INSERT INTO query_rows SELECT {', '.join(f'{field}::VARCHAR' for field in fields)} FROM batch"
        )
        connection.unregister("batch")
    for field, is_number, has_cells in zip(fields, numbers, seen, strict=True):
        if is_number and has_cells:
            connection.execute(f"ALTER TABLE query_rows ALTER {field} TYPE DOUBLE")
    return names


def _text_of(cell: Any) -> str | None:  # noqa: ANN401 - of whatever SQLite holds
    if cell is None:
        return None
    if isinstance(cell, bytes):
        return cell.decode(errors="replace").replace("\0", "")
    return cell.replace("\0", "") if isinstance(cell, str) else repr(cell)


def _failed(path: Path, error: Exception) -> InputError:
    return InputError("database.fails", source=path.name, argument=Argument("sql"), reason=_reason(error))


def _reason(error: Exception) -> str:
    """Return what a database says, its first line alone: the others show where, in a query that is not the user's."""
    return quotable(str(error).strip().split("\n", 1)[0]).rstrip(".!")


def _writes(query: str) -> InputError:
    return InputError("database.writes", argument=Argument("sql"), word=query.split(maxsplit=1)[0].upper()[:20])


def _listed(path: Path, kind: str, columns: Iterable[tuple[str, _Column]]) -> InputError:
    """Return the refusal that tells which tables there are, and what to type."""
    tables: dict[str, list[_Column]] = {}
    for name, column in columns:
        tables.setdefault(name, []).append(column)
    if not tables:
        return InputError("database.no_tables", path=path, kind=kind)
    told = [
        Message("read.table_and_columns", {"name": name, "columns": [column.name for column in held][:_MOST_COLUMNS]})
        for name, held in tables.items()
    ]
    left = len(told) - _MOST_TABLES
    more = Message("read.more_tables", {"count": left}) if left > 0 else ""
    argument = Argument("sql", _example(tables))
    return InputError("database.listed", path=path, kind=kind, tables=told[:_MOST_TABLES], more=more, argument=argument)


def _example(tables: dict[str, list[_Column]]) -> str:
    """Return a query that would serve, of the first table that seems to have dates and numbers."""
    for name, held in tables.items():
        dates = [column for column in held if any(word in f"{column.kind} {column.name}".upper() for word in _DATED)]
        numbers = [column for column in held if any(word in column.kind.upper() for word in _NUMBERS)]
        beside = [column for column in numbers if column not in dates[:1]]
        if dates and beside:
            return f"select {_written(dates[0].name)}, {_written(beside[0].name)} from {_written(name)}"
    name, held = next(iter(tables.items()))
    return f"select {', '.join(_written(column.name) for column in held[:2])} from {_written(name)}"


def _written(name: str) -> str:
    """Return a name as a query has it, in quotes where it needs them."""
    plain = all(part.isidentifier() and part.isascii() for part in name.split("."))
    return name if plain else identifier(name)
