"""What every refusal keeps, whatever was given: it names the file, in both languages, in no library's words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LETTERS = 2000
_LEAST_QUOTED = 12  # letters of another exception in a row that show where a sentence comes from
_WORDS = ("Error", "Exception", "Traceback", "DuckDB", "NumPy", "codec", "dtype", "object at 0x", "NoneType")


def wrong_with(error: BaseException, name: str) -> str:
    """Return what is wrong with an exception as the refusal of a file of this name; an empty text if nothing is."""
    if not isinstance(error, InputError):
        return f"{type(error).__name__}: {error}"
    told = {language: error.sentence(language, command=True) for language in LANGUAGES}
    for sentence in told.values():
        fault = _wrong_in(sentence, name)
        if not fault and (taken := next(_quoted(error, sentence), "")):
            fault = f"words of another exception, {taken!r}: {sentence}"
        if fault:
            return fault
    if told["en"] == told["zh"]:
        return f"one language only: {told['en']}"
    return ""


def _wrong_in(sentence: str, name: str) -> str:
    unsafe = [letter for letter in sentence if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    said = [word for word in _WORDS if word in sentence]
    wrong = {
        "the file is not named": name not in sentence,
        f"{len(sentence)} letters": len(sentence) > _MOST_LETTERS,
        f"letters that are not to be seen {unsafe[:1]}": unsafe,
        f"a library's words {said[:1]}": said,
        "no whole sentence": sentence[-1] not in ".。?？",
    }
    return next((f"{fault}: {sentence!r}" for fault, found in wrong.items() if found), "")


def _quoted(error: BaseException, sentence: str) -> Iterator[str]:
    """Yield what a sentence has in common with the exceptions that led to it, where that is more than a name."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        text = str(cause)
        for at in range(0, max(len(text) - _LEAST_QUOTED, 0), _LEAST_QUOTED // 2):
            part = text[at : at + _LEAST_QUOTED]
            if part in sentence and part.count(" ") > 1 and part.replace(" ", "").isalpha():
                yield part
        cause = cause.__cause__ or cause.__context__
