"""The full ladder of a panel: each series' own networks beside the one over all series."""

import numpy as np
import pytest

import thalweg
from thalweg.forecast.panel import own_ladder
from thalweg.forecast.panel.choice import Choice
from thalweg.forecast.panel.model import PanelModel, load_panel
from thalweg.forecast.panel.options import PanelFitOptions
from thalweg.forecast.panel.run import fit_panel
from thalweg.series.panel import joined

from .conftest import series_of, weekly_wave

pytestmark = [pytest.mark.usefixtures("small_recipe"), pytest.mark.slow]


@pytest.fixture
def quick_ladders(monkeypatch):
    """Let own ladders be quick ones."""
    real = own_ladder.fitted
    monkeypatch.setattr(own_ladder, "fitted", lambda series, _, *given: real(series, "quick", *given))


@pytest.mark.usefixtures("quick_ladders")
def test_one_series_alone_gets_what_it_gets_among_many(monkeypatch, tmp_path):
    one, few = series_of(weekly_wave(1, 200)), series_of(weekly_wave(2, 30))

    def own_ladders_serve(validation, _):
        shape = validation._own_losses.shape
        last = np.array([[shape[0] - 1] * shape[2], [0] * shape[2]])
        return Choice(last, np.zeros(last.shape))

    monkeypatch.setattr("thalweg.forecast.panel.choice.Validation.choose", own_ladders_serve)
    options = PanelFitOptions(ladder="full", horizon=7, seed=5, threads=2)
    # The prior is asked for all series at once, the chunk too: both have two series.
    findings = fit_panel(joined([one, few], ["long", "short"]), options)
    alone = thalweg.fit(one, ladder="quick", horizon=7, seed=5, keep_last=True)
    assert findings.plan.names[-1] == own_ladder.NAME
    np.testing.assert_array_equal(findings.served.forecast[0], alone.forecast.mean)
    assert findings.served.model_sizes.tolist()[0] > 1000
    assert findings.served.model_sizes.tolist()[1] == 0
    model = PanelModel.of(findings, options.asked)
    model.save(tmp_path / "model.thalweg")
    np.testing.assert_array_equal(load_panel(tmp_path / "model.thalweg").forecast().mean, findings.served.forecast)
