"""A folder, or the files that a pattern stands for: each is one series, or all are parts of one table."""

from __future__ import annotations

import glob
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.many.assembled import Rest, assembled
from thalweg.series.read.many.keys import Keys, roles_of
from thalweg.series.read.many.parts import table_of_parts
from thalweg.series.read.many.static import static_columns
from thalweg.series.read.many.table import panel_of_table
from thalweg.series.read.opened import open_table
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.steps import one_series

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from thalweg.series.panel import Panel
    from thalweg.series.read.options import PanelOptions
    from thalweg.series.read.table import Table

_KINDS = {  # what the names of files end in that a folder is searched for
    *(".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
}
_PACKED = ".gz"
_MOST_NAMED = 3


@dataclass(frozen=True)
class Files:
    """Some files, in the order of their names.

    Attributes
    ----------
    called : str
        The folder, or the pattern, as the user gave it.
    paths : list of Path
    notes : list of Message
    """

    called: str
    paths: list[Path]
    notes: list[Message]


def files_of(source: object) -> Files | None:
    """Return the files of a folder, or those that a pattern stands for; None for any other source.

    Raises
    ------
    InputError
        If there is none of them.
    """
    if not isinstance(source, (str, Path)):
        return None
    path, notes = Path(source), list[Message]()
    if path.is_dir():
        inside = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
        paths = [each for each in inside if _stem(each)[1] in _KINDS]
        if others := [each.name for each in inside if each not in paths]:
            notes.append(Message("note.panel_other_files", {"count": len(others), "names": others[:_MOST_NAMED]}))
    elif not path.exists() and set(str(path)) & set("*?["):
        found = glob.glob(str(path), recursive=True)  # noqa: PTH207 - a pattern may begin at the root
        paths = sorted(each for name in found if (each := Path(name)).is_file())
    else:
        return None
    if not paths:
        raise InputError("panel.no_files" if path.is_dir() else "read.no_match", path=path)
    return Files(str(source), paths, notes)


def _stem(path: Path) -> tuple[str, str]:
    """Return a file's name without its ending, and the ending in small letters, without that of gzip."""
    name = path.name[: -len(_PACKED)] if path.name.lower().endswith(_PACKED) else path.name
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - of a name, not of a path
    return stem, ending.lower()


def _names(paths: list[Path]) -> list[str]:
    """Return what each file is called: its name without its ending; with its folders where else two would be alike."""
    stems = [_stem(path)[0] for path in paths]
    if max(Counter(stems).values()) > 1:
        above = os.path.commonpath([path.parent for path in paths])
        stems = [(path.parent.relative_to(above) / stem).as_posix() for path, stem in zip(paths, stems, strict=True)]
    for stem, count in Counter(stems).items():
        if count > 1:
            alike = [path for path, each in zip(paths, stems, strict=True) if each == stem]
            raise InputError("panel.files_alike", one=alike[0], other=alike[1], name=stem)
    return stems


def panel_of_files(files: Files, options: PanelOptions) -> Panel:
    """Make a panel of files; errors as in `thalweg.read_panel`."""
    if options.wide or _are_parts(files, options):
        table = table_of_parts(files.called, files.paths, options)
        table.notes += files.notes
        try:
            return panel_of_table(table, options)
        finally:
            table.close()
    reading = _Reading(files, _names(files.paths), options)
    found = assembled(reading, options)
    order = range(len(files.paths))
    return found.panel(order, files.notes, static=reading.static_of(found.kept(order)))


def _are_parts(files: Files, options: PanelOptions) -> bool:
    """Whether the files have columns that name series."""
    if options.by:
        return True
    for path in files.paths:
        try:
            table = open_table(path, options)
        except InputError:
            continue
        try:
            return bool(roles_of(table, profile_columns(table, options.date_format), options).by)
        finally:
            table.close()
    return False


@dataclass(frozen=True)
class _Reading:
    """The reading of files of which each is one series."""

    files: Files
    names: list[str]
    options: PanelOptions
    static: dict[int, dict[str, NDArray[Any]]] = field(default_factory=dict[int, dict[str, "NDArray[Any]"]])

    @property
    def called(self) -> str:
        """What a sentence calls the source."""
        return self.files.called

    def each(self, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Rest | InputError]]:
        """Yield the number of each series, or of those wanted, and what is read of it, or why it cannot be read."""
        for number in range(len(self.files.paths)) if wanted is None else wanted:
            try:
                table = open_table(self.files.paths[number], self.options)
            except InputError as error:
                yield number, error
                continue
            try:
                yield number, self._rest(number, table)
            finally:
                table.close()

    def _rest(self, number: int, table: Table) -> Rest | InputError:
        try:
            one = one_series(table, self.options, self.options.static, alone=False)
            keys = Keys((), ((),), (self.names[number],), (0,))
            self.static[number] = static_columns(one.steps.rows, keys, one.static, self.options)
        except InputError as error:
            return error
        return Rest(one.steps, one.groups, one.notes, one.with_columns)

    def static_of(self, kept: list[int]) -> dict[str, NDArray[Any]]:
        """Return the values of each static column for the series that are kept: text where that of one file is."""
        names = {name: None for number in kept for name in self.static[number]}
        joined: dict[str, NDArray[Any]] = {}
        for name in names:
            each = [self.static[number][name] for number in kept]
            filled = [values for values in each if values.dtype.kind == "f" or values[0]]
            if filled and all(values.dtype.kind == "f" for values in filled):
                each = [values if values.dtype.kind == "f" else np.array([np.nan]) for values in each]
            else:
                each = [_text(values) for values in each]
            joined[name] = np.concatenate(each)
        return joined


def _text(values: NDArray[Any]) -> NDArray[np.str_]:
    if values.dtype.kind != "f":
        return values
    return np.array(["" if np.isnan(value) else f"{value:.15g}" for value in values])
