"""The page of each picture, read in a real browser without a network; its sliders move what is drawn."""

import re

import looks
import pytest

from thalweg.api.picture import drawn
from thalweg.pictures import PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_browser_without_a_network_draws_it(name, browse):
    page = drawn(looks.seen(name, "zh" if PICTURES.index(name) % 2 else "en").look, ".html").decode()
    seen = browse(page)
    drawing = re.search(rf'id="picture-{name}".*?</figure>', seen, re.DOTALL).group(0)
    assert 'class="marks"' in drawing
    assert drawing.count("<path") + drawing.count("<line") + drawing.count("<text") > 20
    assert "Error" not in drawing
    bound = len(re.findall(r'"bind":\{"input"|"bind":\{"[^}]*"input"', page))
    assert drawing.count('class="vega-bind"') >= min(bound, 1)
    assert "NaN" not in drawing
