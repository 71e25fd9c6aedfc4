"""examples/drawing.py, as a user runs it: what it tells is what it paints, and more unknowns paint better."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

Image = pytest.importorskip("PIL.Image", reason="the examples draw with Pillow")

SCRIPT = Path(__file__).parents[2] / "examples" / "drawing.py"
WIDTH, HEIGHT, FINER, BORDER, CAPTION = 32, 24, 9, 12, 46  # nine painted points a pixel: the fifth is its middle


def picture():
    """A green disc before red that turns into blue."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    colors = np.stack([200 - 6 * x, np.full_like(x, 40), 6 * x + 20], axis=-1).astype(np.uint8)
    colors[(x - 12) ** 2 + (y - 10) ** 2 < 40] = (40, 220, 60)
    return colors


def test_what_is_told_of_each_panel_is_what_it_misses_by(tmp_path):
    Image.fromarray(picture()).save(tmp_path / "mine.png")
    command = [sys.executable, SCRIPT, "mine.png", "--out", "strip.png", "--quick"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told = re.findall(r"([\d,]+) unknowns: loss +([\d.]+) color levels", done.stdout)
    assert [unknowns for unknowns, _ in told] == ["69", "339", "1,803", "9,309", "49,503"]
    losses = [float(loss) for _, loss in told]
    assert losses[-1] < losses[0] / 2
    strip = np.asarray(Image.open(tmp_path / "strip.png"))
    assert strip.shape == (FINER * HEIGHT + 2 * BORDER + CAPTION, 6 * (FINER * WIDTH + BORDER) + BORDER, 3)
    for place, loss in enumerate(losses, 1):
        left = place * (FINER * WIDTH + BORDER) + BORDER
        panel = strip[BORDER : BORDER + FINER * HEIGHT, left : left + FINER * WIDTH]
        middles = panel[FINER // 2 :: FINER, FINER // 2 :: FINER].astype(float)
        missed = np.sqrt(np.square(middles - picture()).mean())
        assert 0.9 * loss < missed < loss + 0.5  # what is painted is rounded, and ends at 0 and 255


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent.png"], "absent.png is no picture that can be read: No such file or directory."),
        (["text.png"], "text.png is no picture that can be read: give a PNG or JPEG."),
        (
            ["--out", "absent/strip.png"],
            "absent/strip.png cannot be written: name a PNG file in a folder that is there.",
        ),
    ],
)
def test_what_cannot_be_read_or_written_is_told_in_a_line(tmp_path, monkeypatch, capsys, arguments, sentence):
    (tmp_path / "text.png").write_text("no picture")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err) == (2, "", sentence + "\n")
