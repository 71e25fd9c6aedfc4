"""examples/images.py, as a user runs it: it names unseen digits, and its evidence adds up."""

import gzip
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from support.data import task

pytestmark = pytest.mark.slow

Image = pytest.importorskip("PIL.Image", reason="the examples draw with Pillow")
datasets = pytest.importorskip("sklearn.datasets", reason="the digits are scikit-learn's")

SCRIPT = Path(__file__).parents[2] / "examples" / "images.py"
SCORE = re.compile(
    r"(?P<name>.+): (?P<digit>\d) at (?P<odds>[\d.]+)%, score (?P<score>\S+) = (?P<blank>\S+) blank (?P<more>\S+) for "
    r"(?P<less>\S+) against (?P<rest>\S+) remainder"
)


def run(*arguments, folder):
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def wrong_percent(done):
    assert done.returncode == 0, done.stderr
    return float(re.search(r"([\d.]+)% of [\d,]+ test pictures named wrong", done.stdout)[1])


def scores(done):
    """Return the lines about evidence, those of each picture together, after a look whether they add up."""
    lines = [match.groupdict() for match in SCORE.finditer(done.stdout)]
    for line in lines:
        score, blank, more, less, rest = (float(line[key]) for key in ("score", "blank", "more", "less", "rest"))
        assert more >= 0 >= less
        assert score == pytest.approx(blank + more + less + rest, abs=2e-3)  # each is rounded to a thousandth
        assert abs(rest) <= 1e-3 * max(abs(score - blank), more, -less)
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A folder in which the digits have been learned, and what was told."""
    folder = tmp_path_factory.mktemp("digits")
    return folder, run("--out", "tests.png", folder=folder)


def test_unseen_digits_are_named_and_the_evidence_adds_up(learned):
    folder, done = learned
    assert wrong_percent(done) <= 2.5
    told = scores(done)
    assert len(told) == 8
    for place, (first, second) in enumerate(told):
        assert float(first["odds"]) >= float(second["odds"])
        assert (first["name"] == f"a {first['digit']}") == (place < 4)  # right ones, then wrong ones
    drawn = np.asarray(Image.open(folder / "tests.png").convert("RGB")).astype(int)
    assert drawn.shape == (4 * 174 + 12 + 34, 912 + 12, 3)
    for place in range(24):
        x, y = place % 6 * 152 + 12, place // 6 * 174 + 12
        panel = drawn[y : y + 140, x : x + 140]
        orange, blue = (panel[..., 0] - panel[..., 2] > 60).mean(), (panel[..., 2] - panel[..., 0] > 60).mean()
        if place % 3 == 0:
            assert orange == blue == 0
            assert panel.min() < 60
            assert panel.max() > 250
        else:
            assert 0.02 < orange < 0.6
            assert 0.005 < blue < 0.6


def test_a_picture_of_ones_own_is_found_named_and_explained(learned, tmp_path):
    folder, _ = learned
    x, y = datasets.load_digits(return_X_y=True)
    paper = np.zeros((400, 700))
    paper[120:360, 40:280] = np.kron(x[1].reshape(8, 8) / 16, np.ones((30, 30)))
    Image.fromarray((255 * (1 - paper)).astype(np.uint8)).save(tmp_path / "mine.png")
    done = run("--png", tmp_path / "mine.png", folder=folder)
    assert "Learned" not in done.stdout  # what an earlier run learned is used
    wrong_percent(done)
    ((first, second),) = scores(done)
    assert (first["name"], int(first["digit"])) == ("mine.png", y[1])
    assert float(first["odds"]) > 90
    assert second["digit"] != first["digit"]
    with Image.open(folder / "evidence.png") as drawn:
        assert drawn.size == (912 + 12, 292 + 34 + 12 + 34)


@pytest.mark.parametrize("kind", ["dark on light", "light on dark", "see-through", "gray, with a speck"])
def test_a_digit_is_found_and_centered_whatever_the_paper(tmp_path, monkeypatch, kind):
    monkeypatch.syspath_prepend(SCRIPT.parent)
    centered = runpy.run_path(str(SCRIPT.parent / "images_scan.py"))["centered"]
    ink = np.zeros((300, 500))
    ink[50:250, 70:110] = ink[50:90, 70:170] = 1  # an upright of 200 x 40 and a bar to its right
    levels = {"dark on light": 255 - 255 * ink, "gray, with a speck": 190 - 120 * ink}.get(kind, 255 * ink)
    if kind == "gray, with a speck":
        levels[280:284, 480:484] = 70
    picture = Image.fromarray(levels.astype(np.uint8))
    if kind == "see-through":
        picture = Image.merge("LA", [Image.new("L", picture.size), picture])
    picture.save(tmp_path / "mine.png")
    found = centered(tmp_path / "mine.png", 28, 20).reshape(28, 28)
    # 20 rows high and 4 + 6 columns wide; the mass lies at row 8.15 and column 3.15 of them, so 6 above and 11 before.
    expected = np.zeros((28, 28))
    expected[6:26, 11:15] = expected[6:10, 11:21] = 1
    np.testing.assert_allclose(found, expected, atol=0.01)


@pytest.mark.real
def test_mnist_is_read_learned_and_named(tmp_path):
    done = run("--mnist", task("mnist"), "--hidden", 100, "--epochs", 1, folder=tmp_path)
    assert "79,510 unknowns" in done.stdout
    assert 2 < wrong_percent(done) < 8
    assert len(scores(done)) == 8


def mnist(folder, pictures, labels):
    """Write a few blank pictures and their labels as MNIST's four files, and return the folder."""
    folder.mkdir()
    for part in ("train", "t10k"):
        for kind, head, body in (
            ("images-idx3", [0x803, pictures, 28, 28], bytes(784 * pictures)),
            ("labels-idx1", [0x801, labels], bytes(labels)),
        ):
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(np.array(head, ">u4").tobytes() + body))
    return folder


