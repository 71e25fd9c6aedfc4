"""Several files move into place together, or none of them does."""

import errno
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from thalweg.errors import InputError
from thalweg.files import check_writable, reason_of, write_whole, written_together
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


def bind_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


KINDS = {
    "pipe": os.mkfifo if hasattr(os, "mkfifo") else None,
    "socket": bind_socket,
    "device": lambda path: os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3)),
}


def made(kind, path):
    """Make what is no file; skip the test where the system does not allow it."""
    try:
        KINDS[kind](path)
    except (OSError, TypeError, AttributeError):
        pytest.skip(f"no {kind} can be made here")
    return path


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_never_replaced(tmp_path, kind, linked):
    there = made(kind, tmp_path / "there.csv")
    path = tmp_path / "link.csv" if linked else there
    if linked:
        path.symlink_to(there)
    before = there.stat()
    with pytest.raises(InputError, match=f"is no file but a {kind}"):
        write_whole(path, b"new")
    with pytest.raises(InputError, match=f"is no file but a {kind}"):
        check_writable(tmp_path, [path.name])

    def together():
        with written_together(tmp_path) as temporary:
            write_whole(temporary / "a.csv", b"new")
            write_whole(temporary / path.name, b"new")

    with pytest.raises(InputError, match=f"is no file but a {kind}"):
        together()
    assert there.stat() == before
    assert path.is_symlink() is linked
    assert {each.name for each in tmp_path.iterdir()} == {there.name, path.name}


@pytest.mark.skipif(os.name == "nt", reason="there are no such devices")
@pytest.mark.parametrize("device", ["/dev/null", "/dev/full"])
def test_a_device_stays_a_device(device):
    with pytest.raises(InputError, match="is no file but a device"):
        write_whole(Path(device), b"new")
    assert stat.S_ISCHR(Path(device).stat().st_mode)


@pytest.mark.parametrize("exists", [True, False])
def test_the_target_of_a_link_is_replaced_and_the_link_stays(tmp_path, exists):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "b.csv", tmp_path / "here" / "a.csv"
    link.parent.mkdir()
    link.symlink_to(target)
    if exists:
        target.write_text("old")
        target.chmod(0o600)
    write_whole(link, b"new")
    assert target.read_bytes() == b"new"
    with written_together(link.parent) as temporary:
        write_whole(temporary / "a.csv", b"newer")
    assert link.is_symlink()
    assert target.read_bytes() == b"newer"
    assert not exists or stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["b.csv"]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no second disk")  # noqa: S108 - in memory, private below
def test_a_link_to_another_disk_is_followed(tmp_path):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        (tmp_path / "a.csv").symlink_to(Path(other) / "a.csv")
        write_whole(tmp_path / "a.csv", b"new")
        with written_together(tmp_path) as temporary:
            write_whole(temporary / "a.csv", b"newer")
            write_whole(temporary / "b.csv", b"newer")
        assert (tmp_path / "a.csv").is_symlink()
        assert {path.name: path.read_bytes() for path in Path(other).iterdir()} == {"a.csv": b"newer"}


@pytest.mark.parametrize("to", ["link.csv", "missing/b.csv"])
def test_a_link_that_leads_nowhere_is_told_and_stays(tmp_path, to):
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / to)
    told = "Links lead in a circle" if to == link.name else "there is no folder .*missing"
    with pytest.raises(InputError, match=told):
        write_whole(link, b"new")
    with pytest.raises(InputError, match=told):
        check_writable(tmp_path, [link.name])
    assert link.is_symlink()
    (tmp_path / "missing").mkdir()  # the advice
    if to != link.name:
        write_whole(link, b"new")
        assert (tmp_path / to).read_bytes() == b"new"


@pytest.mark.parametrize("to", ["out", "missing"])
def test_a_folder_that_is_a_link_to_nowhere_is_told(tmp_path, to):
    (tmp_path / "out").symlink_to(tmp_path / to)
    with pytest.raises(InputError, match="Links lead in a circle" if to == "out" else "there is no folder .*missing"):
        check_writable(tmp_path / "out")


def test_a_file_that_nobody_may_write_stays(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(InputError, match="Permission denied"):
        write_whole(path, b"new")
    assert path.read_text() == "old"


HOLDING = """
import sys, time
from pathlib import Path
from thalweg.leftovers import temporary_file, temporary_folder
with temporary_file(Path(sys.argv[1])) as file, temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    print(file.name, folder.name, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="nothing is swept there")
def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path):
    mine = [".thalweg.views.part", ".views.csv.abcdefgh.part", "thalweg.abcdefgh.part"]
    for name in mine:
        (tmp_path / name).write_text("of the user")
    made(kind="pipe", path=tmp_path / ".thalweg.abcdefgh.part")
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        held = process.stdout.readline().split()
        write_whole(tmp_path / "a.csv", b"1")
        assert {path.name for path in tmp_path.iterdir()} == {*mine, ".thalweg.abcdefgh.part", "a.csv", *held}
        process.kill()
    assert (tmp_path / held[1] / "half").exists()
    check_writable(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*mine, ".thalweg.abcdefgh.part", "a.csv"}


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
def test_a_signal_while_files_move_into_place_waits_for_the_last(tmp_path, number, monkeypatch):
    replace = Path.replace

    def interrupted(self, target):
        signal.raise_signal(number)
        return replace(self, target)

    class EndedError(Exception):
        """What the handler raises."""

    def end(*_):
        raise EndedError

    def write():
        with written_together(tmp_path) as temporary:
            for name in "abcd":
                write_whole(temporary / name, b"new")
            monkeypatch.setattr(Path, "replace", interrupted)

    before = signal.signal(number, end)
    try:
        with pytest.raises(EndedError):
            write()
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys("abcd", b"new")
        assert signal.getsignal(number) is end
    finally:
        signal.signal(number, before)
