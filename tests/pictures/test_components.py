"""What a forecast is made of: the panels show the parts, and all that is written adds up."""

import re
from dataclasses import replace

import numpy as np
import pytest

from support.findings_builder import simulated_series
from support.pictures import study_of
from support.small_searches import shared_networks
from thalweg.errors import InputError
from thalweg.pictures.components.chart import components_chart, components_illustration
from thalweg.pictures.components.sentences import moved_most, places_of

SMALL = {"days_back": 14, "layers": "8", "country": "US"}
SERIES = simulated_series(450, missing=(300, 301))


@pytest.fixture(scope="module")
def study():
    return study_of("components", SERIES, horizon=12, **SMALL)


def test_the_table_adds_up_at_every_date(study):
    table = components_illustration(study).tables["components"].columns
    names = [name for name in table if name not in ("date", "forecast")]
    assert names[0] == "level"
    assert names[-1] == "remainder"
    assert {"week", "holidays", "single"} <= set(names)
    np.testing.assert_allclose(sum(table[name] for name in names), table["forecast"], rtol=1e-12)
    bounds = components_illustration(study).tables["remainders"].columns
    assert (np.abs(bounds["remainder"]) <= bounds["allowed"]).all()
    assert (bounds["allowed"] <= 1.001e-3 * np.abs(table["level"]) * 2).all()
    assert list(table["date"]) == [SERIES.after(step) for step in range(1, 13)]


def test_every_part_has_a_panel_of_its_own(study):
    panels = components_chart(study).to_dict(validate=False)["vconcat"]
    parts = [one for one in study.made.components if one.kind not in ("level", "remainder")]
    assert len(panels) == 1 + len(parts)
    drawn = {panel["title"]["text"].split(":")[0] for panel in panels[1:]}
    assert {"day of the week", "holidays", "single past days"} <= drawn
    assert len({panel["width"] for panel in panels}) == 1
    chart = components_chart(study)
    assert chart.usermeta["beside"] > 0, "the page makes the panels as narrow as itself"
    assert panels[1]["layer"][0]["mark"]["type"] == "bar"


def test_a_part_that_is_written_as_zero_everywhere_has_no_panel(study):
    faint = study.made.values.copy()
    place = [one.kind for one in study.made.components].index("holidays")
    faint[place] = 10.0 ** -places_of(study) / 3
    drawn = components_chart(replace(study, made=replace(study.made, values=faint))).to_dict(validate=False)["vconcat"]
    told = {panel["title"]["text"].split(":")[0] for panel in drawn[1:]}
    assert "holidays" not in told
    assert "day of the week" in told


def test_the_function_is_named_in_the_reader_s_language(study):
    chart = components_chart(study, "zh").to_dict(validate=False)
    assert "8 relu 14（含星期）：" in chart["title"]["subtitle"]


def test_the_first_date_is_written_as_a_sum(study):
    first = components_illustration(study).sentences[0]
    numbers = [float(word.replace(",", "").replace("−", "-")) for word in re.findall(r"[−+]?\d[\d,]*\.?\d*", first)]
    total, *parts = numbers[2:]  # behind the day and the year
    assert len(parts) == sum(round(float(row[0]), places_of(study)) != 0 for row in study.made.values)
    assert sum(parts) == pytest.approx(total, abs=0.5 * (len(parts) + 1))
    most = study.made.components[moved_most(study)]
    assert most.kind in components_illustration(study).title.replace("day of the week", "week")


def test_a_remainder_of_rounding_is_written_as_none(study):
    """And what is told of it never looks larger than what is allowed."""
    made = study.made
    values = made.values.copy()
    values[-1] = np.where(np.arange(12) == 5, 5e-5, -1e-16)
    rounded = replace(study, made=replace(made, values=values, allowed=np.where(np.arange(12) == 5, 6e-5, 4e-5)))
    told = components_illustration(rounded)
    ranges = told.tables["ranges"].columns
    assert [ranges[name][-1] for name in ("least", "most", "mean")] == [0, 0, 0]
    assert "it is less than 0.0000600; 0.0000600 is allowed" in " ".join(told.sentences)
    values[-1, 5] = 0.7
    larger = components_illustration(replace(rounded, made=replace(made, values=values)))
    assert larger.tables["ranges"].columns["most"][-1] == 0.7
    assert "it is 0.700; " in " ".join(larger.sentences)


def test_the_function_has_its_name_in_each_language(study):
    rate = replace(study, function="rate and size")
    assert "rate and size: " in components_illustration(rate).subtitle
    assert components_illustration(rate, "zh").subtitle.startswith("频率与大小")


def test_a_saved_model_is_taken_apart_as_it_is():
    model = shared_networks(SERIES)
    study = study_of("components", model, horizon=10)
    np.testing.assert_array_equal(study.made.forecast, model.predict(horizon=10).mean)
    assert len(study_of("components", model).made.dates) == model.horizon
    with pytest.raises(InputError, match="horizon=41: this model forecasts 1 to 40 days ahead"):
        study_of("components", model, horizon=41)
    with pytest.raises(InputError, match="country is for a file of daily numbers"):
        study_of("components", model, country="US")


def test_a_level_alone_is_told_as_such():
    flat = study_of("components", replace(SERIES, values=np.full(450, 5.0)), known="none", layers="0", days_back=7)
    told = components_illustration(flat)
    assert "level alone" in told.title
    assert "which is its level" in told.sentences[0]
