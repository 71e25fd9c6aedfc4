"""examples/speech.py, as a user runs it: it names tones it never heard, of one who never spoke before, at any rate."""

import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import wave
from pathlib import Path

import numpy as np
import pytest

from support.data import task

pytestmark = pytest.mark.slow

Image = pytest.importorskip("PIL.Image", reason="the pictures are read with Pillow")
for needed in ("sklearn", "kaldi_native_fbank", "soundfile"):
    pytest.importorskip(needed, reason="speech.py needs it")

SCRIPT = Path(__file__).parents[2] / "examples" / "speech.py"
BLUE = (0, 114, 178)


@pytest.fixture(autouse=True)
def _beside(monkeypatch):
    """Make the script's own modules importable where it runs in this process."""
    monkeypatch.syspath_prepend(SCRIPT.parent)


def word(digit, random, rate=8000, pitch=1.0):
    """Samples of a digit's two tones, one after the other, of any length and loudness, in a little noise."""
    seconds = random.uniform(0.2, 0.5)
    tones = np.array([400 + 280 * (digit % 5), 700 + 900 * (digit // 5)]) * pitch
    time = np.arange(int(rate * seconds)) / rate
    sound = np.sin(2 * np.pi * time * np.where(time < seconds / 2, *tones))
    silence = np.zeros(int(rate * random.uniform(0.05, 0.2)))
    sound = random.uniform(0.1, 0.8) * np.concatenate([silence, sound, silence])
    return sound + random.normal(0, 1e-3, len(sound))


def write(path, samples, rate=8000):
    """Write samples from -1 to 1, of one channel or of several in columns, as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1] if samples.ndim > 1 else 1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    """A folder of ten digits by three speakers, eight times each."""
    folder, random = tmp_path_factory.mktemp("tones"), np.random.default_rng(0)
    for speaker, pitch in (("low", 0.96), ("middle", 1.0), ("high", 1.04)):
        for digit in range(10):
            for number in range(8):
                write(folder / f"{digit}_{speaker}_{number}.wav", word(digit, random, pitch=pitch))
    return folder


def run(*arguments, folder):
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def right(told):
    return [float(percent) for percent in re.findall(r"([\d.]+)% of \d+ test words", told)]


def test_an_archive_of_tones_and_a_word_of_ones_own(tones, tmp_path):
    with tarfile.open(tmp_path / "tones.tar.gz", "w:gz") as archive:
        archive.add(tones, "recordings")
    mine = word(7, np.random.default_rng(9), rate=44_100)
    write(tmp_path / "mine.wav", np.stack([mine, np.zeros_like(mine)], axis=1), rate=44_100)  # stereo, one side silent
    told = run("tones.tar.gz", "--say", "mine.wav", "--out", "mine.png", folder=tmp_path)
    assert right(told)[0] >= 95  # chance: 10
    named = re.search(r"^mine.wav: (\d) at ([\d.]+)%, \d at [\d.]+%, \d at [\d.]+%$", told, re.MULTILINE)
    assert named[1] == "7"
    assert float(named[2]) > 50
    picture = np.asarray(Image.open(tmp_path / "mine.png").convert("RGB"))
    assert picture.shape[0] > 600 < picture.shape[1] / 3  # three panels side by side
    thirds = np.array_split(picture.astype(int), 3, axis=1)
    assert (thirds[0].min(axis=2) < 100).mean() > 0.3  # what the network sees, dark where nothing sounds
    assert (np.abs(thirds[2] - BLUE).sum(axis=2) < 60).mean() > 0.03  # the diagonal: what is named right


def test_every_speaker_is_held_out(tones, tmp_path, monkeypatch, capsys):
    script = runpy.run_path(str(SCRIPT))
    monkeypatch.setitem(script["main"].__globals__, "SHAPES", ((), (30,)))  # the real ones take minutes
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(tones), "--out", str(tmp_path / "held.png")])
    script["main"]()
    told = capsys.readouterr().out
    assert re.findall(r"Hidden layers (.+), learned", told) == ["()", "(30,)"]
    linear, network = right(told)
    assert 50 < linear < network
    assert network > 95
    held = re.findall(r"([\d.]+)% of the words of a speaker never heard: (.+)", told)
    assert len(held) == 2
    for mean, each in held:
        shares = dict(reversed(one.split("% ")) for one in each.split(", "))
        assert shares.keys() == {"low", "middle", "high"}
        assert float(mean) == pytest.approx(np.mean([*map(float, shares.values())]), abs=0.1)
        assert float(mean) > 80


def test_features_tell_the_word_not_how_loud_how_long_or_at_which_rate(tmp_path):
    features = runpy.run_path(str(SCRIPT.parent / "speech_features.py"))["features"]

    def seen(name, samples, rate=8000):
        write(tmp_path / name, samples, rate)
        return features(tmp_path / name).reshape(32, 24)

    def tone(seconds, rate=8000):
        return np.sin(2 * np.pi * 1000 * np.arange(int(rate * seconds)) / rate)

    one = seen("one.wav", 0.5 * tone(0.3))
    assert abs(one.mean()) < 0.5  # the frames' mean before they were spread
    edges = 1127 * np.log1p(np.array([60, 1000, 3400]) / 700)
    expected = (edges[1] - edges[0]) / (edges[2] - edges[0]) * 25 - 1  # bands overlap by half, band 0 ends at step 2
    assert (np.abs(one[2:-2].argmax(axis=1) - expected) <= 0.5).all()
    padded = np.pad(0.05 * tone(0.3), (2000, 4000))
    others = (
        seen("softer.wav", padded),
        seen("longer.wav", 0.5 * tone(0.6)),
        seen("finer.wav", tone(0.3, 16_000), 16_000),
    )
    for other in others:
        assert np.corrcoef(one[2:-2].ravel(), other[2:-2].ravel())[0, 1] > 0.9
    different = np.sin(2 * np.pi * 2000 * np.arange(2400) / 8000)
    assert np.corrcoef(one[2:-2].ravel(), seen("different.wav", different)[2:-2].ravel())[0, 1] < 0.5


@pytest.mark.real
def test_real_recordings(tmp_path):
    archive = next(task("fsdd").glob("*.tar.xz"))
    with tarfile.open(archive) as recordings:
        some = [one for one in recordings if re.search(r"_(jackson|lucas)_\d\.wav$", one.name)]
        recordings.extractall(tmp_path, some, filter="data")
    told = run(tmp_path, "--quick", folder=tmp_path)
    assert "of 100 test words" in told
    assert right(told)[0] >= 90  # chance: 10
    assert (tmp_path / "speech.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent"], "absent'\n"),  # Python 3.11 names the path as it was given, a later one the whole path
        (["text.wav"], "Unknown archive format"),
        (["cut.tar.gz"], "cut.tar.gz is damaged: Compressed file ended before the end-of-stream marker"),
        (["flipped.tar.xz"], "flipped.tar.xz is damaged: Corrupt input data; fetch it again"),
        (["flipped.zip"], "flipped.zip is damaged: "),
        (["."], "0 recordings; expected: those numbered 0 to 4, the test, and others"),
        ([".", "--say", "text.wav"], "text.wav': Format not recognised"),
        (
            [".", "--say", "silent.wav"],
            "silent.wav: 1 s at 8000 Hz, silent; expected: a word of 0.05 to 5 s, at 8000 Hz",
        ),
        ([".", "--say", "click.wav"], "click.wav: 0.0025 s at 8000 Hz"),
        ([".", "--say", "empty.wav"], "empty.wav: 0 s at 8000 Hz"),
        ([".", "--say", "long.wav"], "long.wav: 6 s at 8000 Hz"),
        ([".", "--say", "coarse.wav"], "coarse.wav: 1 s at 4000 Hz"),
        ([".", "--out", "absent/speech.png"], "No such file or directory: "),
    ],
)
def test_what_cannot_be_read_or_written_is_told_in_a_line(tmp_path, monkeypatch, capsys, arguments, sentence):
    (tmp_path / "text.wav").write_text("no sound")
    write(tmp_path / "silent.wav", np.zeros(8000))
    write(tmp_path / "long.wav", np.full(48_000, 0.5))
    write(tmp_path / "click.wav", np.full(20, 0.5))
    write(tmp_path / "empty.wav", np.zeros(0))
    write(tmp_path / "coarse.wav", np.full(4000, 0.5), 4000)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "noise").write_bytes(np.random.default_rng(0).bytes(40_000))
    shutil.make_archive(str(tmp_path / "whole"), "gztar", inside)
    (tmp_path / "cut.tar.gz").write_bytes((tmp_path / "whole.tar.gz").read_bytes()[:300])
    for kind, suffix in (("xztar", "tar.xz"), ("zip", "zip")):
        packed = bytearray(Path(shutil.make_archive(str(tmp_path / "whole"), kind, inside)).read_bytes())
        packed[-2000:-1980] = bytes(255 ^ byte for byte in packed[-2000:-1980])
        (tmp_path / f"flipped.{suffix}").write_bytes(packed)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert sentence in told.err
