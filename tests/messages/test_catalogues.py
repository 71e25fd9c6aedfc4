"""Both languages say the same things, and say everything that the code asks for; only the command knows its options."""

import ast
import importlib
import pkgutil
import re
import string
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import thalweg
from thalweg.messages import LANGUAGES, Message, catalogue
from thalweg.messages.catalogue import _flatten
from thalweg.options import Options
from thalweg.series.frequency.words import WORDS

SOURCE = Path(thalweg.__file__).parent
ASKING = {"Message", "translate", "_translate", "say"}  # called with a key
REFUSING = {"InputError", "_UnusableError", "refusal"}  # called with a key without its leading "error."
PART = "[^.]*"  # what a value in an f-string may become
# Keys made of a name that is checked elsewhere: errors by their calls, options by their declarations.
COMPOSED = {rf"error\.{PART}", rf"option\.{PART}", rf"option\.{PART}\.{PART}"}


def placeholders(template):
    """Return the values that a template tells; what steps are called is left to each language."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name} - {*WORDS, "minutes", "hours"}


def as_pattern(node):
    """Return a string or an f-string as a pattern of what it may become; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else PART for part in node.values)
    return None


def trees():
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def nodes():
    for path, tree in trees():
        for node in ast.walk(tree):
            yield path.name, node


def called_name(call):
    """Return what is called; ``catalogue`` for ``catalogue(language)(…)``."""
    function = call.func.func if isinstance(call.func, ast.Call) else call.func
    name = getattr(function, "id", getattr(function, "attr", ""))
    return "translate" if isinstance(call.func, ast.Call) and name == "catalogue" else name


def asked():
    """Yield each key that code asks a catalogue for, as a pattern, with its place."""
    for name, node in nodes():
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called, first = called_name(node), node.args[0]
        prefix = r"error\." if called in REFUSING else ""
        for choice in [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]:
            pattern = as_pattern(choice)
            if called in ASKING | REFUSING and pattern and "." in pattern and pattern not in COMPOSED:
                yield f"{name}:{node.lineno}", prefix + pattern
    for path in sorted(SOURCE.rglob("*.jinja")):
        text = path.read_text(encoding="utf-8")
        for key, joined in re.findall(r"translate\([\"']([\w.]+)[\"']\s*(~)?", text):
            yield path.name, re.escape(key) + (PART if joined else "")


def all_options():
    """Return every record of options of the program; another test may have declared one of its own."""
    modules = list(pkgutil.walk_packages([str(SOURCE)], "thalweg."))
    for module in modules:
        if module.name.endswith(".options"):
            importlib.import_module(module.name)
    importlib.import_module("thalweg.cli.app")
    records, new = set(), {Options}
    while new:
        records |= new
        new = {each for record in new for each in record.__subclasses__()} - records
    own = {module.name for module in modules}
    return [record for record in records if record.__module__ in own]


def test_both_languages_have_the_same_keys():
    first, second = (catalogue(language).templates for language in LANGUAGES)
    assert set(first) == set(second)


def test_no_key_stands_in_two_files_and_both_languages_have_the_same_files():
    files = {language: list(SOURCE.rglob(f"{language}.toml")) for language in LANGUAGES}
    assert {file.parent for file in files["en"]} == {file.parent for file in files["zh"]}
    for of_language in files.values():
        counted = Counter(key for file in of_language for key in _flatten(tomllib.loads(file.read_text("utf-8"))))
        assert len(counted) > 200
        assert [key for key, times in counted.items() if times > 1] == []


def test_a_key_has_the_same_placeholders_in_both_languages():
    first, second = (catalogue(language).templates for language in LANGUAGES)
    assert {key: placeholders(text) for key, text in first.items()} == {
        key: placeholders(text) for key, text in second.items()
    }


def test_no_sentence_is_empty_and_chinese_is_not_english():
    english = catalogue("en").templates
    for key, text in catalogue("zh").templates.items():
        # What stands behind a number may be empty: "7" and "7 days".
        assert text.strip() or key == "option.unit.none", key
        if re.search(r"[a-z]{3,} [a-z]{3,}", re.sub(r"\{[^}]*\}", "", english[key])):
            assert re.search(r"[\u4e00-\u9fff]", text) or key.startswith("cli.examples."), f"{key}: {text}"


def test_every_key_asked_for_is_there():
    keys = set(catalogue("en").templates)
    found = list(asked())
    assert len(found) > 50
    missing = [(where, pattern) for where, pattern in found if pattern.replace("\\", "") not in keys]
    assert not [(where, pattern) for where, pattern in missing if not any(map(re.compile(pattern).fullmatch, keys))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_has_its_help(language):
    for record in all_options():
        for option in record.declared():
            assert record.help(option.name, language).strip(), (record, option.name)


def test_no_key_is_idle():
    patterns = {pattern for _, node in nodes() if (pattern := as_pattern(node)) and re.match(r"[a-z]\w*\\\.", pattern)}
    patterns |= {rf"error\.{pattern}" for pattern in patterns} | {pattern for _, pattern in asked()}
    patterns -= COMPOSED | {rf"error\.{pattern}" for pattern in COMPOSED}
    for record in all_options():
        for option in record.declared():
            patterns |= {rf"option\.{record.words}\.{option.name}", rf"option\.{option.name}"}
    exact = {pattern.replace("\\", "") for pattern in patterns if PART not in pattern}
    open_ended = [re.compile(pattern) for pattern in patterns if PART in pattern]
    keys = set(catalogue("en").templates) - exact
    idle = [key for key in keys if not any(pattern.fullmatch(key) for pattern in open_ended)]
    assert not sorted(idle)


def documentation(tree):
    """Return the docstrings' nodes of a module."""
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(statement.value)
        for holder in ast.walk(tree)
        if isinstance(holder, holders)
        for statement in holder.body
        if isinstance(statement, ast.Expr)
    }


def examples(tree):
    """Return the nodes of the commands that a module declares as EXAMPLES."""
    return {
        id(node)
        for statement in tree.body
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "EXAMPLES"
        for node in ast.walk(statement.value)
    }


def test_only_the_command_speaks_of_its_options():
    """Below `cli` an error names an argument as `Argument`, which becomes ``loss='mae'`` or ``--loss mae``."""
    found = []
    for path, tree in trees():
        if (SOURCE / "cli") in path.parents:
            continue
        allowed = documentation(tree) | (examples(tree) if path.name == "options.py" else set())
        found += [
            f"{path.relative_to(SOURCE)}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed
            if re.search(r"(^|\W)--[a-z]", node.value)
        ]
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_interval_is_never_called_confidence(language):
    for key, text in catalogue(language).templates.items():
        assert not re.search("confiden|把握|置信|信心", text, re.IGNORECASE), key


def test_a_missing_value_is_named():
    with pytest.raises(KeyError, match="name"):
        catalogue("en")(Message("report.in_units"))


def test_values_are_not_read_as_templates():
    assert "{days}" in catalogue("en")("report.in_units", name="{days}")
