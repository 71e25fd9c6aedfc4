"""Several files move into place together, or none of them does."""

import errno
import os

import pytest

from thalweg.errors import InputError
from thalweg.files import reason_of, write_whole, written_together
from thalweg.messages import LANGUAGES, Argument, Message, catalogue


def test_a_folder_in_the_way_leaves_everything_as_it_was(tmp_path):
    (tmp_path / "a.csv").write_text("old")
    (tmp_path / "b.html").mkdir()

    def write():
        with written_together(tmp_path) as temporary:
            write_whole(temporary / "a.csv", b"new")
            write_whole(temporary / "b.html", b"new")

    with pytest.raises(InputError, match=r"b\.html in it is a folder") as caught:
        write()
    assert str(caught.value).startswith(f"{tmp_path} cannot be written: ")
    assert (tmp_path / "a.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.html"]


def test_all_move_together(tmp_path):
    (tmp_path / "a.csv").write_text("old")
    with written_together(tmp_path / "new" / "deep") as temporary:
        write_whole(temporary / "a.csv", b"1")
        write_whole(temporary / "b.csv", b"2")
        assert not any((tmp_path / "new" / "deep").glob("*.csv")), "nothing stands there before the end"
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "deep").iterdir()} == {
        "a.csv": b"1",
        "b.csv": b"2",
    }


def test_an_error_names_the_folder_that_was_asked_for(tmp_path, monkeypatch):
    """Nobody asked for the temporary folder that the files are written to first."""

    def full(_handle):
        raise OSError(errno.ENOSPC, "in other words")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError) as caught, written_together(tmp_path) as temporary:
        write_whole(temporary / "a.csv", b"new")
    sentences = [caught.value.sentence(language) for language in LANGUAGES]
    assert sentences[0].startswith(f"{tmp_path / 'a.csv'} cannot be written: No space left on device. Nothing")
    assert sentences[1].startswith(f"无法写入 {tmp_path / 'a.csv'}：磁盘空间不足。")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_named_wherever_it_stands_in_a_message(tmp_path):
    def write():
        with written_together(tmp_path / "new") as temporary:
            raise InputError(
                "files.unwritable",
                path=temporary,
                reason=Message("report.in_units", {"name": temporary / "deep"}),
                names=[str(temporary), Argument("out", str(temporary)), 5],
            )

    with pytest.raises(InputError) as caught:
        write()
    values = caught.value.message.values
    assert values["path"] == tmp_path / "new"
    assert values["reason"].values["name"] == tmp_path / "new" / "deep"
    assert values["names"] == [str(tmp_path / "new"), Argument("out", str(tmp_path / "new")), 5]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOTTY, None])
def test_what_the_system_refused_is_named_in_both_languages(number):
    error = OSError("odd") if number is None else OSError(number, "in the system's words")
    sentences = [catalogue(language)(reason_of(error)) for language in LANGUAGES]
    assert all(sentences)
    assert not any("words" in sentence or "odd" in sentence for sentence in sentences)
    assert (number != errno.ENOTTY) or sentences[0] == "The system reports error ENOTTY"
