"""A backtest of many series: what is fitted where, what is compared, and what is told."""

# ruff: noqa: ARG001 -- models take what they are given

import math

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import thalweg
from support.backtests import last_season
from support.panel_backtests import DAYS, members, panel_of, small, tried
from support.panels import series_of, wave
from thalweg.errors import InputError
from thalweg.forecast.evaluation.many.forecasts import Standing
from thalweg.forecast.panel.model import PanelModel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.run import fit_panel
from thalweg.series.panel import joined

OURS = {"quick": "quick"}
FIRST = np.datetime64("2023-01-02")
WINDOWS = {"windows": 4, "step": 8}


def before(panel, seen):
    """Return what a panel was like so many days after its first date."""
    known = {
        name: one.head(count)
        for name, one in panel
        if (count := min(seen - (one.start - FIRST).astype(int), len(one))) > 0
    }
    return joined(list(known.values()), list(known), keys={"shop": tuple(known)})


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    small(monkeypatch)


@pytest.fixture(scope="module")
def result():
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        return tried(panel_of(members()), refit=2, **WINDOWS)


def test_a_fit_at_a_cutoff_is_that_of_the_values_up_to_there_and_then_its_model_serves_newer_ones(result):
    panel, options = panel_of(members()), PanelFitOptions(horizon=7, threads=1, keep_last=True)
    seen = result.forecasts.cutoffs.seen
    assert seen == (129, 137, 145, 153)
    made = result.forecasts.made["thalweg"]
    for at in (0, 2):
        findings = fit_panel(before(panel, seen[at]), options)
        model = PanelModel.of(findings, options.asked)
        newer = model.forecast(before(panel, seen[at + 1]), keep_last=True)
        for row, one in ((at, None), (at + 1, newer)):
            served = findings.served if one is None else one
            mean = served.forecast if one is None else one.mean
            for name in ("whole 0", "whole 3", "negative", *(("late",) if at == 2 else ())):
                place, here = panel.places[name], (findings.panel.names if one is None else one.names).index(name)
                np.testing.assert_array_equal(made.mean[row, place], mean[here])
                for level, ends in made.ends.items():
                    column = findings.plan.levels.index(float(level))
                    np.testing.assert_array_equal(ends[0][row, place], served.low[here, :, column])
                    np.testing.assert_array_equal(ends[1][row, place], served.high[here, :, column])
    assert np.abs(made.mean[0, 0] - made.mean[1, 0]).max() > 0


def test_copies_and_means_are_those_of_plain_loops(result):
    panel = panel_of(members())
    assert list(result.forecasts.made) == ["copy last week", "mean of 4 × 7 back", "mean of 8 × 7 back", "thalweg"]
    for name in ("whole 2", "negative"):
        values, place = panel[name].values, panel.places[name]
        for row, seen in enumerate(result.forecasts.cutoffs.seen):
            for model, back in (("copy last week", 1), ("mean of 4 × 7 back", 4), ("mean of 8 × 7 back", 8)):
                expected = np.mean([values[seen - 7 * k : seen - 7 * k + 7] for k in range(1, back + 1)], axis=0)
                np.testing.assert_allclose(result.forecasts.made[model].mean[row, place], expected, rtol=1e-12)
    late = panel["late"].values[:7]  # at cutoff 137 it has seven values, too few for means of seasons
    for model in ("copy last week", "mean of 4 × 7 back", "mean of 8 × 7 back"):
        np.testing.assert_array_equal(result.forecasts.made[model].mean[1, panel.places["late"]], late)


def test_where_a_series_counts(result):
    standing = dict(zip(result.forecasts.panel.names, result.forecasts.standing.T.tolist(), strict=True))
    none, whole = Standing.NOT_BEGUN, [Standing.COMPARED] * 4
    assert standing["late"] == [none, *whole[1:]]
    assert standing["ended"] == [Standing.NOTHING_COMES] * 4
    assert all(standing[name] == whole for name in ("whole 0", "whole 1", "negative"))
    assert result.failed == 0
    told = str(result)
    assert "One series begins after a cutoff, and is left out there: late." in told
    assert "One series has no value to compare with after a cutoff, and is left out there: ended." in told
    notes = dict(zip(result.by_series["unique_id"], result.by_series["notes"], strict=True))
    assert notes["late"] == "It is left out at 1 of 4 cutoffs, up to which it has no value."
    assert notes["ended"].startswith("It is left out at 4 of 4 cutoffs, after which it has no value")
    assert notes["whole 0"] == ""


