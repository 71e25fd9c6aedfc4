"""The bench's contenders make the same updates: it would be easy to be fast at something else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.peers import peer

for name in ("torch", "jax", "sklearn"):
    peer(name)

pytestmark = pytest.mark.peers
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """Make the bench's modules importable."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("number", range(7))
def test_all_contenders_end_at_the_same_unknowns(number):
    import cases  # noqa: PLC0415 - from the bench's folder
    import peer_jax  # noqa: PLC0415 - likewise
    import peer_sklearn  # noqa: PLC0415 - likewise
    import peer_torch  # noqa: PLC0415 - likewise
    import updates  # noqa: PLC0415 - likewise

    case = cases.CASES[number]
    if len(case.widths) > 5:  # the speech network, narrower
        case = replace(case, widths=(20, *[30] * 8, 5))
    case = replace(case, updates=60)
    start = case.network.start(0) + 0.01
    ours = updates.Ours(case, start)
    order = ours.order()
    ours.epoch()
    moved = np.abs(ours.theta() - start).max()
    assert moved > 1e-5
    theirs = [peer_torch.Learner(case, start), peer_jax.Learner(case, start)]
    if len(case.widths) > 2:
        theirs.append(peer_sklearn.Learner(case, start, shuffle=False))
    for made in theirs:
        made.epoch(order)
        # scikit-learn places Adam's epsilon elsewhere, which shows where gradients are as small as it
        allowed = 0.02 if case.rule == "adam" and isinstance(made, peer_sklearn.Learner) else 1e-3
        away = np.abs(made.theta() - ours.theta())
        assert np.quantile(away, 0.99) <= allowed * moved
        assert away.mean() <= allowed / 10 * moved
