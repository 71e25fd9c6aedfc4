"""The pages on the engine: their code prints what they show, and what they quote of the source stands there."""

import ast
import re
from pathlib import Path

import pytest

from thalweg.learn.activation import ACTIVATIONS
from thalweg.learn.optimizer import RULES, SCHEDULES
from thalweg.learn.outcome import ENDINGS

ROOT = Path(__file__).parents[2]
LEARN = ROOT / "src" / "thalweg" / "learn"
PROGRAMS = ["docs/engine.md", "docs/networks.md", "docs/estimators.md", "docs/onnx.md"]
PAGES = ["docs/engine.md", "docs/engine.zh.md"]
IN_BOTH_LANGUAGES = [(page, page.replace(".md", ".zh.md")) for page in PROGRAMS]
LABELS = ["F1", *(f"L{n}" for n in range(1, 4)), *(f"O{n}" for n in range(1, 7)), *(f"N{n}" for n in range(2, 9)), "B1"]
LABELS += [f"P{n}" for n in range(9)]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def pieces(page):
    """Each piece of Python, with the output that stands below it."""
    return re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", read(page), re.MULTILINE | re.DOTALL)


def tables(page):
    """Every row of every table, its cells without the spaces around them."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in read(page).splitlines() if line[:1] == "|"
    ]


def label_rows(page):
    return [row for row in tables(page) if re.fullmatch(r"[A-Z]\d", row[0])]


def quoting_rows(page):
    """The rows of the table of the two versions, line beside line: what they quote on the left and on the right."""
    rows = tables(page)
    begin = next(n for n, row in enumerate(rows) if row[0] == "")
    end = next((n for n in range(begin + 2, len(rows)) if len(rows[n]) != 3), len(rows))
    return rows[begin + 2 : end]


def without_spaces(text):
    return re.sub(r"\s", "", text)


def defined(file):
    """Every function, class, method and constant that a module defines."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.AnnAssign):
            found.add(node.target.id)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("page", PROGRAMS)
def test_the_program_prints_what_the_page_shows(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program = {"__name__": "__main__"}
    told = pieces(page)
    assert len(told) == read(page).count("```python") > 1
    for code, shown in told:
        exec(compile(code, page, "exec"), program)  # noqa: S102 - the page's own code
        assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == shown.splitlines()


def test_the_worked_network_is_the_lecture_s():
    shown = "\n".join(output for _, output in pieces(PAGES[0]))
    for printed in ("[0.98 0.12]\n[0.86 0.11]\n[0.62 0.83]", "[-1.0, 0.12, 0.11]"):
        assert printed in shown


@pytest.mark.parametrize("page", PAGES)
def test_what_is_quoted_stands_in_the_source(page):
    rows = quoting_rows(page)
    assert len(rows) > 8
    for _, *cells in rows:
        for cell, usual in zip(cells, ("backprop.py", "compiled/kernel.py"), strict=True):
            file, quoted = re.fullmatch(r"(?:`([\w/]+\.py)`: )?`([^`]+)`", cell).groups()
            code = ".{0,120}?".join(re.escape(without_spaces(part)) for part in quoted.split("…"))
            assert re.search(code, without_spaces((LEARN / (file or usual)).read_text(encoding="utf-8"))), cell
    labels = set(re.findall(r"\bP\d\b", " ".join(row[0] for row in rows)))
    assert labels == {f"P{n}" for n in range(9)} - {"P2"}  # P2 is the division of labour between P3 and P4


@pytest.mark.parametrize("page", PAGES)
def test_every_label_leads_to_its_place(page):
    rows = label_rows(page)
    assert [row[0] for row in rows] == LABELS
    quoted_in = {
        label: {
            file.relative_to(LEARN).as_posix()
            for file in LEARN.rglob("*.py")
            if re.search(rf"\b{label}\b", file.read_text(encoding="utf-8"))
        }
        for label in LABELS
    }
    for label, *cells in rows:
        places = re.findall(r"`([\w/]+\.py)`: `([\w.]+)`", " ".join(cells))
        assert places, label
        for file, name in places:
            assert name in defined(LEARN / file), f"{label}: there is no {name} in {file}"
        # Where the code quotes a label at all, the table leads to where it does.
        assert not quoted_in[label] or quoted_in[label] & {file for file, _ in places}, label


@pytest.mark.parametrize("page", PAGES)
def test_every_guard_is_a_test(page):
    guards = [row for row in tables(page) if re.match(r"`(?:\w+/)?test_", row[-1])]
    assert len(guards) > 5
    for row in guards:
        file, *names = re.findall(r"`((?:\w+/)?\w+(?:\.py)?)`", row[-1])
        written = (ROOT / "tests" / "learn" / file).read_text(encoding="utf-8")
        assert names
        assert all(f"def {name}(" in written for name in names), row


@pytest.mark.parametrize("page", PAGES)
def test_bounds_are_those_of_the_source(page):
    bounds = re.findall(r"(?<!\d)(\d\.?\d*) ulp", read(page))
    source = (LEARN / "compiled" / "elementary.py").read_text(encoding="utf-8")
    assert bounds == re.findall(r"within (\S+) ulp", source)


@pytest.mark.parametrize("page", [page for pair in IN_BOTH_LANGUAGES for page in pair])
def test_every_file_named_is_there(page):
    text = read(page)
    for file in re.findall(r"`((?:\w+/)?\w+\.py)`", text):
        assert (LEARN / file).exists() or (ROOT / "tests" / "learn" / file).exists(), file
    for path in re.findall(r"`((?:src|benchmarks|docs|tests)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link


@pytest.mark.parametrize("page", IN_BOTH_LANGUAGES[1])
def test_every_outcome_is_told(page):
    rows = tables(page)
    told = [name for row in rows if row[0].startswith("`") for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(told) == sorted(ENDINGS)


@pytest.mark.parametrize(("key", "words"), [("activation", ACTIVATIONS), ("rule", RULES), ("schedule", SCHEDULES)])
def test_every_word_of_a_rung_is_told(key, words):
    row = next(row for row in tables("docs/ladders.md") if row[0] == f"`{key}`")
    assert re.findall(r'`"([^"]+)"`', row[-1]) == list(words)


@pytest.mark.parametrize(("english", "chinese"), IN_BOTH_LANGUAGES)
def test_both_languages_hold_the_same(english, chinese):
    assert pieces(english) == pieces(chinese) != []
    prose = [re.sub(r"```.*?```", "", read(page), flags=re.DOTALL) for page in (english, chinese)]
    for same in (r"^#+ ", r"`[\w/.]+\.py`: `[^`]+`", r"`test_\w+`"):  # headings, places and quotations, guards
        assert re.findall(same, prose[0], re.MULTILINE) == re.findall(same, prose[1], re.MULTILINE)
    assert [len(row) for row in tables(english)] == [len(row) for row in tables(chinese)]
    if english in PAGES:
        assert [row[1:] for row in quoting_rows(english)] == [row[1:] for row in quoting_rows(chinese)]
