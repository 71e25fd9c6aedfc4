"""Files of numbers: safetensors with a description as JSON in the header and a checksum over both. No code in them."""

from __future__ import annotations

import hashlib
import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.files import reason_of
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

CHECKSUM = "sha256"
LARGEST_FILE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    name : str
        What the file is: ``model``. The catalogues hold its words under ``file.NAME``: ``called``, what to ``give``
        instead of a file of another kind, and how to make one ``again``.
    key : str
        Under which its description stands in the header.
    version : int
        Which description this version of thalweg reads.
    """

    name: str
    key: str
    version: int

    def refusal(self, key: str, path: Path, /, **values: object) -> InputError:
        """Return the error for a file that cannot be read.

        Parameters
        ----------
        key : str
            Of the sentence in the catalogues, without the leading ``error.``.
        path : Path
        **values
            What else the sentence names.
        """
        words = {part: Message(f"file.{self.name}.{part}") for part in ("called", "give", "again")}
        return InputError(key, path=path, **words, **values)


def seal(kind: Kind, description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a file's bytes; the same content gives the same bytes."""
    from safetensors.numpy import save  # noqa: PLC0415 - only where something is saved

    text = json.dumps({"version": kind.version, **description}, ensure_ascii=False, allow_nan=False)
    arrays = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    # The checksum stands beside the arrays: several entries of metadata would be written in any order.
    return save(arrays | {CHECKSUM: _checksum(text, arrays)}, metadata={kind.key: text})


def unseal(kind: Kind, path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the description and the arrays of a file.

    Raises
    ------
    InputError
        If there is no such file, or it is of another kind, is cut short or changed, or is of another version. Nothing
        in the file is run, and nothing larger than the file is allocated.
    """
    tensors, metadata = _read(kind, path)
    text = metadata.get(kind.key, "")
    try:
        description = json.loads(text, parse_constant=_refuse)
        version = description["version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise kind.refusal("file.other_kind", path) from None
    if version != kind.version:
        raise kind.refusal("file.other_version", path, version=repr(version), expected=kind.version)
    checksum = tensors.pop(CHECKSUM, None)
    if checksum is None or not np.array_equal(checksum, _checksum(text, tensors)):
        raise kind.refusal("file.changed", path)
    return description, tensors


def is_of(kind: Kind, path: Path) -> bool:
    """Whether the header of a file says that it is of a kind; False where it cannot be read."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only where something is loaded

    try:
        if not path.is_file():  # a pipe would wait
            return False
        with safe_open(path, framework="numpy") as file:
            return kind.key in (file.metadata() or {})
    except (SafetensorError, OSError, ValueError, TypeError, MemoryError):
        return False


def _checksum(text: str, tensors: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(tensors[name].tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _refuse(constant: str) -> float:
    raise ValueError(f"JSON has no number {constant}")


def _read(kind: Kind, path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only where something is loaded

    try:
        status = path.stat()
    except FileNotFoundError:
        raise kind.refusal("file.not_found", path) from None
    except OSError as error:
        raise kind.refusal("file.unreadable", path, reason=reason_of(error)) from error
    except ValueError:  # a null byte
        raise kind.refusal("file.no_path", path) from None
    if stat.S_ISDIR(status.st_mode):
        raise kind.refusal("file.folder", path)
    if not stat.S_ISREG(status.st_mode):
        raise kind.refusal("file.pipe", path)
    if status.st_size > LARGEST_FILE_BYTES:
        raise kind.refusal("file.too_large", path, bytes=status.st_size)
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise kind.refusal("file.unreadable", path, reason=reason_of(error)) from error
    except (SafetensorError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError):
        raise kind.refusal("file.cut_short", path) from None
