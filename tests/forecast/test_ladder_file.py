"""Ladders that have names, and ladders that a user writes."""

from pathlib import Path

import pytest

from thalweg.errors import InputError
from thalweg.forecast.ladder import named_ladder
from thalweg.forecast.ladder_file import MOST_LAYERS, MOST_UNITS, ladder_from_toml
from thalweg.forecast.options import FitOptions
from thalweg.forecast.predictors.network import Rung
from thalweg.series.frequency.record import DAILY


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "my.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_what_is_left_out_has_its_usual_value(written):
    ladder = ladder_from_toml(written("[[rung]]\n"))
    assert ladder.name == "my"
    assert [rung.name for rung in ladder.rungs] == ["linear 28"]
    assert ladder.rungs[-1] == Rung(28)
    assert not ladder.mean
    assert ladder.again == ()


def test_everything_that_can_be_said(written):
    text = """
    mean = true
    seeds = 1
    learning_rate = 1
    [[rung]]
    days_back = 7
    [[rung]]
    days_back = 14
    layers = [100, 50]
    activation = "sigmoid"
    known = "week"
    rule = "gradient descent"
    schedule = "constant"
    learning_rate = 0.5
    decay = 0
    batch = 8
    epochs = 9
    patience = 3
    seeds = 2
    """
    ladder = ladder_from_toml(written(text))
    assert ladder.mean
    line, deep = ladder.rungs
    assert (line.days_back, line.hidden, line.seeds, line.optimizer.learning_rate) == (7, (), 1, 1)
    assert (deep.hidden, deep.activation, deep.known) == ((100, 50), "sigmoid", "week")
    assert (deep.batch, deep.epochs, deep.patience, deep.seeds) == (8, 9, 3, 2)
    rule = deep.optimizer
    assert (rule.rule, rule.schedule, rule.learning_rate, rule.decay) == ("gradient descent", "constant", 0.5, 0)


def test_a_path_that_ends_in_toml_is_read(written):
    assert FitOptions(ladder=str(written("[[rung]]\ndays_back = 3"))).ladder.rungs[-1].name == "linear 3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no rung"),
        ("seeds = 2", "names no rung"),
        ("rung = []", "names no rung"),
        ("rung = [1, 2]", "names no rung"),
        ("rung = 5", "names no rung"),
        ("[rung]\ndays_back = 7", r"names no rung. Begin each with a line \[\[rung\]\]"),
        ("[[rung]]\ndepth = 4", r"rung 1: there is no key 'depth'. The keys are layers, "),
        ("[[rung]]\n[[rung]]\nlayer = [1]", "rung 2: there is no key 'layer'"),
        ("colour = 1\n[[rung]]", "there is no key 'colour'"),
        ("[[rung]]\ndays_back = true", "days_back is True; give a whole number from 1 to 3650"),
        ("[[rung]]\ndays_back = 7.0", "days_back is 7.0"),
        ("[[rung]]\ndays_back = 0", "days_back is 0"),
        ("[[rung]]\ndays_back = 3651", "days_back is 3651"),
        ("[[rung]]\ndays_back = '7'", "days_back is '7'"),
        ("[[rung]]\nepochs = [5]", r"epochs is \[5\]"),
        ("[[rung]]\nepochs = 0", "epochs is 0"),
        ("[[rung]]\nbatch = -1", "batch is -1"),
        ("[[rung]]\npatience = 1e3", "patience is 1000.0"),
        ("[[rung]]\nseeds = 101", "seeds is 101"),
        ("[[rung]]\nseeds = false", "seeds is False"),
        ("[[rung]]\nlearning_rate = 0", "learning_rate is 0; give a number from 1e-09 to 1000"),
        ("[[rung]]\nlearning_rate = nan", "learning_rate is nan"),
        ("[[rung]]\nlearning_rate = inf", "learning_rate is inf"),
        ("[[rung]]\nlearning_rate = true", "learning_rate is True"),
        ("[[rung]]\ndecay = -0.1", "decay is -0.1"),
        ("[[rung]]\nknown = 1", "known is 1"),
        ("[[rung]]\nknown = 'everything'", "known is 'everything'; choose one of"),
        ("[[rung]]\nactivation = 'swish'", "activation is 'swish'; choose one of identity, sigmoid"),
        ("[[rung]]\nactivation = ['relu']", "activation is "),
        ("[[rung]]\nrule = 'sgd'", "rule is 'sgd'; choose one of gradient descent, momentum, adam"),
        ("[[rung]]\nschedule = 1979-05-27", "schedule is "),
        ("[[rung]]\nlayers = 100", "layers is 100; give a list of widths"),
        ("[[rung]]\nlayers = [100, 0]", "layers is "),
        ("[[rung]]\nlayers = [true]", "layers is "),
        ("[[rung]]\nlayers = [10.0]", "layers is "),
        ("[[rung]]\nlayers = ['wide']", "layers is "),
        (f"[[rung]]\nlayers = [{MOST_UNITS + 1}]", "layers is "),
        (f"[[rung]]\nlayers = {[1] * (MOST_LAYERS + 1)}", "layers is "),
        ("mean = 1\n[[rung]]", "mean is 1; write true or false"),
        ("[[rung]]\ndays_back = 7\n[[rung]]\ndays_back = 7\nepochs = 5", "rung 2 is 'linear 7' again"),
        ("[[rung]]\ndays_back = 7\ndays_back = 8", "is not TOML: its last line cannot be understood"),
        ("[[rung]\n", "is not TOML: line 1, column 7"),
        ("[[rung]]\nlayers = [1,", "is not TOML: its last line"),
        ("rungs: 3\n[[rung]]", "is not TOML: line 1, column 6 cannot be understood"),
        ("x = " + "[" * 100_000, "is not TOML that can be read: its brackets"),
    ],
)
def test_what_is_refused(written, text, said):
    path = written(text)
    with pytest.raises(InputError, match=said) as caught:
        ladder_from_toml(path)
    assert f"ladder={str(path)!r}" in str(caught.value)
    assert f"--ladder {path}" in caught.value.sentence("zh", command=True)


