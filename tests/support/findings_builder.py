"""Plausible findings without a fit: simulated days, and predictions with residuals of known size."""

from dataclasses import replace

import numpy as np

from thalweg.forecast.levels import LEVELS, Intervals
from thalweg.forecast.plan import Block, Plan
from thalweg.forecast.result import AsUsed, Findings, Forecast, Miss, RungResult, Split
from thalweg.messages import Message
from thalweg.series.series import Series

HYPERPARAMETERS = {
    "days back": 56,
    "layers": 2,
    "neurons": [100, 100],
    "activation": "relu",
    "update rule": "adamw",
    "learning rate": 0.003,
    "schedule": "cosine",
    "weight decay": 0.01,
    "batch size": 64,
    "epochs at most": 60,
    "loss": "mae",
}
# Name, kind, unknowns, days back, known, L, validation, L′: the shape of the lecture's ladder (U3).
RUNGS = (
    ("copy yesterday", "copy", 0, 1, False, 469.2, 488.1, 580.4),
    ("copy last week", "copy", 0, 7, False, 301.5, 311.2, 320.9),
    ("linear 1", "linear", 2, 1, False, 462.9, 470.3, 481.7),
    ("linear 7", "linear", 8, 7, False, 255.1, 259.9, 263.4),
    ("linear 28", "linear", 29, 28, False, 190.4, 194.0, 196.8),
    ("linear 56", "linear", 57, 56, False, 184.2, 189.3, 190.2),
    ("10 relu 56", "network", 581, 56, False, 180.7, 186.6, 188.5),
    ("100 relu 56", "network", 5801, 56, False, 162.3, 179.8, 181.1),
    ("1000 relu 56", "network", 58001, 56, False, 155.9, 178.4, 180.6),
    ("2×100 relu 56", "network", 15901, 56, False, 121.8, 166.2, 170.3),
    ("3×100 relu 56", "network", 26001, 56, False, 98.7, 165.5, 171.9),
    ("4×100 relu 56", "network", 36101, 56, False, 74.0, 171.8, 183.0),
    ("2×100 relu 28 week", "network", 19201, 28, True, 118.3, 150.9, 155.4),
    ("3×100 relu 56 year", "network", 32201, 56, True, 101.2, 149.8, 156.0),
    ("mean of 3", "mean", 77403, 56, True, 104.4, 146.0, 152.3),
)


def simulated_series(days=1500, missing=(), name="views", *, simulated=True, scale=1.0):
    """Return a series with a weekly and a yearly season, a trend and autocorrelated noise."""
    generator = np.random.default_rng(7)
    at = np.arange(days)
    noise = np.zeros(days)
    for day in range(1, days):
        noise[day] = 0.6 * noise[day - 1] + generator.normal(0, 110)
    week = np.array([250, 300, 280, 240, -60, -420, -300])[at % 7]
    values = np.maximum(0, 1900 + 0.4 * at + week + 300 * np.sin(2 * np.pi * at / 365.25) + noise)
    observed = np.ones(days, dtype=bool)
    for day in missing:
        observed[day] = False
        values[day] = values[day - 7]
    return Series(
        np.datetime64("2017-01-02"), np.round(values) * scale, observed, name, "views.csv", simulated=simulated
    )


def intervals_of(mean, width80, width95):
    """Return symmetric intervals around predictions, of half widths."""
    widths = np.stack([np.broadcast_to(width80, mean.shape), np.broadcast_to(width95, mean.shape)])
    return Intervals(LEVELS, mean - widths, mean + widths)


def _descended():
    steps = np.arange(1, 61)
    fall = np.exp(-steps / 9)
    return {
        "seeds": 3,
        "epochs": (43, 51, 40),
        "outcomes": ("validation", "validation", "validation"),
        "hyperparameters": HYPERPARAMETERS,
        "curve": {
            "epoch": tuple(steps.astype(float).tolist()),
            "train": tuple((120 + 400 * fall - 0.3 * steps).tolist()),
            "validation": tuple((150 + 380 * fall + 0.006 * (steps - 43) ** 2).tolist()),
        },
    }


