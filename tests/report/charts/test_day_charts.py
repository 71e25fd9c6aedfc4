"""Truth, forecast and the whole series: pictures over days, read from their data."""

from dataclasses import replace

import numpy as np
import pytest

from support.chart_reader import layers, marked, rows
from support.findings_builder import build_findings, intervals_of
from thalweg.report.charts.forecast import forecast_chart
from thalweg.report.charts.series import series_chart
from thalweg.report.charts.truth import LEAST_WIDTH_PIXELS, MOST_LABEL_ROWS, truth_chart
from thalweg.series.frequency.dates import days_after
from thalweg.series.level_shifts import LevelShift
from thalweg.series.outliers import Outliers


def number(text):
    return float(text) if text else float("nan")


def column(table, name):
    return np.array([number(row[name]) for row in table])


def test_truth_and_estimate_stand_as_used(findings):
    spec = truth_chart(findings).to_dict()
    (truth,) = marked(spec, "line", y="target")
    table = rows(spec, truth)
    used = findings.as_used
    assert [row["day"] for row in table] == [str(date) for date in used.dates]
    for name in ("target", "prediction", "low80", "high80", "low95", "high95"):
        np.testing.assert_allclose(column(table, name), getattr(used, name), rtol=1e-6)
    assert marked(spec, "line", y="prediction")
    assert [layer["encoding"]["y2"]["field"] for layer in marked(spec, "area")] == ["high95", "high80"]


def test_a_day_not_scored_leaves_a_gap():
    findings = build_findings(missing=(1400, 1401))
    (line,) = marked(spec := truth_chart(findings).to_dict(), "line", y="target")
    gaps = [row["day"] for row in rows(spec, line) if not row["target"]]
    assert gaps == [str(findings.series.dates[day]) for day in (1400, 1401)]
    assert line["data"]["format"]["parse"]["target"] == "number"  # so that an empty cell is no zero


def test_misses_are_marked_and_named_with_day_and_holiday(findings):
    spec = truth_chart(findings).to_dict()
    (dots,) = marked(spec, "point", y="target")
    table = rows(spec, dots)
    assert [row["day"] for row in table] == [str(miss.date) for miss in findings.misses]
    assert table[0]["label"] == "11 Apr, Lunar New Year's Eve"
    spec = truth_chart(findings, "zh").to_dict()
    (dots,) = marked(spec, "point", y="target")
    assert rows(spec, dots)[0]["label"] == "4月11日、除夕"


def test_labels_do_not_cover_each_other_and_the_worst_come_first(findings):
    first = findings.as_used.dates[100]
    misses = tuple(replace(findings.misses[0], date=days_after(first, day)) for day in range(12))
    spec = truth_chart(replace(findings, misses=misses)).to_dict()
    (dots,) = marked(spec, "point", y="target")
    table = rows(spec, dots)
    assert [bool(row["label"]) for row in table] == [True] * MOST_LABEL_ROWS + [False] * (12 - MOST_LABEL_ROWS)
    assert len({row["height"] for row in table[:MOST_LABEL_ROWS]}) == MOST_LABEL_ROWS
    (band, *_) = marked(spec, "area")
    low, high = band["encoding"]["y"]["scale"]["domain"]
    assert all(low < row["height"] < high for row in table[:MOST_LABEL_ROWS])
    assert low < findings.as_used.low95.min()
    assert min(row["height"] for row in table[:MOST_LABEL_ROWS]) > findings.as_used.high95.max()


def test_a_label_at_the_right_edge_turns_left(findings):
    misses = (replace(findings.misses[0], date=findings.as_used.dates[-1]),)
    spec = truth_chart(replace(findings, misses=misses)).to_dict()
    (dots,) = marked(spec, "point", y="target")
    assert rows(spec, dots)[0]["left"]
    assert spec["width"] >= LEAST_WIDTH_PIXELS


def test_no_misses_and_a_flat_truth_still_draw(findings, draw):
    used = findings.as_used
    flat = np.full(len(used.dates), 5.0)
    same = {"target": flat, "prediction": flat, "intervals": intervals_of(flat, 0.0, 0.0)}
    assert "<svg" in draw(truth_chart(replace(findings, misses=(), as_used=replace(used, **same))))


