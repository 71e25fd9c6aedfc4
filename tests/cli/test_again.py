"""The words of the command that was typed, with which it can be typed again."""

from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from thalweg.cli.again import words_of
from thalweg.cli.arguments import Flag, Position, command_of
from thalweg.forecast.options import FitOptions
from thalweg.series.read.options import ReadOptions


@pytest.fixture(scope="module")
def words_of_typed():
    """Return a function from what is typed behind ``thalweg forecast`` to the file and the words of the command."""
    seen = []

    def forecast(
        ctx: typer.Context,
        file: Annotated[Path, Position()],
        *,
        reading: ReadOptions,  # noqa: ARG001 - its options are declared
        options: FitOptions,  # noqa: ARG001 - likewise
        out: Annotated[str | None, Flag("--out", "FOLDER")] = None,  # noqa: ARG001 - likewise
        as_json: Annotated[bool, Flag("--json")] = False,  # noqa: ARG001 - likewise
    ) -> None:
        seen.append((str(file), words_of(ctx)))

    app = typer.Typer()
    app.command("forecast")(command_of(forecast, "forecast", "en"))
    app.command("other")(lambda: None)

    def typed(*arguments):
        done = CliRunner().invoke(app, ["forecast", *arguments], prog_name="thalweg")
        assert done.exit_code == 0, done.output
        return seen[-1]

    return typed


@pytest.mark.parametrize(
    "typed",
    [
        ["views.csv"],
        ["--ladder=quick", "my views.csv", "--missing=-999,NA", "--date-format", "%d/%m/%Y"],
        ["--", "-odd.csv"],
        ["views.csv", "--value", "a'b\nc", "--thousands=.", "--out=--strange", "--json"],
        ["views.csv", "--horizon", "28", "--loss", "mae"],  # given, though it is the default
    ],
)
def test_the_words_typed_again_mean_the_same(words_of_typed, typed):
    file, words = words_of_typed(*typed)
    assert words[:2] == ("thalweg", "forecast")
    assert "--json" not in words
    again_file, again = words_of_typed(*words[2:])
    assert Path(again_file) == Path(file)
    assert again == words


def test_every_option_that_was_given_stands_there(words_of_typed):
    _, words = words_of_typed("views.csv", "--missing=-999", "--horizon", "7", "--country", "tw", "--seed", "0")
    assert words[2] == "views.csv"
    assert "--missing=-999" in words
    for pair in (("--horizon", "7"), ("--country", "tw"), ("--seed", "0")):
        assert words[words.index(pair[0]) + 1] == pair[1]
    assert len(words) == 10
