"""Draw the README's pictures from the simulated channel, as the report shows them.

.venv/bin/python docs/pictures.py        writes docs/ladder.png and docs/forecast.png
"""

from pathlib import Path

import thalweg
from thalweg.look.forecast import forecast_chart
from thalweg.look.ladder import ladder_chart

found = thalweg.fit(thalweg.sample())
for name, draw in {"ladder": ladder_chart, "forecast": forecast_chart}.items():
    draw(found.findings).save(Path(__file__).with_name(f"{name}.png"), scale_factor=1.5)
