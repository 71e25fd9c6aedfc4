"""What the documents tell a reader to type is typed here, in a folder like theirs."""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import duckdb
import numpy as np
import openpyxl
import pytest
import typer.main

from support.command import thalweg
from support.wikimedia import GOOD, wikimedia
from thalweg.cli.app import app
from thalweg.errors import InputError
from thalweg.forecast.ladder_file import ladder_from_toml
from thalweg.pictures import PICTURES

ROOT = Path(__file__).parents[2]
WITH_CODE = sorted(
    f"docs/{page.name}"
    for page in (ROOT / "docs").glob("*.md")
    if not page.name.endswith(".zh.md")
    and re.search(r"^```(?:console|python|bash)$", page.read_text("utf-8"), re.MULTILINE)
)
# Pages whose commands and code other tests run, each in its own way. Every other page that has any is run here.
ELSEWHERE = {"engine", "networks", "estimators", "onnx", "lecture", "systems", "campaigns"}
PAGES = [page for page in WITH_CODE if Path(page).stem not in ELSEWHERE]
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


def subcommand(line):
    """Return the command of thalweg that a line calls, or "" for a line that calls another program."""
    found = re.search(r"\bthalweg (\w+)", line)
    return found[1] if found else ""


def run(line):
    """Run one line as a reader's shell would, with the shortest ladder where none is named."""
    if subcommand(line) == "forecast" and "--ladder" not in line:
        line = line.replace("thalweg forecast", "thalweg forecast --ladder shortest.toml", 1)
    if "|" in line.partition('"')[0]:
        return in_a_shell(line)
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
    done = thalweg(*arguments)
    assert done.exit_code == 0, f"{line}: {done.output}"
    if into:
        Path(into).write_text(done.stdout, encoding="utf-8")
    return done.stdout


def results_of(line):
    """Return the folder into which a command of the documents forecasts."""
    words = shlex.split(line.partition("| ")[2] or line)
    if "--out" in words:
        return words[words.index("--out") + 1]
    return {"-": "stdin"}.get(words[2]) or Path(words[2].rpartition(":")[2]).stem


def shell_environment():
    """Return the environment of a shell that finds the command `thalweg` on its path, put into the folder `bin`."""
    Path("bin").mkdir(exist_ok=True)
    Path("bin/thalweg").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m thalweg "$@"\n', "utf-8")
    Path("bin/thalweg").chmod(0o755)
    return os.environ | {"PATH": os.pathsep.join([str(Path("bin").resolve()), os.environ["PATH"]])}


