"""The picture of a backtest draws the metrics that the tables tell."""

import json

import numpy as np
import pandas as pd
import pytest

import thalweg
from support.backtests import last_season, level, weekly
from thalweg.report.backtest import backtest_illustration
from thalweg.report.picture import rendered

HOSTILE = 'a "model" <b>'


@pytest.fixture(scope="module")
def result():
    models = {HOSTILE: last_season, "level": level, "copy": "copy last week"}
    return thalweg.backtest(weekly(), models=models, windows=5, step=6, horizon=7, gap=2)


def drawn(chart):
    """Return the values of each line of each panel, in order, by the colour of the line."""
    panels = []
    for panel in chart["vconcat"]:
        lines = {}
        for layer in panel["layer"]:
            mark = layer["mark"]
            if mark["type"] == "line" and "color" in mark:  # the legend has no colour of its own
                data = layer["data"]
                text = data["values"] if "values" in data else chart["datasets"][data["name"]]
                lines[mark["color"]] = text
        panels.append(lines)
    return panels


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_model_has_a_line_in_both_panels_with_the_numbers_of_the_tables(result, language):
    chart = result.plot(language).to_dict()  # Altair validates it
    panels = drawn(chart)
    assert [len(lines) for lines in panels] == [3, 3]
    for panel, rows in zip(panels, (result.metrics.by_step.values(), result.metrics.by_cutoff), strict=True):
        expected = sorted(np.mean([row["mase"][name] for row in rows]) for name in result.forecasts.made)
        found = sorted(np.mean(values_of(lines, "value")) for lines in panel.values())
        assert min(expected) > 0
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    steps = values_of(next(iter(panels[0].values())), "step")
    np.testing.assert_array_equal(steps, range(3, 10))


def test_the_legend_shows_each_line_with_its_colour_and_its_dash(result):
    chart = result.plot().to_dict()
    legend = next(layer["encoding"] for layer in chart["vconcat"][0]["layer"] if "strokeDash" in layer["encoding"])
    lines = [layer["mark"] for layer in chart["vconcat"][0]["layer"] if "strokeDash" in layer["mark"]]
    assert legend["color"]["scale"]["domain"] == legend["strokeDash"]["scale"]["domain"]
    assert legend["color"]["legend"] == legend["strokeDash"]["legend"]
    assert [line["color"] for line in lines] == legend["color"]["scale"]["range"]
    assert [line["strokeDash"] for line in lines] == legend["strokeDash"]["scale"]["range"]
    assert len({tuple(dash) for dash in legend["strokeDash"]["scale"]["range"]}) == 3
    assert legend["color"]["legend"]["symbolType"] == "stroke"


def test_the_table_of_the_page_ranks_and_marks_as_the_terminal_does(result):
    table = backtest_illustration(result.forecasts, result.metrics, result.compared).tables["ranking"].columns
    shown = [name if name == HOSTILE else {"copy": "copy"}.get(name, name) for name in result.metrics.ranking]
    assert table["model"] == ["▸ " + shown[0], *shown[1:]]
    assert table["MASE"] == sorted(table["MASE"])
    assert table["sMAPE, %"] == [100 * result.metrics.overall["smape"][name] for name in result.metrics.ranking]
    assert table["coverage 80%, %"][result.metrics.ranking.index(HOSTILE)] is None


def test_an_axis_of_months_dated_by_their_last_day_names_the_months():
    ends = pd.date_range("2013-01-31", periods=100, freq="ME")
    months = pd.DataFrame({"ds": ends, "y": 50 + np.arange(100.0) % 12 + np.arange(100) % 5})
    chart = thalweg.backtest(months, models=[level], windows=4, horizon=3).plot().to_dict()
    axis = chart["vconcat"][1]["layer"][0]["encoding"]["x"]["axis"]
    assert len(axis["values"]) > 1
    assert "Apr 2021" in axis["labelExpr"] or "Jan 2021" in axis["labelExpr"]


def values_of(data, name):
    """Return a column of a table in CSV."""
    head, *rows = data.splitlines()
    place = head.split(",").index(name)
    return [float(row.split(",")[place]) for row in rows]


def test_its_title_and_its_sentences_tell_the_best_and_its_page_shows_the_scores(result):
    picture = backtest_illustration(result.forecasts, result.metrics, result.compared)
    assert picture.title == f"orders: {result.best} is best by MASE"
    assert "5 cutoffs" in picture.sentences[0]
    assert any("The first 2 days after a cutoff" in sentence for sentence in picture.sentences)
    assert picture.sentences[-len(result.compared.sentences) :] == tuple(map(str, result.compared.sentences))
    page = rendered(picture, ".html").decode()
    assert "<b>" not in page.partition("</style>")[2].partition("<script")[0]
    assert f"{result.metrics.overall['mae']['level']:.3g}" in page
    assert json.loads(rendered(picture, ".json"))["vconcat"]
    assert rendered(picture, ".png").startswith(b"\x89PNG")


def test_one_model_is_not_called_the_best():
    alone = thalweg.backtest(weekly(), models=[level], windows=2, horizon=7, metrics="bias", metric="mae")
    chart = alone.plot().to_dict()
    assert chart["title"]["text"] == "orders: MAE of level"
    assert set(alone.metrics.overall) == {"mae", "bias"}
