"""Numbers of days, and the units of dates, have one home: `series/frequency`."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "thalweg"
DAYS = {7, 28, 30, 56, 182, 364, 365, 730}
# Where one of these numbers is no number of days, by the name that it is given or the file that it stands in.
NO_DAYS = {
    "MOST_BARS",  # of a picture
    "STEPS_PER_WALK",  # of a descent
    "CELLS_PER_SIDE",  # of a picture
    "DATA_FIGURES",  # significant figures
    "LECTURE_LOSSES",  # the lecture's own table
    "IR_VERSION",  # of a file format
    "CLOCK_CHANGES",  # minutes
    "MINUTES_OF_STEPS",
    "ROUND_MINUTES",
}
# Keywords of drawing.
DRAWN = {
    "size",
    "strokeWidth",
    "fontSize",
    "dx",
    "dy",
    "spacing",
    "tickCount",
    "width",
    "height",
}  # keywords of drawing
LEARN = SOURCE / "learn"  # knows nothing of days
HOME = SOURCE / "series" / "frequency"
READING = SOURCE / "series" / "read"


def files(*but):
    return [path for path in sorted(SOURCE.rglob("*.py")) if not any(folder in path.parents for folder in but)]


def numbers_of_days(tree):
    """Yield the lines of such numbers; a size in pixels is left out."""
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            if names & NO_DAYS or all(name.endswith("_PIXELS") for name in names):
                named.update(map(id, ast.walk(node.value)))
        elif isinstance(node, ast.keyword) and node.arg in DRAWN:
            named.update(map(id, ast.walk(node.value)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and id(node) not in named:
            yield from [node.lineno] if node.value in DAYS else []


@pytest.mark.parametrize("path", files(LEARN, HOME), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_other_file_holds_a_number_of_days(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [f"line {line}: {lines[line - 1].strip()}" for line in numbers_of_days(ast.parse("\n".join(lines)))]
    assert not found, found


@pytest.mark.parametrize("path", files(HOME, READING), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_other_file_names_the_unit_of_dates(path):
    text = path.read_text(encoding="utf-8")
    assert "datetime64[" not in text
    assert "timedelta64[" not in text
    constants = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    assert "D" not in constants