def in_a_shell(line):
    """Run a line with pipes in a shell, which hands the command its standard input."""
    shell = [shutil.which("bash"), "-o", "pipefail", "-c", line]
    done = subprocess.run(shell, env=shell_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
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
    write_databases([(day, int(row.split(",")[1])) for day, row in zip(dates, shop, strict=False)])
    sold = [
        f"{day},{place},tea,{at % 7 + size}"
        for place, size in (("north", 9), ("south", 40))
        for at, day in enumerate(dates)
    ]
    more = [f"{day},{place},tea,{at + 20}" for place in ("north", "east") for at, day in enumerate(after[:3])]
    Path("newer-sales.csv").write_text("\n".join(["day,shop,item,sold", *more]) + "\n", encoding="utf-8")
    Path("shops.csv").write_text("\n".join(["day,shop,item,sold", *sold]) + "\n", encoding="utf-8")
    for name in ("prices.csv", "other-prices.csv"):
        Path(name).write_text("\n".join(["day,price", *later]) + "\n", encoding="utf-8")
    for block in blocks("docs/ladders.md", "toml"):
        Path("mine.toml").write_text(block, encoding="utf-8")
    return tmp_path


def write_databases(orders):
    """Write the orders of each day as the databases and the workbook of the shop hold them."""
    with duckdb.connect("shop.duckdb") as shop:  # two sales a day
        shop.execute("CREATE TABLE sales (day DATE, orders INTEGER)")
        halves = [(day, part) for day, count in orders for part in (count // 2, count - count // 2)]
        shop.executemany("INSERT INTO sales VALUES (?, ?)", halves)
    with closing(sqlite3.connect("shop.sqlite")) as shop, shop:  # a row an order
        shop.execute("CREATE TABLE orders (placed TEXT)")
        placed = [(f"{day} {at % 24:02}:00:00",) for day, count in orders for at in range(count)]
        shop.executemany("INSERT INTO orders VALUES (?)", placed)
    book = openpyxl.Workbook()
    for sheet, rows in (("2023", orders[:100]), ("2024", orders[100:])):  # each with enough days for a forecast
        page = book.create_sheet(sheet)
        for row in [("day", "orders"), *rows]:
            page.append(row)
    book.remove(book.worksheets[0])
    book.save("shop.xlsx")


@pytest.fixture
def article(tmp_path, monkeypatch):
    """A server in place of Wikimedia's, which knows 90 days of every article."""
    with wikimedia(tmp_path / "cache", monkeypatch) as server:
        server.answers = [GOOD]
        yield server


@pytest.mark.parametrize("document", RUN)
@pytest.mark.slow
def test_every_command_runs(folder, article, document):
    told = commands(document)
    if document == "docs/commands.md":  # it speaks of a model and of newer days before it says how to get them
        order = ["sample", "forecast", "predict", "update", "backtest", "anomalies", "look"]
        told = sorted(told, key=lambda line: order.index(subcommand(line)))
        run("thalweg sample simulated-channel.csv")
        run("thalweg forecast simulated-channel.csv")
    for line in told:
        run(line)
        if subcommand(line) == "forecast":
            assert (folder / results_of(line) / "forecast.csv").exists()
    articles = {unquote(asked.split("/")[-4]) for asked in article.asked}
    assert articles == set(re.findall(r"wikipedia:en:(\S+)", "\n".join(told)))


@pytest.mark.parametrize("document", RUN)
def test_every_piece_of_python_runs(folder, document, capsys):
    for block in blocks(document, "python"):
        exec(compile(block, document, "exec"), {"__name__": "__main__"})  # noqa: S102 -- the document's own code
        assert capsys.readouterr().out
    assert folder.is_dir()


def test_only_one_page_holds_a_script():
    assert [page for page in PAGES if blocks(page, "bash")] == ["docs/daily.md"]


@pytest.mark.slow
def test_the_daily_script_ends_with_the_codes_that_its_page_tells(folder):
    (script,) = blocks("docs/daily.md", "bash")
    (folder / "daily.sh").write_text(script.replace("--ladder quick", "--ladder shortest.toml"), "utf-8")
    environment = shell_environment()

    def daily():
        done = subprocess.run([shutil.which("bash"), "daily.sh"], env=environment, capture_output=True, check=False)
        assert (done.stdout, done.stderr) == (b"", b"")  # cron mails whatever is printed
        return done.returncode, Path("daily.log").read_text("utf-8").splitlines()

    whole = Path("views.csv").read_text("utf-8").splitlines(keepends=True)
    Path("views.csv").write_text("".join(whole[:-5]), "utf-8")
    code, log = daily()
    assert code in {0, 3}
    assert log[-1].endswith("served" if code == 0 else "do not rely on it: see above")
    assert Path("results/model.thalweg").exists()
    assert Path("next.csv").read_bytes().startswith(b"unique_id,ds,thalweg,")
    Path("next.csv").unlink()
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


# The lecture's pictures are made in each language: its own test compares its pages.
@pytest.mark.parametrize("english", ["README.md", *(page for page in WITH_CODE if page != "docs/lecture.md")])
def test_both_languages_hold_the_same_commands_code_and_output(english):
    chinese = english.replace(".md", ".zh.md")
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
