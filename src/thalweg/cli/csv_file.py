"""The place of a file that a command was asked to write, a table or a picture, checked before the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.files import check_writable
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_csv(name: str, path: Path, taken: Iterable[str | Path | None]) -> None:
    """Refuse a place that no CSV can be written to, or that the command reads or writes otherwise.

    Parameters
    ----------
    name : str
        Of the option that named it, such as ``out``.
    path : Path
    taken : iterable of str, Path or None
        The other files of the command.
    """
    if path.suffix.lower() != ".csv":
        raise InputError("predict.not_csv", argument=Argument(name, path))
    _check(name, path, taken)


def check_table(name: str, path: Path, taken: Iterable[str | Path | None]) -> None:
    """Refuse a place that no table can be written to, as CSV, Parquet or JSON; the rest as of `check_csv`."""
    from thalweg.forecast.tables import KINDS  # noqa: PLC0415 - NumPy loads slowly

    if path.suffix.lower() not in KINDS:
        raise InputError("predict.not_table", argument=Argument(name, path), kinds=KINDS)
    _check(name, path, taken)


def check_picture(name: str, path: Path, taken: Iterable[str | Path | None]) -> None:
    """Refuse a place that no picture can be written to, or that the command reads or writes otherwise."""
    from thalweg.report.picture import kind_of  # noqa: PLC0415 - what draws loads slowly

    kind_of(path)
    _check(name, path, taken)


def _check(name: str, path: Path, taken: Iterable[str | Path | None]) -> None:
    if not path.parent.is_dir():
        raise InputError("picture.no_folder", argument=Argument(name, path), folder=path.parent)
    if path.is_dir():
        raise InputError("picture.is_a_folder", path=path, option=Argument(name))
    there = [Path(one) for one in taken if one is not None]
    if any(path.absolute() == one.absolute() or _same(path, one) for one in there):
        raise InputError("predict.own_file", file=path, option=Argument(name))
    check_writable(path.parent)


def _same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)
