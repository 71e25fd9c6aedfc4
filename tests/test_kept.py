"""Text is kept from one run to the next, and made anew where it is damaged."""

import sys

import pytest

from thalweg.kept import folder, kept

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the folder is named by XDG_CACHE_HOME")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


def never():
    raise AssertionError("it was kept already")


def test_a_text_is_made_once():
    assert kept("words-1.js", lambda: "let ä = 1;\nlet b;") == "let ä = 1;\nlet b;"
    assert kept("words-1.js", never) == "let ä = 1;\nlet b;"
    assert kept("words-2.js", lambda: "other") == "other"


@pytest.mark.parametrize("damaged", [b"", b"cut", b"\xff\xfe", b"0" * 64 + b"\nlet evil;"])
def test_a_damaged_file_is_made_anew(damaged):
    kept("words.js", lambda: "let a;")
    (folder() / "words.js").write_bytes(damaged)
    assert kept("words.js", lambda: "let a;") == "let a;"
    assert kept("words.js", never) == "let a;"


def test_without_a_place_to_write_it_is_made_each_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept("words.js", lambda: "let a;") == "let a;"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/dev/null/nowhere")
    assert kept("words.js", lambda: "let b;") == "let b;"
