"""The tables of options in the documents are those that the declarations make."""

import re
import runpy
from pathlib import Path

import pytest

from thalweg.pictures import PICTURES

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "refresh_options.py"))


@pytest.mark.parametrize(("name", "language"), list(SCRIPT["PAGES"].items()))
def test_a_page_is_as_its_declarations_make_it(name, language):
    text = (DOCS / name).read_text("utf-8")
    assert SCRIPT["refreshed"](text, language) == text, "run .venv/bin/python docs/refresh_options.py"


@pytest.mark.parametrize("name", ["commands.md", "commands.zh.md"])
def test_every_command_and_every_picture_has_its_table(name):
    marks = re.findall(r"^<!-- options (.*) -->$", (DOCS / name).read_text("utf-8"), re.MULTILINE)
    assert marks == [
        "forecast",
        "predict",
        "update",
        "backtest",
        "anomalies",
        "sample",
        "look",
        *(f"look {picture}" for picture in PICTURES),
    ]


def test_an_option_of_several_views_has_one_row_for_each_default():
    rows = SCRIPT["of_picture"]("surface", "en")
    losses = [(row[2], row[-1]) for row in rows if row[0] == "`--loss`"]
    assert losses == [("`mae`", "path, curve, search, starts"), ("`mse`", "rates")]
