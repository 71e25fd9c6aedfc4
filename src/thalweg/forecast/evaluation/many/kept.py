"""What a backtest of many series has done, kept in a folder, so that one that was ended goes on there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.checksummed import seal, unseal
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.evaluation.many.fits import Made
from thalweg.forecast.panel.kept import PART, RUN
from thalweg.forecast.panel.kept import Kept as KeptRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Kept:
    """A folder of what is done: the forecasts of each model from each fit, and a fit that is going on.

    Parameters
    ----------
    folder : Path
        Of the results.
    """

    def __init__(self, folder: str | Path) -> None:
        self._run = KeptRun(Path(folder))
        self.fresh = not (self._run.folder / RUN).exists()

    def begin(self, data: str, settings: Mapping[str, Any]) -> None:
        """Begin a backtest, or go on with one of the same data and options.

        Raises
        ------
        InputError
            If the folder holds an unfinished one of others, or cannot be written.
        """
        self._run.begin(data, settings)

    def remove(self) -> None:
        """Remove what was kept."""
        self._run.remove()

    def fit(self, name: str, number: int) -> KeptRun:
        """Return where what is done of a fit is kept."""
        return KeptRun(self._path(name, number))

    def found(self, name: str, number: int) -> list[Made] | None:
        """Return the forecasts of a model from a fit; None where there are none, or the file is damaged."""
        path = self._path(name, number).with_suffix(".forecasts")
        if not path.exists():
            return None
        try:
            description, tensors = unseal(PART, path)
        except InputError:
            return None
        levels = description["levels"]
        return [
            Made(
                tensors[f"{at}"],
                {level: (tensors[f"{at}-lo-{level}"], tensors[f"{at}-hi-{level}"]) for level in levels},
                {},
            )
            for at in range(description["cutoffs"])
        ]

    def keep(self, name: str, number: int, made: Sequence[Made]) -> None:
        """Keep the forecasts of a model from a fit, in place of what led to them; none where a series failed."""
        if any(one.failed for one in made):
            return
        levels = list(made[0].ends)
        tensors = {f"{at}": one.mean for at, one in enumerate(made)}
        tensors |= {
            f"{at}-{end}-{level}": one.ends[level][place]
            for at, one in enumerate(made)
            for level in levels
            for place, end in enumerate(("lo", "hi"))
        }
        path = self._path(name, number)
        content = seal(PART, {"levels": levels, "cutoffs": len(made)}, tensors)
        write_whole(path.with_suffix(".forecasts"), content)
        KeptRun(path).remove()

    def _path(self, name: str, number: int) -> Path:
        """Return what the files of a model and a fit begin with; the model's name may hold any letters."""
        return self._run.folder / f"{number:04}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
