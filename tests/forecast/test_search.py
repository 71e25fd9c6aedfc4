"""From days to a forecast: the same bits, an honest choice, and an end as soon as one is asked for."""

import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from support.small_searches import (
    COPIES,
    LINE,
    NET,
    SHORT,
    TINY,
    changed_after,
    channel,
    fitted,
    part,
    search,
    series_of,
)
from thalweg.errors import InputError
from thalweg.forecast.backtest import backtest
from thalweg.forecast.data import data_of
from thalweg.forecast.export import as_json
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.model import load
from thalweg.forecast.plan import bounds, first_cutoff
from thalweg.forecast.predictors import network as network_module
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.search import Member
from thalweg.forecast.store.file import pack
from thalweg.forecast.team import Team
from thalweg.forecast.training import TrainingSet, loss_of_constant, scored
from thalweg.forecast.watch import Silence
from thalweg.forecast.ways import RECURSIVE
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.messages import catalogue
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.record import DAILY

TIMES = ("seconds", "times", "time_limit", "threads")


def without_times(part):
    """Everything of the findings except durations."""
    if isinstance(part, dict):
        return {key: without_times(value) for key, value in part.items() if key not in TIMES}
    return [without_times(value) for value in part] if isinstance(part, list) else part


def everything(findings):
    return json.dumps(without_times(as_json(findings)))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_same_seed_same_bits_whatever_the_threads(series, found, threads):
    findings, model = search(series, threads=threads)
    assert everything(findings) == everything(found[0])
    assert pack(model) == pack(found[1])


def test_another_seed_finds_another_function(series, found):
    findings, _ = search(series, seed=1)
    losses = [[line.train for line in one.ladder if line.kind != "copy"] for one in (findings, found[0])]
    assert losses[0][0] != losses[1][0]


def test_the_choice_has_the_least_validation_loss(found):
    findings, _ = found
    best = min(findings.ladder, key=lambda line: line.validation)
    assert findings.chosen == best.rung == findings.choice.rung
    assert best.validation < findings.ladder[0].validation


def test_what_only_fits_the_days_seen_is_not_chosen():
    """On a random walk a wide network learns the training days by heart, and loses on validation days (U4)."""
    walk = 1000 + np.cumsum(np.random.default_rng(2).normal(0, 10, 200))
    wide = replace(NET, hidden=(64, 64), epochs=60)
    findings, _ = search(series_of(walk), ladder=Ladder("wide", (*COPIES, NET, wide)), horizon=1)
    assert min(findings.ladder, key=lambda line: line.train).rung == wide.name
    assert findings.chosen == "copy yesterday"


def test_the_sealed_test_does_not_choose(series, found):
    """With other values on the sealed days, everything but the last column of the table is the same."""
    was, _ = found
    sealed = was.split.train + was.split.validation
    now, _ = search(changed_after(series, sealed, 0))
    assert now.chosen == was.chosen
    assert now.plan == was.plan
    for one, two in zip(was.ladder, now.ladder, strict=True):
        assert replace(one, test=0.0, seconds=0.0, curve={}) == replace(two, test=0.0, seconds=0.0, curve={})
        assert one.curve == two.curve
        assert one.test != two.test
    assert now.as_used.test != was.as_used.test


class Recorder(Silence):
    """Records every call, and its thread."""

    def __init__(self):
        self.stages, self.done, self.lines, self.threads = [], {}, [], set()

    def stage(self, name, total):
        self.threads.add(threading.current_thread())
        self.stages.append((name, total))
        self.done[name] = 0

    def advance(self, count=1):
        self.threads.add(threading.current_thread())
        self.done[self.stages[-1][0]] += count

    def rung(self, line):
        self.threads.add(threading.current_thread())
        self.lines.append(line)


def test_a_watcher_receives_everything_on_the_calling_thread(series):
    recorder = Recorder()
    findings, _ = search(series, watcher=recorder)
    assert recorder.threads == {threading.current_thread()}
    assert [name for name, _ in recorder.stages] == ["climb", "open", "as_used", "calibrate", "forecast"]
    rungs = len(findings.ladder)
    assert [line.rung for line in recorder.lines] == [line.rung for line in findings.ladder] * 2
    assert all(np.isnan(line.test) for line in recorder.lines[:rungs]), "the sealed test is closed during the search"
    told = [replace(line, seconds=0.0) for line in recorder.lines[rungs:]]
    assert told == [replace(line, seconds=0.0) for line in findings.ladder]
    totals = dict(recorder.stages)
    assert recorder.done["climb"] == totals["climb"] == 6
    assert all(0 < recorder.done[name] <= totals[name] for name in totals)


