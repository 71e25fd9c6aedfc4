"""Made articles of a shop: sold now and then, so that most days are 0."""

from __future__ import annotations

import numpy as np

WEEK = (0.3, 0.3, 0.5, 0.5, 1.5, 3.0, 0.2)


def article(days=700, rate=0.2, seed=3, week=(1.0,) * 7):
    """Return what is sold on each day: at a rate that depends on the weekday, one to six at a time."""
    rng = np.random.default_rng(seed)
    shares = np.array(week) / np.mean(week)
    sold = rng.random(days) < np.minimum(rate * shares[np.arange(days) % 7], 0.95)
    return np.where(sold, 1 + rng.binomial(5, 0.2, days), 0).astype(float)
