"""What a fit makes of level shifts, outliers and gaps: what it tells, and that validation decides."""

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from support.command import thalweg
from thalweg.errors import InputError
from thalweg.forecast import course
from thalweg.forecast.course import course_of
from thalweg.forecast.data import data_of
from thalweg.forecast.ladder import named_ladder
from thalweg.forecast.names import is_shared, rung_message
from thalweg.forecast.origins import begin_of
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.rung_by_name import rung_by_name
from thalweg.forecast.training import TrainingSet
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.messages import Message, catalogue
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import step_range, steps_after
from thalweg.series.frequency.record import DAILY, Frequency, monthly, sub_daily
from thalweg.series.outliers import FAR, outliers_of
from thalweg.series.series import Series
from thalweg.series.split import split_by_date

DAYS = 900
SHIFT = 300  # long before the validation part
START = np.datetime64("2019-01-01")


def series_of(seed: int = 0, *, shift: int | None = SHIFT, outliers: int = 0, gap: slice | None = None) -> Series:
    generator = np.random.default_rng(seed)
    values = np.exp(6 + 0.3 * np.sin(2 * np.pi * np.arange(DAYS) / 7) + generator.normal(0, 0.08, DAYS))
    if shift is not None:
        values[shift:] *= 3
    values[generator.choice(np.arange(40, 500), outliers, replace=False)] *= 8
    observed = np.ones(DAYS, dtype=bool)
    if gap is not None:
        observed[gap] = False
    return Series(START, np.rint(values), observed, "visits")


def course_for(series: Series, ladder: str = "quick"):
    split = split_by_date(series)
    data = data_of(series, Calendar(), "mae")
    with thread_pool(1) as pool:
        return course_of(data, split, named_ladder(ladder), 28, 0, pool)


def keys(found) -> list[str]:
    return [note.key for note in found.notes]


def test_a_shift_brings_rungs_that_learn_since_it() -> None:
    found = course_for(series_of())
    (shift,) = found.shifts
    assert shift.date == START + np.timedelta64(SHIFT, "D")
    assert shift.after / shift.before == pytest.approx(3, rel=0.1)
    assert keys(found)[:2] == ["verdict.shift_share", "verdict.shift_tried"]
    before, after = named_ladder("quick").rungs, found.ladder.rungs
    assert after[: len(before)] == before
    since = after[len(before) :]
    assert since
    assert all(isinstance(rung, Rung) and rung.since == str(shift.date) and rung.ahead for rung in since)
    assert {rung.name.removesuffix(f" since {shift.date}") for rung in since} < {rung.name for rung in before}


def test_rungs_that_time_did_not_allow_are_not_told() -> None:
    found = course_for(series_of())
    names = [rung.name for rung in found.ladder.rungs]
    assert [note.key for note in found.told(names)] == keys(found)
    fewer = [note.key for note in found.told(name for name in names if "since" not in name)]
    assert fewer == ["verdict.shift_share"]


def test_a_series_without_oddities_changes_nothing() -> None:
    found = course_for(series_of(shift=None))
    assert (found.shifts, len(found.outliers), found.notes) == ((), 0, ())
    assert found.ladder == named_ladder("quick")


def test_the_lectures_ladder_stays_and_the_oddities_are_told() -> None:
    found = course_for(series_of(outliers=6), "lecture")
    assert found.ladder == named_ladder("lecture")
    assert keys(found) == ["verdict.shift_share", "verdict.outliers_many"]


def test_a_shift_after_training_is_told_and_not_learned_from() -> None:
    found = course_for(series_of(shift=700))
    assert keys(found) == ["verdict.shift_share", "verdict.shift_late"]
    assert found.ladder == named_ladder("quick")


def test_too_few_days_after_a_shift_are_told() -> None:
    series = series_of(shift=split_by_date(series_of()).train - 70)
    found = course_for(series)
    assert keys(found) == ["verdict.shift_share", "verdict.shift_few"]
    assert dict(found.notes[1].values)["count"] == 70
    assert found.ladder == named_ladder("quick")


def test_what_the_ladder_becomes_rests_on_training_values_alone() -> None:
    series = series_of(outliers=6)
    train = split_by_date(series).train
    later = series.values.copy()
    later[train + 310 :] *= 40  # the sealed test; validation is left as it is, which decides
    first, second = (course_for(replace(series, values=values)) for values in (series.values, later))
    assert len(second.shifts) > len(first.shifts)
    assert first.ladder == second.ladder
    assert first.ladder != named_ladder("quick")


def test_validation_decides_whether_outliers_weigh_less(monkeypatch: pytest.MonkeyPatch) -> None:
    series = series_of(shift=None, outliers=8)
    asked: list[bool] = []

    def errors(*_: object, better: bool, steady: bool = False):
        asked.append(steady)
        noise = np.random.default_rng(7).uniform(0, 1, (180, 3))
        return noise + (0.0 if steady is better else 1.0)

    for better, key in ((True, "verdict.outliers_weigh_less"), (False, "verdict.outliers_weigh_the_same")):
        monkeypatch.setattr(course, "small_network_errors", functools.partial(errors, better=better))
        found = course_for(series)
        assert len(found.outliers) == 8
        assert keys(found) == ["verdict.outliers_many", key]
        steady = {rung.steady for rung in found.ladder.rungs if isinstance(rung, Rung)}
        assert steady == {better}
    assert asked == [False, True, False, True]


