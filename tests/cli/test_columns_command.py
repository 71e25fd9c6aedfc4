"""`--known`, `--past` and `--with` as a user types them."""

import json
import subprocess
import sys

import numpy as np
import pytest

from support.shop import AHEAD, DAYS, NOISE, shop, written

COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
SHOP = shop()
HORIZON = 7
LADDER = '[[rung]]\ndays_back = 14\nlayers = [32]\nknown = "week"\nepochs = 60\n'


def ran(*arguments, cwd):
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    written(folder / "shop.csv", SHOP, ["date", "sales", "price", "chance"])
    written(folder / "short.csv", {name: SHOP[name][: DAYS + 3] for name in SHOP}, ["date", "sales", "price"])
    written(folder / "other.csv", {"date": SHOP["date"][DAYS:], "price": [30.0] * AHEAD})
    (folder / "small.toml").write_text(LADDER, encoding="utf-8")
    return folder


def test_the_command_learns_from_a_price_and_asks_what_if(folder):
    made = ran(
        "forecast", "shop.csv", "--value", "sales", "--known", "price", "--past", "chance", "--ladder", "small.toml",
        "--horizon", HORIZON, "--json", cwd=folder,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    expected = 500 - 3 * np.array(SHOP["price"][DAYS : DAYS + HORIZON])
    np.testing.assert_allclose([row["mean"] for row in told["forecast"]], expected, atol=5 * NOISE)
    assert [(column["name"], column["kept"]) for column in told["columns"]] == [("price", True), ("chance", False)]
    assert any("'price' counts" in sentence for sentence in told["verdict"])
    assert any("'chance' was left out" in sentence for sentence in told["verdict"])
    asked = ran("predict", "shop", "--with", "other.csv", "--json", cwd=folder)
    assert asked.returncode == 0, asked.stderr
    what_if = json.loads(asked.stdout)
    np.testing.assert_allclose([row["mean"] for row in what_if["forecast"]], 410, atol=5 * NOISE)
    assert what_if["first_forecast"] == told["forecast"]
    shown = ran("predict", "shop", "--with", "other.csv", cwd=folder)
    assert "without these" in shown.stdout, shown.stdout


@pytest.mark.parametrize(
    ("file", "options", "named"),
    [
        ("short.csv", ("--known", "price"), SHOP["date"][DAYS + 3]),
        ("shop.csv", ("--known", "sales"), "--known"),
        ("shop.csv", ("--known", "price", "--with", "none.csv"), "none.csv"),
    ],
)
def test_what_is_refused_ends_with_two_and_writes_nothing(folder, file, options, named):
    done = ran(
        "forecast", file, "--value", "sales", *options, "--horizon", HORIZON, "--out", "refused", "--lang", "zh",
        cwd=folder,
    )  # fmt: skip
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "refused").exists()