def test_the_frame_has_a_row_for_each_value_that_was_observed(result):
    frame, panel = result.to_frame("pandas"), panel_of(members())
    assert list(frame)[:4] == ["unique_id", "ds", "cutoff", "y"]
    assert list(frame)[4:] == [
        f"{model}{end}"
        for model in ("copy last week", "mean of 4 × 7 back", "mean of 8 × 7 back", "thalweg")
        for end in ("", "-lo-80", "-hi-80", "-lo-95", "-hi-95")
    ]
    counts = frame.groupby("unique_id").size().to_dict()
    assert counts == {**{f"whole {at}": 28 for at in range(4)}, "whole 1": 27, "late": 21, "negative": 28}
    assert np.isfinite(frame.iloc[:, 3:].to_numpy()).all()
    for name, of_one in frame.groupby("unique_id"):
        one = panel[name]
        at = (of_one["ds"].to_numpy().astype("M8[D]") - one.start).astype(int)
        np.testing.assert_array_equal(of_one["y"], one.values[at])
        assert one.observed[at].all()
        ahead = (of_one["ds"] - of_one["cutoff"]).dt.days
        assert (ahead.min(), ahead.max()) == (1, 7)


def test_each_metric_is_the_mean_over_the_series_of_plain_loops(result):
    forecasts, scores = result.forecasts, result.metrics
    frame = result.to_frame("pandas").assign(step=lambda rows: (rows["ds"] - rows["cutoff"]).dt.days)

    def mean_over_series(rows, metric):
        return rows.groupby("unique_id").apply(metric, include_groups=False).mean()

    metrics = {
        "mae": lambda rows: (rows["thalweg"] - rows["y"]).abs().mean(),
        "rmse": lambda rows: math.sqrt(((rows["thalweg"] - rows["y"]) ** 2).mean()),
        "bias": lambda rows: (rows["thalweg"] - rows["y"]).mean(),
        "wape": lambda rows: (rows["thalweg"] - rows["y"]).abs().sum() / rows["y"].abs().sum(),
        "coverage-80": lambda rows: rows["y"].between(rows["thalweg-lo-80"], rows["thalweg-hi-80"]).mean(),
    }
    for name, metric in metrics.items():
        assert scores.overall[name]["thalweg"] == pytest.approx(mean_over_series(frame, metric))
        for step, rows in frame.groupby("step"):
            assert scores.by_step[step][name]["thalweg"] == pytest.approx(mean_over_series(rows, metric))
        for at, (_, rows) in enumerate(frame.groupby("cutoff")):
            assert scores.by_cutoff[at][name]["thalweg"] == pytest.approx(mean_over_series(rows, metric))
    mase, relative = [], []
    for name, one in forecasts.panel:
        begin, errors, copied = int((one.start - FIRST).astype(int)), [], []
        for row, seen in enumerate(forecasts.cutoffs.seen):
            actual = forecasts.actual[row, forecasts.panel.places[name]]
            known = one.values[: max(seen - begin, 0)]
            there = one.observed[: len(known)]
            apart = np.abs(known[7:] - known[:-7])[there[7:] & there[:-7]]
            missed = np.abs(forecasts.made["thalweg"].mean[row, forecasts.panel.places[name]] - actual)
            errors += (missed / (apart.mean() if len(apart) else math.nan)).tolist()
            copied += np.abs(forecasts.made["copy last week"].mean[row, forecasts.panel.places[name]] - actual).tolist()
        mase.append(np.nanmean(errors) if np.isfinite(errors).any() else math.nan)
        own = frame[frame["unique_id"] == name]
        relative.append((own["thalweg"] - own["y"]).abs().mean() / np.nanmean(copied) if len(own) else math.nan)
    assert scores.overall["mase"]["thalweg"] == pytest.approx(np.nanmean(mase))
    assert scores.overall["relative_mae"]["thalweg"] == pytest.approx(np.nanmean(relative))
    assert scores.overall["relative_mae"]["copy last week"] == 1
    table = result.by_series
    np.testing.assert_allclose(table["thalweg-mase"], mase)
    better = dict(zip(table["unique_id"], table["beats_copying"], strict=True))
    for name, ratio in zip(forecasts.panel.names, relative, strict=True):
        assert better[name] == ("" if math.isnan(ratio) else "yes" if ratio < 1 else "no")
    counts = {word: list(better.values()).count(word) for word in ("yes", "no")}
    assert f"Of 6 series, thalweg forecasts {counts['yes']} better than copy last week, {counts['no']} worse" in str(
        result
    )


