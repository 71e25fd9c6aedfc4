"""examples/names.py, as a user runs it: it beats the table of letter pairs, and tells new names from those it read."""

import os
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from support.data import task
from thalweg.learn import predict

pytestmark = pytest.mark.slow

Image = pytest.importorskip("PIL.Image", reason="the pictures are read with Pillow")

SCRIPT = Path(__file__).parents[2] / "examples" / "names.py"
BOX, BLUE = (213, 94, 0), (0, 114, 178)


def run(*arguments, folder):
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    utf8 = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(
        command, cwd=folder, env=utf8, capture_output=True, text=True, check=False, timeout=120, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def losses(told):
    """Return the losses told: of the table of pairs, of each network, of their mean."""
    table, *networks, mean = (float(loss) for loss in re.findall(r"^  (\d\.\d{3})  ", told, re.MULTILINE))
    return table, networks, mean


def written(told):
    """Return the names written, each with what is told of it."""
    return re.findall(r"^  (\S+) +(new|learned from|among the unseen)$", told, re.MULTILINE)


def echoing_names():
    """300 names of which the vowels after the first are the first again: no table of pairs can know."""
    draw = np.random.default_rng(0)
    made = set()
    while len(made) < 300:
        vowel = draw.choice([*"aeiouäø"])
        made.add("".join(draw.choice([*"bdgklmnt"]) + vowel for _ in range(draw.integers(2, 5))))
    return sorted(made)


def pair_table_loss(names, seed):
    """Return the loss of counted pairs on the first tenth of the shuffled names, learned from all but two tenths."""
    names = np.random.default_rng(seed).permutation(names).tolist()
    tenth, letters = len(names) // 10, len(set("".join(names))) + 1
    pairs = Counter(pair for name in names[2 * tenth :] for pair in zip("." + name, name + ".", strict=True))
    firsts = Counter(letter for name in names[2 * tenth :] for letter in "." + name)
    chances = [
        (pairs[pair] + 1) / (firsts[pair[0]] + letters)
        for name in names[:tenth]
        for pair in zip("." + name, name + ".", strict=True)
    ]
    return -np.log(chances).mean()


def test_it_learns_what_pairs_of_letters_cannot_tell(tmp_path):
    names = echoing_names()
    text = "\r\n".join([*names, "", *names[:50], "  "])  # some twice, as lists have them
    (tmp_path / "mine.txt").write_text(text, encoding="utf-8-sig")
    told = run("mine.txt", "--quick", "--seed", 3, "--out", "mine.png", folder=tmp_path)
    assert told.startswith("300 different names in 350 lines; 30 are for validation, 30 unseen.\n")
    table, networks, mean = losses(told)
    assert table == pytest.approx(pair_table_loss(names, 3), abs=6e-4)
    assert max(networks) < table - 0.25
    assert mean <= np.mean(networks)
    assert len(written(told)) == 20
    for name, what in written(told):
        assert (name in names) == (what != "new")
    echoes = [len(set(re.findall("[aeiouäø]", name))) == 1 for name, _ in written(told)]
    assert np.mean(echoes) > 0.7
    picture = np.asarray(Image.open(tmp_path / "mine.png").convert("RGB")).reshape(-1, 3)
    assert len(picture) > 1000 * 500
    assert (np.abs(picture - np.array(BOX)).sum(axis=1) < 20).mean() > 2e-3  # what came
    assert (picture[:, 2] > picture[:, 0].astype(int) + 60).mean() > 0.02  # a letter it was sure of


@pytest.mark.real
def test_real_names(tmp_path):
    lines = task("names/names.txt").read_text(encoding="utf-8").splitlines()[::8]
    (tmp_path / "some.txt").write_text("\n".join(lines), encoding="utf-8")
    told = run("some.txt", "--quick", "--new", 7, folder=tmp_path)
    table, networks, mean = losses(told)
    assert 2.4 < table < 2.6
    assert mean < np.mean(networks) < table - 0.1
    assert len(written(told)) == 7
    assert (tmp_path / "names.png").stat().st_size > 10_000


def test_an_example_a_letter_with_the_letters_before_it():
    examples = runpy.run_path(str(SCRIPT))["letters_of"](["ab", "b"], "\nab")
    assert examples.target[:, 0].tolist() == [1, 2, 0, 2, 0]  # a, b, end; b, end
    seen = examples.gather().reshape(5, 8, 3)
    assert (seen.sum(axis=2) == 1).all()
    assert seen.argmax(axis=2)[:, :3].tolist() == [[0, 0, 0], [1, 0, 0], [2, 1, 0], [0, 0, 0], [2, 0, 0]]
    assert not seen.argmax(axis=2)[:, 3:].any()


def test_a_name_is_drawn_by_its_letters_probabilities():
    """A network that only ever wants an a, then a b, then the end."""
    script = runpy.run_path(str(SCRIPT))
    network = script["learn"].Network((24, 3), output="softmax")
    theta = np.zeros(network.size, dtype=np.float32)
    weights = network.layers(theta)[0].weights
    weights[1, 0] = weights[2, 1] = weights[0, 2] = 50  # by the letter just before: none, a, b

    class Found:
        kept = theta

    Found.network = network
    assert predict(network, theta, script["letters_of"](["ab"], "\nab")).argmax(axis=1).tolist() == [1, 2, 0]
    assert script["write"]([Found, Found], "\nab", np.random.default_rng(0)) == "ab"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent.txt"], "No such file or directory"),
        (["empty.txt"], "empty.txt holds 0 different names; 10 or more are needed, a name a line.\n"),
        (["binary.txt"], "invalid start byte; give UTF-8 text, a name a line"),
        (["empty.txt", "--seed", "-1"], "--seed is -1 and --new 20; expected: whole numbers, 0 or more.\n"),
        (
            ["empty.txt", "--out", "absent/names.png"],
            "absent'; give UTF-8 text, a name a line, and --out in a folder that is there",
        ),
    ],
)
def test_what_cannot_be_read_or_written_is_told_in_a_line(tmp_path, monkeypatch, capsys, arguments, sentence):
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "binary.txt").write_bytes(b"\xff\x00")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert sentence in told.err
