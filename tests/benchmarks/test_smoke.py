"""The bench runs; what it measures is read, never asserted."""

import csv
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from support.peers import peer

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


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
    import memory  # noqa: PLC0415 - from the bench's folder
    import real  # noqa: PLC0415 - likewise

    source = tmp_path / "logs.csv"
    source.write_text('"ds","y"\n"2020-01-01",2.5\n"2020-01-02",0.0\n', encoding="utf-8")
    (tmp_path / "out").mkdir()
    with real.exponentiated(source, "y", tmp_path / "out").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["y"]) for row in rows] == [math.exp(2.5), 1.0]

    large = memory.large_file(tmp_path, 2)
    assert 1.8e6 < large.stat().st_size < 2.2e6
    with large.open(encoding="utf-8") as file:
        assert len({row["date"] for row in csv.DictReader(file)}) == 1500


@pytest.mark.usefixtures("bench")
def test_absent_files_are_skipped_and_told(tmp_path):
    import accuracy  # noqa: PLC0415 - from the bench's folder

    page = "\n".join(accuracy.section(data=tmp_path))
    assert page.count("skipped: not there") == len(accuracy.FILES) == 4


@pytest.mark.usefixtures("bench")
def test_sections_are_replaced_each_by_itself():
    import page  # noqa: PLC0415 - from the bench's folder

    order = ("First", "Second", "Third")
    old = page.merged("", ["## Third\n\nthree\n", "## First\n\nonce\n"], order)
    new = page.merged(old, ["## Second\n\ntwo\n", "## First\n\n| a | b |\n| --- | ---: |\n| x | 1,234.5 µs |\n"], order)
    assert list(page.sections(new)) == ["First", "Second", "Third"]
    assert page.sections(new)["Third"] == "## Third\n\nthree\n"
    assert "once" not in new
    assert page.merged(new, [], order) == new
    assert page.tables(new) == [[{"a": "x", "b": "1,234.5 µs"}]]
    assert [page.number(cell) for cell in ("1,234.5 µs", "**0.9×** (≥ 15)", "4.1e16")] == [1234.5, 0.9, 4.1e16]
    assert page.between_markers("a\n<!-- m -->\nb\n<!-- /m -->\nc", "m", ["d"]) == "a\n<!-- m -->\nd\n<!-- /m -->\nc"
    with pytest.raises(ValueError, match="no place for bench"):
        page.between_markers("a", "bench", [])


@pytest.mark.usefixtures("bench")
def test_results_readmes_and_pictures_agree():
    import page  # noqa: PLC0415 - from the bench's folder
    import readme  # noqa: PLC0415 - likewise
    import run  # noqa: PLC0415 - likewise

    held = page.sections((BENCHMARKS / "RESULTS.md").read_text(encoding="utf-8"))
    named_only = {run.SECTIONS[name] for name in run.NAMED_ONLY}
    assert set(held) | named_only == set(run.SECTIONS.values())
    for name in run.DRAWN:
        if run.SECTIONS[name] in named_only - set(held):
            continue
        assert f"{name}.svg" in held[run.SECTIONS[name]]
        assert (run.PICTURES / f"{name}.svg").exists()
    for name in readme.HEADS:
        text = (BENCHMARKS.parent / name).read_text(encoding="utf-8")
        shown = readme.shortened(held[run.SECTIONS["updates"]], name)
        assert page.between_markers(text, "bench", shown) == text


@pytest.mark.usefixtures("bench")
def test_the_core_s_limit_is_a_limit():
    import peak  # noqa: PLC0415 - from the bench's folder

    compiled = peak.compile_all()
    assert all(math.isfinite(work(1000)) for _, work in compiled)
    assert any("fma" in text for _, work in compiled for text in work.inspect_llvm().values())
    assert 1e9 < peak.best_of(compiled) < 1e12


@pytest.mark.usefixtures("bench")
def test_the_slopes_that_are_timed_are_those_of_the_backward_pass():
    import passes  # noqa: PLC0415 - from the bench's folder

    plan, buffers, theta = passes.filled((5, 7, 6, 2), "sigmoid", 20)
    passes.backwards(plan, buffers, theta, 32, 1)
    wanted, first = buffers.slopes.copy(), 5 * 32  # in front stand those of the features, which nobody asks for
    buffers.slopes[: first + 13 * 32] = 0
    passes.slopes_only(plan, buffers, theta, 32, 2)
    assert np.abs(wanted[first:]).max() > 1e-3
    np.testing.assert_array_equal(buffers.slopes[first:], wanted[first:])


def quick(sections, out):
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--quick", "--only", sections, "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return out.read_text(encoding="utf-8")


def test_a_quick_run_writes_a_page(tmp_path):
    page = quick("passes,growth,cores,share", tmp_path / "results.md")
    for told in ("56-100-1 relu, batch 32", "8.2e25", "The slope in logarithms", "GFLOP/s", "numba ", "cores"):
        assert told in page


@pytest.mark.peers
def test_a_quick_run_beside_the_peers(tmp_path):
    peer("torch")
    page = quick("updates,ladder", tmp_path / "results.md")
    for told in ("7-1 GD, batch 16", "PyTorch eager, processes: 1 × 1 thread", "simulated", "jax ", "scikit-learn "):
        assert told in page
    assert "– |" in page  # scikit-learn has no network without a hidden layer
    assert page.count("–") == 1


def test_a_quick_run_on_a_file_of_rows(tmp_path):
    page = quick("larger", tmp_path / "results.md")
    for told in ("5,000 rows of 64 features", "| all rows in memory | 5,000 |", "| streamed | 5,000 |", "(≥ 80%"):
        assert told in page


def test_sections_that_need_long_run_where_they_are_named(bench):
    import run  # noqa: PLC0415 - from the bench's folder

    assert bench is None
    assert set(run.options([]).sections) == set(run.SECTIONS) - {"published", "together", "peers", "panel"}
    assert run.options(["--only", "published,peers,panel"]).sections == ("published", "peers", "panel")
    with pytest.raises(SystemExit):
        run.options(["--only", "published", "--every", "0"])


def test_an_unknown_section_is_refused():
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--only", "speed"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "updates, passes, growth, cores, share, surface, ladder, command, accuracy, memory" in " ".join(
        done.stderr.split()
    )
