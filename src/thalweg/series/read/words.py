"""Names of months and weekdays in many languages, and dates written with them brought to the forms of `dates`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from thalweg.sql import literal

_LANGUAGES = (
    *("en", "de", "de_AT", "fr", "es", "es_MX", "it", "pt", "nl", "ru", "pl", "cs", "sk", "uk", "sv", "da", "nb", "fi"),
    *("tr", "el", "hu", "ro", "bg", "hr", "sl", "sr", "sr_Latn", "lt", "lv", "et", "ca", "gl", "eu", "is", "ga", "af"),
    *("id", "ms", "vi", "th", "ar", "he", "fa", "hi", "zh", "zh_Hant", "ja", "ko", "mk", "be", "sq", "fil"),
)
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MORE_MONTHS = {"de": {"mrz": 3, "maerz": 3}, "es": {"setiembre": 9, "set": 9}, "pt": {"setembro": 9}, "nl": {"mrt": 3}}
_MORE_WEEKDAYS = (*(f"{week}{day}" for week in ("礼拜", "禮拜", "周", "週") for day in "一二三四五六日天"), "週", "周")
_FILLERS = frozenset(
    (
        *(
            "st",
            "nd",
            "rd",
            "th",
            "er",
            "re",
            "e",
            "º",
            "ª",
            "°",
            "de",
            "del",
            "di",
            "do",
            "da",
            "du",
            "d",
            "of",
            "the",
        ),
        *("den", "der", "le", "el", "la", "les", "г", "года", "р", "року", "y", "i"),
    )
)
_MONTH_PREFIX, _WEEKDAY_PREFIX = 3, 2  # letters, at least, that an abbreviation has
_MOST_WORDS = 200  # more different words than names of months and weekdays can be

# Python reads these patterns with `re.ASCII`, and DuckDB's RE2 as they are.
_NO_LETTER = "\\d\\s!-/:-@\\[-`{-~，（）【】、。\u00a0\u202f\u3000"
_WORD = f"[^{_NO_LETTER}]+"
_STEPS_BEFORE = (
    (r"(\d{4}|\d{2})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]", r"\1-\2-\3 "),
    (rf"({_WORD})", r" \1 "),
)
_STEPS_BETWEEN = (  # a weekday before or after the rest; what remains are months
    (rf"^\s*{_WORD}[\s.,]+(\d{{1,2}}[\s.,/-]+{_WORD})", r"\1"),
    (rf"^\s*{_WORD}[\s.,]+(\d+[-./]\s*\d+[-./]\s*\d+)", r"\1"),
    (rf"(\d{{4}})[\s.,]+{_WORD}[\s.]*$", r"\1"),
    (rf"(\d+[-./]\s*\d+[-./]\s*\d+)[\s.,(]+{_WORD}", r"\1"),
)
_NUMBERS = re.compile(r"\d+[-./]\s*\d+[-./]\s*\d+", re.ASCII)  # a date whose month is no word
_STEPS_AFTER = (
    (r"[\s,()\[\]，（）【】、。\x{a0}\x{202f}\x{3000}]+", " "),
    (r"[-./]+(\s|$)", " "),
    (r"(^|\s)[-./]+", " "),
    (r"\s+", " "),
)


@dataclass(frozen=True)
class Words:
    """What the words of a date column stand for.

    Attributes
    ----------
    fillers : tuple of str
        Words without a meaning of their own, as they are written.
    names : tuple of pairs of str
        A month's or weekday's name as it is written, and the English month, or "" for a weekday.
    """

    fillers: tuple[str, ...]
    names: tuple[tuple[str, str], ...]

    def plain(self, cell: str) -> str:
        """Return a date without weekday and fillers, its month in English."""
        cell = _replaced(cell, _STEPS_BEFORE)
        for word in self.fillers:
            cell = cell.replace(f" {word} ", " ")
        cell = _replaced(cell, _STEPS_BETWEEN)
        for word, name in self.names:
            cell = cell.replace(f" {word} ", f" {name} ")
        return _replaced(cell, _STEPS_AFTER).strip()

    def sql(self, cell: str) -> str:
        """Return SQL for what `plain` returns; `cell` is SQL for the trimmed text."""
        text = _replaced_sql(cell, _STEPS_BEFORE)
        for word in self.fillers:
            text = f"replace({text}, {literal(f' {word} ')}, ' ')"
        text = _replaced_sql(text, _STEPS_BETWEEN)
        for word, name in self.names:
            text = f"replace({text}, {literal(f' {word} ')}, {literal(f' {name} ')})"
        return f"trim({_replaced_sql(text, _STEPS_AFTER)})"


def words_in(cell: str) -> str:
    """Return SQL for the list of the words in a date's text; `cell` is SQL for that text."""
    return f"regexp_extract_all({_replaced_sql(cell, _STEPS_BEFORE[:1])}, {literal(_WORD)})"


