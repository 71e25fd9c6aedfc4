"""`--known`, `--past` and `--with` as a user types them."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from support.shop import AHEAD, DAYS, NOISE, shop, written
from thalweg.charts.numbers import signed

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


@pytest.fixture(scope="module")
def forecast(folder):
    """What the command told of the forecast; its model lies in the folder `shop`, for each test that asks it."""
    made = ran(
        "forecast", "shop.csv", "--value", "sales", "--known", "price", "--past", "chance", "--ladder", "small.toml",
        "--horizon", HORIZON, "--json", cwd=folder,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


@pytest.mark.slow
def test_the_command_learns_from_a_price_and_asks_what_if(folder, forecast):
    told = forecast
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
    head = next(line for line in shown.stdout.splitlines() if line.startswith("date "))
    assert head.split()[-2:] == ["without", "difference"]
    rows = [line for line in shown.stdout.splitlines() if re.match(r"\w{3} \d+ \w{3} ", line)]
    assert len(rows) == HORIZON, shown.stdout
    assert "their mean is 30 instead of" in " ".join(shown.stdout.split())
    told = what_if["what_if"]
    before = SHOP["price"][DAYS : DAYS + HORIZON]
    differing = [price for price in before if price != 30]
    (column,) = told["columns"]
    least, most = column.pop("least"), column.pop("most")
    assert most - least == pytest.approx(8 * np.std(SHOP["price"][: DAYS * 4 // 5]), rel=0.2), "of what it learned from"
    assert least < min(SHOP["price"]) < max(SHOP["price"]) < most
    assert column.pop("beyond") == 0
    assert "far beyond" not in shown.stdout
    assert column == {
        "name": "price", "dates": len(differing), "mean": 30.0, "first_mean": pytest.approx(np.mean(differing)),
    }  # fmt: skip
    both = zip(what_if["forecast"], what_if["first_forecast"], strict=True)
    differences = [row["mean"] - first["mean"] for row, first in both]
    assert [one["difference"] for one in told["differences"]] == pytest.approx(differences)
    assert [one["date"] for one in told["differences"]] == SHOP["date"][DAYS : DAYS + HORIZON]
    assert told["sum"] == pytest.approx(sum(differences))
    assert abs(told["sum"]) > 10
    assert f"on {len(differing)} of the {HORIZON} days" in " ".join(shown.stdout.split())
    assert f"add up to {signed(told['sum'], 2)} sales." in " ".join(shown.stdout.split())


@pytest.mark.slow
@pytest.mark.usefixtures("forecast")
def test_a_price_far_beyond_what_was_learned_from_is_told(folder):
    """Networks see it at the end of the range; nobody would know."""
    dates = SHOP["date"][DAYS : DAYS + HORIZON]
    prices = [30] * (HORIZON - 2) + [900, -900]
    rows = [f"{date},{price}\n" for date, price in zip(dates, prices, strict=True)]
    (folder / "far.csv").write_text("date,price\n" + "".join(rows), encoding="utf-8")
    shown = ran("predict", "shop", "--with", "far.csv", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert f"On 2 of the {HORIZON} days the value of 'price' lies far beyond" in " ".join(shown.stdout.split())
    asked = json.loads(ran("predict", "shop", "--with", "far.csv", "--json", cwd=folder).stdout)
    assert asked["what_if"]["columns"][0]["beyond"] == 2


@pytest.mark.slow
@pytest.mark.usefixtures("forecast")
def test_a_what_if_is_drawn_beside_the_first(folder):
    for name, language in (("both.svg", "en"), ("both.html", "zh")):
        done = ran("predict", "shop", "--with", "other.csv", "--picture", name, "--lang", language, cwd=folder)
        assert done.returncode == 0, done.stderr
        assert name in done.stdout
    svg = (folder / "both.svg").read_text(encoding="utf-8")
    assert "without them, with its 80% interval (dotted)" in svg
    assert svg.count("stroke-dasharray") >= 3, "the first forecast is dashed, the ends of its interval dotted"
    assert "Columns with other values: price" in svg
    assert "用这些值" in (folder / "both.html").read_text(encoding="utf-8")
    alone = ran("predict", "shop", "--picture", "alone.svg", cwd=folder)
    assert alone.returncode == 0, alone.stderr
    assert "without" not in (folder / "alone.svg").read_text(encoding="utf-8")
    for name, named in (("both.gif", ".gif"), ("none/both.svg", "--picture"), ("other.csv", ".csv")):
        refused = ran("predict", "shop", "--with", "other.csv", "--picture", name, cwd=folder)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert named in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("forecast")
def test_the_price_is_what_moves_the_dates_to_come(folder):
    made = ran("look", "components", "shop/model.thalweg", "--csv", cwd=folder)
    assert made.returncode == 0, made.stderr
    head, *lines = made.stdout.splitlines()
    columns = zip(*(line.split(",") for line in lines), strict=True)
    table = dict(zip(head.split(","), columns, strict=True))
    price = np.array(table["column_price"], dtype=float)
    expected = -3 * np.array(SHOP["price"][DAYS : DAYS + HORIZON])
    np.testing.assert_allclose(price - price.mean(), expected - expected.mean(), atol=5 * NOISE)
    level = np.array(table["level"], dtype=float)
    assert np.ptp(level) < np.ptp(price) / 4, "the price is no part of the level"
    parts = [np.array(table[name], dtype=float) for name in table if name not in ("date", "forecast")]
    np.testing.assert_allclose(sum(parts), np.array(table["forecast"], dtype=float), rtol=1e-8)
    last = SHOP["date"][DAYS + HORIZON - 1]
    why = ran("look", "why", "shop/model.thalweg", "--day", last, "--json", cwd=folder)
    assert why.returncode == 0, why.stderr
    sums = json.loads(why.stdout)["tables"]["sums"][0]
    assert sums["in_float32"] == pytest.approx(float(table["forecast"][-1]), rel=1e-8)
    beyond = ran("look", "why", "shop/model.thalweg", "--day", SHOP["date"][DAYS + HORIZON], cwd=folder)
    assert (beyond.returncode, beyond.stdout) == (2, "")
    assert last in beyond.stderr


@pytest.mark.usefixtures("forecast")
@pytest.mark.slow
def test_values_of_a_what_if_that_stop_early_are_refused_by_file_and_the_advice_works(folder):
    written(folder / "few.csv", {"date": SHOP["date"][DAYS : DAYS + 3], "price": [30.0] * 3})
    written(folder / "late.csv", {"date": SHOP["date"][DAYS + 1 : DAYS + 3], "price": [30.0] * 2})
    for file, day, advice in (("few.csv", DAYS + 3, "use --horizon 3."), ("late.csv", DAYS, "the first date")):
        refused = ran("predict", "shop", "--with", file, cwd=folder)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"{file}, given by --with, has no value of 'price' for {SHOP['date'][day]}" in refused.stderr
        assert advice in refused.stderr
    followed = ran("predict", "shop", "--with", "few.csv", "--horizon", 3, "--json", cwd=folder)
    assert followed.returncode == 0, followed.stderr
    assert len(json.loads(followed.stdout)["forecast"]) == 3


@pytest.mark.parametrize(
    ("file", "options", "named"),
    [
        ("short.csv", ("--known", "price"), f"short.csv：列 'price' 在 {SHOP['date'][DAYS + 3]} 没有值"),
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
