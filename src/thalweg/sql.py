"""A user's names and texts, quoted for DuckDB's SQL."""

from __future__ import annotations


def literal(text: str) -> str:
    """Return a text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a column's name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def no_wildcards(path: str) -> str:
    """Return a path in which DuckDB reads ``*``, ``?`` and ``[`` literally."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
