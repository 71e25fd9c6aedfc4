"""What the documents tell a reader to type is typed here, in a folder like theirs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer.main

from support.command import thalweg
from thalweg.cli.app import app
from thalweg.errors import InputError
from thalweg.forecast.ladder_file import ladder_from_toml
from thalweg.pictures import PICTURES

ROOT = Path(__file__).parents[2]
# Pages whose commands and code other tests run, each in its own way. Every other page that has any is run here.
ELSEWHERE = {"engine", "networks", "estimators", "onnx", "lecture", "systems", "campaigns"}
PAGES = sorted(
    f"docs/{page.name}"
    for page in (ROOT / "docs").glob("*.md")
    if not page.name.endswith(".zh.md")
    and page.stem not in ELSEWHERE
    and re.search(r"^```(?:console|python|bash)$", page.read_text("utf-8"), re.MULTILINE)
)
CHINESE = [page.replace(".md", ".zh.md") for page in PAGES]
DOCUMENTS = ["README.md", *PAGES]
# The README's commands and code are run always; those of the other pages, which are alike, wait for CI.
RUN = ["README.md", *(pytest.param(page, marks=pytest.mark.slow) for page in PAGES)]
SHORTEST = """
epochs = 5
seeds = 1

[[rung]]
days_back = 28
layers = [10]
known = "week"
"""
EVERY_PAGE = ["README.md", "README.zh.md", "CONTRIBUTING.md"]
EVERY_PAGE += sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))


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
    done = thalweg(*arguments)
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
    dates = [row.split(",")[0] for row in rows[1:]]
    after = np.datetime_as_string(np.datetime64(dates[-1]) + np.arange(1, 61))
    write = {"events.csv": (dates[10::30], ["release"]), "later.csv": (after[5::20], ["release"])}
    for name, (days, called) in write.items():
        text = "".join(f"{day},{called[0]}\n" for day in days)
        Path(name).write_text("date,event\n" + text, encoding="utf-8")
    prices = [9 + at // 20 % 3 for at in range(len(dates) + len(after))]
    later = [f"{day},{price}" for day, price in zip(after, prices[len(dates) :], strict=True)]
    shop = [f"{day},{500 - 20 * prices[at] + at % 7},{prices[at]},{at % 11}" for at, day in enumerate(dates)]
    shop += [row.replace(",", ",,") + "," for row in later]  # the price is known beforehand
    Path("shop.csv").write_text("\n".join(["day,orders,price,visits", *shop]) + "\n", encoding="utf-8")
    for name in ("prices.csv", "other-prices.csv"):
        Path(name).write_text("\n".join(["day,price", *later]) + "\n", encoding="utf-8")
    for block in blocks("docs/ladders.md", "toml"):
        Path("mine.toml").write_text(block, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("document", RUN)
@pytest.mark.slow
def test_every_command_runs(folder, document):
    told = commands(document)
    if document == "docs/commands.md":  # it speaks of a model and of newer days before it says how to get them
        told = sorted(
            told,
            key=lambda line: ["sample", "forecast", "predict", "update", "backtest", "anomalies", "look"].index(
                line.split()[1]
            ),
        )
        run("thalweg sample simulated-channel.csv")
        run("thalweg forecast simulated-channel.csv")
    for line in told:
        run(line)
    written = {path.name for path in folder.iterdir()}
    if "thalweg forecast views.csv" in told:
        assert "views" in written


@pytest.mark.parametrize("document", RUN)
def test_every_piece_of_python_runs(folder, document, capsys):
    for block in blocks(document, "python"):
        exec(compile(block, document, "exec"), {"__name__": "__main__"})  # noqa: S102 -- the document's own code
        assert capsys.readouterr().out
    assert folder.is_dir()


def test_only_one_page_holds_a_script():
    assert [page for page in PAGES if blocks(page, "bash")] == ["docs/daily.md"]


def test_the_daily_script_ends_with_the_codes_that_its_page_tells(folder):
    (script,) = blocks("docs/daily.md", "bash")
    Path("daily.sh").write_text(script.replace("--ladder quick", "--ladder shortest.toml"), "utf-8")
    Path("bin").mkdir()
    Path("bin/thalweg").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m thalweg "$@"\n', "utf-8")
    Path("bin/thalweg").chmod(0o755)
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])

    def daily():
        done = subprocess.run(
            [shutil.which("bash"), "daily.sh"], env=os.environ | {"PATH": path}, capture_output=True, check=False
        )
        assert (done.stdout, done.stderr) == (b"", b"")  # cron mails whatever is printed
        return done.returncode, Path("daily.log").read_text("utf-8").splitlines()

    whole = Path("views.csv").read_text("utf-8").splitlines(keepends=True)
    Path("views.csv").write_text("".join(whole[:-5]), "utf-8")
    code, log = daily()
    assert code in {0, 3}
    assert log[-1].endswith("served" if code == 0 else "do not rely on it: see above")
    assert Path("results/model.thalweg").exists()
    Path("views.csv").write_text("".join(whole), "utf-8")
    code, log = daily()
    assert (code, log[-1].split()[-1]) == (0, "served")
    served = Path("next.csv").read_bytes()
    assert served.startswith(b"unique_id,ds,thalweg,")
    assert daily()[0] == 0  # an unchanged file
    assert Path("next.csv").read_bytes() == served
    for damaged in (whole[:-20], ["day,views\n"]):  # it ends before the model; it holds nothing
        Path("views.csv").write_text("".join(damaged), "utf-8")
        code, log = daily()
        assert code == 2
        assert log[-1].endswith("failed with 2: the forecast of before stays")
        assert Path("next.csv").read_bytes() == served


def test_the_readme_shows_what_the_command_prints(folder):
    (shown,) = blocks("README.md", "text")
    run("thalweg sample")
    printed = run("thalweg forecast simulated-channel.csv")
    before = printed.partition("▸")[0]
    told = " ".join(before.split())
    for sentence in shown.split("\n\n")[0].split("\n  · "):
        assert " ".join(sentence.split()) in told
    copies = [re.findall(r"^  copy (?:yesterday|last week)  .*$", text, re.MULTILINE) for text in (shown, printed)]
    assert len(copies[0]) == len(copies[1]) == 2  # copying is the same whatever the ladder
    for ours, theirs in zip(*copies, strict=True):
        losses = [[float(word) for word in line.split()[-4:-2]] for line in (ours, theirs)]
        assert losses[0] == pytest.approx(losses[1], abs=0.6)  # shown with as many decimals as the table needs
    for begin in (
        "The day after the last, Thu 9 Jan 2025",
        "How sure is it?",
        "Loss by days ahead",
        "Missed most",
        "How was it found?",
        "L: mean absolute error",
        "The choice is",
        "To do it again:\n  thalweg forecast simulated-channel.csv",
    ):
        assert begin in shown
        assert begin in printed
    assert folder.is_dir()


PAIRS = list(zip(["README.md", *PAGES], ["README.zh.md", *CHINESE], strict=True))


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_hold_the_same_commands_code_and_output(english, chinese):
    for kind in ("console", "python", "text", "toml", "bash"):
        assert blocks(english, kind) == blocks(chinese, kind)


def test_both_readmes_hold_the_same_pictures():
    pictures = [
        re.findall(r"!\[.*?\]\((.*?)\)", (ROOT / name).read_text("utf-8")) for name in ("README.md", "README.zh.md")
    ]
    assert pictures[0] == pictures[1] != []


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "README.zh.md",
        "CONTRIBUTING.md",
        *(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_every_link_within_leads_somewhere(document):
    file = ROOT / document
    for link in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (file.parent / link).exists(), link


@pytest.mark.parametrize("page", ["docs/commands.md", "docs/commands.zh.md"])
def test_the_documents_list_every_command_and_every_picture_in_their_order(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    group = typer.main.get_command(app())
    assert re.findall(r"^## thalweg (\w+)$", text, re.MULTILINE) == list(group.commands)
    assert re.findall(r"^### look (\w+)$", text, re.MULTILINE) == list(PICTURES)
    for option in (option for parameter in group.params for option in parameter.opts if option.startswith("--")):
        assert f"`thalweg {option}`" in text or f"`{option}`" in text, option


def test_the_documents_list_every_key_of_a_ladder(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[[rung]]\nnothing = 1\n")
    with pytest.raises(InputError) as refused:
        ladder_from_toml(file)
    keys = next(value for value in refused.value.message.values.values() if "days_back" in str(value))
    for page in ("ladders.md", "ladders.zh.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        table = re.search(r"^\| `days_back` .*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)[0]
        assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted([*keys, "mean"])


@pytest.mark.parametrize("page", ["labels.md", "labels.zh.md"])
def test_every_idea_of_the_lecture_has_its_label(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    labels = re.findall(r"^\| ([A-Z]\d) \|", text, re.MULTILINE)
    counts = {"K": (1, 3), "F": (1, 1), "L": (1, 3), "O": (1, 6), "U": (1, 5), "N": (1, 8), "B": (1, 1), "P": (0, 8)}
    wanted = [f"{letter}{number}" for letter, (first, last) in counts.items() for number in range(first, last + 1)]
    assert sorted(labels) == sorted(wanted)
    quoted = set()
    for file in (ROOT / "src").rglob("*.py"):
        quoted |= set(re.findall(r"\b([KFLOUNBP]\d)\b", file.read_text(encoding="utf-8")))
    assert quoted <= set(labels), "a docstring quotes a label that is nowhere explained"
