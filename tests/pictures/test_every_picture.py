"""What holds for every picture of the glass box: it draws, asks nothing of a network, speaks both languages."""

import json
import re
from dataclasses import replace
from html import escape
from xml.etree import ElementTree as ET

import pytest
import vl_convert

from support.findings_builder import simulated_series
from support.frequencies import seasonal
from support.pictures import picture_of
from thalweg.api.picture import look
from thalweg.charts.style import VEGA_LITE
from thalweg.errors import InputError
from thalweg.pictures import PICTURES
from thalweg.pictures.registry import views_of
from thalweg.report.html import scripts
from thalweg.report.picture import rendered
from thalweg.series.frequency.record import monthly

PNG = b"\x89PNG\r\n\x1a\n"
ADDRESS = re.compile(r"https?://(?!vega\.github\.io/schema|www\.w3\.org)")


@pytest.fixture(scope="module", params=PICTURES)
def picture(request):
    """Each picture, of the toy where it has one."""
    return picture_of(request.param)


@pytest.mark.slow
def test_altair_finds_nothing_wrong(picture):
    assert picture.chart.to_dict(validate=True) == picture.illustration.described


def test_it_draws_as_png_and_svg(picture, tmp_path):
    picture.save(tmp_path / "picture.png")
    png = (tmp_path / "picture.png").read_bytes()
    assert png.startswith(PNG)
    assert min(int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) > 300
    assert len(png) > 10_000
    picture.save(tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8").count("<path") > 5


def test_its_page_asks_nothing_of_a_network(picture, tmp_path):
    picture.save(tmp_path / "picture.html")
    page = (tmp_path / "picture.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert page.count(scripts()) == 1
    assert not ADDRESS.search(page.replace(scripts(), ""))
    assert '"url"' not in json.dumps(picture.illustration.described)
    assert len(page.encode()) < 4_000_000
    for question, answer in picture.illustration.questions():
        assert question in page
        assert escape(answer, quote=False).replace("'", "&#39;") in page


def test_its_numbers_are_plain(picture):
    content = json.loads(json.dumps(picture.illustration.as_json(), allow_nan=False))
    assert list(content) == ["look", "title", "subtitle", "said", "questions", "tables"]
    assert content["title"]
    assert content["said"]
    for name, table in picture.tables.items():
        lengths = {len(column) for column in table.columns.values()}
        assert len(lengths) == 1
        assert lengths.pop() > 0, name
        assert len(table.csv().decode().splitlines()) == len(content["tables"][name]) + 1
    shown = picture.illustration.shown
    assert set(shown) <= set(picture.tables)
    assert all(len(picture.tables[name]) <= 40 for name in shown)


def test_chinese_pictures_speak_chinese(picture):
    chinese = picture_of(picture.illustration.name, "zh").illustration
    svg = vl_convert.vegalite_to_svg(chinese.described, vl_version=VEGA_LITE)
    drawn = " ".join(re.findall(r">([^<>]+)<", svg))
    assert len(re.findall(r"[\u4e00-\u9fff]", drawn + chinese.title)) > 20
    english = re.findall(r"[A-Za-z]{3,} [a-z]{3,} [a-z]{3,}", " ".join([drawn, *chinese.sentences]))
    assert not [text for text in english if "simulated views" not in text]


def test_the_same_seed_makes_the_same_picture():
    series = simulated_series(400)
    one, other = (json.dumps(look("error", series, seed=3).illustration.described) for _ in range(2))
    assert one == other


HOSTILE = r"""C:\x</script><b>'"`${x}{0}\u2028😀 image"""
LITTLE = {
    "bias": {"neurons": "1"},
    "why": {"layers": "3", "days_back": 7},
    "layers": {"seeds": 1, "epochs": 3, "days_back": 7},
}
QUICK = ("error", "lags", "shift", "bias", "matrix", "why")
# Sliders show functions alone, without a column.
VIEWS = [(name, view) for name in PICTURES for view in views_of(name) if name not in QUICK and view != "sliders"]


def check_hostile(name, view=None):
    series = replace(simulated_series(300), name=HOSTILE, source=HOSTILE)
    made = look(name, series, view=view or None, **LITTLE.get(name, {})).illustration
    page = rendered(made, ".html").decode().replace(scripts(), "")
    assert "</script><b>" not in page
    assert page.count("<script") == page.count("</script") == 3
    svg = rendered(made, ".svg").decode()
    ET.fromstring(svg)  # noqa: S314 - our own picture
    return "".join(re.findall(r">([^<>]*)<", svg))


@pytest.mark.parametrize("name", QUICK)
def test_what_a_user_calls_a_column_is_text_and_never_code(name):
    assert escape(HOSTILE, quote=False) in check_hostile(name)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "view"), VIEWS)
def test_every_view_draws_whatever_a_column_is_called(name, view):
    check_hostile(name, view)


def test_a_wrong_name_or_option_is_refused():
    with pytest.raises(InputError, match=r"no picture 'surfaces'\. Choose one of surface, error"):
        look("surfaces")
    with pytest.raises(InputError, match=r"error has no option 'day'\. Its options are days"):
        look("error", day=3)


def test_a_picture_is_written_by_its_ending_only(tmp_path):
    picture = look("error", simulated_series(400))
    for name, found in (("picture.gif", r"ends in \.gif"), ("picture", "has no ending")):
        with pytest.raises(InputError, match=found):
            picture.save(tmp_path / name)
    assert not list(tmp_path.iterdir())
    assert "<img" in picture._repr_html_()
    assert picture.illustration.title in str(picture)
    assert repr(picture) == f"<Picture 'error': {picture.illustration.title}>"


@pytest.mark.parametrize("name", ["batches", "components", "layers", "why"])
def test_the_usual_lags_suit_a_short_series(name):
    """Of 60 months 30 are for training, and a function may look back over ten; the default of a year is more."""
    series = seasonal(monthly(), 60, "2019-01-01")
    little = {option: value for option, value in LITTLE.get(name, {}).items() if option != "days_back"}
    made, same = (look(name, series, **little, **lags) for lags in ({}, {"days_back": 10}))
    assert json.dumps(made.illustration.described) == json.dumps(same.illustration.described)
    with pytest.raises(InputError, match="days_back=12: of the 60 months 30 are for training"):
        look(name, series, **little, days_back=12)
