"""A user's texts as they are shown: one line, every letter seen, none that a terminal or a picture would obey."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.messages import Argument, Message, catalogue
from thalweg.text import MOST_LETTERS, clean, quotable

SHOWN = {
    "views": "views",
    "a\nb": "a b",
    "a\r\n\tb": "a b",
    "v\u2028w\u2029x\x85y": "v w x y",
    "\x1b[31mred\x07": "�[31mred�",
    "\x9b2J": "�2J",
    "nul\0": "nul�",
    "abc\u202ecba\u2066x\u2069": "abccbax",
    "vi\u200bew\ufeffs\u00ad": "views",
    "vi\u200dews\u200c": "views",
    "\udcff.csv": "�.csv",
    "\ufffe\uffff": "��",
    "C:\\x": "C:\\x",
    "{0} ${x} `b` </script> \"q\" 'q'": "{0} ${x} `b` </script> \"q\" 'q'",
    "👩\u200d👩\u200d👧 ❤\ufe0f": "👩\u200d👩\u200d👧 ❤\ufe0f",
    "نامه\u200cای": "نامه\u200cای",
    "播放量（次）": "播放量（次）",
    "a\u00a0b": "a\u00a0b",
}


@pytest.mark.parametrize(("given", "shown"), SHOWN.items(), ids=map(ascii, SHOWN))
def test_a_text_is_shown_for_what_it_is(given, shown):
    assert clean(given) == shown


@given(st.text(st.characters(codec=None)))
def test_what_is_shown_is_one_line_without_orders_and_stays_so(text):
    shown = clean(text)
    assert clean(shown) == shown
    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert {letter for letter in shown if unicodedata.category(letter) == "Cf"} <= set("\u200c\u200d")
    assert len(shown.splitlines()) <= 1
    if text.isascii() and text.isprintable():
        assert shown == text


@given(st.text(st.characters(codec=None), min_size=70, max_size=400))
def test_a_quotation_is_short_and_stays_so(text):
    shown = quotable(text)
    assert len(shown) <= MOST_LETTERS
    assert quotable(shown) == shown


@pytest.mark.parametrize("command", [True, False])
def test_whatever_a_sentence_tells_is_clean_and_short(command):
    long = "\x1b[2J\n" + "v" * 10_000
    value = Argument("value", long)
    message = Message(
        "error.read.no_column_but_near", {"source": long, "name": long, "argument": value, "columns": long}
    )
    told = catalogue("en", command=command)(message)
    assert "\x1b" not in told
    assert "\n" not in told
    assert len(told) < 500
    listed = catalogue("en")(Message("error.read.header_only", {"path": "a.csv", "names": ["v"] * 10_000}))
    assert listed.count("v,") == 20
    assert "…" in listed