def test_files_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            ladder_from_toml(path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not TOML: it is not text in UTF-8"):
        ladder_from_toml(binary)


def test_a_name_that_is_none():
    with pytest.raises(InputError, match=r"ladder='huge': there is no such ladder. Choose one of full, lecture, quick"):
        FitOptions(ladder="huge")
    with pytest.raises(InputError, match=r"none\.toml' cannot be read: No such file or folder"):
        FitOptions(ladder=str(Path("no such folder") / "none.toml"))


def test_the_lectures_ladder_is_its_table():
    """U3, with the two ways to copy below it."""
    names = [rung.name for rung in named_ladder("lecture").rungs]
    assert names == [
        "copy yesterday", "copy last week", "linear 1", "linear 7", "linear 28", "linear 56",
        "10 relu 56", "100 relu 56", "1000 relu 56", "2×100 relu 56", "3×100 relu 56", "4×100 relu 56",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["lecture", "full", "quick"])
def test_names_of_a_ladder_are_its_own(name):
    ladder = named_ladder(name)
    names = [rung.name for rung in ladder.rungs]
    assert len(set(names)) == len(names)
    assert [rung.kind for rung in ladder.rungs[:2]] == ["copy", "copy"]
    for rung in ladder.rungs[2:]:
        if rung.kind == "trend":
            continue
        assert rung.hyperparameters["learning rate"] == rung.optimizer.learning_rate
        assert rung.kind == ("network" if rung.hidden else "linear")


@pytest.mark.parametrize("days", [1, 20, 27, 28 * 3, 300, 5000])
def test_no_rung_looks_back_over_more_than_a_third_of_a_short_series(days):
    ladder = named_ladder("full")
    kept = ladder.suited_to(days, DAILY)
    assert kept.rungs[: 2 if days >= 7 else 1] == ladder.rungs[: 2 if days >= 7 else 1]
    assert all(rung.days_back < days for rung in (*kept.rungs[2:], *kept.again))
    assert set(kept.rungs) <= set(ladder.rungs)
    if days == 5000:  # where years are many, shared networks that know the week alone make way
        left_out = [rung.name for rung in ladder.rungs if rung not in kept.rungs]
        assert left_out == ["2×64 relu 28 week shared", "2×64 relu 28 week shared smooth"]
        assert kept.again == ladder.again