def words_of(cells: list[str]) -> Words | None:
    """Return what the words of some dates stand for, or None where there are no words or one is unknown."""
    found = {word for cell in cells for word in _find(cell)}
    if all(_NUMBERS.search(_replaced(cell, _STEPS_BEFORE)) for cell in cells):
        others = {word for word in found if word.casefold() not in _FILLERS and not _is_weekday(_bare(word))}
        return None if others else Words((), tuple((word, "") for word in sorted(found)))
    return words_named(found)


def words_named(found: set[str]) -> Words | None:
    """Return what these words stand for: months of one language, weekdays of any; None where one is unknown.

    None also where two languages know all words and differ about a month.
    """
    if len(found) > _MOST_WORDS:
        return None
    fillers = {word for word in found if word.casefold() in _FILLERS}
    rest = {word: _bare(word) for word in found - fillers}
    weekdays = {word for word, bare in rest.items() if _is_weekday(bare)}
    readings: list[tuple[tuple[int, int], dict[str, int]]] = []
    for language in _LANGUAGES:
        months = {word: month for word, bare in rest.items() if (month := _month(bare, language))}
        if months.keys() | weekdays == rest.keys():
            whole = sum(rest[word] in _months(language) for word in months)
            readings.append(((len(months), whole), months))
    if not readings:
        return None
    most = max(score for score, _ in readings)
    best = [months for score, months in readings if score == most]
    if any(months != best[0] for months in best):
        return None
    names = {word: _ENGLISH_MONTHS[best[0][word] - 1] if word in best[0] else "" for word in rest}
    return Words(tuple(sorted(fillers)), tuple(sorted(names.items())))


def _find(cell: str) -> list[str]:
    return re.findall(_WORD, _replaced(cell, _STEPS_BEFORE[:1]), re.ASCII)


def _replaced(text: str, steps: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in steps:
        text = re.sub(re.sub(r"\\x\{(\w+)\}", lambda code: chr(int(code[1], 16)), pattern), new, text, flags=re.ASCII)
    return text


def _replaced_sql(text: str, steps: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in steps:
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(new)}, 'g')"
    return text


def _bare(word: str) -> str:
    """Return a word in small letters, without accents and points."""
    letters = unicodedata.normalize("NFKD", word.casefold().strip(".’'"))
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _accents()))


@cache
def _accents() -> frozenset[str]:
    return frozenset(chr(code) for code in range(0x300, 0x370))


def _month(bare: str, language: str) -> int | None:
    """Return the month that a word names, whole or cut short after three letters or more."""
    names = _months(language)
    if bare in names:
        return names[bare]
    months = {month for name, month in names.items() if name.startswith(bare)}
    return months.pop() if len(bare) >= _MONTH_PREFIX and len(months) == 1 else None


@cache
def _months(language: str) -> dict[str, int]:
    from babel import Locale  # noqa: PLC0415  (loaded only where a name is not English)

    locale = Locale.parse(language)
    names = {
        part: month
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in locale.months[context][width].items()
        for part in [_bare(name)]
        if re.fullmatch(_WORD, part, re.ASCII)
    }
    return {**names, **_MORE_MONTHS.get(language.split("_", maxsplit=1)[0], {})}


def _is_weekday(bare: str) -> bool:
    names = _weekdays()
    if bare in names:
        return True
    return bare.isalpha() and len(bare) >= _WEEKDAY_PREFIX and any(name.startswith(bare) for name in names)


@cache
def _weekdays() -> frozenset[str]:
    from babel import Locale  # noqa: PLC0415  (as above)

    return frozenset(
        part
        for language in _LANGUAGES
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated", "short")
        for name in Locale.parse(language).days[context][width].values()
        for part in re.findall(_WORD, _bare(name), re.ASCII)
    ) | frozenset(_MORE_WEEKDAYS)
