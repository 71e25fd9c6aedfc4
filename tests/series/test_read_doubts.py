"""Notes about values that look like slips; the values stay unchanged."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from support.data import real
from thalweg import read
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.frequency.dates import date_range


def noted(values):
    """Return the notes about such a series from 2023-01-01 on; its values stay unchanged."""
    days = date_range(np.datetime64("2023-01-01"), len(values)).astype("datetime64[us]")
    series = read(
        pl.DataFrame({"date": days, "views": np.asarray(values, dtype=np.float64)}), today=dt.date(2040, 1, 1)
    )
    assert series.values.tolist() == list(values)
    assert all(catalogue(language)(note) for language in LANGUAGES for note in series.notes)
    return [catalogue()(note) for note in series.notes]


def usual(days, seed=0):
    return np.rint(1000 * np.exp(np.random.default_rng(seed).normal(scale=0.1, size=days)))


@pytest.mark.parametrize("days", [40, 500])
def test_a_slip_of_the_keyboard_gets_a_note(days):
    values = usual(days)
    values[34] = 1e9
    (sentence,) = noted(values)
    assert sentence.startswith("1,000,000,000 on 2023-02-04 is about ")
    times = int(sentence.split(" times")[0].split()[-1].replace(",", ""))
    assert 0.9e6 < times < 1.1e6
    assert "correct or empty that cell" in sentence


def test_several_slips_get_one_note():
    values = usual(400)
    values[[34, 50]] = -2e7, 1e6
    assert any("-20,000,000 on 2023-02-04" in sentence and "2 days in all" in sentence for sentence in noted(values))


def test_spikes_of_ordinary_traffic_are_no_slips():
    values = usual(400)
    values[[34, 50, 51, 52, 53, 54, 300]] = 40_000, 9_000, 7_000, 5_000, 4_000, 3_000, 45_000
    assert noted(values) == []


def test_seldom_sold_goods_are_no_slips():
    generator = np.random.default_rng(1)
    values = np.where(generator.random(900) < 0.04, generator.integers(1, 60, 900), 0)
    values[-1] = 7
    assert noted(values.tolist()) == []


@pytest.mark.real
def test_real_spikes_are_no_slips():
    series = read(real("wiki_log_peyton_manning.csv"))
    assert noted(np.exp(series.values).tolist()) == []
