"""What is drawn while it climbs: on a terminal the table and a bar, elsewhere nothing."""

import io
import math
from dataclasses import replace

from rich.cells import cell_len
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


def pace(total, done, seconds, language="en"):
    """Return the bar of a stage after so many seconds of an even pace."""
    file, now = io.StringIO(), [0.0]
    console = Console(file=file, force_terminal=True, width=80, color_system=None)
    climb = LadderProgress(console, catalogue(language))
    climb._bar.get_time = lambda: now[0]
    climb.stage("series" if total else "compile", total)
    for _ in range(done):
        now[0] += seconds / done
        climb.advance()
    console.print(climb._picture())
    return file.getvalue()


def test_the_time_left_is_told_where_the_length_of_a_stage_is_known():
    assert "about 0:30 left" in pace(40, 10, 10)
    assert "about 1:15:00 left" in pace(1000, 100, 500)
    assert "约剩 0:30" in pace(40, 10, 10, "zh")
    assert "left" not in pace(None, 10, 10)
    assert "left" not in pace(40, 10, 2), "too early to tell"
    assert "left" not in pace(40, 40, 40)
    for language in ("en", "zh"):
        (line,) = pace(1000, 100, 500, language).splitlines()
        assert "…" not in line
        assert cell_len(line) <= 80


def test_a_last_part_that_is_smaller_does_not_count_beyond_the_end():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, color_system=None)
    climb = LadderProgress(console, catalogue("en"))
    climb.stage("series", 201)
    for _ in range(3):
        climb.advance(100)
    console.print(climb._picture())
    assert "201/201" in file.getvalue()


def test_every_stage_has_its_words():
    for language in ("en", "zh"):
        climb = LadderProgress(Console(file=io.StringIO()), catalogue(language))
        for stage in ("compile", "climb", "open", "as_used", "calibrate", "forecast", "global", "series"):
            climb.stage(stage, 1)


def test_the_table_keeps_whole_numbers_and_times_within_80_columns():
    for language in ("en", "zh"):
        for scale in (1e-4, 1.0, 1e3):
            file = io.StringIO()
            console = Console(file=file, width=80)
            console.print(ladder_table(console, build_findings(scale=scale).ladder, catalogue(language), "mean of 3"))
            assert "…" not in file.getvalue()
            assert max(map(len, file.getvalue().splitlines())) <= 80
