"""A user's names and texts, quoted for DuckDB's SQL, and Ctrl-C while it runs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def interruptible() -> Generator[None]:
    """Raise KeyboardInterrupt where Ctrl-C came during a query: DuckDB drops it and raises an error of its own."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise


def literal(text: str) -> str:
    """Return a text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a column's name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def no_wildcards(path: str) -> str:
    """Return a path in which DuckDB reads ``*``, ``?`` and ``[`` literally."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
