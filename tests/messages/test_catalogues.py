"""Both languages say the same things, and say all that the code asks for."""

import ast
import re
import string
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import thalweg
from thalweg.messages import LANGUAGES, Message, catalogue
from thalweg.messages.catalogue import _flatten

SOURCE = Path(thalweg.__file__).parent
CALLS = {"Message", "tell", "say", "_say"}


def placeholders(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def as_pattern(node):
    """A string or f-string as a pattern of what it may become; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in node.values)
    return None


def nodes():
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path.name, node


def asked():
    """Each key that code asks a catalogue for, as a pattern, with where."""
    for name, node in nodes():
        if isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            choices = [node.args[0].body, node.args[0].orelse] if isinstance(node.args[0], ast.IfExp) else node.args[:1]
            for choice in choices:
                pattern = as_pattern(choice)
                if called in CALLS and pattern and "." in pattern:
                    yield f"{name}:{node.lineno}", pattern
    for path in sorted(SOURCE.rglob("*.jinja")):
        for key in re.findall(r"tell\([\"']([\w.]+)[\"'][,)]", path.read_text(encoding="utf-8")):
            yield path.name, re.escape(key)


def test_both_languages_have_the_same_keys():
    first, second = (catalogue(language).templates for language in LANGUAGES)
    assert set(first) == set(second)


def test_no_key_stands_in_two_files_and_both_languages_have_the_same_files():
    folders = [SOURCE / "messages" / language for language in LANGUAGES]
    assert {file.name for file in folders[0].iterdir()} == {file.name for file in folders[1].iterdir()}
    for folder in folders:
        counted = Counter(key for file in folder.iterdir() for key in _flatten(tomllib.loads(file.read_text("utf-8"))))
        assert len(counted) > 200
        assert [key for key, times in counted.items() if times > 1] == []


def test_a_key_has_the_same_placeholders_in_both_languages():
    first, second = (catalogue(language).templates for language in LANGUAGES)
    assert {key: placeholders(text) for key, text in first.items()} == {
        key: placeholders(text) for key, text in second.items()
    }


def test_no_sentence_is_empty_and_chinese_is_not_english():
    for key, text in catalogue("zh").templates.items():
        assert text.strip(), key
        english = catalogue("en").templates[key]
        if re.search(r"[a-z]{3,} [a-z]{3,}", re.sub(r"\{[^}]*\}", "", english)):
            assert re.search(r"[\u4e00-\u9fff]", text), f"{key} has no Chinese: {text}"


def test_every_key_asked_for_is_there():
    keys = set(catalogue("en").templates)
    found = list(asked())
    assert len(found) > 50
    missing = [(where, pattern) for where, pattern in found if not any(re.fullmatch(pattern, key) for key in keys)]
    assert not missing


def test_no_key_is_idle():
    patterns = {pattern for _, node in nodes() if (pattern := as_pattern(node)) and "." in pattern}
    patterns |= {pattern for _, pattern in asked()} | {r"report\.heading_.*"}  # the page's sections, by their name
    patterns -= {pattern for pattern in patterns if not re.match(r"[a-z]", pattern)}
    exact = {pattern.replace("\\", "") for pattern in patterns if ".*" not in pattern}
    open_ended = [re.compile(pattern) for pattern in patterns if ".*" in pattern]
    keys = set(catalogue("en").templates) - exact
    idle = [key for key in keys if not any(pattern.fullmatch(key) for pattern in open_ended)]
    assert not idle


def test_a_missing_value_is_named():
    with pytest.raises(KeyError, match="name"):
        catalogue("en")(Message("report.in_units"))


def test_values_are_not_read_as_templates():
    assert "{days}" in catalogue("en")("report.in_units", name="{days}")
