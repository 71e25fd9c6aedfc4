"""The command to paste: a shell that reads it sees the very words."""

import shutil
import subprocess

import pytest

from thalweg.report.shell import for_powershell, for_sh

WORDS = [
    "views.csv",
    "my views.csv",
    "it's.csv",
    'a "b".csv',
    "$HOME `x` !y & z; (1) * ? ~ # % <>|",
    "\\\\server\\C:\\x\\",
    "浏览量 2024.csv",
    "--missing=-999,-1",
    "",
    "a\nb\tc\x1b[31m",
    "\u2028'\\",
    "%d/%m/%Y",
]


def test_a_shell_reads_the_very_words():
    if not (path := shutil.which("bash")):
        pytest.skip("bash is not here")
    line = for_sh(["printf", "%s\\0", *WORDS])
    assert line.isprintable()
    done = subprocess.run([path, "-c", line], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == WORDS


def test_plain_words_stand_as_they_are():
    words = ["thalweg", "forecast", "data/views.csv", "--country", "TW", "--horizon", "7"]
    assert for_sh(words) == for_powershell(words) == " ".join(words)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("my views.csv", "'my views.csv'"),
        ("it's.csv", "'it''s.csv'"),
        ("it’s.csv", "'it’’s.csv'"),  # PowerShell takes this quote for a quote, too
        ("$HOME `x`", "'$HOME `x`'"),
        ("-999,-1", "'-999,-1'"),  # without quotes it would be a list
        (r"C:\data\views.csv", r"C:\data\views.csv"),
        ('a "b"', r"'a \"b\"'"),
        ("", "''"),
    ],
)
def test_words_for_powershell(word, written):
    assert for_powershell([word]) == written


def test_powershell_has_no_line_for_control_characters():
    assert for_powershell(["a\nb"]) == ""
