"""The lecture in pictures: its commands make its pictures, and its answers are those under them, in both languages."""

import re
import shlex
from pathlib import Path

import pytest

from support.command import thalweg
from thalweg.messages import catalogue
from thalweg.pictures import PICTURES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": "lecture.md", "zh": "lecture.zh.md"}
FOLDERS = {"en": "lecture", "zh": "lecture/zh"}
LEAST_PICTURES = 20


def read(language):
    return (DOCS / PAGES[language]).read_text(encoding="utf-8")


def commands(language):
    return re.findall(r"^\$ (thalweg .*)$", read(language), re.MULTILINE)


def drawing(language):
    return [line for line in commands(language) if "--out" in line]


def test_every_picture_stands_on_the_page():
    named = {shlex.split(line)[2] for line in drawing("en")}
    assert named == set(PICTURES)
    assert len(drawing("en")) > LEAST_PICTURES


# Every picture is made by other tests too: most of the page's commands wait for CI.
QUICK = ("look error", "look matrix", "look lags", "look batches", "look passes --out")


@pytest.mark.parametrize(
    "line",
    [
        line if any(words in line for words in QUICK) else pytest.param(line, marks=pytest.mark.slow)
        for line in drawing("en")
    ],
)
@pytest.mark.slow
def test_a_command_of_the_page_makes_its_picture(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = thalweg(*shlex.split(line)[1:])
    assert done.exit_code == 0, done.output
    (made,) = tmp_path.iterdir()
    shown = DOCS / FOLDERS["en"] / made.name
    assert f"]({FOLDERS['en']}/{made.name})" in read("en")
    # Words and marks as on the page; the last digits of numbers differ from processor to processor.
    ours, theirs = (path.read_text(encoding="utf-8") for path in (made, shown))
    assert abs(len(re.findall("<path", ours)) - len(re.findall("<path", theirs))) <= 0.1 * len(
        re.findall("<path", ours)
    )
    words = [set(re.findall(r">([A-Za-z][A-Za-z ,′]{3,})<", text)) for text in (ours, theirs)]
    assert words[0] == words[1]


def test_both_pages_type_the_same_and_show_the_same():
    assert [line.replace(" --lang zh", "") for line in commands("zh")] == commands("en")
    pictures = [re.findall(rf"\]\({FOLDERS[language]}/([\w.-]+)\)", read(language)) for language in PAGES]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) == len(drawing("en"))
    for language, folder in FOLDERS.items():
        assert {path.name for path in (DOCS / folder).glob("*.svg")} == set(pictures[0]), language
    headings = [re.findall(r"^#+ ", read(language), re.MULTILINE) for language in PAGES]
    assert headings[0] == headings[1]


@pytest.mark.parametrize("language", PAGES)
def test_every_question_is_answered_as_under_the_picture(language):
    translate, text = catalogue(language), read(language)
    asked = [key for key in translate.templates if key.endswith(".asked")]
    assert len(asked) == 9
    for key in asked:
        assert f"> **{translate(key)}** {translate(key.replace('asked', 'answered'))}\n" in text, key


@pytest.mark.parametrize("language", PAGES)
def test_every_idea_of_the_lecture_is_named(language):
    named = set(re.findall(r"\b([KFLOUNBP]\d)\b", read(language)))
    counts = {"K": (1, 3), "F": (1, 1), "L": (1, 3), "O": (1, 6), "U": (1, 5), "N": (1, 8), "B": (1, 1), "P": (0, 8)}
    assert named == {f"{letter}{n}" for letter, (first, last) in counts.items() for n in range(first, last + 1)}


@pytest.mark.parametrize("language", PAGES)
def test_the_python_of_the_page_runs(language, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"^```python\n(.*?)^```$", read(language), re.MULTILINE | re.DOTALL)
    exec(compile(code, PAGES[language], "exec"), {"__name__": "__main__"})  # noqa: S102 - the page's own code
    assert capsys.readouterr().out
    assert (tmp_path / "error.svg").exists()
