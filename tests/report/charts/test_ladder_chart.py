"""The ladder as a chart: what it shows, read from its data."""

from dataclasses import replace

import pytest

from support.chart_reader import marked, rows
from support.findings_builder import build_findings
from thalweg.charts.steps import speaking
from thalweg.report.charts.ladder import ladder_chart
from thalweg.series.frequency.record import DAILY

NAN = float("nan")


@pytest.fixture
def spec(findings):
    return ladder_chart(findings).to_dict()


def test_every_rung_shows_its_three_losses(findings, spec):
    (dots,) = marked(spec, "point", y="rung")
    shown = {(row["rung"], row["part"]): row["loss"] for row in rows(spec, dots)}
    names = [speaking("en", DAILY)(f"report.mark_{part}") for part in ("train", "validation", "test")]
    assert shown == {
        (line.rung, name): loss
        for line in findings.ladder
        for name, loss in zip(names, (line.train, line.validation, line.test), strict=True)
    }


def test_rungs_stand_in_the_order_climbed(findings, spec):
    (dots,) = marked(spec, "point", y="rung")
    assert dots["encoding"]["y"]["sort"] == [line.rung for line in findings.ladder]


def test_the_choice_is_marked_and_named_with_its_loss(findings, spec):
    (flag,) = marked(spec, "text")
    assert [row["rung"] for row in rows(spec, flag)] == [findings.chosen]
    (shade,) = marked(spec, "rect")
    assert [row["rung"] for row in rows(spec, shade)] == [findings.chosen]
    assert "mean of 3" in spec["title"]["text"]
    assert "missed by 152 views a day" in spec["title"]["text"]


def test_overfitting_shows_as_a_growing_gap(spec):
    (gap,) = marked(spec, "rule")
    length = {row["rung"]: row["unseen"] - row["seen"] for row in rows(spec, gap)}
    assert length["linear 56"] < length["2×100 relu 56"] < length["4×100 relu 56"]


def test_a_loss_that_is_not_finite_is_left_out(findings):
    broken = replace(findings.ladder[9], train=float("inf"), validation=NAN, test=NAN)
    ladder = (*findings.ladder[:9], broken, *findings.ladder[10:])
    spec = ladder_chart(replace(findings, ladder=ladder)).to_dict()
    (dots,) = marked(spec, "point", y="rung")
    assert not [row for row in rows(spec, dots) if row["rung"] == broken.rung]
    assert broken.rung in dots["encoding"]["y"]["sort"]


def test_twenty_rungs_each_have_room(findings):
    ladder = tuple(
        replace(findings.ladder[at % 15], rung=f"{findings.ladder[at % 15].rung} {'again' * (at // 15)}".strip())
        for at in range(20)
    )
    spec = ladder_chart(replace(findings, ladder=ladder)).to_dict()
    assert spec["height"] / 20 >= 20


def test_a_rungs_name_cannot_break_out_of_an_expression(findings, draw):
    name = '"\'); alert(1) || ("\\'
    ladder = (*findings.ladder[:-1], replace(findings.ladder[-1], rung=name))
    svg = draw(ladder_chart(replace(findings, ladder=ladder, chosen=name)))
    assert 'font-weight="bold"' in svg


def test_squared_losses_say_so():
    spec = ladder_chart(build_findings(loss="mse")).to_dict()
    assert "mean squared error of 152" in spec["title"]["text"]
    (dots,) = marked(spec, "point", y="rung")
    assert dots["encoding"]["x"]["title"] == "mean squared error, in views squared"
