"""Names and texts of a user's as SQL has them, for DuckDB."""

from __future__ import annotations


def literal(text: str) -> str:
    """Return text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def no_wildcards(path: str) -> str:
    """Return the path so that DuckDB takes ``*``, ``?`` and ``[`` in it as themselves."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
