"""Drawing: a network learns the function (x, y) -> color of one picture, and paints it.

    python examples/drawing.py [PICTURE] [--out drawing.png] [--quick]

PICTURE is any PNG or JPEG; without one it is the pagoda in scikit-learn (photograph by danielbuechele, CC BY 2.0). The
script needs ``pip install thalweg pillow scikit-learn``. It draws a strip: the picture, and how networks with more and
more unknowns paint it.

The three steps: (1) the function with unknowns is a network of two inputs, five hidden layers of ReLU with skip
connections, and three outputs, red, green and blue; (2) the loss is the squared error over all pixels; (3) gradient
descent by Adam. The coordinates lie in -1..1, y downwards, and are the only features of a pixel. Such a network learns
soft shapes first and fine ones later, and more of them with more unknowns and epochs (Rahaman et al. 2019, "On the
spectral bias of neural networks"). Sines and cosines of the coordinates as further features would speed that up; they
are not used here. The function has a color between the pixels too, so it is painted larger than the picture.

Measured: the pagoda at 96 x 64 points, 1,000 epochs, 20 s on two cores. The loss is given as the root of the
mean square, in color levels from 0 to 255:

    unknowns   69   339   1,803   9,309   49,503
    loss     32.2  22.2    14.5     8.5      5.3
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from thalweg.learn import Descent, Network, Optimizer, dense_examples, predict, run_together

WIDTHS = (3, 8, 20, 47, 110)  # neurons of each hidden layer
PANEL, BORDER, CAPTION = 288, 12, 46  # pixels: the longest side of a panel, the space around it, and below it
INK, PAPER = (40, 40, 40), "white"


def main() -> None:
    """Read the picture, fit the networks, draw the strip."""
    parser = argparse.ArgumentParser(description="Networks paint a picture.")
    parser.add_argument("picture", nargs="?", type=Path, help="a PNG or JPEG; without, the pagoda of scikit-learn")
    parser.add_argument("--out", type=Path, default=Path("drawing.png"), help="the strip (drawing.png)")
    parser.add_argument("--quick", action="store_true", help="fewer pixels and epochs: seconds, and blurred")
    asked = parser.parse_args()
    if asked.out.suffix.lower() != ".png" or not asked.out.resolve().parent.is_dir():
        parser.exit(2, f"{asked.out} cannot be written: name a PNG file in a folder that is there.\n")
    try:
        picture = read(asked.picture, 48 if asked.quick else 96)
    except OSError as error:
        parser.exit(2, f"{asked.picture} is no picture that can be read: {error.strerror or 'give a PNG or JPEG'}.\n")

    size = f"{picture.width} x {picture.height} points"
    colors = np.asarray(picture, dtype=np.float32) / 255
    pixels = dense_examples(points(picture.size, 1), colors.reshape(-1, 3))
    # Step 1: functions with unknowns.
    networks = [Network((2, *[width] * 5, 3), "relu", skip=True) for width in WIDTHS]
    # Step 2: a loss. Step 3: gradient descent, two networks at a time.
    adam = Optimizer("adam", learning_rate=0.005, schedule="cosine", warm_up=50)
    epochs = 60 if asked.quick else 1000
    descents = [Descent(one, pixels, loss="mse", optimizer=adam, batch=256, epochs=epochs) for one in networks]
    began = time.perf_counter()
    run_together(descents[::-1])  # the largest takes longest, so it starts first

    finer = round(PANEL / max(picture.size))
    panels = [(picture.resize([finer * side for side in picture.size]), "the picture", size)]
    for descent in descents:
        loss = 255 * np.sqrt(descent.loss_of_all())
        print(f"{descent.network.size:>6,} unknowns: loss {loss:5.1f} color levels (root of the mean square)")
        panels.append(
            (paint(descent, picture.size, finer), f"{descent.network.size:,} unknowns", f"loss {loss:.1f} levels")
        )
    strip(panels).save(asked.out)
    print(f"{size}, {epochs:,} epochs, {time.perf_counter() - began:.0f} s: {asked.out}")


def read(path: Path | None, longest: int) -> Image.Image:
    """Return a picture with at most so many pixels on its longest side."""
    if path is None:
        from sklearn.datasets import load_sample_image  # noqa: PLC0415 - a picture of one's own needs none

        picture = Image.fromarray(load_sample_image("china.jpg"))
    else:
        picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return picture


def points(size: tuple[int, int], finer: int) -> np.ndarray:
    """Return the coordinates of pixel centers, row by row, the longest side from -1 to 1; `finer` points per pixel."""
    width, height = (finer * side for side in size)
    y, x = np.mgrid[:height, :width]
    return np.stack([2 * x + 1 - width, 2 * y + 1 - height], axis=-1).reshape(-1, 2) / max(width, height)


def paint(descent: Descent, size: tuple[int, int], finer: int) -> Image.Image:
    """Return the color that the network gives to every point."""
    where = points(size, finer)
    made = predict(descent.network, descent.kept, dense_examples(where, np.zeros((len(where), 3))))
    rows = (255 * made.clip(0, 1)).round().astype(np.uint8).reshape(finer * size[1], finer * size[0], 3)
    return Image.fromarray(rows)


def strip(panels: list[tuple[Image.Image, str, str]]) -> Image.Image:
    """Lay panels side by side, two lines of text below each."""
    width, height = (side + BORDER for side in panels[0][0].size)
    drawn = Image.new("RGB", (len(panels) * width + BORDER, height + BORDER + CAPTION), PAPER)
    pen, font = ImageDraw.Draw(drawn), ImageFont.load_default(18)
    for place, (panel, *lines) in enumerate(panels):
        drawn.paste(panel, (place * width + BORDER, BORDER))
        for number, line in enumerate(lines):
            pen.text((place * width + BORDER, height + 4 + 22 * number), line, INK, font)
    return drawn


if __name__ == "__main__":
    main()
