"""What holds for every picture of the glass box: it draws, asks nothing of a network, speaks both languages."""

import inspect
import json
import re
from dataclasses import replace
from html import escape
from importlib import import_module

import looks
import pytest
import vl_convert

from support.findings_builder import simulated_series
from thalweg.api.picture import drawn, look
from thalweg.charts.style import VEGA_LITE
from thalweg.errors import InputError
from thalweg.pictures import PICTURES
from thalweg.report.html import scripts

PNG = b"\x89PNG\r\n\x1a\n"
ADDRESS = re.compile(r"https?://(?!vega\.github\.io/schema|www\.w3\.org)")


@pytest.fixture(scope="module", params=PICTURES)
def seen(request):
    """Each picture, of the toy where it has one."""
    return looks.seen(request.param)


def test_altair_finds_nothing_wrong(seen):
    assert seen.look.chart.to_dict(validate=True) == seen.look.described


def test_it_draws_as_png_and_svg(seen, tmp_path):
    seen.save(tmp_path / "seen.png")
    png = (tmp_path / "seen.png").read_bytes()
    assert png.startswith(PNG)
    assert min(int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) > 300
    assert len(png) > 10_000
    seen.save(tmp_path / "seen.svg")
    assert (tmp_path / "seen.svg").read_text(encoding="utf-8").count("<path") > 5


def test_its_page_asks_nothing_of_a_network(seen, tmp_path):
    seen.save(tmp_path / "seen.html")
    page = (tmp_path / "seen.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert page.count(scripts()) == 1
    told = page.replace(scripts(), "")
    assert not ADDRESS.search(told)
    assert '"url"' not in json.dumps(seen.look.described)
    assert len(page.encode()) < 4_000_000
    for question, answer in seen.look.questions():
        assert question in page
        assert escape(answer, quote=False).replace("'", "&#39;") in page


def test_its_numbers_are_plain(seen):
    told = json.loads(json.dumps(seen.look.as_json(), allow_nan=False))
    assert told["title"]
    assert told["said"]
    for name, table in seen.tables.items():
        lengths = {len(column) for column in table.columns.values()}
        assert len(lengths) == 1
        assert lengths.pop() > 0, name
        assert len(table.csv().decode().splitlines()) == len(told["tables"][name]) + 1
    assert set(seen.look.shown) <= set(seen.tables)
    assert all(len(seen.tables[name]) <= 40 for name in seen.look.shown)


def test_chinese_pictures_speak_chinese(seen):
    look = looks.seen(seen.look.name, "zh").look
    svg = vl_convert.vegalite_to_svg(look.described, vl_version=VEGA_LITE)
    drawn = " ".join(re.findall(r">([^<>]+)<", svg))
    assert len(re.findall(r"[\u4e00-\u9fff]", drawn + look.title)) > 20
    english = re.findall(r"[A-Za-z]{3,} [a-z]{3,} [a-z]{3,}", " ".join([drawn, *look.said]))
    assert not [text for text in english if "simulated views" not in text]


def test_the_command_has_the_options_of_the_study_and_no_other():
    for name in PICTURES:
        declared = inspect.signature(getattr(import_module(f"thalweg.cli.look.{name}"), name)).parameters
        made = inspect.signature(getattr(import_module(f"thalweg.pictures.{name}"), f"{name}_study")).parameters
        wanted = {option: each.default for option, each in made.items() if option not in {"source", "watcher"}}
        assert {option: each.default for option, each in declared.items()} == wanted, name


def test_the_same_seed_makes_the_same_picture():
    series = simulated_series(400)
    one, other = (json.dumps(look("error", series, seed=3).look.described) for _ in range(2))
    assert one == other


HOSTILE = """</script><b>'"`${x}\\\\ views"""


@pytest.mark.parametrize("name", ["error", "lags", "shift", "bias", "matrix", "why"])
def test_what_a_user_calls_a_column_is_text_and_never_code(name):
    options = {"bias": {"neurons": "1"}, "matrix": {}, "why": {"layers": "3", "days_back": 7}}.get(name, {})
    made = look(name, replace(simulated_series(300), name=HOSTILE), **options)
    told = drawn(made.look, ".html").decode().replace(scripts(), "")
    assert "</script><b>" not in told
    assert told.count("<script") == told.count("</script") == 3
    svg = "".join(re.findall(r">([^<>]*)<", drawn(made.look, ".svg").decode()))
    assert escape(HOSTILE, quote=False) in svg


def test_a_wrong_name_or_option_is_refused():
    with pytest.raises(InputError, match="no picture 'surfaces'"):
        look("surfaces")
    with pytest.raises(InputError, match=r"error has no option 'day'. Its options are days"):
        look("error", day=3)


def test_a_picture_is_written_by_its_ending_only(tmp_path):
    seen = look("error", simulated_series(400))
    with pytest.raises(InputError, match=r"ends in .gif"):
        seen.save(tmp_path / "seen.gif")
    assert not list(tmp_path.iterdir())
    assert "<img" in seen._repr_html_()
    assert seen.look.title in str(seen)
