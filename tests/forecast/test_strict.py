"""What `--strict` demands, and the exit code where it is not met."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

import thalweg as package
from thalweg.forecast.strict import band, strictness

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
QUICK = ("--ladder", "quick", "--horizon", "3", "--threads", "1")


@given(st.floats(0.01, 0.99), st.integers(1, 800))
def test_the_band_is_that_of_the_binomial_distribution(share, count):
    low, high = band(share, count)
    wanted = binom.ppf([0.005, 0.995], count, share) / count
    exact = binom.cdf(np.arange(count + 1), count, share)
    if np.abs(exact - 0.005).min() > 1e-9 and np.abs(exact - 0.995).min() > 1e-9:
        assert low == pytest.approx(max(0, min(wanted[0], share - 0.05)))
        assert high == pytest.approx(min(1, max(wanted[1], share + 0.05)))
    assert 0 <= low < share < high <= 1


def test_the_band_of_a_sealed_year():
    assert band(0.8, 365) == pytest.approx((272 / 365, 311 / 365))
    assert band(0.95, 365) == pytest.approx((0.9, 1))
    assert band(0.8, 10) == (0.4, 1)


@pytest.fixture(scope="module")
def findings():
    days = np.arange("2023-01-01", "2023-09-01", dtype="datetime64[D]")
    noise = np.random.default_rng(0).normal(0, 4, len(days))
    frame = {"date": days.astype(str).tolist(), "value": (200 + 40 * (np.arange(len(days)) % 7) + noise).tolist()}
    return package.fit(frame, ladder="quick", horizon=3, threads=1).findings


def test_a_forecast_that_holds_meets_both(findings):
    assert strictness(findings).unmet == ()
    assert list(strictness(findings).bounds) == [80, 95]


def test_each_condition_is_told_where_it_fails(findings):
    worse = replace(findings, steps=findings.steps * 100)
    (sentence,) = strictness(worse).unmet
    assert "does not beat copying" in str(sentence)
    copy = next(line.rung for line in findings.ladder if line.kind == "copy")
    (sentence,) = strictness(replace(findings, chosen=copy)).unmet
    assert "nothing beats copying" in str(sentence)
    low, high = strictness(findings).bounds[80]
    used = findings.as_used
    for share, unmet in ((low - 0.001, 1), (low, 0), (high, 0), (1.0, 1)):
        counted = replace(findings, as_used=replace(used, coverage={80: share, 95: 0.95}))
        told = [str(each) for each in strictness(counted).unmet]
        assert len(told) == unmet
        if told:
            count = len(used.target)
            assert told[0].startswith(f"{100 * share:.0f}% of the {count} sealed days fell inside the 80% interval")
            assert f"{100 * low:.0f}% to {100 * high:.0f}%" in told[0]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.slow
def test_the_exit_code_is_3_and_everything_is_written(strict, tmp_path):
    """Of a random walk nothing beats copying."""
    steps = np.random.default_rng(3).choice([-5.0, 5.0], 150)
    days = np.arange("2023-01-01", "2023-05-31", dtype="datetime64[D]")
    rows = "".join(f"{day},{value:.0f}\n" for day, value in zip(days, 1000 + steps.cumsum(), strict=True))
    (tmp_path / "walk.csv").write_text("day,price\n" + rows, "utf-8")
    words = ["forecast", "walk.csv", *QUICK, "--json", *["--strict"] * strict]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, cwd=tmp_path)
    told = json.loads(done.stdout)["strict"]
    assert told["met"] is False
    assert told["unmet"]
    assert done.returncode == 3 * strict
    assert len(list((tmp_path / "walk").iterdir())) == 4
    if strict:
        assert (
            done.stderr
            == f"--strict is not met: {'; '.join(told['unmet'])}. All files were written; the exit code is 3.\n"
        )
    else:
        assert done.stderr == ""
