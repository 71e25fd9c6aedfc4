"""What is drawn while it climbs: on a terminal the table and a bar, elsewhere nothing."""

import io
import math
from dataclasses import replace

from rich.console import Console

from support.findings_builder import build_findings
from thalweg.cli.progress import LadderProgress
from thalweg.cli.table import ladder_table
from thalweg.messages import catalogue


def watch(console):
    findings = build_findings()
    with LadderProgress(console, catalogue("en")) as climb:
        climb.stage("climb", 15)
        for line in findings.ladder:
            climb.rung(replace(line, test=math.nan))
            climb.advance()
        console.print(climb._picture())
        climb.stage("open", 1)
        climb.rung(findings.ladder[-1])
        console.print(climb._picture())


def test_a_terminal_sees_sealed_rungs_and_then_the_opened_one():
    file = io.StringIO()
    watch(Console(file=file, force_terminal=True, width=80, height=40, color_system=None))
    told = file.getvalue()
    assert "climbing the ladder" in told
    assert "15/15" in told
    assert "sealed" in told
    assert "152.3" in told, "L′ of the last rung once the seal is open"
    assert told.rindex("\x1b[?25h") > told.rindex("\x1b[?25l"), "the cursor is shown again"


def test_a_low_terminal_shows_the_newest_rungs():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=12, color_system=None)
    climb = LadderProgress(console, catalogue("en"))
    climb.stage("climb", 15)
    for line in build_findings().ladder:
        climb.rung(line)
    console.print(climb._picture())
    assert len(file.getvalue().splitlines()) <= 12
    assert "mean of 3" in file.getvalue()
    assert "copy yesterday" not in file.getvalue()


def test_a_pipe_sees_nothing_of_it():
    file = io.StringIO()
    with LadderProgress(Console(file=file, width=80), catalogue("en")) as climb:
        climb.stage("climb", 2)
        climb.advance(2)
    assert file.getvalue() == ""


def test_every_stage_has_its_words():
    for language in ("en", "zh"):
        climb = LadderProgress(Console(file=io.StringIO()), catalogue(language))
        for stage in ("compile", "climb", "open", "as_used", "calibrate", "forecast"):
            climb.stage(stage, 1)


def test_the_table_keeps_whole_numbers_and_times_within_80_columns():
    for language in ("en", "zh"):
        for scale in (1e-4, 1.0, 1e3):
            file = io.StringIO()
            console = Console(file=file, width=80)
            console.print(ladder_table(console, build_findings(scale=scale).ladder, catalogue(language), "mean of 3"))
            assert "…" not in file.getvalue()
            assert max(map(len, file.getvalue().splitlines())) <= 80
