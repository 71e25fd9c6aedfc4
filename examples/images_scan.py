"""Find the digit in a user's picture, and center it as in MNIST."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

FAINTEST, GRAIN, FULL, SPECK = 40, 0.15, 0.85, 0.05


def centered(path: Path, side: int, box: int) -> np.ndarray:
    """Return the ink of the digit in a picture, from 0 to 1: row by row of ``side`` by ``side`` pixels.

    The picture shows one digit on plain paper, dark on light or light on dark, at any size; its edge is paper. What is
    far smaller than the digit is a speck and left out. The digit's longest side becomes `box`, and its center of mass
    comes to lie in the middle, or as near as it has room (LeCun, Cortes, Burges: the MNIST database).

    Raises
    ------
    OSError
        If there is no such file, or it is no picture.
    ValueError
        If nothing stands out from the paper.
    """
    given = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    gray = Image.alpha_composite(Image.new("RGBA", given.size, "white"), given).convert("L")
    gray.thumbnail((512, 512))  # removes the grain of a photograph, and saves time
    levels = np.asarray(gray, dtype=float)
    paper = np.median(np.concatenate([levels[0], levels[-1], levels[:, 0], levels[:, -1]]))
    ink = np.abs(levels - paper)
    if ink.max() < FAINTEST:
        raise ValueError(f"{path} shows no digit: nothing in it stands out from its edge")
    ink = np.clip((ink / ink.max() - GRAIN) / (FULL - GRAIN), 0, 1)

    parts, count = ndimage.label(ink > 0, np.ones((3, 3)))
    amounts = ndimage.sum_labels(ink, parts, range(1, count + 1))
    ink *= np.isin(parts, 1 + np.flatnonzero(amounts > SPECK * amounts.max()))
    found = Image.fromarray((255 * ink).round().astype(np.uint8))
    found = found.crop(found.getbbox())
    sides = [max(1, round(box * length / max(found.size))) for length in found.size]
    small = np.asarray(found.resize(sides, Image.Resampling.BOX), dtype=float)

    whole = np.pad(small / small.max(), [(0, side - length) for length in small.shape])
    for axis, length in enumerate(small.shape):
        middle = np.average(np.arange(side) + 0.5, weights=whole.sum(axis=1 - axis))
        whole = np.roll(whole, min(max(round(side / 2 - middle), 0), side - length), axis)
    return whole.ravel()
