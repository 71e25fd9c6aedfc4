"""What is wrong with a command line is said in our own words, in the user's language."""

import re
import subprocess
import sys

import pytest

from thalweg.cli.app import language_of
from thalweg.pictures import PICTURES
from thalweg.pictures.registry import views_of

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["forecast", "a.csv", "--horizn", "3"], "There is no option --horizn. Did you mean --horizon?"),
        (["anomalies", "a.csv", "--by", "shop"], "thalweg anomalies takes one series, and --by is for many."),
        (["anomalies", "a.csv", "--wide"], "thalweg anomalies takes one series, and --wide is for many."),
        (["predict", "model.thalweg", "a.csv", "--by", "shop"], "remembers how its source was read"),
        (["look", "error", "--dys", "3"], "There is no option --dys. Did you mean --days?"),
        (["predict"], "MODEL is missing. thalweg predict --help tells what is expected."),
        (["forecast", "a.csv", "--country"], "--country needs a value behind it."),
        (["sample", "a.csv", "b.csv"], "thalweg sample --help tells what is."),
        (["frobnicate"], "There is no command 'frobnicate', and no file of that name."),
        (["look", "surface", "--view", "curve"], "thalweg look surface curve. The views of surface are path, curve,"),
        (["look", "eror"], "There is no picture 'eror'. Did you mean error?"),
        (["look", "error", "--days", "9" * 5000], "give a whole number from 2 to 366 steps."),
        (["look", "error", "--layers", "9" * 5000], "whole numbers from 1 to 10,000"),
    ],
)
def test_what_is_wrong_and_what_to_do(thalweg, arguments, says):
    told = thalweg(*arguments)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith("Error: ")
    assert says in told.stderr
    assert told.stderr.count("\n") == 1
    in_chinese = thalweg(*arguments, "--lang=zh")
    assert in_chinese.exit_code == 2
    assert in_chinese.stderr.startswith("错误：")
    assert len(CHINESE.findall(in_chinese.stderr)) > 5


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ([], "en"),
        (["look", "--lang", "zh"], "zh"),
        (["forecast", "a.csv", "--lang=zh", "--json"], "zh"),
        (["forecast", "a.csv", "--lang"], "en"),
        (["forecast", "a.csv", "--lang", "fr"], "en"),
    ],
)
def test_the_language_is_known_before_the_command_line_is_parsed(arguments, language):
    assert language_of(arguments) == language


def test_a_language_that_is_not_there_is_refused(thalweg):
    told = thalweg("look", "--lang", "fr")
    assert told.exit_code == 2
    assert "--lang" in told.stderr


@pytest.mark.parametrize("command", ["forecast", "predict", "sample", "look", *(f"look {name}" for name in PICTURES)])
def test_help_is_there_in_both_languages_with_an_example(thalweg, command):
    for language in ("en", "zh"):
        told = thalweg(*command.split(), "--lang", language, "--help")
        assert told.exit_code == 0, told.output
        assert f"thalweg {command}" in " ".join(told.stdout.split())
        assert (len(CHINESE.findall(told.stdout)) > 40) is (language == "zh")


@pytest.mark.parametrize("name", [name for name in PICTURES if "" not in views_of(name)])
def test_the_first_view_is_the_usual_one_and_each_offers_its_own_options(thalweg, name):
    views = views_of(name)
    told = {view: thalweg("look", name, view, "--help").stdout for view in views}
    assert thalweg("look", name, "--help").stdout == told[next(iter(views))]
    for view, record in views.items():
        shown = " ".join(told[view].split())
        assert f"thalweg look {name} {view} " in shown or (view == next(iter(views)) and f"look {name} " in shown)
        offered = set(re.findall(r"--[a-z-]+", told[view]))
        declared = {"--" + each.name.replace("_", "-") for each in record.declared()}
        others = {"--" + each.name.replace("_", "-") for other in views.values() for each in other.declared()}
        assert declared <= offered
        assert not (others - declared) & offered


def test_errors_of_options_name_them_as_the_command_does(thalweg, channel):
    assert (
        "--days-back 0: give a whole number from 1 to 366 steps."
        in thalweg("look", "lags", channel, "--days-back", 0).stderr
    )
    told = thalweg("look", "lags", channel, "--days-back", 0, "--lang", "zh").stderr
    assert "--days-back 0：请给出一个在 1 到 366 步之间的整数。" in told


def test_python_m_thalweg_is_the_same_command():
    told = subprocess.run(
        [sys.executable, "-m", "thalweg", "predict"], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "Error: MODEL is missing. thalweg predict --help tells what is expected.\n"
