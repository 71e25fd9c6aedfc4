"""The loss per step ahead, and of every epoch."""

from dataclasses import replace

import numpy as np

from support.chart_reader import marked, rows
from support.findings_builder import build_findings
from thalweg.report.charts.descent import descent_chart
from thalweg.report.charts.steps import steps_chart


def test_each_step_ahead_states_its_loss(findings):
    spec = steps_chart(findings).to_dict()
    (line, copies) = sorted(marked(spec, "line"), key=lambda layer: "strokeDash" in layer["mark"])
    assert [int(row["step"]) for row in rows(spec, line)] == list(range(1, 29))
    np.testing.assert_allclose([float(row["loss"]) for row in rows(spec, line)], findings.steps, rtol=1e-6)
    assert findings.compared == "copy last week"
    copied = findings.copied["copy last week"]
    np.testing.assert_allclose([float(row["loss"]) for row in rows(spec, copies)], copied, rtol=1e-6)
    assert spec["title"]["text"].startswith("One day ahead it misses by 149 views on average; 28 days ahead by 263")


def test_one_step_has_a_title_of_its_own():
    assert (
        steps_chart(build_findings(horizon=1)).to_dict()["title"]["text"].startswith("One day ahead it misses by 149")
    )


def test_descent_shows_every_epoch_and_marks_the_one_kept(findings):
    chosen = "3×100 relu 56"
    findings = replace(findings, chosen=chosen)
    spec = descent_chart(findings).to_dict()
    (lines,) = marked(spec, "line")
    curve = findings.choice.curve
    table = rows(spec, lines)
    assert [row["loss"] for row in table] == [*curve["train"], *curve["validation"]]
    (kept,) = marked(spec, "point")
    (epoch, *_) = findings.choice.epochs  # the latest that is as good as the best, not the best
    assert epoch - 1 != np.argmin(curve["validation"])
    assert rows(spec, kept) == [{"epoch": epoch, "loss": curve["validation"][epoch - 1]}]
    assert f"epoch {epoch} were kept, of 60" in spec["title"]["text"]
    assert chosen in spec["title"]["subtitle"]


def test_a_mean_shows_its_first_members_descent(findings):
    assert "2×100 relu 28 week" in descent_chart(findings).to_dict()["title"]["subtitle"]


def test_copying_has_no_descent(findings):
    assert descent_chart(replace(findings, chosen="copy last week")) is None