class Interrupting(Silence):
    """Presses Ctrl-C at the first call of one kind."""

    def __init__(self, where):
        self.where = where

    def stage(self, name, total):  # noqa: ARG002 - the protocol's names
        if self.where == name:
            raise KeyboardInterrupt

    def advance(self, count=1):  # noqa: ARG002 - the protocol's names
        if self.where == "advance":
            raise KeyboardInterrupt

    def rung(self, line):  # noqa: ARG002 - the protocol's names
        if self.where == "rung":
            raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["climb", "rung", "advance", "open", "as_used", "forecast"])
def test_an_interrupt_ends_everything_and_leaves_no_thread(series, where):
    before = set(threading.enumerate())
    endless = replace(NET, epochs=1_000_000, patience=1_000_000) if where in {"rung", "advance"} else NET
    started = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        search(series, ladder=Ladder("long", (*COPIES, LINE, endless)), watcher=Interrupting(where))
    assert time.perf_counter() - started < 10
    assert set(threading.enumerate()) <= before


def test_a_time_limit_gives_the_best_so_far_and_says_so(series):
    endless = replace(NET, epochs=1_000_000, patience=1_000_000)
    started = time.perf_counter()
    findings, model = search(series, ladder=Ladder("long", (*COPIES, LINE, endless)), time_limit=1.5, threads=2)
    assert time.perf_counter() - started < 10
    assert endless.name not in {line.rung for line in findings.ladder}
    notes = {message.key: message.values for message in findings.verdict}
    assert notes["verdict.time_limit"]["seconds"] == 1.5
    assert findings.chosen == min(findings.ladder, key=lambda line: line.validation).rung
    assert np.isfinite(model.predict().mean).all()


def test_the_tiniest_time_limit_still_forecasts_by_copying(series):
    findings, model = search(series, time_limit=1e-6)
    assert {line.parameters for line in findings.ladder} == {0}
    assert model.predictors.one_step.parameters == 0
    assert "verdict.time_limit" in {message.key for message in findings.verdict}
    assert "verdict.time_limit" not in {message.key for message in search(series, time_limit=1e6)[0].verdict}


def test_a_week_repeated_is_copied():
    week = np.array([50.0, 60, 70, 65, 40, 20, 30])
    findings, model = search(series_of(np.tile(week, 30)))
    assert findings.chosen == "copy last week"
    assert findings.as_used.test == 0
    assert findings.verdict[0].key == "verdict.copying_mae"
    np.testing.assert_array_equal(model.predict().mean, week[:5])
    np.testing.assert_allclose(findings.forecast.low95, week[:5], rtol=1e-9)
    assert findings.as_used.coverage == {80: 1.0, 95: 1.0}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_where_nothing_beats_copying_it_copies_or_says_how_it_compares(seed):
    walk = 1000 + np.cumsum(np.random.default_rng(seed).normal(0, 10, 300))
    findings, model = search(series_of(walk))
    copied = findings.baselines["copy yesterday"]
    said = findings.verdict[0]
    if findings.choice.kind == "copy":
        assert said.key == "verdict.copying_mae"
        np.testing.assert_allclose(model.predict().mean, walk[-1], rtol=1e-14)
    else:
        best = min(losses.mean() for losses in findings.copied.values())
        assert said.key == ("verdict.better_mae" if findings.served < best else "verdict.worse_mae")
        assert said.values["percent"] == pytest.approx(100 * abs(1 - findings.served / best), rel=1e-9)
    assert findings.as_used.test < 1.25 * copied, "a walk is not forecast much worse than by copying"


