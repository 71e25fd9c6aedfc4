"""The site: every page stands in its navigation, prose in both languages, every public name in the reference."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SETTINGS = (ROOT / "mkdocs.yml").read_text("utf-8")
NAVIGATION = SETTINGS.partition("\nnav:\n")[2]
ENGLISH_ALONE = ("api", "decisions")
REFERENCE = {
    "thalweg": "thalweg.md",
    "thalweg.learn": "learn.md",
    "thalweg.adapters.sklearn": "estimators.md",
    "thalweg.adapters.onnx": "onnx.md",
}
NOT_DESCRIBED = {"__version__", "OPSET", "IR_VERSION", "Graph", "labels_of"}


def pages():
    return sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


def test_every_page_stands_in_the_navigation():
    listed = re.findall(r": (\S+\.md)$", NAVIGATION, re.MULTILINE)
    assert sorted(listed) == [page for page in pages() if not page.endswith(".zh.md")]


def test_every_page_of_prose_stands_in_both_languages():
    english = {page for page in pages() if not page.endswith(".zh.md") and not page.startswith(ENGLISH_ALONE)}
    chinese = {page.replace(".zh.md", ".md") for page in pages() if page.endswith(".zh.md")}
    assert english == chinese


@pytest.mark.parametrize("page", [page for page in pages() if page.endswith(".zh.md")])
def test_a_chinese_page_has_the_parts_of_the_english_one_and_links_to_chinese_pages(page):
    texts = [(DOCS / name).read_text("utf-8") for name in (page, page.replace(".zh.md", ".md"))]
    outside_code = [re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL) for text in texts]
    heads = [re.findall(r"^#+ ", text, re.MULTILINE) for text in outside_code]
    assert heads[0] == heads[1]
    for link in re.findall(r"\]\(([\w./-]+\.md)", texts[0]):
        assert link.endswith(".zh.md") or link.startswith(ENGLISH_ALONE), link


def test_every_part_of_the_navigation_has_a_chinese_name():
    translated = set(re.findall(r"^            (.+?): .*[\u4e00-\u9fff]", SETTINGS, re.MULTILINE))
    named = set(re.findall(r"^ +- (.+?):(?: (?!decisions).*)?$", NAVIGATION, re.MULTILINE))
    assert {name for name in named if name not in {"Python", "ONNX"} and not name.startswith("thalweg")} <= translated


@pytest.mark.parametrize(("module", "page"), list(REFERENCE.items()))
def test_the_reference_describes_every_public_name(module, page):
    text = (DOCS / "api" / page).read_text("utf-8")
    described = set(re.findall(rf"^::: {re.escape(module)}\.(\w+)$", text, re.MULTILINE))
    assert described == set(import_module(module).__all__) - NOT_DESCRIBED


def test_every_decision_says_when_what_why_and_what_was_rejected():
    for note in sorted((DOCS / "decisions").glob("*.md")):
        text = note.read_text("utf-8")
        number = int(note.name[:4])
        assert text.startswith(f"# {number}. "), note
        assert re.search(r"^Date: 2026-\d\d-\d\d.* · Status: ", text, re.MULTILINE), note
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Decided, and why", "Rejected"], note
