"""Series of every rhythm, made by hand, go through fit, words, report, files and Python's faces as daily ones do."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from support.frequencies import seasonal
from support.small_searches import part
from thalweg.api.fit import FitResult
from thalweg.cli.answer import print_answer
from thalweg.cli.terminal import print_findings, print_model, print_series
from thalweg.errors import InputError
from thalweg.forecast.export import as_json, forecast_csv
from thalweg.forecast.forecaster import fit_series
from thalweg.forecast.ladder import Ladder, copies, named_ladder
from thalweg.forecast.ladder_file import ladder_from_toml
from thalweg.forecast.model import load
from thalweg.forecast.options import LADDERS, FitOptions
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.unfinished import without_unfinished
from thalweg.learn.optimizer import Optimizer
from thalweg.messages import LANGUAGES, catalogue
from thalweg.report.page import page
from thalweg.series.frequency.dates import iso, minutes_of_day, occurs, step_range
from thalweg.series.frequency.record import monthly, quarterly, sub_daily, weekly, yearly
from thalweg.series.frequency.words import words_of

OFFICE = tuple(range(8 * 60, 20 * 60, 60))  # nights are closed
MADE = {
    "hourly": (sub_daily(60), 24 * 7 * 6, "2024-01-01T00:00"),
    "office hours": (sub_daily(60, "1111100", OFFICE), 12 * 5 * 10, "2024-01-01T08:00"),
    "15 minutes": (sub_daily(15), 96 * 7 * 4, "2024-01-01T00:00"),
    "weekly": (weekly(), 320, "2018-01-01"),
    "monthly": (monthly(), 168, "2010-01-01"),
    "month ends": (monthly(31), 168, "2010-01-31"),
    "quarterly": (quarterly(), 100, "2000-02-01"),
    "yearly": (yearly(31), 80, "1941-12-31"),
}
STEADY = Optimizer("adamw", 0.01, "cosine", decay=0.01)
WORDS = {"hourly": "hour", "office hours": "hour", "15 minutes": "step", "weekly": "week"}
WORDS |= {"monthly": "month", "month ends": "month", "quarterly": "quarter", "yearly": "year"}


def made(name, more=0, **changed):
    """Return a series with both seasons of its frequency, a slow trend and noise."""
    frequency, count, start = MADE[name]
    series = seasonal(frequency, count + more, start, **changed)
    if len(frequency.known) == 1:
        return series
    at = np.arange(len(series))
    return replace(series, values=series.values + 30 * np.sin(2 * np.pi * at / frequency.long_season))


def small_ladder(frequency):
    back = frequency.lags[1]
    rungs = [Rung(back, seeds=1, epochs=20, updates=400, optimizer=STEADY)]
    rungs += [Rung(back, known=word, seeds=1, epochs=20, updates=400, optimizer=STEADY) for word in frequency.known]
    return Ladder("small", tuple(rungs))


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.slow) if name == "15 minutes" else name for name in MADE],
)
def fitted(request):
    series = made(request.param)
    options = FitOptions(ladder=small_ladder(series.frequency), country="US", threads=2)
    return request.param, series, FitResult.of(*fit_series(series, options))


def test_it_beats_every_copy_at_the_usual_horizon(fitted):
    _, series, result = fitted
    findings, frequency = result.findings, series.frequency
    assert len(findings.forecast.dates) == frequency.horizon
    assert list(findings.copied) == [name for name, _ in frequency.copies]
    for name, ago in frequency.copies:
        test = slice(len(series) - findings.split.test, None)
        missed = np.abs(series.values[test] - np.roll(series.values, ago)[test])
        assert findings.baselines[name] == pytest.approx(missed.mean(), rel=1e-12)
    assert findings.served < min(np.nanmean(losses) for losses in findings.copied.values())
    assert findings.as_used.coverage[95] > 0.8
    assert findings.settings["horizon"] == frequency.horizon


def test_its_dates_are_those_that_come_next(fitted):
    name, series, result = fitted
    dates = result.forecast.dates
    np.testing.assert_array_equal(dates, step_range(series.frequency, series.after(1), series.frequency.horizon))
    assert all(occurs(series.frequency, date) for date in dates)
    if name == "office hours":
        assert set(minutes_of_day(dates)) == set(OFFICE)
    if name == "month ends":
        assert [iso(date) for date in dates[:2]] == ["2024-01-31", "2024-02-29"]


def test_its_model_comes_back_and_goes_on(fitted, tmp_path):
    name, series, result = fitted
    result.save(tmp_path / "model.thalweg")
    again = load(tmp_path / "model.thalweg")
    assert again.days.frequency == series.frequency
    np.testing.assert_array_equal(again.predict().mean, result.forecast.mean)
    np.testing.assert_array_equal(again.predict().dates, result.forecast.dates)
    longer = made(name, more=3)
    newer = part(longer, len(series) - 4)
    np.testing.assert_array_equal(again.predict(newer).dates[:1], longer.after(1))
    assert again.recent(newer, keep_last=True).days == 3
    assert iso(series.dates[-1]) in repr(again)


def test_files_hold_iso_dates(fitted):
    _, series, result = fitted
    told = as_json(result.findings)
    expected = [iso(date) for date in result.forecast.dates]
    assert [row["date"] for row in told["forecast"]] == expected
    json.dumps(told, allow_nan=False)
    text = forecast_csv(result.findings.forecast, series.values, "stamp").decode()
    assert [row["date"] for row in csv.DictReader(io.StringIO(text))] == expected
    assert bool(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", expected[0])) == series.frequency.sub_daily


def spoken(result, language):
    """Return all that the terminal shows, in one line."""
    console = Console(width=100, markup=False, highlight=False, file=io.StringIO())
    translate = catalogue(language, command=True)
    findings = result.findings
    print_series(console, findings.series, translate)
    print_answer(console, findings, translate)
    print_findings(console, findings, translate)
    print_model(console, result.model, 3, translate)
    return " ".join(console.file.getvalue().split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_speaks_of_its_steps(fitted, language):
    name, series, result = fitted
    text = spoken(result, language)
    steps = catalogue(language)(words_of(series.frequency)["steps"])
    assert f"{series.frequency.horizon} {steps}" in text
    if language == "en":
        told = re.sub(r"\d[\d,]* days ago|2 days (before|after)|days? (before|after)", "", text)
        assert not re.search(r"\bdays?\b|omorrow|Today", told.replace(" day ", " ").replace(" day:", "")), told
        assert f"The {WORDS[name]} after the last" in text
        assert f"One {WORDS[name]} ahead it misses by" in text
    else:
        assert not re.search(r"日子|\d 天(?!前)", re.sub(r"[前后] ?\d 天", "", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_report_is_whole(fitted, language):
    name, series, result = fitted
    text = page(result.findings, language, result.model, ("thalweg", "forecast", "made.csv"))
    assert "{" not in re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    if language == "en":
        assert f'<th scope="col" class="words">{WORDS[name].capitalize()}' in text
        assert "yesterday" not in text or series.frequency.sub_daily
    if series.frequency.sub_daily:
        assert f"{iso(series.dates[-1]).replace(' ', 'T')}Z" in text, "charts read moments as UTC"
    assert result._repr_html_().startswith("<")
    assert iso(result.forecast.dates[0]) in str(result.forecast)


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("rhythm", MADE)
def test_a_named_ladder_follows_the_rhythm(name, rhythm):
    frequency = MADE[rhythm][0]
    ladder = named_ladder(name, frequency)
    assert ladder.rungs[: len(frequency.copies)] == copies(frequency)
    learned = [rung for rung in (*ladder.rungs, *ladder.again) if rung.kind in ("linear", "network")]
    assert {rung.days_back for rung in learned if not rung.ahead} <= set(frequency.lags)
    ahead = 2 * frequency.season if frequency.sub_daily else frequency.lags[2]
    assert {rung.days_back for rung in learned if rung.ahead} == ({ahead} if name != "lecture" else set())
    assert {rung.known for rung in learned} <= {"", *frequency.known}
    trends = [rung for rung in ladder.rungs if rung.kind == "trend"]
    assert len(trends) == (name != "lecture" and frequency.copies[-1][1] > 1)


def test_a_season_that_the_series_has_not_is_refused(tmp_path):
    (tmp_path / "mine.toml").write_text('[[rung]]\ndays_back = 3\nknown = "week"\n')
    ladder = ladder_from_toml(tmp_path / "mine.toml")
    with pytest.raises(InputError, match=r"knows the week, and a series of months has no such season.*one of year"):
        fit_series(made("monthly"), FitOptions(ladder=ladder))


def test_a_horizon_beyond_what_can_be_checked_is_refused_in_its_words():
    with pytest.raises(InputError, match="at most 52 weeks ahead"):
        fit_series(made("weekly"), FitOptions(ladder="quick", horizon=53))
    with pytest.raises(InputError, match="36 months or fewer"):
        fit_series(made("monthly"), FitOptions(ladder="quick", horizon=37))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("hourly", r"below the 8 values at the same time of day before it"),
        ("weekly", r"below the 8 values before it"),
        ("monthly", r"below the 8 values before it"),
    ],
)
def test_a_last_step_that_has_not_ended_is_left_out(name, told):
    whole = made(name, noise=1.0)
    values = whole.values.copy()
    values[-1] *= 0.3
    series = replace(whole, values=values)
    left = without_unfinished(series, FitOptions())
    assert len(left) == len(series) - 1
    assert re.search(told, str(left.notes[0]))
    assert str(left.notes[0]).count(iso(series.dates[-1])) == 2, "its date is named, and forecast first"
    assert len(without_unfinished(whole, FitOptions())) == len(whole)


def test_a_short_monthly_series_that_repeats_last_year_and_its_change_is_forecast():
    """The choice looks two years back, and the first cutoff on training months lies in the second year."""
    at, months = np.arange(60), np.tile([0.0, 90, 20, 70, 10, 50, 80, 30, 60, 40, 95, 5], 5)
    series = replace(made("month ends"), values=300 + 3.0 * at + months, observed=np.ones(60, dtype=bool))
    findings, _ = fit_series(series, FitOptions(ladder=named_ladder("quick", series.frequency)))
    assert findings.chosen == "copy last year + trend"
    np.testing.assert_allclose(findings.forecast.mean, 300 + 3.0 * np.arange(60, 72) + months[:12])


def test_a_copy_that_training_is_too_short_for_is_not_told_of():
    """Of 80 weeks 40 are for training, so that nothing copies last year; a network learns what goes up and down."""
    values = 100.0 + 10 * (-1.0) ** np.arange(80)
    series = replace(seasonal(weekly(), 80, "2001-01-01"), values=values)
    findings, _ = fit_series(series, FitOptions(ladder="quick", horizon=4))
    assert [line.rung for line in findings.ladder] == ["copy last week", "linear 4", "100 relu 13"]
    assert findings.chosen == "100 relu 13"
    assert list(findings.copied) == ["copy last week"]
    assert "last year" not in " ".join(map(str, findings.verdict))
