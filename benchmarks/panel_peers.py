"""Another forecaster of many series, in a process and an environment of its own: forecasts as Parquet, seconds as JSON.

python benchmarks/panel_peers.py FORECASTER FILE DAYS THREADS OUT
python benchmarks/panel_peers.py versions

The file is in long format, ``unique_id, ds, y``; what is forecast are the days after the end of each series. Seconds
are those of fit and forecast, by the clock and of processors: what was loaded, read and written does not count.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

WEEK = 7
PACKAGES = ("statsforecast", "mlforecast", "lightgbm")
LAGS = (*range(1, 29), 364)
MEANS = {1: (7, 28), 7: (28,), 28: (28, 84)}  # of so many days, that end so many days before
TREES = {"objective": "l1", "n_estimators": 300, "learning_rate": 0.05, "num_leaves": 31, "verbosity": -1, "seed": 0}


def statistical(name: str, table: Any, days: int, threads: int) -> Any:  # noqa: ANN401 - pandas stands in another environment
    """Forecast logarithms of 1 + y with a model of statsforecast; what it cannot fit is copied from the last week."""
    models = import_module("statsforecast.models")
    forecaster = import_module("statsforecast").StatsForecast(
        models=[getattr(models, name)(season_length=WEEK, alias="mean")],
        freq="D",
        n_jobs=threads,
        fallback_model=models.SeasonalNaive(season_length=WEEK, alias="mean"),
    )
    made = forecaster.forecast(df=table.assign(y=np.log1p(table.y)), h=days)
    return made.assign(mean=np.expm1(made["mean"]))


def lightgbm(table: Any, days: int, threads: int) -> Any:  # noqa: ANN401 - likewise
    """Forecast with mlforecast: one LightGBM for all series, of the same logarithms; a day ahead, again and again."""
    forecasting, regressor = import_module("mlforecast"), import_module("lightgbm").LGBMRegressor
    rolling = import_module("mlforecast.lag_transforms").RollingMean
    logs = import_module("sklearn.preprocessing").FunctionTransformer(np.log1p, np.expm1)
    forecaster = forecasting.MLForecast(
        models={"mean": regressor(n_jobs=threads, **TREES)},
        freq="D",
        lags=LAGS,
        lag_transforms={lag: [rolling(days, min_samples=1) for days in windows] for lag, windows in MEANS.items()},
        date_features=["dayofweek"],
        target_transforms=[import_module("mlforecast.target_transforms").GlobalSklearnTransformer(logs)],
        num_threads=threads,
    )
    forecaster.fit(table, dropna=False)  # of a series of less than a year no row has all lags
    return forecaster.predict(days)


FORECASTERS = {
    "AutoETS": lambda *given: statistical("AutoETS", *given),
    "AutoTheta": lambda *given: statistical("AutoTheta", *given),
    "LightGBM": lightgbm,
}


def versions() -> dict[str, str]:
    """Return the versions of the packages that are installed."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def worked() -> float:
    """Return the seconds of processors of this process and of those that it started and that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main(name: str, file: str, days: str, threads: str, out: str) -> None:
    """Forecast a file's series."""
    warnings.simplefilter("ignore")  # of the forecasters, which warn of what they choose
    pandas = import_module("pandas")
    table = pandas.read_parquet(file)
    table["ds"] = pandas.to_datetime(table["ds"])  # Parquet's dates come as objects
    forecaster = FORECASTERS[name]
    forecaster(table[table.unique_id == table.unique_id[0]], int(days), 1)  # loads what it needs
    began, work = time.perf_counter(), worked()
    made = forecaster(table, int(days), int(threads))
    told = {"seconds": time.perf_counter() - began, "work": worked() - work}
    made[["unique_id", "ds", "mean"]].to_parquet(out, index=False)
    print(json.dumps(told))


if __name__ == "__main__":
    if sys.argv[1:] == ["versions"]:
        print(json.dumps(versions()))
    else:
        main(*sys.argv[1:])
