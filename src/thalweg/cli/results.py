"""Where `backtest` and `anomalies` write: a folder of results, a CSV file, a picture; all optional."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.forecast.belonging import MODEL_FILE
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from thalweg.messages import Catalogue


def result_folder(out: str | None, names: tuple[str, ...], file: str, others: Sequence[Path | None]) -> Path | None:
    """Return the folder of the results, before long work; None where none was named.

    Parameters
    ----------
    out : str, optional
        As the user named it.
    names : tuple of str
        What will be written into it.
    file : str
        The file of the values.
    others : sequence of Path
        What else will be written.

    Raises
    ------
    InputError
        If it has no name, is a file, cannot be written, holds things of another kind under these names, or the file of
        the values or another result would be replaced.
    """
    from thalweg.files import check_writable  # noqa: PLC0415 - loaded where a command has begun

    if out is None:
        return None
    if not out.strip():
        raise InputError("forecast.no_folder_named", argument=Argument("out", out), example=Argument("out", "results"))
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError("backtest.folder_is_a_file", folder=folder, option=Argument("out", "FOLDER"))
    for name in names:
        for each in (Path(file), *others):
            if each is not None and (folder / name).absolute() == each.absolute():
                raise InputError("forecast.own_file", file=each, name=name, option=Argument("out"))
    there = [name for name in names if (folder / name).exists()]
    if 0 < len(there) < len(names):
        raise InputError("backtest.foreign_file", folder=folder, name=there[0], option=Argument("out", "FOLDER"))
    check_writable(folder, names)
    return folder


def forecast_folder(file: Path, folder: Path, names: Sequence[str]) -> Path:
    """Return where to write a forecast, having made sure that nothing but an earlier run's files would be replaced.

    Parameters
    ----------
    file : Path
        That of the values.
    folder : Path
    names : sequence of str
        What will be written into it.

    Raises
    ------
    InputError
        If it is a file, holds the file of the values under one of these names, or files of another kind.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError("forecast.folder_is_a_file", folder=folder, option=Argument("out", "FOLDER"))
    there = [name for name in names if (folder / name).exists()]
    if file.name in there and file.exists() and (folder / file.name).samefile(file):
        raise InputError("forecast.own_file", file=file, name=file.name, option=Argument("out"))
    if there and MODEL_FILE not in there:
        raise InputError("forecast.foreign_file", folder=folder, name=there[0], option=Argument("out"))
    return folder


def print_written(
    console: Console, translate: Catalogue, folder: Path | None, names: tuple[str, ...], files: Sequence[Path | None]
) -> None:
    """Say what was written: the folder with its files, and other files."""
    if folder is not None:
        console.print(translate("cli.written", folder=folder, files=names))
    for each in files:
        if each is not None:
            console.print(translate("look.written", file=each))