def test_utilsforecast_tells_the_same_numbers():
    losses = pytest.importorskip("utilsforecast.losses")
    from utilsforecast.evaluation import evaluate  # noqa: PLC0415 -- installed where the line above passes

    panel = panel_of({f"shop {number}": series_of(wave(number, 120)) for number in range(5)})
    made = tried(panel, windows=1, level=[80, 95])
    frame = made.to_frame("pandas").drop(columns="cutoff")
    history = before(panel, 113).to_frame("pandas")
    metrics = [losses.mae, losses.rmse, losses.smape, losses.bias, losses.coverage]
    found = evaluate(frame, metrics, level=[80, 95], train_df=history, agg_fn="mean")
    theirs = {row["metric"]: row for row in found.to_dict("records")}
    assert set(theirs) >= {"mae", "rmse", "smape", "bias", "coverage_level80"}
    for name, row in theirs.items():
        ours = made.metrics.overall[name.replace("_level", "-").replace("coverage80", "coverage-80")]
        for model in made.forecasts.made:
            assert ours[model] == pytest.approx(row[model]), (name, model)
    assert theirs["mae"]["thalweg"] > 1


def test_the_best_two_are_compared_by_the_mean_over_the_series_at_each_cutoff():
    made = tried(panel_of(members()), models={"again": last_season, "mean": "mean of 4 × 7 back"}, windows=8, step=7)
    compared = made.compared
    assert compared.loss == "of_series"
    rows = [row["mase"] for row in made.metrics.by_cutoff]
    differences = [row[compared.first] - row[compared.second] for row in rows]
    assert compared.test.mean == pytest.approx(np.mean(differences))
    assert compared.test.count == 8
    assert "Compared is the mean MASE over the series up to 7 days ahead, at each of 8 cutoffs" in str(compared)


def test_models_of_one_series_serve_each_and_copying_stands_there_in_any_case():
    panel = panel_of(members())
    models = {"line": Ridge(), "again": last_season, "own": "copy 14"}
    made = tried(panel, models=models, windows=2, step=5)
    assert list(made.forecasts.made) == ["copy last week", "line", "again", "own"]
    again, copied = (made.forecasts.made[name].mean for name in ("again", "copy last week"))
    there = made.forecasts.standing == Standing.COMPARED
    assert (
        there.sum() == 2 * 6 - 2
    )  # "ended" twice and "late" twice: 16 values are too few for "copy 14" with intervals
    np.testing.assert_array_equal(again[there], copied[there])
    alone = thalweg.backtest(panel["whole 2"], models={"line": Ridge()}, windows=2, step=5, horizon=7)
    np.testing.assert_array_equal(
        made.forecasts.made["line"].mean[:, panel.places["whole 2"]],
        np.stack([one.mean for one in alone.forecasts.made["line"]]),
    )
    assert made.metrics.overall["relative_mae"]["again"] == 1


def test_a_series_that_a_model_cannot_forecast_is_left_out_for_all_and_told():
    def fails_on_negative(history, horizon):
        if history.values.min() < 0:
            raise ValueError("no logarithm")
        return last_season(history, horizon)

    made = tried(panel_of(members()), models={"log": fails_on_negative, **OURS}, windows=2, step=5)
    assert (made.forecasts.standing[:, made.forecasts.panel.places["negative"]] == Standing.FAILED).all()
    assert "negative" not in set(made.to_frame("pandas")["unique_id"])
    assert made.failed == 1
    told = made.as_json()
    assert [each["unique_id"] for each in told["failed"]] == ["negative"]
    assert "'log' failed at the cutoff 2023-05-29: ValueError: no logarithm" in told["failed"][0]["why"]
    (note,) = [row["notes"] for row in told["series"] if row["unique_id"] == "negative"]
    assert note.startswith("It is left out at 2 of 2 cutoffs, at which a model could not forecast it: The model 'log'")

    def fails(history, horizon):
        raise ValueError("never")

    with pytest.raises(InputError, match="'fails' failed at the cutoff 2023-05-29: ValueError: never"):
        tried(panel_of(members()), models=[fails], windows=2, step=5)


def test_a_fit_that_fails_for_a_series_leaves_it_out(monkeypatch):
    from thalweg.forecast.panel import run  # noqa: PLC0415 -- patched here alone

    serve = run.serve

    def broken(series, plan, prior):
        if any(one.values[0] == 800 - 900 + 0 * len(one) or one.values.min() < 0 for one in series):
            raise ArithmeticError("no negative numbers today")
        return serve(series, plan, prior)

    monkeypatch.setattr(run, "serve", broken)
    made = tried(panel_of(members()), windows=2, step=5)
    assert list(made.forecasts.failed) == [made.forecasts.panel.places["negative"]]
    assert "ArithmeticError: no negative numbers today" in str(made)
    assert np.isfinite(made.metrics.overall["mase"]["thalweg"])


