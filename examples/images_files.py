"""The files of images.py: handwritten digits of scikit-learn or MNIST, and the unknowns of an earlier run."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SIDE, DIGITS = 28, 10


def loaded(folder: Path | None) -> list[np.ndarray]:
    """Return pictures to learn from and to be tested on, rows of ink from 0 to 1, then the digits of both.

    They are those of MNIST in a folder, or scikit-learn's own where none is named.

    Raises
    ------
    OSError
        If a file is not there.
    ValueError
        If a file is damaged, or is not what its name says.
    """
    if folder is None:
        pictures, digits = load_digits(return_X_y=True)
        return train_test_split(pictures / 16, digits, test_size=0.2, stratify=digits, random_state=0)
    pictures = [read_idx(folder / f"{part}-images-idx3-ubyte.gz", (SIDE, SIDE)) for part in ("train", "t10k")]
    digits = [read_idx(folder / f"{part}-labels-idx1-ubyte.gz", ()) for part in ("train", "t10k")]
    for part, ink, right in zip(("train", "t10k"), pictures, digits, strict=True):
        if not 0 < len(ink) == len(right) or right.max() >= DIGITS:
            found = f"{len(ink):,} pictures and {len(right):,} labels up to {right.max(initial=0)}"
            raise ValueError(f"{folder}: {part} has {found}; expected: as many of both, labels up to {DIGITS - 1}")
    return [*(ink.reshape(-1, SIDE * SIDE) / np.float32(255) for ink in pictures), *digits]


def read_idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the bytes of one file, each thing in it of a shape.

    The file begins with two zeros, 8 for bytes, the number of axes, and each axis's length in four bytes.
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error}); fetch it again") from None
    count = int.from_bytes(content[4:8])
    head = np.array([0x800 + 1 + len(shape), count, *shape], ">u4").tobytes()
    if not content.startswith(head) or len(content) != len(head) + count * math.prod(shape):
        found = f"{len(content):,} bytes, the first of them {content[:4].hex(' ')}"
        raise ValueError(f"{path}: {found}; expected: an MNIST file of bytes of shape {('N', *shape)}; fetch it again")
    return np.frombuffer(content, np.uint8, offset=len(head)).reshape(count, *shape)


def remembered(path: Path, size: int) -> np.ndarray | None:
    """Return the unknowns that an earlier run has kept, if one has.

    Raises
    ------
    ValueError
        If the file holds something else.
    """
    try:
        theta = np.load(path) if path.exists() else None
    except (EOFError, ValueError):
        theta = np.empty(0)
    if theta is not None and theta.shape != (size,):
        raise ValueError(f"{path} does not hold {size:,} unknowns; delete it to learn anew")
    return theta
