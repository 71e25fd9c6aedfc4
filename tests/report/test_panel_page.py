"""The page of many series: what it says, what its script draws, and that a user's text stays text."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import vl_convert

from support.page_reader import PageReader
from support.panels import HORIZON, HOSTILE, TURNED, fitted, odd_findings, series_of, wave, with_totals
from thalweg.api.notebook import panel_html
from thalweg.charts.style import VEGA_LITE
from thalweg.forecast.panel.look_first import look_first
from thalweg.forecast.panel.summary import sentences
from thalweg.messages import Message, catalogue
from thalweg.report import panel_data
from thalweg.report.charts.panel import distribution_chart, relative_errors, unit_of
from thalweg.report.html import scripts
from thalweg.report.panel import link, panel_page
from thalweg.report.panel_data import LETTERS, small_picture
from thalweg.series.panel import joined
from thalweg.text import quotable


@pytest.fixture(scope="module")
def findings():
    return odd_findings()


@pytest.fixture(scope="module")
def english(findings):
    return panel_page(findings, command=("thalweg", "forecast", "views.csv", "--by", "shop"))


def data_of(text):
    (found,) = re.findall(r'<script type="application/json" id="series-data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def many(count, horizon=HORIZON):
    """Return findings of many series, made of those of one: nothing is fitted anew."""
    findings = fitted(joined([series_of(wave(1))], ["one"]), horizon)
    names = [f"series {number:05}" for number in range(count)]
    panel = joined([series_of(wave(1))] * count, names)
    repeated = {name: np.repeat(each, count, axis=0) for name, each in vars(findings.served).items()}
    return replace(findings, panel=panel, served=replace(findings.served, **repeated))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_answer_stands_first_and_the_parts_in_their_order(findings, language):
    say = catalogue(language)
    text = panel_page(findings, language)
    parts = [
        say(sentences(findings)[0]),
        say("panel_report.tile_relative") + "</dt>",
        say("panel_report.explain_sum"),
        *(say(f"panel_report.heading_{part}") + "</h2>" for part in ("first", "best", "worst", "all")),
        'id="all-series"',
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_what_to_look_at_first_is_told_with_its_reasons(findings, english):
    text = PageReader(english).text
    for each in look_first(findings):
        assert quotable(each.name) in text
        for reason in each.reasons:
            assert re.sub(r"\s+", " ", str(reason)) in text
    assert "It ends on 2023-04-01, before the last date of the panel" in text


def test_best_and_worst_have_no_series_in_common(english):
    reader = PageReader(english)
    links = [each["href"] for each in reader.all("a")]
    section = english.partition('id="extremes"')[2].partition('id="all"')[0]
    named = re.findall(r'href="(#series=[^"]*)"', section)
    assert 2 <= len(named) == len(set(named))
    assert set(named) <= set(links)


def test_the_rows_are_those_of_the_findings(findings, english):
    data = data_of(english)
    panel, served = findings.panel, findings.served
    assert data["names"][: len(panel)] == [quotable(name) for name in panel.names]
    assert len(data["names"]) == len(panel) + len(panel.refused)
    for name, column in (("own", served.test), ("copied", served.copied), ("sum", served.forecast.sum(axis=1))):
        told = np.array([np.nan if each is None else each for each in data[name][: len(panel)]], dtype=float)
        np.testing.assert_allclose(told, column, rtol=1e-4)
    assert {len(data[name]) for name in ("sum", "own", "copied", "inside", "notes", "serving", "rank", "small")} == {
        len(data["names"])
    }
    rank = {data["names"][at]: place for at, place in enumerate(data["rank"]) if place is not None}
    assert sorted(rank, key=rank.get) == [quotable(one.name) for one in look_first(findings) if one.place is not None]


def test_a_single_series_has_its_last_values_its_forecast_and_its_dates(findings, english):
    data, at = data_of(english), findings.panel.places["series 2"]
    one, drawn = findings.panel.series[at], data["single"][str(at)]
    count = panel_data.drawn(findings)
    assert count == 56
    gap = drawn["past"].index(None)
    assert one.after(gap + 1 - count) == one.dates[110]
    known = [each for each in drawn["past"] if each is not None]
    np.testing.assert_allclose(known, np.delete(one.values[-count:], gap), rtol=1e-4)
    level = findings.plan.levels.index(80)
    np.testing.assert_allclose(drawn["mean"], findings.served.forecast[at], rtol=1e-4)
    np.testing.assert_allclose(drawn["low"], findings.served.low[at, :, level], rtol=1e-4)
    np.testing.assert_allclose(drawn["high"], findings.served.high[at, :, level], rtol=1e-4)
    dates = data["dates"][drawn["last"]]
    assert len(dates) == count + HORIZON
    assert dates[count - 1] == "Thu 11 May 2023"
    assert dates[count] == "Fri 12 May 2023"


def test_a_failed_series_is_told_and_not_drawn(findings):
    place = findings.panel.places["series 1"]
    numbers = {name: getattr(findings.served, name).copy() for name in ("forecast", "low", "high", "test", "copied")}
    for each in numbers.values():
        each[place] = np.nan
    why = Message("panel.failed", {"reason": "no memory"})
    failed = replace(findings, failed={place: why}, served=replace(findings.served, **numbers))
    text = panel_page(failed)
    data = data_of(text)
    assert data["texts"][data["notes"][place]] == "Not forecast: no memory"
    assert data["sum"][place] is None
    assert data["serving"][place] == -1
    assert data["small"][place].endswith(",")
    assert data["single"][str(place)]["mean"] == [None] * HORIZON
    assert "Not forecast: no memory" in PageReader(text).text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_user_s_text_stays_text(findings, language):
    panel = replace(findings.panel, notes=(Message("panel.failed", {"reason": HOSTILE}),))
    text = panel_page(replace(findings, panel=panel), language)
    bare = text.replace(scripts(), "")
    assert "<script>alert" not in bare
    assert "<img src=x" not in bare
    reader = PageReader(bare)
    assert len(reader.all("script")) == 2 + 1 + 3  # the pictures, the series, and the scripts that draw
    assert not [attributes for _, attributes in reader.tags if any(name.startswith("on") for name in attributes)]
    assert HOSTILE[:40] in " ".join(reader.words)
    data = data_of(text)
    assert quotable(HOSTILE) in data["names"]
    assert quotable(TURNED) in data["names"]
    assert "\u202e" not in text
    assert "חנות" in text


def test_links_name_a_series_whatever_it_is_called():
    assert link("a b/ü?#&\"'<") == "#series=a%20b%2F%C3%BC%3F%23%26%22%27%3C"


def test_it_asks_nothing_of_a_network_and_lets_no_other_script_run(english):
    reader = PageReader(english)
    for tag in ("link", "img", "iframe"):
        assert not reader.all(tag)
    for tag, attributes in reader.tags:
        assert "src" not in attributes, tag
        assert attributes.get("href", "#").startswith("#"), tag
    (policy,) = (meta["content"] for meta in reader.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 3
    script = english.rpartition("<script>")[2]
    assert "innerHTML" not in script
    assert "eval(" not in script


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_picture_compiles_and_is_as_wide_as_the_page(findings, language):
    reader = PageReader(panel_page(findings, language))
    specs = [spec for spec in reader.specs if "layer" in spec]
    assert len(specs) == 2
    for spec in specs:
        assert spec["width"] == "container"
        assert vl_convert.vegalite_to_vega(spec, vl_version=VEGA_LITE)["marks"]


def test_the_chinese_page_is_chinese(findings):
    plain = replace(findings, panel=replace(findings.panel, refused=()))
    text = PageReader(panel_page(plain, "zh").replace(HOSTILE, "")).text
    own = {"thalweg", "JavaScript", "series", "csv", "forecast", "views", "Views", "ended", "late", "constant", "short"}
    english = set(re.findall(r"[A-Za-z]{3,}", text))
    assert not english - own - {"broken", "shop", "gnp", "exe", "script", "alert", "img", "src", "onerror"}


def test_the_picture_of_errors_has_a_dot_a_series_and_bars_for_many(findings):
    names, share = relative_errors(findings)
    chart = distribution_chart(findings)
    dots = [layer for layer in chart.layer if layer.mark["type"] == "point"]
    assert sum(len(layer.data.values.splitlines()) - 1 for layer in dots) == len(names) > 5
    several = many(400)
    bars = [layer for layer in distribution_chart(several).layer if layer.mark["type"] == "rect"]
    assert len(bars) == 1
    assert bars[0].data.values.splitlines()[1].split(",")[4] == "400"
    worse = int((share > 1).sum())
    title = chart.title.text
    assert title.startswith(f"{int((share < 1).sum())} of ")
    assert worse + int((share < 1).sum()) <= len(share)


def test_nothing_scored_leaves_the_picture_and_the_tables_out():
    short = fitted(joined([series_of([5.0, 6.0, 7.0])] * 2, ["a", "b"]))
    assert distribution_chart(short) is None
    text = panel_page(short)
    assert 'id="picture-distribution"' not in text
    assert 'id="extremes"' not in text
    assert "no loss is known" in PageReader(text).text


def test_a_small_picture_has_a_letter_a_value():
    rising = small_picture(np.arange(40.0), np.arange(40.0, 47.0))
    past, ahead = rising.split(",")
    assert (len(past), len(ahead)) == (32, 7)
    assert (past[0], ahead[-1]) == (LETTERS[0], LETTERS[-1])
    assert list(rising.replace(",", "")) == sorted(rising.replace(",", ""), key=LETTERS.index)
    assert set(small_picture(np.ones(5), np.ones(2))) == {LETTERS[len(LETTERS) // 2], ","}
    assert small_picture(np.arange(3.0), np.full(2, np.nan)) == f"{LETTERS[0]}{LETTERS[30]}{LETTERS[-1]},"
    assert small_picture(np.array([-1e308, 1e308]), np.zeros(1)) == f"{LETTERS[0]}{LETTERS[-1]},{LETTERS[30]}"


def test_of_many_series_a_page_holds_some_and_says_so(monkeypatch):
    monkeypatch.setattr(panel_data, "ALL_SINGLE", 50)
    monkeypatch.setattr(panel_data, "SOME_SINGLE", 20)
    several = many(60)
    text = panel_page(several)
    data = data_of(text)
    assert len(data["single"]) == 20
    assert len(data["names"]) == 60
    assert "The values and forecasts of 20 series are in this page" in PageReader(text).text
    assert "--series" not in data["words"]["not_held"]
    assert "predict model.thalweg --series NAME" in data_of(panel_page(several, command=("x",)))["words"]["not_held"]
    worst = replace(several, served=replace(several.served, test=several.served.test + 1e4 * (np.arange(60) == 57)))
    assert "57" in data_of(panel_page(worst))["single"]
    assert "57" not in data["single"]


def test_a_long_horizon_leaves_room_for_few(monkeypatch):
    monkeypatch.setattr(panel_data, "MOST_NUMBERS", 1000)
    each = 56 + 3 * HORIZON
    assert len(data_of(panel_page(many(60)))["single"]) == 1000 // each


def test_dates_before_forecasts_are_left_out_where_they_would_be_very_many(findings, monkeypatch):
    monkeypatch.setattr(panel_data, "MOST_LABELS", 10)
    dates = data_of(panel_page(findings))["dates"]
    for each in dates.values():
        assert each[0]
        assert each[1] == ""
        assert all(each[55:])


@pytest.mark.slow
def test_ten_thousand_series_make_a_page_of_less_than_five_megabytes():
    text = panel_page(many(10_000))
    assert len(text.encode()) < 5_000_000
    assert len(data_of(text)["names"]) == 10_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_notebook_shows_the_verdict_the_first_to_look_at_and_the_sum(findings, language):
    text = panel_html(findings, language)
    reader = PageReader(text)
    assert not reader.all("script")
    assert "<img src=x" not in text
    assert catalogue(language)(sentences(findings)[0]) in reader.text
    assert "ended" in reader.text
    (image,) = reader.all("img")
    assert image["src"].startswith("data:image/svg+xml;base64,")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_browser_lists_all_series_and_draws_the_pictures(findings, language, browse):
    seen = browse(panel_page(findings, language))
    rows = re.search(r'<table id="all-series">.*?</table>', seen, re.DOTALL).group(0)
    assert rows.count("<tr>") == 1 + len(findings.panel) + len(findings.panel.refused)
    assert rows.count('class="known"') == len(findings.panel)
    for name in ("sum", "distribution"):
        drawn = re.search(rf'id="picture-{name}".*?</figure>', seen, re.DOTALL).group(0)
        assert 'class="marks"' in drawn
    assert 'id="single" hidden' in seen
    assert "<img src=x" not in seen
    assert "<script>alert" not in seen.replace(scripts(), "")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["series 2", HOSTILE, TURNED, "ended", "short", "constant"])
def test_a_browser_shows_a_single_series_by_its_address(findings, name, browse):
    seen = browse(panel_page(findings), link(quotable(name)))
    part = seen.partition('<section id="single"')[2].partition("</section>")[0]
    reader = PageReader("<p" + part)
    assert "hidden" not in part.partition(">")[0]
    assert quotable(name) in " ".join(reader.words)
    assert 'class="band"' in part
    assert part.count("<tr>") == 1 + HORIZON
    assert "NaN" not in part
    assert "undefined" not in part
    assert "80% interval" in reader.text


@pytest.mark.browser
def test_a_browser_says_so_where_there_is_no_such_series(findings, browse):
    seen = browse(panel_page(findings), "#series=nobody")
    assert "There is no series nobody here" in seen
    refused = quotable(findings.panel.refused[0].name)
    part = browse(panel_page(findings), link(refused)).partition('<section id="single"')[2].partition("</section>")[0]
    assert "Not forecast" in part
    assert "<svg" not in part


def test_one_step_ahead_is_told_as_one():
    findings = fitted(joined([series_of(wave(each)) for each in range(4)], list("abcd")), 1)
    text = PageReader(panel_page(findings)).text
    assert "4 series: the day after 11 May 2023" in text
    assert "The sum of all series on the next day:" in text
    assert "1 days" not in text
    chinese = PageReader(panel_page(findings, "zh")).text
    assert "4 个序列：2023年5月11日之后的一天" in chinese


def test_the_least_series_are_among_neither_the_best_nor_the_worst():
    series = [series_of(wave(each)) for each in range(5)] + [series_of(wave(1, level=0.5))]
    findings = fitted(joined(series, [*"abcde", "tiny"]))
    findings = replace(
        findings, served=replace(findings.served, test=findings.served.copied * np.array([1, 1, 1, 1, 1, 9]))
    )
    section = panel_page(findings).partition('id="extremes"')[2].partition('id="all"')[0]
    assert "tiny" not in section
    assert "Left out are 1 small series" in section


def test_long_names_that_begin_alike_are_told_apart():
    names = ["a" * 100 + str(each) for each in range(3)]
    text = panel_page(fitted(joined([series_of(wave(each)) for each in range(3)], names)))
    shown = data_of(text)["names"]
    assert len(set(shown)) == 3
    section = text.partition('id="extremes"')[2].partition('id="all"')[0]
    assert set(re.findall(r'href="([^"]*)"', section)) <= {link(name).replace("&", "&amp;") for name in shown}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_totals_have_a_table_and_the_sum_its_interval(language):
    cities = {"shop": ("a", "b", "c", HOSTILE), "city": ("x", "x", HOSTILE, HOSTILE)}
    names = tuple("/".join(each) for each in zip(*cities.values(), strict=True))
    panel = joined([series_of(wave(each)) for each in range(4)], names, keys=cities)
    findings = with_totals(panel)
    assert len(findings.totals.hierarchy) == 3
    text = panel_page(findings, language)
    reader = PageReader(text)
    section = PageReader(text.partition('<section id="totals">')[2].partition("</section>")[0])
    assert quotable(HOSTILE) in " ".join(section.words)
    assert catalogue(language)("panel_report.sum_over_all") in section.text
    assert catalogue(language)("panel_report.explain_sum_interval") in reader.text
    (spec,) = (
        spec for spec in reader.specs if "layer" in spec and any(one["mark"]["type"] == "area" for one in spec["layer"])
    )
    assert vl_convert.vegalite_to_vega(spec, vl_version=VEGA_LITE)["marks"]
    assert "<script>alert" not in text.replace(scripts(), "")


@pytest.mark.parametrize(("language", "told"), [("en", "units"), ("zh", "单位")])
def test_values_without_a_name_in_common_are_told_in_units(findings, language, told):
    panel = findings.panel
    assert unit_of(panel, catalogue(language)) == panel.series[0].name
    series = [replace(one, name=f"column {place}") for place, one in enumerate(panel.series)]
    wide = replace(findings, panel=joined(series, panel.names))
    page = panel_page(wide, language)
    assert unit_of(wide.panel, catalogue(language)) == told
    assert "column 0" not in page