def test_one_day_ahead(series):
    findings, model = search(series, horizon=1)
    assert len(findings.forecast.mean) == len(findings.steps) == model.horizon == 1
    assert findings.steps[0] == pytest.approx(findings.as_used.test, rel=1e-12)


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_the_ways_are_those_that_validation_prefers(series, loss):
    """Recompute each way by hand on days before the sealed test, refitted as in use, scored on validation days."""
    findings, _ = search(series, loss=loss, ladder=SHORT)
    split, line = findings.split, next(line for line in findings.ladder if line.rung == LINE.name)
    assert findings.chosen == LINE.name
    sealed = split.train + split.validation
    losses = {}
    with thread_pool(1) as pool:
        tested = backtest(
            data_of(part(series, 0, sealed), Calendar(), loss),
            Team(DAILY, (Member(LINE, line.epochs, (0, 1)),), baselines=COPIES),
            first=(split.train,), until=(sealed,), refit_days=findings.as_used.refit_days, steps=7, pool=pool,
            advance=lambda _: None,
        )  # fmt: skip
    assert tuple(tested.forecasts) == (RECURSIVE, "copy yesterday", "copy last week")
    for way, made in tested.forecasts.items():
        each = []
        for step in range(1, 7):  # of the block of 2 to 7 days ahead
            days = [day for day in range(split.train + step, sealed) if series.observed[day]]
            residual = np.array([made[step, day] - series.values[day] for day in days])
            each.append(np.mean(np.abs(residual) if loss == "mae" else residual**2))
        losses[way] = np.mean(each)
    first, later = findings.plan.blocks
    assert (first.ways, later.first, later.last) == ((RECURSIVE,), 2, 7)
    assert {way: later.losses[way] for way in losses} == pytest.approx(losses, rel=1e-9)
    chosen = later.losses[" + ".join(later.ways)]
    assert chosen <= later.losses[RECURSIVE] * (1 + 1e-12), "other ways are better than the learned one, or it is taken"
    assert chosen <= min(later.losses[name] for name in ("copy yesterday", "copy last week"))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("loss", "rmse", "loss='rmse'"),
        ("horizon", 0, "horizon=0: give a whole number of"),
        ("horizon", 100_000, "horizon=100000: on "),
        ("seed", -1, "seed=-1"),
        ("threads", 0, "threads=0"),
        ("time_limit", 0.0, "time_limit=0.0: give a number above 0 seconds"),
        ("time_limit", float("nan"), "time_limit=nan"),
        ("ladder", "huge", "ladder='huge'"),
        ("country", "Atlantis", "Atlantis"),
    ],
)
def test_options_out_of_range_are_refused(series, option, value, said):
    with pytest.raises(InputError, match=said):
        search(series, **{option: value})


@pytest.mark.slow
def test_the_shortest_series_is_served_whole(tmp_path):
    """56 days and the furthest horizon: every interval is a number, and the model comes back from its file."""
    short = series_of(channel(56).values)
    findings, model = search(short, ladder="full", horizon=18)
    assert all(line.days_back * 3 <= findings.split.train for line in findings.ladder if line.parameters)
    for name in ("mean", "low80", "high80", "low95", "high95"):
        assert np.isfinite(getattr(findings.forecast, name)).all(), name
    assert len(findings.steps) == 18
    model.save(tmp_path / "short.thalweg")
    np.testing.assert_array_equal(load(tmp_path / "short.thalweg").predict().mean, findings.forecast.mean)


def test_a_horizon_that_cannot_be_checked_is_refused():
    short = series_of(channel(56).values)
    with pytest.raises(InputError, match=r"horizon=19: on 56 days a forecast can be checked at most 18 days ahead"):
        search(short, ladder=SHORT, horizon=19)
    assert len(search(short, ladder=SHORT, horizon=18)[0].forecast.mean) == 18


def test_gaps_where_far_steps_would_be_scored(tmp_path):
    """Gaps leave fewer than twenty residuals of the far steps: their interval is that of the last step with enough."""
    observed = np.ones(56, dtype=bool)
    observed[47:55] = False
    series = series_of(channel(56).values, observed)
    findings, model = search(series, ladder=SHORT, horizon=18)
    cut = first_cutoff(findings.split, bounds(DAILY, 18, 18), 18)
    residuals = np.array([observed[cut + step - 1 :].sum() for step in range(1, 19)])
    few = np.flatnonzero(residuals < 20)
    assert 0 < len(few) < 10
    np.testing.assert_array_equal(model.bands[few], model.bands[few - 1])
    assert (model.bands[few[0] - 1, 0] != model.bands[0, 0]).any()
    assert np.isfinite(findings.steps).all()
    model.save(tmp_path / "gaps.thalweg")
    load(tmp_path / "gaps.thalweg")


@pytest.mark.parametrize("kind", ["zeros", "constant training", "mostly zeros", "tiny", "large", "wild day"])
def test_odd_series_are_served_without_a_warning(kind):
    values = channel(200).values
    if kind == "zeros":
        values = np.where(np.arange(200) < 190, 0.0, 3.0)
    elif kind == "constant training":
        values[:120] = 0.1
    elif kind == "mostly zeros":
        values = np.where(np.random.default_rng(0).random(200) < 0.1, values, 0)
    elif kind == "tiny":
        values *= 1e-9
    elif kind == "large":
        values *= 1e11
    else:
        values[60] = 9e14
    for loss in ("mae", "mse"):
        findings, model = search(series_of(values), loss=loss)
        forecast = model.predict()
        for name in ("mean", "low80", "high80", "low95", "high95"):
            assert np.isfinite(getattr(forecast, name)).all(), name
        assert np.isfinite(findings.as_used.test)


def test_series_below_zero_have_no_floor():
    below = series_of(channel(300).values - 5000)
    findings, model = search(below)
    assert model.miss_transform.offset is None
    assert findings.forecast.mean.max() < 0
    assert findings.forecast.low95.max() < 0


