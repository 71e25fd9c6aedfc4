"""A made shop: what it sells falls with its price, which jumps every nine days."""

from __future__ import annotations

import numpy as np

from thalweg.series.frequency.dates import date_range

DAYS, AHEAD = 420, 28
NOISE = 8.0


def shop(days=DAYS, ahead=AHEAD, seed=3):
    """Return a frame: dates, sales (missing ahead), price, visits (missing ahead), and a column of chance."""
    rng = np.random.default_rng(seed)
    every = days + ahead
    price = np.repeat(rng.choice([20.0, 40.0, 60.0, 80.0, 100.0], every // 9 + 1), 9)[:every]
    sales = 500 - 3 * price + rng.normal(0, NOISE, every)
    visits = np.roll(sales, -1) / 10 + rng.normal(0, 0.5, every)  # those of a day foretell the sales of the next
    sales[days:] = visits[days:] = np.nan
    dates = date_range(np.datetime64("2022-01-03"), every).astype(str)
    return {
        "date": dates.tolist(),
        "sales": sales.tolist(),
        "price": price.tolist(),
        "visits": visits.tolist(),
        "chance": rng.normal(0, 1, every).tolist(),
    }


def written(path, table, names=None):
    """Write some columns of a frame as a CSV file; a missing value is an empty cell."""
    names = list(table) if names is None else names
    rows = zip(*(table[name] for name in names), strict=True)
    lines = [",".join("" if each != each else str(each) for each in row) for row in rows]  # noqa: PLR0124 - NaN
    path.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    return path
