"""`thalweg sample`: a simulated channel as a file."""

import os
import subprocess

import thalweg as library


def test_it_writes_what_python_gives_and_calls_it_simulated(thalweg, tmp_path):
    file = tmp_path / "channel.csv"
    told = thalweg("sample", file, "--days", 100, "--seed", 3)
    assert told.exit_code == 0
    assert "simulated" in told.stdout
    series = library.read(file)
    assert series.simulated
    assert series.values.tolist() == library.sample(days=100, seed=3).values.tolist()


def test_a_file_that_is_there_is_never_replaced(thalweg, tmp_path):
    file = tmp_path / "channel.csv"
    file.write_text("mine")
    result = thalweg("sample", file)
    assert result.exit_code == 2
    assert "never replaced" in result.stderr
    assert file.read_text() == "mine"


def test_a_name_that_no_disk_takes(thalweg, tmp_path):
    result = thalweg("sample", tmp_path / ("a" * 300))
    assert result.exit_code == 2
    assert "File name too long" in result.stderr


def test_the_same_sample_again_is_no_matter(thalweg, tmp_path):
    file = tmp_path / "channel.csv"
    assert thalweg("sample", file, "--days", 70).exit_code == 0
    assert thalweg("sample", file, "--days", 70).exit_code == 0


def test_a_folder_that_is_not_there(thalweg, tmp_path):
    result = thalweg("sample", tmp_path / "none" / "channel.csv")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_terminal_that_knows_no_chinese(command, tmp_path):
    done = subprocess.run(
        [*command, "sample", str(tmp_path / "channel.csv"), "--days", "70", "--lang", "zh"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"channel.csv" in b"".join(done.stdout.split())  # a long path is broken over lines