def test_what_diverges_is_left_out_and_the_search_continues(series):
    rash = Rung(7, optimizer=Optimizer(rule="gradient descent", learning_rate=1e3, schedule="constant", decay=0))
    findings, _ = search(series, ladder=Ladder("rash", (*COPIES, replace(rash, hidden=(30, 30)), LINE)), loss="mse")
    names = [line.rung for line in findings.ladder]
    assert names == ["copy yesterday", "copy last week", LINE.name]


def test_refits_use_the_seeds_whose_descents_did_not_fail(series, monkeypatch):
    """The first network of three fails, so the epochs found belong to the second and third."""
    descend = network_module.descend

    def failing(training_set, seed, **options):
        made = descend(training_set, seed, **options)
        return made._replace(outcome=replace(made.outcome, name="diverged")) if seed % 1000 == 0 else made

    monkeypatch.setattr(network_module, "descend", failing)
    three = replace(LINE, seeds=3)
    findings, model = search(series, ladder=Ladder("three", (*COPIES, three)), seed=4, horizon=1)
    line = findings.choice
    assert line.rung == three.name
    assert (line.seeds, len(line.epochs), len(line.outcomes)) == (2, 2, 2)

    by_hand = [
        fitted(three, series, len(series), epochs=epochs, seeds=(seed,)).thetas[0]
        for seed, epochs in zip((4001, 4002), line.epochs, strict=True)
    ]
    np.testing.assert_array_equal(model.predictors.one_step.members[0].thetas, by_hand)


def test_best_shapes_are_fitted_again_with_a_calendar(series):
    shallow, deep = replace(NET, hidden=(100,), epochs=4), replace(NET, hidden=(100, 100), epochs=4)
    known = replace(NET, known="week", days_back=7, epochs=2)
    again = Ladder("again", (*COPIES, shallow, deep), again=(known,), best_shapes=1)
    findings, _ = search(series, ladder=again, horizon=1)
    networks = [line for line in findings.ladder if line.kind == "network"]
    best = min(networks[:2], key=lambda line: line.validation)
    assert len(networks) == 3
    assert networks[2].known
    assert networks[2].hyperparameters["neurons"] == best.hyperparameters["neurons"]


def test_the_tiny_ladder_is_fitted_in_order(found):
    names = [line.rung for line in found[0].ladder]
    assert names[: len(TINY.rungs)] == [rung.name for rung in TINY.rungs]


def test_the_verdict_names_a_rung_that_diverges_with_advice(series):
    wild = Rung(7, optimizer=Optimizer(rule="gradient descent", learning_rate=1e3), seeds=1, epochs=5)
    findings, _ = search(series, ladder=Ladder("wild", (wild,)), loss="mse")
    assert [line.kind for line in findings.ladder] == ["copy", "copy"], "copying is always tried"
    (said,) = [message for message in findings.verdict if message.key == "verdict.diverged"]
    assert catalogue()(said).startswith("linear 7 was left out")
    assert "learning rate 1000 " in catalogue()(said)


def test_a_rung_that_is_far_worse_than_a_constant_has_failed_though_it_made_all_its_epochs(series):
    """At this rate Adam strides about and never diverges: no epoch is as good as the mean of the training days."""
    wild = replace(NET, hidden=(30,), optimizer=Optimizer(learning_rate=2.0), seeds=2, epochs=3)
    findings, _ = search(series, ladder=Ladder("wild", (wild, LINE)), horizon=1)
    assert [line.rung for line in findings.ladder] == ["copy yesterday", "copy last week", LINE.name]
    (said,) = [message for message in findings.verdict if message.key == "verdict.diverged"]
    assert said.values["rung"] == wild.name
    assert "that of a constant prediction" in catalogue()(said)
    assert "始终预测同一个常数" in catalogue("zh")(said)


def test_the_yardstick_of_a_rung_is_the_mean_of_its_training_values(series):
    training_set = TrainingSet.of(LINE, series, Calendar(), "mae", 200, 1)
    values = scored(training_set, [(200, 260)])
    seen, ahead = (series.values[part][series.observed[part]] for part in (slice(200), slice(200, 260)))
    assert loss_of_constant(training_set, values) == pytest.approx(np.abs(ahead - seen.mean()).mean())


def test_what_is_no_series_or_no_ladder_is_refused(series):
    with pytest.raises(InputError, match="takes a Series, not str"):
        search("views.csv")
    with pytest.raises(InputError, match="there is no such ladder"):
        search(series, ladder=3)
    with pytest.raises(InputError, match=r"horizon=2\.5"):
        search(series, horizon=2.5)


def test_one_day_ahead_needs_no_second_way(series):
    findings, model = search(series, horizon=1)
    assert [block.ways for block in findings.plan.blocks] == [(RECURSIVE,)]
    assert model.predictors.ways == (RECURSIVE,)
