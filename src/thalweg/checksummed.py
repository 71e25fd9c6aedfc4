"""Files of numbers: safetensors with a description as JSON in the header and a checksum over both. No code in them."""

from __future__ import annotations

import hashlib
import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

CHECKSUM = "sha256"
LARGEST = 2 * 1024**3  # bytes


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    name : str
        What the file is: ``model``.
    key : str
        Under which its description stands in the header.
    version : int
        Which description this thalweg reads.
    give, again : str
        What a user should give instead of a file that is none, and how to make one again: sentences in part.
    """

    name: str
    key: str
    version: int
    give: str
    again: str


def seal(kind: Kind, description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a file's bytes; the same content gives the same bytes."""
    from safetensors.numpy import save  # noqa: PLC0415 - only where something is saved

    text = json.dumps({"version": kind.version, **description}, ensure_ascii=False, allow_nan=False)
    held = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    # Beside the numbers, not beside the description: several entries of metadata would be written in any order.
    return save(held | {CHECKSUM: _checksum(text, held)}, metadata={kind.key: text})


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
        raise InputError(f"{path} is no {kind.name} of thalweg: it holds no description. Give {kind.give}.") from None
    if version != kind.version:
        raise InputError(
            f"{path} is a {kind.name} of version {version!r}; this thalweg reads version {kind.version}. "
            f"{kind.again}, or use the thalweg that wrote it."
        )
    told = tensors.pop(CHECKSUM, None)
    if told is None or not np.array_equal(told, _checksum(text, tensors)):
        raise InputError(
            f"{path} is damaged: its checksum does not fit its content. Copy it again, or "
            f"{kind.again[0].lower()}{kind.again[1:]}."
        )
    return description, tensors


def _checksum(text: str, tensors: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(tensors[name].tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _read(kind: Kind, path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only where something is loaded

    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError(f"There is no file {path}. Give {kind.give}.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{path} is a folder. Give the {kind.name} file in it: {kind.give}.")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} is no file of its own but a pipe or a device. Save the {kind.name} to a file first.")
    if found.st_size > LARGEST:
        raise InputError(f"{path} holds {found.st_size:,} bytes, more than any {kind.name}. Give {kind.give}.")
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (SafetensorError, ValueError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise InputError(
            f"{path} is no whole {kind.name} file ({error}). It may have been cut short or damaged: copy it again, or "
            f"{kind.again[0].lower()}{kind.again[1:]}."
        ) from None
