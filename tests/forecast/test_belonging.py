"""The files of a forecast name the model that they belong to, and a mixed set is told."""

import os

import pytest

from thalweg.forecast.belonging import MODEL_FILE, stamp_of, stamped_page, strangers


def write_set(folder, content):
    stamp = stamp_of(content)
    (folder / MODEL_FILE).write_bytes(content)
    (folder / "forecast.csv").write_text(f"date,mean,model\n2025-01-01,5,{stamp}\n", "utf-8")
    (folder / "ladder.csv").write_text(f'rung,model\n"a, ""b""",{stamp}\n', "utf-8")
    (folder / "report.html").write_text(stamped_page("<html>\n<head>\n<title>x</title>", stamp), "utf-8")


def test_the_stamp_is_the_start_of_the_files_sha_256():
    assert stamp_of(b"abc") == "sha256:ba7816bf8f01cfea"


def test_a_whole_set_has_no_strangers(tmp_path):
    write_set(tmp_path, b"one")
    assert strangers(tmp_path / MODEL_FILE) == []


@pytest.mark.parametrize("name", ["forecast.csv", "ladder.csv", "report.html", MODEL_FILE])
def test_a_file_of_another_set_is_a_stranger(tmp_path, name):
    others = tmp_path / "others"
    others.mkdir()
    write_set(tmp_path, b"one")
    write_set(others, b"two")
    (others / name).replace(tmp_path / name)
    expected = ["forecast.csv", "ladder.csv", "report.html"] if name == MODEL_FILE else [name]
    assert strangers(tmp_path / MODEL_FILE) == expected


@pytest.mark.parametrize(
    "content", [b"", b"date,mean\n2025-01-01,5\n", b"model\n", b"\xff\xfe\x00", b'model\n"', b"a\n5\n"]
)
def test_files_without_a_stamp_are_passed_over(tmp_path, content):
    write_set(tmp_path, b"one")
    for name in ("forecast.csv", "report.html"):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "ladder.csv").unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "ladder.csv")  # reading it would wait for ever
    assert strangers(tmp_path / MODEL_FILE) == []


def test_a_model_by_another_name_belongs_to_no_set(tmp_path):
    write_set(tmp_path, b"one")
    (tmp_path / "mine.thalweg").write_bytes(b"two")
    assert strangers(tmp_path / "mine.thalweg") == []
