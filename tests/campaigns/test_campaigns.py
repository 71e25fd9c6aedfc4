"""A few trials of every campaign; ``./dev campaign NAME`` runs thousands."""

from importlib import import_module

import pytest

from campaigns.campaign import Campaign, Outcome, dice, run

FEW = {"files": 12, "models": 60}


@pytest.mark.parametrize("name", FEW)  # `tests/test_kills.py` ends a few runs
@pytest.mark.slow
def test_a_few_trials_find_no_fault(name, tmp_path):
    summary = run(import_module(f"campaigns.{name}").CAMPAIGN, range(FEW[name]), 1, tmp_path)
    assert summary.faults == {}
    assert sum(summary.kinds.values()) == FEW[name]


def test_a_fault_is_counted_and_its_trial_named(tmp_path):
    def begin(folder):
        assert folder == tmp_path
        return lambda dice: Outcome("drawn", "too low" if dice.random() < 0.3 else "")

    campaign = Campaign("", 100, begin)
    summary = run(campaign, range(100), 7, tmp_path)
    assert 15 < len(summary.faults) < 45
    for trial in summary.faults:
        assert run(campaign, [trial], 7, tmp_path).faults == {trial: Outcome("drawn", "too low")}
    assert summary.kinds == {"drawn": 100}
    assert summary.lines()[-1].startswith("100 trials in 0 s, ")


def test_trials_differ_by_number_and_by_seed():
    drawn = {dice(seed, trial).random() for seed in range(3) for trial in range(3)}
    assert len(drawn) == 9
    assert dice(2, 1).random() in drawn
