"""A model goes on with the holidays that it was fitted with, whatever a later library calls them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

from support.command import thalweg
from support.small_searches import OPTIONS, WEEK, channel
from thalweg.checksummed import seal
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.levels import LEVELS
from thalweg.forecast.model import load
from thalweg.forecast.options import FitOptions
from thalweg.forecast.store.file import MODEL
from thalweg.messages import catalogue
from thalweg.series import holidays as holidays_module
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import date_range
from thalweg.series.holidays import holiday_names, holiday_table

COUNTRIES = ("US", "TW", "SG", "DE-BY", "EG", "CN", "JP")
CHRISTMAS_DAYS = date_range(np.datetime64("2019-12-20"), 15)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_days_brought_along_are_those_of_the_library(country):
    """Over forty years, and beyond the table by their names."""
    table = holiday_table(country, 2000, 2030)
    assert tuple(table.days) == holiday_names(country)
    days = date_range(np.datetime64("1998-01-01"), 40 * 365)
    kept, fresh = Calendar(country, table=table), Calendar(country)
    assert kept.names == fresh.names
    np.testing.assert_array_equal(kept.columns(days), fresh.columns(days))
    assert fresh.columns(days)[:, -len(table.days) :].any(axis=0).all(), "each holiday falls on some of these days"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model that knows Christmas in the United States, as a file, and its forecast; it ends shortly before."""
    series = channel(430, seed=3)
    shifted = replace(series, start=np.datetime64("2018-10-16"))  # the last day is 2019-12-19
    values = shifted.values.copy()
    values[shifted.place(np.datetime64("2018-12-25"))] = 10.0
    options = FitOptions(**(OPTIONS | {"ladder": Ladder("week", (WEEK,)), "country": "US", "horizon": 14}))
    _, model = fit_series(replace(shifted, values=values), options)
    path = tmp_path_factory.mktemp("holidays") / "model.thalweg"
    model.save(path)
    return path, model.predict()


@pytest.fixture
def renamed(monkeypatch):
    """A later library, in which Christmas Day has another name."""

    def later(country, first, last):
        known = real(country, first, last)
        names = {day: tuple("Xmas" if name == "Christmas Day" else name for name in of_day)
                 for day, of_day in known.names.items()}  # fmt: skip
        return replace(known, names=names)

    real = holidays_module._holidays_of
    monkeypatch.setattr(holidays_module, "_holidays_of", later)
    holidays_module.holiday_names.cache_clear()
    yield
    holidays_module.holiday_names.cache_clear()


def test_without_a_change_there_is_no_note(saved):
    path, before = saved
    again = load(path)
    assert again.notes == ()
    np.testing.assert_array_equal(again.predict().mean, before.mean)


@pytest.mark.usefixtures("renamed")
def test_a_renamed_holiday_keeps_its_days_and_is_noted(saved):
    path, before = saved
    assert "Xmas" in holiday_names("US")
    again = load(path)
    (note,) = again.notes
    assert note.values["names"] == ["Christmas Day"]
    assert "The forecast uses the days that the model brought along" in catalogue()(note)
    assert "Christmas Day" in catalogue("zh")(note)
    column = again.calendar.names.index("Christmas Day")
    marked = CHRISTMAS_DAYS[again.calendar.columns(CHRISTMAS_DAYS)[:, column] == 1]
    assert [str(day) for day in marked] == ["2019-12-25"]
    np.testing.assert_array_equal(again.predict().mean, before.mean)


def without_days(path, target):
    """Write the model as the first release wrote it: with the names of its holidays alone."""
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()[MODEL.key])
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != "sha256"}  # noqa: SIM118
    bands = tensors["bands"].reshape(len(tensors["bands"]), -1, 2)
    tensors["bands"] = bands[:, [description["levels"].index(level) for level in LEVELS]].reshape(len(bands), -1)
    for key in ("holidays", "frequency", "levels", "version", "asked", "whole", "sums"):
        description.pop(key)
    for key in ("medians", "paths"):
        tensors.pop(key)
    target.write_bytes(seal(MODEL, description, tensors))


@pytest.mark.usefixtures("renamed")
def test_a_model_of_names_alone_takes_a_renamed_holiday_for_an_ordinary_day(saved, tmp_path):
    path, before = saved
    without_days(path, tmp_path / "old.thalweg")
    again = load(tmp_path / "old.thalweg")
    (note,) = again.notes
    assert "fit again to learn them anew" in catalogue()(note)
    made = again.predict()
    again.save(tmp_path / "again.thalweg")
    assert load(tmp_path / "again.thalweg").notes == again.notes, "saved again, it still has no days for the old name"
    christmas = int(np.flatnonzero(made.dates == np.datetime64("2019-12-25"))[0])
    assert made.mean[christmas] != before.mean[christmas]


def test_a_model_of_names_alone_is_as_before_where_no_name_has_changed(saved, tmp_path):
    path, before = saved
    without_days(path, tmp_path / "old.thalweg")
    again = load(tmp_path / "old.thalweg")
    assert again.notes == ()
    np.testing.assert_array_equal(again.predict().mean, before.mean)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_prints_the_note(saved, tmp_path, language):
    """The names in the file are changed here, since the command runs in a process of its own."""
    path, _ = saved
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()[MODEL.key])
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != "sha256"}  # noqa: SIM118
    description.pop("version")
    old = "Columbus Day of old"
    description["calendar"] = [old if name == "Columbus Day" else name for name in description["calendar"]]
    days = description["holidays"]["days"]
    description["holidays"]["days"] = {old if name == "Columbus Day" else name: days[name] for name in days}
    model = tmp_path / "later.thalweg"
    model.write_bytes(seal(MODEL, description, tensors))
    printed = thalweg("predict", model, "--lang", language)
    assert printed.exit_code == 0, printed.stderr
    assert old in printed.stdout
    told = json.loads(thalweg("predict", model, "--lang", language, "--json").stdout)
    (note,) = told["notes"]
    assert old in note
    assert len(told["forecast"]) == 14


def test_a_country_that_the_library_no_longer_has_is_served_by_the_days_in_the_file(saved, tmp_path):
    path, before = saved
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()[MODEL.key])
        tensors = {name: file.get_tensor(name) for name in file.keys() if name != "sha256"}  # noqa: SIM118
    description.pop("version")
    for country in ("ZZ", "US-ZZ"):
        (tmp_path / "other.thalweg").write_bytes(seal(MODEL, description | {"country": country}, tensors))
        again = load(tmp_path / "other.thalweg")
        np.testing.assert_array_equal(again.predict().mean, before.mean)
        assert "The forecast uses the days" in catalogue()(again.notes[0])
        far = date_range(np.datetime64("2060-12-20"), 10)  # beyond the table, where no library helps
        assert not again.calendar.columns(far)[:, again.calendar.names.index("Christmas Day")].any()
