"""Several files move into place together, or none of them does."""

import pytest

from thalweg.errors import InputError
from thalweg.files import write_whole, written_together


def test_a_folder_in_the_way_leaves_everything_as_it_was(tmp_path):
    (tmp_path / "a.csv").write_text("old")
    (tmp_path / "b.html").mkdir()

    def write():
        with written_together(tmp_path) as aside:
            write_whole(aside / "a.csv", b"new")
            write_whole(aside / "b.html", b"new")

    with pytest.raises(InputError, match=r"b\.html in it is a folder"):
        write()
    assert (tmp_path / "a.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.html"]


def test_all_move_together(tmp_path):
    (tmp_path / "a.csv").write_text("old")
    with written_together(tmp_path / "new" / "deep") as aside:
        write_whole(aside / "a.csv", b"1")
        write_whole(aside / "b.csv", b"2")
        assert not any((tmp_path / "new" / "deep").glob("*.csv")), "nothing stands there before the end"
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "deep").iterdir()} == {
        "a.csv": b"1",
        "b.csv": b"2",
    }
