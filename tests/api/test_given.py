"""Python takes what a user has at hand, wherever it takes a series, and gives back frames, charts and sentences."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import thalweg
from support.findings_builder import build_findings
from thalweg.api.fit import FitResult
from thalweg.api.forecast import Forecast
from thalweg.messages import Message
from thalweg.series.read.given import series_of

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=day) for day in range(300)]
VIEWS = [40 + 5 * (day % 7) + day % 3 for day in range(300)]


@pytest.fixture(scope="module")
def result():
    return thalweg.fit(pl.DataFrame({"day": DAYS[:290], "views": VIEWS[:290]}), ladder="quick", horizon=7, threads=1)


@pytest.mark.parametrize(
    "given",
    [
        {"day": DAYS, "views": VIEWS},
        {"day": np.array(DAYS, dtype="datetime64[D]"), "views": np.array(VIEWS)},
        {"day": [str(day) for day in DAYS], "views": [*map(str, VIEWS)]},
        {"day": [dt.datetime.combine(day, dt.time(), dt.UTC) for day in DAYS], "views": pd.Series(VIEWS)},
        dict(zip(DAYS, VIEWS, strict=True)),
        list(zip(DAYS, VIEWS, strict=True)),
        (DAYS, VIEWS),
        [{"day": day, "views": views} for day, views in zip(DAYS, VIEWS, strict=True)],
        np.array([*zip(DAYS, VIEWS, strict=True)], dtype=object),
        np.rec.fromarrays([np.array(DAYS, dtype="datetime64[D]"), VIEWS], names="day,views"),
        pd.Series(VIEWS, index=pd.to_datetime(DAYS)),
        pd.Series(VIEWS, index=[str(day) for day in DAYS]),
        pd.DataFrame({"views": VIEWS}, index=DAYS),
        pd.DataFrame({"day": pd.Series(DAYS, dtype=object), "views": pd.Series(VIEWS, dtype=object)}),
        pd.DataFrame({"day": pd.date_range(DAYS[0], periods=300, tz="Asia/Taipei"), "views": VIEWS}),
        pl.DataFrame({"day": DAYS, "views": VIEWS}).lazy(),
        pa.table({"day": DAYS, "views": VIEWS}),
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_days_come_in_many_forms(given):
    series = series_of(given)
    assert list(series.values) == VIEWS
    assert series.dates[[0, -1]].tolist() == [DAYS[0], DAYS[-1]]
    back = series.to_frame()
    assert type(back).__module__.split(".")[0] == (series.backend or "pandas")


@pytest.mark.parametrize(
    "given", [None, 7, 2.5, True, b"views.csv", VIEWS, np.array(VIEWS), np.array(5), [], {}, DAYS, {"day": DAYS},
              {"day": DAYS, "views": VIEWS[1:]}, {"day": DAYS, "views": 3}, (each for each in VIEWS), set(VIEWS),
              np.zeros((2, 2, 2)), pl.Series(VIEWS), thalweg.Series, "nowhere.csv"],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_what_holds_no_days_is_refused(given):
    with pytest.raises(thalweg.InputError):
        thalweg.fit(given)
    if given is not None:  # a picture without a source is of a toy
        with pytest.raises(thalweg.InputError):
            thalweg.look("lags", given)


def test_where_reading_leaves_doubt_the_advice_works():
    frame = pd.DataFrame({"day": DAYS, "views": VIEWS, "likes": VIEWS[::-1]})
    with pytest.raises(thalweg.InputError, match=r"value='views'.*thalweg\.read") as refused:
        thalweg.fit(frame)
    assert "thalweg.read" in refused.value.sentence("zh")
    assert thalweg.read(frame, value="views").name == "views"


def test_predict_takes_a_number_of_days_or_newer_days(result, tmp_path):
    newer = pd.DataFrame({"when": DAYS, "likes": VIEWS, "views": VIEWS})
    file = tmp_path / "newer.csv"
    newer[["when", "views"]].to_csv(file, index=False)
    np.testing.assert_array_equal(result.predict(3).mean, result.predict(horizon=3).mean)
    np.testing.assert_array_equal(result.predict(np.int64(3)).mean, result.predict().mean[:3])
    for given in (newer, file, str(file), thalweg.read(file)):
        made = result.predict(given, 2)
        assert made.dates[0] == np.datetime64(DAYS[-1] + dt.timedelta(days=1))
        assert result.model.recent(given).days == 10
    result.save(tmp_path / "m.thalweg")
    model = thalweg.load(tmp_path / "m.thalweg")
    np.testing.assert_array_equal(model.predict(newer, 2).mean, result.predict(newer, 2).mean)
    assert isinstance(model.predict(newer).to_frame(), pd.DataFrame)
    for wrong in (0, 8, True, 1.5, "x.csv", result, model, newer[["when", "likes"]]):
        with pytest.raises(thalweg.InputError):
            result.predict(wrong)
    for wrong in (0, 8, True, 1.5, "3"):
        with pytest.raises(thalweg.InputError):
            model.predict(horizon=wrong)
    for wrong in (result, model):
        with pytest.raises(thalweg.InputError, match=r"thalweg\.read"):
            thalweg.fit(wrong)


def test_a_forecast_is_a_frame_of_the_library_that_was_given(result):
    frame = result.to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == ["date", "mean", "low80", "high80", "low95", "high95"]
    assert frame["mean"].to_list() == result.predict().mean.tolist()
    assert isinstance(result.findings.forecast.to_frame("pyarrow"), pa.Table)
    assert isinstance(result.predict(2).to_frame("pandas"), pd.DataFrame)
    with pytest.raises(thalweg.InputError, match="backend='excel'"):
        result.to_frame("excel")


def test_a_library_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("thalweg.series.frames.find_spec", {}.get)
    with pytest.raises(thalweg.InputError, match="polars is not installed"):
        thalweg.sample(30).to_frame("polars")
    with pytest.raises(thalweg.InputError, match="none of them is installed"):
        thalweg.sample(30).to_frame()


def test_results_show_themselves():
    findings = build_findings(verdict=(Message("verdict.coverage", {"share80": 79.6, "share95": 95.1}),))
    forecast = Forecast.of(findings.forecast, findings.series)
    assert forecast.plot().to_dict()["title"]["text"]
    shown = forecast._repr_html_()
    assert str(forecast).splitlines()[1].split()[1] in shown
    assert "<script" not in shown
    assert "data:image/svg+xml" in shown
    assert "95%" in str(findings.verdict)
    assert "Message" not in str(findings.verdict)
    assert str(findings.verdict[0]) == str(findings.verdict)
    result = FitResult(findings, None)
    assert result.plot().to_dict()["title"] == forecast.plot().to_dict()["title"]


def test_a_picture_takes_a_path_and_gives_its_tables_as_frames(tmp_path):
    file = tmp_path / "views.csv"
    pd.DataFrame({"day": DAYS, "views": VIEWS}).to_csv(file, index=False)
    picture = thalweg.look("lags", str(file), days_back=7)
    assert picture.to_frame(backend="polars").columns == [*next(iter(picture.tables.values())).columns]
    assert picture.plot() is picture.chart
    with pytest.raises(thalweg.InputError, match="table='nothing'"):
        picture.to_frame("nothing")
