"""Findings to look at, and a chart drawn as a reader would see it."""

import pytest
import vl_convert

from support.findings_builder import build_findings
from thalweg.charts.style import VEGA_LITE


@pytest.fixture
def draw():
    return lambda chart: vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE)


@pytest.fixture
def findings():
    return build_findings()