def damaged_mnist(folder):
    """Write folders of MNIST's files, something wrong in each."""
    mnist(folder / "uneven", 3, 2)
    file = mnist(folder / "cut", 3, 3) / "train-images-idx3-ubyte.gz"
    whole = file.read_bytes()
    file.write_bytes(whole[:-12])
    (mnist(folder / "flipped", 3, 3) / file.name).write_bytes(whole[:10] + bytes([whole[10] ^ 255]) + whole[11:])
    (mnist(folder / "short", 3, 3) / file.name).write_bytes(gzip.compress(gzip.decompress(whole)[:-1]))
    labels = mnist(folder / "swapped", 3, 3) / "train-labels-idx1-ubyte.gz"
    labels.with_name(file.name).write_bytes(labels.read_bytes())


def test_mnist_files_are_read(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(SCRIPT.parent)
    loaded = runpy.run_path(str(SCRIPT.parent / "images_files.py"))["loaded"]
    learned, unseen, digits, right = loaded(mnist(tmp_path / "few", 3, 3))
    assert learned.shape == unseen.shape == (3, 784)
    assert learned.dtype == np.float32
    assert digits.shape == right.shape == (3,)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--mnist", "absent"], "No such file or directory: 'absent"),
        (["--mnist", "."], "train-images-idx3-ubyte.gz is damaged (Not a gzipped file"),
        (["--mnist", "cut"], "train-images-idx3-ubyte.gz is damaged (Compressed file ended"),
        (["--mnist", "flipped"], "train-images-idx3-ubyte.gz is damaged (Error -3"),
        (["--mnist", "short"], "expected: an MNIST file of bytes of shape ('N', 28, 28)"),
        (["--mnist", "swapped"], "the first of them 00 00 08 01"),
        (["--mnist", "uneven"], "train has 3 pictures and 2 labels"),
        (["--epochs", "1"], "digits-64-1000-10-1-epochs-seed-0.npy does not hold 75,010 unknowns; delete it to learn"),
        (["--epochs", "2"], "digits-64-1000-10-2-epochs-seed-0.npy does not hold 75,010 unknowns; delete it to learn"),
        (["--png", "absent.png"], "absent.png'"),
        (["--png", "text.png"], "cannot identify image file"),
        (["--png", "blank.png"], "blank.png shows no digit: nothing in it stands out from its edge."),
        (["--hidden", "0"], "one neuron or more in every layer"),
        (["--out", "absent/evidence.png"], "name a PNG file in a folder that is there"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(tmp_path, monkeypatch, capsys, arguments, sentence):
    (tmp_path / "text.png").write_text("no picture")
    for part in ("train-images-idx3", "t10k-images-idx3", "train-labels-idx1", "t10k-labels-idx1"):
        (tmp_path / f"{part}-ubyte.gz").write_bytes(b"no archive")
    Image.new("RGB", (50, 30), "beige").save(tmp_path / "blank.png")
    damaged_mnist(tmp_path)
    np.save(tmp_path / "digits-64-1000-10-1-epochs-seed-0.npy", np.zeros(5))
    (tmp_path / "digits-64-1000-10-2-epochs-seed-0.npy").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
    monkeypatch.syspath_prepend(SCRIPT.parent)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert sentence in told.err
    assert told.err.count("\n") == 1
