"""What the documents tell a reader to type is typed here, in a folder like theirs."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from thalweg.cli.app import app
from thalweg.errors import InputError
from thalweg.forecast.ladder import ladder_from_toml
from thalweg.pictures import PICTURES

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "docs/index.md", "docs/commands.md", "docs/python.md", "docs/ladders.md"]
SHORTEST = """
epochs = 5
seeds = 1

[[rung]]
days_back = 28
layers = [10]
known = "week"
"""
LECTURE = ["docs/lecture.md", "docs/lecture.zh.md"]


def blocks(document, kind):
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(document):
    lines = [line for block in blocks(document, "console") for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines)
    return [line.removeprefix("$ ") for line in lines]


def run(line):
    """Run one line as a shell would, with the shortest ladder where none is named."""
    line, _, into = line.partition(" > ")
    name, *arguments = shlex.split(line)
    if name == "pip":
        # The very command, into a folder of its own and without the dependencies, which are here already.
        there = {"PIP_TARGET": str(Path("installed").resolve()), "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
        pip = [sys.executable, "-m", "pip", *arguments]
        subprocess.run(pip, cwd=ROOT, env=os.environ | there, capture_output=True, check=True)
        assert (Path("installed") / "thalweg").is_dir()
        return ""
    assert name == "thalweg"
    if arguments[0] == "forecast" and "--ladder" not in arguments:
        arguments += ["--ladder", "shortest.toml"]
    done = CliRunner().invoke(app, arguments, prog_name="thalweg")
    assert done.exit_code == 0, f"{line}: {done.output}"
    if into:
        Path(into).write_text(done.stdout, encoding="utf-8")
    return done.stdout


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A reader's folder, with the files that the documents speak of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("shortest.toml").write_text(SHORTEST, encoding="utf-8")
    run("thalweg sample drawn.csv --days 200")
    rows = Path("drawn.csv").read_text(encoding="utf-8").splitlines()
    Path("views.csv").write_text("\n".join(["day,views", *rows[1:]]) + "\n", encoding="utf-8")
    for block in blocks("docs/ladders.md", "toml"):
        Path("mine.toml").write_text(block, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_runs(folder, document):
    told = commands(document)
    if document == "docs/commands.md":  # it speaks of a model and of newer days before it says how to get them
        told = sorted(told, key=lambda line: ["sample", "forecast", "predict", "look"].index(line.split()[1]))
        run("thalweg sample simulated-channel.csv")
        run("thalweg forecast simulated-channel.csv")
    for line in told:
        run(line)
    written = {path.name for path in folder.iterdir()}
    if "thalweg forecast views.csv" in told:
        assert "views" in written


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_piece_of_python_runs(folder, document, capsys):
    for block in blocks(document, "python"):
        exec(compile(block, document, "exec"), {"__name__": "__main__"})  # noqa: S102 -- the document's own code
        assert capsys.readouterr().out
    assert folder.is_dir()


def test_the_readme_shows_what_the_command_prints(folder):
    (shown,) = blocks("README.md", "text")
    run("thalweg sample")
    printed = run("thalweg forecast simulated-channel.csv")
    before, _, after = printed.partition("▸")
    told = " ".join(before.split())
    for sentence in shown.split("\n\n")[0].split("\n  · "):
        assert " ".join(sentence.split()) in told
    copies = [re.findall(r"^  copy .*$", text, re.MULTILINE) for text in (shown, printed)]
    assert len(copies[0]) == len(copies[1]) == 2  # copying is the same whatever the ladder
    for ours, theirs in zip(*copies, strict=True):
        losses = [[float(word) for word in line.split()[-4:-2]] for line in (ours, theirs)]
        assert losses[0] == pytest.approx(losses[1], abs=0.6)  # shown with as many decimals as the table needs
    for begin in (
        "L: mean absolute error",
        "The choice is",
        "Loss by days ahead",
        "Missed most",
        "The day after the last, Thu 9 Jan 2025",
    ):
        assert begin in shown
        assert begin in after
    assert folder.is_dir()


def test_both_readmes_hold_the_same_commands_code_and_output():
    for kind in ("console", "python", "text"):
        assert blocks("README.md", kind) == blocks("README.zh.md", kind)
    pictures = [
        re.findall(r"!\[.*?\]\((.*?)\)", (ROOT / name).read_text("utf-8")) for name in ("README.md", "README.zh.md")
    ]
    assert pictures[0] == pictures[1] != []


@pytest.mark.parametrize("document", [*DOCUMENTS, *LECTURE, "README.zh.md", "CONTRIBUTING.md", "docs/labels.md"])
def test_every_link_within_leads_somewhere(document):
    file = ROOT / document
    for link in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (file.parent / link).exists(), link


def options_told(section):
    """The options that a section's tables list, with their defaults."""
    return dict(re.findall(r"^\| `(--[\w-]+)[^`]*` \| (.*?) \|", section, re.MULTILINE))


