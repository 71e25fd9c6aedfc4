"""Straight lines by least squares: equal to the textbook's ridge, exact where there is one."""

import numpy as np

from thalweg.forecast.panel.flat import flat_of
from thalweg.forecast.panel.lines import RIDGE, Line
from thalweg.forecast.panel.rows import Rows

from .conftest import series_of, weekly_wave


def _rows(newest):
    return Rows(np.zeros(len(newest), np.int64), np.asarray(newest))


def test_weights_are_those_of_the_normal_equations():
    values = weekly_wave(1, 200)
    flat, line, steps = flat_of([series_of(values)], 60), Line(14, 7), 5
    weights = line.fit(flat, 0, 150, steps)
    numbers = flat.numbers[60:]
    x, y = [], []
    for newest in range(27, 150 - steps):
        usual = [np.mean([numbers[newest + 1 + place - 7 * back] for back in range(1, 5)]) for place in range(7)]
        x.append([numbers[newest - lag] - usual[(6 - lag) % 7] for lag in range(14)])
        y.append([numbers[newest + 1 + step] - usual[step % 7] for step in range(steps)])
    x, y = np.array(x), np.array(y)
    ridge = RIDGE * (x**2).sum() / 14
    expected = np.linalg.lstsq(
        np.vstack([x, np.sqrt(ridge) * np.eye(14)]), np.vstack([y, np.zeros((14, steps))]), rcond=None
    )[0]
    np.testing.assert_allclose(weights, expected, rtol=1e-8, atol=1e-10)
    assert np.abs(weights).max() > 0.01


def test_what_repeats_each_week_is_predicted_exactly():
    values = np.tile([1.0, 5, 2, 8, 3, 9, 4], 30)
    flat, line = flat_of([series_of(values)], 60), Line(14, 7)
    weights = line.fit(flat, 0, 180, 10)
    made = line.predict(flat, _rows([190, 197]), {0: weights}, 10)
    np.testing.assert_allclose(made, [values[191:201], values[198:208]], rtol=1e-9)


def test_nothing_after_the_training_values_is_learned():
    values = weekly_wave(2, 200)
    changed = np.concatenate([values[:150], 9 * values[150:]])
    first, second = (flat_of([series_of(each)], 60) for each in (values, changed))
    line = Line(14, 7)
    own, other = (line.fit(flat, 0, 150, 5) * 1 for flat in (first, second))
    np.testing.assert_allclose(own, other, rtol=1e-9)  # the flat's own units differ


def test_too_few_values_give_no_line():
    flat = flat_of([series_of(weekly_wave(1, 60))], 60)
    assert Line(28, 7).fit(flat, 0, 60, 10) is None
    made = Line(28, 7).predict(flat, _rows([59]), {}, 10)
    assert np.isnan(made).all()


def test_counts_stay_at_or_above_zero():
    values = np.maximum(300 - 4 * np.arange(100), 0).astype(float)
    flat, line = flat_of([series_of(values)], 60), Line(7, 7)
    made = line.predict(flat, _rows([74]), {0: line.fit(flat, 0, 70, 28)}, 28)
    assert made.min() == 0
