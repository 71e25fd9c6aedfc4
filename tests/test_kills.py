"""A few runs that are ended at random moments; `./dev campaign kills` ends a hundred."""

import os

import pytest

from campaigns.campaign import run
from campaigns.kills import CAMPAIGN

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")


@pytest.mark.parametrize("trials", [range(3), pytest.param(range(3, 25), marks=pytest.mark.slow)])
def test_runs_that_are_ended_leave_whole_sets(tmp_path, trials):
    assert run(CAMPAIGN, trials, 0, tmp_path).faults == {}
