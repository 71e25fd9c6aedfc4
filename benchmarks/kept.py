"""Results that are kept one by one, so that a long run that was interrupted goes on where it ended."""

from __future__ import annotations

import json
import os
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SOURCE = Path(__file__).resolve().parents[1] / "src"


def checksum(paths: Iterable[Path]) -> str:
    """Return a checksum of the contents of files."""
    return f"{zlib.crc32(b''.join(path.read_bytes() for path in sorted(paths))):08x}"


def source_checksum() -> str:
    """Return a checksum of the package's source."""
    return checksum(SOURCE.rglob("*.py"))


class Kept:
    """Results in a folder, a file each, named by what they depend on.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def result(self, key: Mapping[str, str], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the result that is kept for a key; where there is none, make it and keep it.

        Parameters
        ----------
        key : mapping of str to str
            Everything that the result depends on, such as the series and a checksum of the source.
        make : callable
            Returns what JSON can hold.
        """
        key = dict(sorted(key.items()))
        name = re.sub(r"[^\w.-]+", "-", "-".join(key.values()))[:80]
        path = self.folder / f"{name}-{zlib.crc32(json.dumps(key).encode()):08x}.json"
        if path.exists():
            held = json.loads(path.read_text(encoding="utf-8"))
            if held["key"] == key:
                return held["result"]
        made = make()
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"key": key, "result": made}), encoding="utf-8")
        os.replace(unfinished, path)  # noqa: PTH105 - whole or not at all
        return made
