"""The pages on the examples: their commands are there, and every figure stands in its script."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("images", "speech", "go", "names", "drawing")
PAGES = {"docs/systems.md": "docs/systems.zh.md", "README.md": "README.zh.md"}


def rows(page):
    """The cells of the table of systems; a row without a system belongs to the one above."""
    lines = [line for line in (ROOT / page).read_text("utf-8").splitlines() if re.match(r"\| .*\|", line)]
    first = next(n for n, line in enumerate(lines) if "MNIST" in line)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[first : first + 8]]


def numbers(cells):
    return re.findall(r"\d[\d,.]*", " ".join(cells))


@pytest.mark.parametrize("page", PAGES)
def test_figures_are_those_of_the_scripts(page):
    scripts = iter(SCRIPTS)
    docstring = ""
    for system, _, _, *figures in rows(page):
        docstring = (
            (ROOT / "examples" / f"{next(scripts)}.py").read_text("utf-8").split('"""')[1] if system else docstring
        )
        assert numbers(figures)
        for number in numbers(figures):
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", docstring), (system, number)
    assert next(scripts, None) is None


@pytest.mark.parametrize(("english", "chinese"), list(PAGES.items()))
def test_both_languages_show_the_same(english, chinese):
    for ours, theirs in zip(rows(english), rows(chinese), strict=True):
        assert numbers(ours) == numbers(theirs)
    for pattern in (r"```.*?```", r"!\[.*?\]\((.*?)\)"):
        found = [re.findall(pattern, (ROOT / page).read_text("utf-8"), re.DOTALL) for page in (english, chinese)]
        assert found[0] == found[1] != []


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.slow
def test_a_script_is_short_and_says_how_it_is_used(script):
    file = ROOT / "examples" / f"{script}.py"
    assert len(file.read_text("utf-8").splitlines()) < 120
    assert f"python examples/{script}.py" in (ROOT / "docs/systems.md").read_text("utf-8")
    subprocess.run([sys.executable, file, "--help"], check=True, capture_output=True)