def test_the_usual_windows_leave_room_and_given_ones_are_dates_of_the_panel():
    made = tried(panel_of(members()), models=[last_season])
    assert [str(date) for date in made.forecasts.dates][-1] == "2023-06-03"
    assert len(made.forecasts.dates) == 5
    short = panel_of({"a": series_of(wave(1, 66)), "b": series_of(wave(2, 66))})
    assert tried(short, models=[last_season]).forecasts.cutoffs.seen == (59,)
    assert tried(short, models=[last_season], horizon=None).forecasts.cutoffs.horizon == 22
    given = tried(panel_of(members()), models=[last_season], cutoffs=["2023-05-10", "2023-05-20"], gap=2, horizon=5)
    assert [str(date) for date in given.forecasts.dates] == ["2023-05-10", "2023-05-20"]
    ahead = given.to_frame("pandas")
    assert set((ahead["ds"] - ahead["cutoff"]).dt.days) == set(range(3, 8))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cutoffs": ["2020-01-01"]}, "lies outside"),
        ({"windows": 99}, "At most 22 fit"),
        ({"horizon": 200}, "leave no value before the cutoff"),
        ({"ladder": "lecture"}, "ladder"),
        ({"loss": "mse"}, "loss"),
        ({"models": {"a": "linear 7", "copy last week": last_season, "copy": "liner 7"}}, "liner 7"),
        ({"models": {"ds": last_season}}, "cannot be named 'ds'"),
        ({"models": [("thalweg", last_season)], "ladder": "quick"}, "Two models have the name 'thalweg'"),
    ],
)
def test_what_cannot_be_served_is_refused_in_a_sentence(options, told):
    with pytest.raises(InputError, match=told):
        tried(panel_of(members()), **options)


def test_a_panel_is_read_from_what_holds_many_series_by_itself(tmp_path):
    panel = panel_of({f"shop {number}": series_of(wave(number, 90)) for number in range(3)})
    options = {"models": [last_season], "windows": 2}
    expected = tried(panel, **options).to_frame("pandas")
    frame = panel.to_frame("pandas")
    assert tried(frame, **options).to_frame("pandas").equals(expected)
    (tmp_path / "shops").mkdir()
    for name, rows in frame.groupby("unique_id"):
        rows[["ds", "y"]].to_csv(tmp_path / "shops" / f"{name}.csv", index=False)
    for source in (tmp_path / "shops", str(tmp_path / "shops" / "*.csv")):
        assert tried(source, **options).to_frame("pandas").equals(expected)
    one = thalweg.backtest(frame[frame["unique_id"] == "shop 1"], horizon=7, **options)
    assert isinstance(one, thalweg.BacktestResult)
    with pytest.raises(InputError, match="by="):
        tried(frame.rename(columns={"unique_id": "shop"}), **options)


def test_a_last_date_that_is_not_complete_is_left_out_and_told():
    found = {f"shop {number}": series_of(wave(number, 120)) for number in range(4)}
    for one in found.values():
        one.values[-1] = 0
    left, kept = (tried(panel_of(found), models=[last_season], windows=1, keep_last=keep) for keep in (False, True))
    assert (left.forecasts.dates[0], kept.forecasts.dates[0]) == (
        np.datetime64("2023-04-23"),
        np.datetime64("2023-04-24"),
    )
    assert "looks unfinished" in str(left.forecasts.panel.notes[0])


def test_the_panel_holds_as_many_days_as_told():
    assert max(map(len, members().values())) == DAYS


def test_known_columns_are_seen_beyond_the_cutoff_and_those_of_the_past_are_not():
    """The values of dates to come stand in the source; a column of the past that tells them is cut at the cutoff."""
    rows = {"unique_id": [], "ds": [], "y": [], "price": [], "told": []}
    for number in range(6):
        price = np.random.default_rng(number).integers(0, 2, 140)
        values = wave(number, 140) * (1 + price)
        rows["unique_id"] += [f"shop {number}"] * 140
        rows["ds"] += [str(FIRST + np.timedelta64(at, "D")) for at in range(140)]
        rows["y"] += values.tolist()
        rows["price"] += price.tolist()
        rows["told"] += np.roll(values, -2).tolist()
    options = {"windows": 2, "step": 7, "models": OURS}
    mean = {}
    for name, columns in (("none", {}), ("known", {"known": ["price"]}), ("past", {"past": ["told"]})):
        panel = thalweg.read_panel(rows, by=["unique_id"], date="ds", value="y", **columns)
        made = tried(panel, **options)
        assert (made.forecasts.standing == Standing.COMPARED).all()
        mean[name] = made.forecasts.made["quick"].mean
    assert np.abs(mean["known"] - mean["none"]).max() > 0
    planted = {**rows, "told": [value + 5000 * (at % 140 >= 126) for at, value in enumerate(rows["told"])]}
    panel = thalweg.read_panel(planted, by=["unique_id"], date="ds", value="y", past=["told"])
    np.testing.assert_array_equal(tried(panel, **options).forecasts.made["quick"].mean[0], mean["past"][0])
