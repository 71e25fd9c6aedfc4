"""A few runs that are ended at random moments; `./dev campaign kills` ends a hundred."""

import os

import pytest

from campaigns.campaign import run
from campaigns.kills import CAMPAIGN

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")


@pytest.mark.slow
def test_runs_that_are_ended_leave_whole_sets(tmp_path):
    assert run(CAMPAIGN, range(25), 0, tmp_path).faults == {}
