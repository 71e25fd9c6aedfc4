"""The loss of a straight line over one day, computed by hand, and the panels of a chart of it."""

import numpy as np

from support.findings_builder import simulated_series

SERIES = simulated_series(400, missing=(150, 151))


def pairs(study):
    """Yesterday and today of every observed training day."""
    series, (train,) = study.loss_surface.series, study.loss_surface.training_set.upto
    today = np.flatnonzero(series.observed[:train])
    today = today[today > 0]
    return series.values[today - 1], series.values[today]


def loss_at(study, w, b, loss="mae"):
    x, y = pairs(study)
    error = b + w * x - y
    return float(np.abs(error).mean() if loss == "mae" else np.square(error).mean())


def panel(chart, at=0):
    spec = chart.to_dict()
    part = spec.get("vconcat", spec.get("hconcat"))[at]
    return {**part, "datasets": spec.get("datasets", {})}


def column(table, name):
    return np.array([float(row[name]) for row in table])
