"""Forecasts that are kept in a folder, so that a backtest that was interrupted goes on where it ended."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.files import check_writable, reason_of, write_whole
from thalweg.forecast.evaluation.contenders import Made
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

INNER = "kept"  # the folder of kept forecasts in that of the results


class Kept:
    """Kept forecasts: a file for each model and each fit, named by a checksum of all that it depends on.

    Other values, options, models or versions have other checksums, so that they never meet.

    Parameters
    ----------
    folder : Path, optional
        Of the results; without one nothing is kept.

    Raises
    ------
    InputError
        If the folder cannot be written; it is made when the first forecasts are kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = None if folder is None else folder / INNER
        if self.folder is not None and folder is not None:
            if folder.exists() and not folder.is_dir():
                raise InputError("backtest.folder_is_a_file", folder=folder, option=Argument("out", "FOLDER"))
            check_writable(self.folder)

    def found(self, name: str, key: Sequence[str]) -> list[Made] | None:
        """Return the forecasts that were kept; None where there are none, or the file is damaged."""
        if self.folder is None:
            return None
        try:
            text = self._path(name, key).read_text(encoding="utf-8")
            digest, _, content = text.partition("\n")
            if digest != _digest(content):
                return None
            return [
                Made(
                    np.array(one["mean"], dtype=np.float64),
                    {level: (np.array(low), np.array(high)) for level, (low, high) in one["ends"].items()},
                )
                for one in json.loads(content)
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, name: str, key: Sequence[str], made: Sequence[Made]) -> None:
        """Keep forecasts, whole or not at all."""
        if self.folder is None:
            return
        rows = [
            {
                "mean": one.mean.tolist(),
                "ends": {level: [low.tolist(), high.tolist()] for level, (low, high) in one.ends.items()},
            }
            for one in made
        ]
        content = json.dumps(rows)  # floats as they are: what is read again has the same bits
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError("files.unwritable", path=self.folder, reason=reason_of(error)) from error
        write_whole(self._path(name, key), f"{_digest(content)}\n{content}".encode())

    def _path(self, name: str, key: Sequence[str]) -> Path:
        assert self.folder is not None  # noqa: S101 - asked for where there is one
        readable = re.sub(r"[^\w.-]+", "-", name)[:40]
        return self.folder / f"{readable}-{_digest(json.dumps(list(key)))[:24]}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
