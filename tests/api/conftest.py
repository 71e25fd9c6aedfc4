"""Findings to show in a notebook."""

import pytest

from support.findings_builder import build_findings
from thalweg.messages import Message


@pytest.fixture
def findings():
    return build_findings(verdict=(Message("verdict.coverage", {"share80": 79.6, "share95": 95.1}),))
