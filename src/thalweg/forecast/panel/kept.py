"""What a run has done so far, kept in a folder, so that one that was ended goes on there."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from thalweg.checksummed import Kind, seal, unseal
from thalweg.errors import InputError
from thalweg.files import reason_of, write_whole
from thalweg.forecast.panel.global_network import described, network_from
from thalweg.forecast.panel.served import Served
from thalweg.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from thalweg.forecast.panel.global_network import GlobalNetwork
    from thalweg.series.frequency.record import Frequency

INNER = "kept"  # the folder in that of the results
RUN = "run.json"
PART = Kind(name="part", key="thalweg.part", version=1)


class Kept:
    """A folder of what is done: the networks, and each chunk of series.

    Parameters
    ----------
    folder : Path
        Of the results.
    """

    def __init__(self, folder: Path) -> None:
        self.results, self.folder = folder, folder / INNER

    def begin(self, data: str, settings: Mapping[str, Any]) -> None:
        """Begin a run, or go on with one of the same data and options.

        Raises
        ------
        InputError
            If the folder holds an unfinished run of others, or cannot be written.
        """
        told = {"data": data, **settings}
        try:
            before = json.loads((self.folder / RUN).read_text("utf-8"))
        except (OSError, ValueError):
            before = None
        now = json.loads(json.dumps(told))
        if isinstance(before, dict) and before != now:
            differs = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
            raise InputError(
                "panel.other_run",
                folder=self.results,
                differs=differs,
                kept=self.folder,
                option=Argument("out", "FOLDER"),
            )
        if before is None:
            self.remove()
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError("files.unwritable", path=self.folder, reason=reason_of(error)) from error
            write_whole(self.folder / RUN, json.dumps(told).encode())

    def remove(self) -> None:
        """Remove what was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def network(self, name: str, frequency: Frequency) -> GlobalNetwork | None:
        """Return a network that was trained; None where it was not."""
        found = self._read(f"{name}.network")
        return None if found is None else network_from(*found, frequency)

    def keep_network(self, name: str, network: GlobalNetwork) -> None:
        """Keep a network, in place of the descents that led to it."""
        write_whole(self.folder / f"{name}.network", seal(PART, *described(network)))
        for path in self.folder.glob(f"{name}-*.descent"):
            path.unlink(missing_ok=True)

    def chunk(self, number: int, count: int) -> Served | None:
        """Return what was found for a chunk of so many series; None where nothing was."""
        found = self._read(f"{number:06}.chunk")
        if found is None:
            return None
        served = Served(**{one.name: found[1][one.name] for one in fields(Served)})
        return served if len(served) == count else None

    def keep_chunk(self, number: int, served: Served) -> None:
        """Keep what was found for a chunk."""
        write_whole(self.folder / f"{number:06}.chunk", seal(PART, {}, vars(served)))

    def _read(self, name: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        path = self.folder / name
        if not path.exists():
            return None
        try:
            return unseal(PART, path)
        except InputError:
            return None  # damaged: it is made anew
