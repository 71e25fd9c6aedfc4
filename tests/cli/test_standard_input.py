"""The real command with a pipe before it: `thalweg forecast -`, `look NAME -`, `predict MODEL -`, `update MODEL -`."""

import gzip
import json
import os
import pty
import subprocess
import sys
from functools import cache

import pandas as pd
import pytest

import thalweg

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
DAYS = pd.date_range("2024-01-01", periods=80)
FRAME = pd.DataFrame({"day": DAYS.strftime("%Y-%m-%d"), "views": [40 + 10 * (at % 7) + at % 3 for at in range(80)]})
QUICK = ("--ladder", "quick", "--horizon", "3", "--threads", "1")


def piped(content, *arguments, cwd):
    done = subprocess.run([*COMMAND, *arguments], input=content, capture_output=True, check=False, cwd=cwd)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def bytes_of(kind):
    text = FRAME.to_csv(index=False)
    return {
        "csv": text.encode,
        "tsv": lambda: text.replace(",", "\t").encode(),
        "gzip": lambda: gzip.compress(text.encode()),
        "json": lambda: FRAME.to_json(orient="records").encode(),
        "lines": lambda: FRAME.to_json(orient="records", lines=True).encode(),
        "parquet": lambda: FRAME.assign(day=DAYS).to_parquet(index=False),
        "utf-16": lambda: text.encode("utf-16"),
    }[kind]()


@pytest.mark.slow
def test_a_forecast_from_a_pipe_goes_on_from_a_pipe(tmp_path):
    code, told, errors = piped(bytes_of("csv"), "forecast", "-", *QUICK, cwd=tmp_path)
    assert (code, errors) == (0, "")
    assert "80 days" in told
    assert told.splitlines()[-1].strip() == f"thalweg forecast - {' '.join(QUICK)}"
    assert [path.name for path in tmp_path.iterdir()] == ["stdin"]
    longer = FRAME.copy()
    longer.loc[80] = ["2024-03-21", 72]
    content = longer.to_csv(index=False).encode()
    code, told, errors = piped(content, "predict", "stdin", "-", "--json", cwd=tmp_path)
    assert (code, errors) == (0, "")
    assert json.loads(told)["forecast"][0]["date"] == "2024-03-22"
    code, told, errors = piped(content, "update", "stdin", "-", "--json", cwd=tmp_path)
    assert (code, errors) == (0, "")
    assert json.loads(told)["new"] == 1


@cache
def of_the_frame():
    """Return the tables of the picture, of the frame itself."""
    return json.loads(json.dumps(thalweg.look("lags", FRAME).illustration.as_json()["tables"]))


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "tsv", "gzip", "lines", "utf-16"])
@pytest.mark.slow
def test_the_bytes_of_a_pipe_say_what_they_are(kind, tmp_path):
    code, told, errors = piped(bytes_of(kind), "look", "lags", "-", "--json", cwd=tmp_path)
    assert (code, errors) == (0, "")
    assert json.loads(told)["tables"] == of_the_frame()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Standard input is empty"),
        (b"\n \n", "Standard input is empty"),
        (b"PAR1 and no more", "Standard input cannot be read as Parquet"),
        (b"\x89PNG\r\n\x1a\n\0\0", "Standard input is a picture"),
        (b"day,views\n", "Standard input holds a header"),
    ],
)
def test_what_no_pipe_should_hold_is_told(content, says, tmp_path):
    code, told, errors = piped(content, "forecast", "-", cwd=tmp_path)
    assert (code, told, len(errors.splitlines())) == (2, "", 1)
    assert says in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("closed", [False, True])
def test_a_terminal_or_nothing_as_standard_input_is_told_at_once(closed, tmp_path):
    ours, theirs = pty.openpty()
    without = ["sh", "-c", 'exec "$@" <&-', "sh"] if closed else []  # A shell closes it; nothing here may fork.
    words = [*without, *COMMAND, "forecast", "-"]
    done = subprocess.run(words, stdin=theirs, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing is piped into it" in done.stderr


@pytest.mark.slow
def test_standard_input_is_read_once_and_a_second_dash_is_told(tmp_path):
    (tmp_path / "views.csv").write_bytes(bytes_of("csv"))
    thalweg.fit(FRAME, ladder="quick", horizon=3, threads=1).save(tmp_path / "model.thalweg")
    small = ("--windows", "1", "--horizon", "3")
    for words in (
        ("forecast", "-", "--events", "-", *QUICK),
        ("backtest", "-", "--events", "-", *small),
        ("predict", "model.thalweg", "-", "--events", "-"),
    ):
        code, told, errors = piped(bytes_of("csv"), *words, cwd=tmp_path)
        assert (code, told) == (2, ""), words
        assert "which can be read only once, and both the file of the values and --events name it" in errors
        assert len(errors.splitlines()) == 1
    code, _, errors = piped(
        b"date,name\n2024-01-05,fair\n", "backtest", "views.csv", "--events", "-", *small, cwd=tmp_path
    )
    assert (code, errors) == (0, ""), "once it serves, wherever it stands"
