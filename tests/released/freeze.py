"""Write what this version of thalweg writes of a short made-up series: `./dev freeze`, once, at a release.

`tests/report/test_released.py` opens the files of every released version. They are never made anew.
"""

import gzip
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("forecast.csv", "forecast.json", "ladder.csv", "model.thalweg", "predict.json", "report.html.gz")
DAYS, HORIZON = 200, 7
LADDER = """
epochs = 5
seeds = 1
mean = true

[[rung]]
days_back = 14
known = "week"

[[rung]]
days_back = 14
layers = [4]
known = "week"
"""
COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]


def ran(folder, *words):
    """Run the command in a folder; return what it prints."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)], cwd=folder, stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8"
    )
    return done.stdout


def freeze(folder):
    """Write the files of the version that is imported into a folder that holds none yet."""
    folder.mkdir(parents=True)
    (folder / "small.toml").write_text(LADDER, "utf-8")
    ran(folder, "sample", "channel.csv", "--days", DAYS)
    words = ("--ladder", "small.toml", "--horizon", HORIZON, "--out", ".", "--threads", 1)
    (folder / "forecast.json").write_text(ran(folder, "forecast", "channel.csv", *words, "--json"), "utf-8")
    (folder / "predict.json").write_text(ran(folder, "predict", "model.thalweg", "--json"), "utf-8")
    page = folder / "report.html"
    (folder / "report.html.gz").write_bytes(gzip.compress(page.read_bytes(), mtime=0))
    for name in ("report.html", "small.toml", "channel.csv"):
        (folder / name).unlink()


if __name__ == "__main__":
    from thalweg import __version__

    freeze(HERE / __version__)