def plan_of(horizon, scale=1.0):
    """Return a plan as a fit makes it: tomorrow and a week by the choice, a month by a mean, then by others."""

    def losses(start, *ways):
        return {way: scale * (start + 7 * at) for at, way in enumerate(ways)}

    shared, several = "64 relu 28 year shared", ("recursive", "64 relu 28 year shared")
    blocks = (
        Block(1, 1, ("recursive",), 182, losses(146.0, "recursive")),
        Block(2, 7, ("recursive",), 176, losses(158.0, "recursive", "damped line", shared, "copy last week")),
        Block(8, 28, several, 155, losses(171.0, " + ".join(several), *several, "copy last week", "damped line")),
        Block(29, 91, (shared,), 92, losses(190.0, shared, "copy last week", "last year at its level")),
        Block(92, 365, ("last year at its level",), 0),
    )
    return Plan(tuple(block for block in blocks if block.first <= horizon))


def build_findings(*, days=1500, missing=(300, 301, 302, 700), name="views", horizon=28, loss="mae", **changes):
    """Return findings over simulated days; `changes` replaces attributes of the result."""
    scale = changes.pop("scale", 1.0)
    series = simulated_series(days, missing, name, simulated=changes.pop("simulated", True), scale=scale)
    test, validation = (365, 182) if days > 1000 else (days // 4, days // 8)
    dates = series.dates
    short = {"days": days, "validation": validation, "test": test, "usual_validation": 182, "usual_test": 365}
    split = Split(
        days,
        days - test - validation,
        validation,
        test,
        dates[0],
        dates[days - test - validation - 1],
        dates[days - test - 1],
        dates[-1],
        () if days > 1000 else (Message("split.short", short),),
    )
    ladder = tuple(
        RungResult(
            rung,
            kind,
            parameters,
            back,
            known,
            scale * train,
            scale * held,
            scale * unseen,
            0.4 + parameters / 9000,
            members=("2×100 relu 28 week", "3×100 relu 56 year", "3×100 relu 56") if kind == "mean" else (),
            **(_descended() if kind in {"linear", "network"} else {}),
        )
        for rung, kind, parameters, back, known, train, held, unseen in RUNGS
    )
    generator = np.random.default_rng(11)
    scored = np.flatnonzero(series.observed)
    scored = scored[scored >= days - test]
    target = series.values[scored]
    prediction = target + scale * generator.normal(0, 170, len(scored))
    prediction[[60, 200 % len(scored)]] += scale * np.array([900.0, -800.0])
    residual = np.abs(target - prediction)
    as_used = AsUsed(
        30,
        float(residual.mean()),
        dates[scored],
        target,
        prediction,
        intervals_of(prediction, scale * 220, scale * 340),
        {80: float((residual <= 220 * scale).mean()), 95: float((residual <= 340 * scale).mean())},
    )
    worst = np.argsort(-residual)[:8]
    misses = tuple(
        Miss(dates[scored[at]], float(target[at]), float(prediction[at]), "Lunar New Year's Eve" if rank == 0 else "")
        for rank, at in enumerate(worst)
    )
    ahead = np.arange(1, horizon + 1)
    mean = series.values[-28:][(ahead - 1) % 28]
    width = scale * (220 + 6 * ahead)
    forecast = Forecast(dates[-1] + ahead, mean, intervals_of(mean, width, 1.6 * width))
    findings = Findings(
        series=series,
        split=split,
        ladder=ladder,
        chosen="mean of 3",
        loss=loss,
        baselines={"copy yesterday": scale * 580.4, "copy last week": scale * 320.9},
        as_used=as_used,
        steps=scale * (145 + 4.2 * ahead),
        copied={"copy yesterday": scale * (572.3 + 8.1 * ahead), "copy last week": scale * (317.1 + 3.8 * ahead)},
        rests_on="validation",
        plan=plan_of(horizon, scale),
        forecast=forecast,
        misses=misses,
        verdict=(),
        country="CN",
        seconds=71.3,
        settings={"ladder": "full", "seed": 0, "horizon": horizon, "refit_days": 30},
    )
    return replace(findings, **changes)