def options_of(command):
    return {option.opts[0]: option for option in command.params if option.opts[0].startswith("--")}


def agree(told, options, where):
    assert set(told) == set(options) - {"--help"}, where
    for option, default in told.items():
        real = options[option].default
        if isinstance(real, (int, float, str)) and not isinstance(real, bool) and real != "":
            assert default.strip("`") == str(real), (where, option)


def test_the_documents_list_every_command_and_option_and_no_other():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## thalweg (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    group = typer.main.get_command(app)
    assert set(sections) == set(group.commands)
    for name, command in group.commands.items():
        if name != "look":
            agree(options_told(sections[name]), options_of(command), name)
    for option in (option for parameter in group.params for option in parameter.opts if option.startswith("--")):
        assert option in text


def test_the_documents_list_every_picture_and_its_options():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = re.search(r"^## thalweg look\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL).group(1)
    common, *_ = section.partition("\n### ")
    pictures = dict(re.findall(r"^### look (\w+)\n(.*?)(?=^### |\Z)", section, re.MULTILINE | re.DOTALL))
    commands = typer.main.get_command(app).commands["look"].commands
    assert list(pictures) == list(commands) == list(PICTURES)
    shared = options_told(common)
    for name, command in commands.items():
        agree(shared | options_told(pictures[name]), options_of(command), name)
        assert not set(shared) & set(options_told(pictures[name]))


def test_the_documents_list_every_key_of_a_ladder(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[[rung]]\nnothing = 1\n")
    with pytest.raises(InputError, match="The keys are ") as refused:
        ladder_from_toml(file)
    keys = str(refused.value).partition("The keys are ")[2].rstrip(".").split(", ")
    text = (ROOT / "docs" / "ladders.md").read_text(encoding="utf-8")
    assert sorted(
        re.findall(r"^\| `(\w+)` \| (?!copy|the same)", text.partition("## Your own")[2], re.MULTILINE)
    ) == sorted([*keys, "mean"])


def test_every_idea_of_the_lecture_has_its_label():
    text = (ROOT / "docs" / "labels.md").read_text(encoding="utf-8")
    labels = re.findall(r"^\| ([A-Z]\d) \|", text, re.MULTILINE)
    counts = {"K": (1, 3), "F": (1, 1), "L": (1, 3), "O": (1, 6), "U": (1, 5), "N": (1, 8), "B": (1, 1), "P": (0, 8)}
    wanted = [f"{letter}{number}" for letter, (first, last) in counts.items() for number in range(first, last + 1)]
    assert sorted(labels) == sorted(wanted)
    quoted = set()
    for file in (ROOT / "src").rglob("*.py"):
        quoted |= set(re.findall(r"\b([KFLOUNBP]\d)\b", file.read_text(encoding="utf-8")))
    assert quoted <= set(labels), "a docstring quotes a label that is nowhere explained"
