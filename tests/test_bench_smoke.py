"""The bench runs; what it measures is read, never asserted."""

import csv
import math
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """Make the bench's modules importable."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.usefixtures("bench")
def test_a_command_is_measured_by_itself():
    from measure import BenchError, run  # noqa: PLC0415 - from the bench's folder

    held = bytearray(150_000_000)  # what this process holds must not count
    done = run([sys.executable, "-S", "-c", "import time; time.sleep(0.2); print('done')"])
    del held
    assert done.output == "done\n"
    assert 0.2 <= done.seconds < 20
    assert done.work < done.seconds
    assert 2 < done.peak_megabytes < 60
    big = run([sys.executable, "-S", "-c", "held = b'1' * 150_000_000"])
    assert big.peak_megabytes > 150
    with pytest.raises(BenchError, match="exit code 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.usefixtures("bench")
def test_files_for_the_bench_are_what_they_claim(tmp_path):
    import accuracy  # noqa: PLC0415 - from the bench's folder
    import command  # noqa: PLC0415 - likewise

    source = tmp_path / "logs.csv"
    source.write_text('"ds","y"\n"2020-01-01",2.5\n"2020-01-02",0.0\n', encoding="utf-8")
    (tmp_path / "out").mkdir()
    with accuracy.exponentiated(source, "y", tmp_path / "out").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["y"]) for row in rows] == [math.exp(2.5), 1.0]

    large = command.large_file(tmp_path, 2)
    assert 1.8e6 < large.stat().st_size < 2.2e6
    with large.open(encoding="utf-8") as file:
        assert len({row["date"] for row in csv.DictReader(file)}) == 1500


@pytest.mark.usefixtures("bench")
def test_absent_files_are_skipped_and_told(tmp_path):
    import accuracy  # noqa: PLC0415 - from the bench's folder

    page = "\n".join(accuracy.section(data=tmp_path))
    assert page.count("skipped: not there") == len(accuracy.FILES)


def test_a_quick_run_writes_a_page(tmp_path):
    pytest.importorskip("torch", reason="the bench's peer, PyTorch, is not installed")
    out = tmp_path / "results.md"
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--quick", "--only", "updates,ladder", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    page = out.read_text(encoding="utf-8")
    for told in ("7-1 GD, batch 16", "PyTorch eager, processes: 1 × 1 thread", "simulated", "numba ", "cores"):
        assert told in page


def test_an_unknown_section_is_refused():
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--only", "speed"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "updates, ladder, command, accuracy, memory" in done.stderr
