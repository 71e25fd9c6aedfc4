"""Findings to report, and a browser to read the page in."""

import os
import re
import shutil
import subprocess

import pytest

from support.chart_reader import svg_of
from support.findings_builder import build_findings
from thalweg.messages import Message

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --host-resolver-rules=MAP*~NOTFOUND --virtual-time-budget=8000"
).replace("MAP*~NOTFOUND", "MAP * ~NOTFOUND")


@pytest.fixture
def findings():
    return build_findings(verdict=(Message("verdict.coverage", {"share80": 79.6, "share95": 95.1}),))


@pytest.fixture
def draw():
    return svg_of


@pytest.fixture
def browse(tmp_path):
    """Return a function from a page's text to the document that it has become when its scripts have run, offline.

    A fragment such as ``#found`` is the part of the page that its address names. No error may be written to the
    browser's console, as what the page's policy forbids is. Vega-Lite's warnings may.
    """
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        message = "no Chromium here to read the page in"
        (pytest.fail if os.environ.get("THALWEG_REQUIRE_CHROMIUM") == "1" else pytest.skip)(message)

    def read(text, fragment=""):
        (tmp_path / "report.html").write_text(text, encoding="utf-8")
        options = re.split(r" (?=--)", QUIET)
        finished = subprocess.run(
            [
                browser,
                *options,
                "--enable-logging=stderr",
                f"--user-data-dir={tmp_path / 'profile'}",
                "--dump-dom",
                f"file://{tmp_path}/report.html{fragment}",
            ],
            capture_output=True,
            check=True,
            text=True,
            timeout=120,
        )
        assert [line for line in finished.stderr.splitlines() if ":CONSOLE" in line and "WARN" not in line] == []
        return finished.stdout

    return read