def test_the_forecast_stands_after_the_last_ninety_days(findings):
    spec = forecast_chart(findings).to_dict()
    (mean,) = marked(spec, "line", y="mean")
    table = rows(spec, mean)
    assert [row["day"] for row in table] == [str(date) for date in findings.forecast.dates]
    for name in ("mean", "low80", "high80", "low95", "high95"):
        np.testing.assert_allclose(column(table, name), getattr(findings.forecast, name), rtol=1e-6)
    (past,) = marked(spec, "line", y="target")
    np.testing.assert_allclose(column(rows(spec, past), "target"), findings.series.values[-90:])
    assert spec["title"]["text"].startswith("Wed 10 Feb 2021: 2,670 views, 80% interval 2,444 to 2,896")


def test_a_filled_day_is_not_drawn_as_if_it_had_come():
    findings = build_findings(missing=(1480,))
    spec = forecast_chart(findings).to_dict()
    (past,) = marked(spec, "line", y="target")
    assert [row["day"] for row in rows(spec, past) if not row["target"]] == [str(findings.series.dates[1480])]


def test_one_day_ahead_shows_its_intervals(draw):
    findings = build_findings(horizon=1)
    spec = forecast_chart(findings).to_dict()
    assert len(marked(spec, "rule", y="low95") + marked(spec, "rule", y="low80")) == 2
    assert "<svg" in draw(forecast_chart(findings))


def test_parts_are_shaded_by_date_without_gap_or_overlap(findings):
    spec = series_chart(findings).to_dict()
    (shade,) = (layer for layer in marked(spec, "rect") if "color" in layer["encoding"])
    parts = rows(spec, shade)
    split = findings.split
    assert [row["part"] for row in parts] == ["training", "validation", "sealed test"]
    assert parts[0]["from"] == str(split.first)
    last = (split.train_last, split.validation_last, split.last)
    assert [row["to"] for row in parts] == [str(days_after(day, 1)) for day in last]
    assert [row["from"] for row in parts[1:]] == [row["to"] for row in parts[:-1]]


def test_days_without_a_value_are_marked_and_not_drawn(findings):
    spec = series_chart(findings).to_dict()
    (ticks,) = (layer for layer in marked(spec, "rect") if "color" not in layer["encoding"])
    dates = findings.series.dates
    assert [(row["from"], row["to"]) for row in rows(spec, ticks)] == [
        (str(dates[300]), str(dates[303])),
        (str(dates[700]), str(dates[701])),
    ]
    (line,) = marked(spec, "line")
    assert [at for at, row in enumerate(rows(spec, line)) if not row["target"]] == [300, 301, 302, 700]
    assert "1,500 days, 4 of them without a value" in spec["title"]["text"]


def test_a_whole_series_says_nothing_of_gaps():
    spec = series_chart(build_findings(missing=())).to_dict()
    assert "without" not in spec["title"]["text"]
    assert len(marked(spec, "rect")) == 1


def test_outliers_are_rings_and_level_shifts_upright_lines():
    findings = build_findings()
    series = findings.series
    places = np.array([100, 400])
    found = Outliers(places, usual=np.array([1500.0, 1800.0]), far=np.array([7.0, 9.0]))
    shift = LevelShift(700, series.dates[700], 1700.0, 2300.0)
    plain = series_chart(findings).to_dict()
    spec = series_chart(replace(findings, outliers=found, shifts=(shift,))).to_dict()
    (rings,), (lines,) = marked(spec, "point"), marked(spec, "rule")
    assert rings["mark"]["filled"] is False
    assert marked(plain, "point") == marked(plain, "rule") == []
    assert [(row["day"], float(row["target"]), float(row["usual"])) for row in rows(spec, rings)] == [
        (str(series.dates[at]), series.values[at], usual) for at, usual in zip(places, found.usual, strict=True)
    ]
    (row,) = rows(spec, lines)
    assert (row["day"], float(row["before"]), float(row["after"])) == (str(shift.date), 1700, 2300)


@pytest.mark.parametrize("chart", [truth_chart, forecast_chart, series_chart])
def test_the_columns_name_is_the_axis_and_is_never_code(chart, draw):
    name = "visits [new]. 'a'\\<b>"
    spec = chart(build_findings(name=name)).to_dict()
    titles = [layer["encoding"]["y"].get("title") for layer in layers(spec) if "y" in layer["encoding"]]
    assert name in titles
    assert "<b>" not in draw(chart(build_findings(name=name)))


def test_twenty_years_of_days_stay_light():
    spec = series_chart(build_findings(days=7300)).to_dict()
    (line,) = marked(spec, "line")
    assert len(rows(spec, line)) == 7300
    values = spec["datasets"][line["data"]["name"]] if "name" in line["data"] else line["data"]["values"]
    assert len(values) < 7300 * 20
