"""Bring what the READMEs show up to date: their pictures and their output, from the simulated channel.

.venv/bin/python docs/refresh.py        writes docs/ladder.png, docs/forecast.png and the READMEs' output
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import thalweg
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.charts.ladder import ladder_chart

DOCS = Path(__file__).parent
COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]

with tempfile.TemporaryDirectory() as folder:
    environment = os.environ | {"COLUMNS": "80"}
    subprocess.run([*COMMAND, "sample"], cwd=folder, env=environment, check=True)
    forecast = [*COMMAND, "forecast", "simulated-channel.csv"]
    printed = subprocess.run(forecast, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
    channel = thalweg.read(Path(folder) / "simulated-channel.csv")
output = "\n".join(line.rstrip() for line in printed.splitlines())
for name in ("README.md", "README.zh.md"):
    file = DOCS.parent / name
    text = file.read_text(encoding="utf-8")
    shown = re.compile(r"(?<=^```text\n).*?(?=\n```$)", re.MULTILINE | re.DOTALL)
    file.write_text(shown.sub(lambda _: output, text, count=1), encoding="utf-8")

result = thalweg.fit(channel)
for name, draw in {"ladder": ladder_chart, "forecast": forecast_chart}.items():
    draw(result.findings).save(DOCS / f"{name}.png", scale_factor=1.5)