def test_a_rung_learns_only_from_its_date_on() -> None:
    series = series_of()
    rung = Rung(28, known="week", hidden=(8,), since=str(START + np.timedelta64(SHIFT, "D")))
    changed = replace(series, values=np.where(np.arange(DAYS) < SHIFT - 60, 1.0, series.values))
    sets = [TrainingSet.of(rung, each, Calendar(), "mae", 700, 1) for each in (series, changed)]
    assert [len(each.examples) for each in sets] == [700 - SHIFT] * 2
    assert_allclose(sets[0].examples.target, sets[1].examples.target, rtol=1e-9)  # the level is a difference of totals
    assert sets[0].scale.spread == pytest.approx(sets[1].scale.spread, rel=1e-9)
    assert begin_of(rung, series, SHIFT + 84) == SHIFT
    assert begin_of(rung, series, SHIFT + 83) == 0  # it would look back over more than a third of them
    assert begin_of(rung, series, 200) == 0
    assert begin_of(replace(rung, since=""), series, 700) == 0


def test_outliers_of_a_steady_rung_weigh_less_and_others_do_not() -> None:
    series = series_of(shift=None, outliers=10)
    rung = Rung(7, hidden=(8,))
    plain, steady = (
        TrainingSet.of(each, series, Calendar(), "mae", 700, 1) for each in (rung, replace(rung, steady=True))
    )
    found = outliers_of(series, Calendar(), 700)
    assert len(found) == 10
    ratios = (steady.examples.weight / plain.examples.weight)[:, 0]
    expected = found.weights(700)[7:]
    assert_allclose(ratios, expected, rtol=1e-6)
    assert (ratios < 0.9).sum() == 10


@pytest.mark.parametrize(("language", "words"), [("en", "since 2020-03-17"), ("zh", "自 2020-03-17 起")])
def test_the_name_of_a_rung_says_since_when_it_learns(language: str, words: str) -> None:
    rung = Rung(28, known="week", hidden=(64, 64), shared=True, since="2020-03-17")
    assert rung.name == "2×64 relu 28 week shared since 2020-03-17"
    assert is_shared(rung.name)
    assert words in catalogue(language)(rung_message(rung.name))


def test_a_long_gap_is_told_with_its_dates() -> None:
    found = course_for(series_of(shift=None, gap=slice(250, 280)))
    (note,) = [each for each in found.notes if each.key == "verdict.long_gap"]
    told = dict(note.values)
    assert (told["count"], told["first"], told["last"], told["left"]) == (30, "2019-09-08", "2019-10-07", 620)
    assert "verdict.long_gap" not in keys(course_for(series_of(shift=None, gap=slice(250, 263))))
    assert DAILY.season == 7


@pytest.mark.slow
def test_the_command_tells_the_shift_and_the_outliers(tmp_path) -> None:
    series = series_of(outliers=4)
    rows = zip(series.dates, series.values, strict=True)
    (tmp_path / "visits.csv").write_text("day,visits\n" + "".join(f"{day},{value:g}\n" for day, value in rows), "utf-8")
    done = thalweg(
        "forecast", tmp_path / "visits.csv", "--ladder", "quick", "--horizon", 2, "--out", tmp_path / "out", "--json"
    )
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    (shift,) = told["level_shifts"]
    assert shift["date"] == "2019-10-28"
    assert shift["after"] / shift["before"] == pytest.approx(3, rel=0.1)
    assert len(told["outliers"]) == 4
    for outlier in told["outliers"]:
        place = series.place(np.datetime64(outlier["date"]))
        assert outlier["value"] == series.values[place]
        assert outlier["value"] > 4 * outlier["usual"]
        assert outlier["deviations"] > FAR
    since = [line["rung"] for line in told["ladder"] if line["rung"].endswith("since 2019-10-28")]
    assert len(since) >= 2
    (hyperparameters,) = {line["hyperparameters"].get("since") for line in told["ladder"] if line["rung"] in since}
    assert hyperparameters == "2019-10-28"
    shifts = [sentence for sentence in told["verdict"] if sentence.startswith("Level shift: from 2019-10-28 on")]
    assert len(shifts) == 1


@pytest.mark.parametrize(
    ("name", "frequency"),
    [
        ("100 relu 28 week since 2020-12-16", DAILY),
        ("2×64 relu 28 week shared smooth since 2020-12-16", DAILY),
        ("100 relu 24 day since 2020-12-16 10:00", sub_daily(60)),
        ("linear 12 year since 2020-12-01", monthly()),
    ],
)
def test_such_a_rung_is_named_as_in_the_table(name: str, frequency: Frequency) -> None:
    rung = rung_by_name(name, frequency)
    assert rung.name == name
    assert isinstance(rung_message(name), Message)
    place = np.datetime64(rung.since).astype(f"datetime64[{frequency.date_unit}]")
    start = step_range(frequency, place, 1)[0]
    series = Series(start, np.arange(500.0), np.ones(500, dtype=bool), "x", frequency=frequency)
    earlier = replace(series, start=steps_after(frequency, start, -100))
    assert [begin_of(rung, each, 500) for each in (series, earlier)] == [0, 100]


@pytest.mark.parametrize(
    "name", ["linear 7 since 2020-13-40", "copy last week since 2020-01-01", "linear 7 since 2020"]
)
def test_what_learns_since_no_date_has_no_name(name: str) -> None:
    with pytest.raises(InputError, match="there is no rung"):
        rung_by_name(name, DAILY)
