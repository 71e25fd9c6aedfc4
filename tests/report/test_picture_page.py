"""The page of each picture, read in a real browser without a network; its sliders move what is drawn."""

import re

import pytest

from support.pictures import picture_of
from thalweg.pictures import PICTURES
from thalweg.report.picture import rendered

NAMES = list(PICTURES)


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_a_browser_without_a_network_draws_it(name, browse):
    language = "zh" if NAMES.index(name) % 2 else "en"
    page = rendered(picture_of(name, language).illustration, ".html").decode()
    document = browse(page)
    figure = re.search(rf'id="picture-{name}".*?</figure>', document, re.DOTALL).group(0)
    assert 'class="marks"' in figure
    assert figure.count("<path") + figure.count("<line") + figure.count("<text") > 20
    assert "Error" not in figure
    sliders = len(re.findall(r'"bind":\{"input"|"bind":\{"[^}]*"input"', page))
    assert figure.count('class="vega-bind"') >= min(sliders, 1)
    assert "NaN" not in figure
