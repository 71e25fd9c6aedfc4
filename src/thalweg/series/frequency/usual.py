"""Defaults of options that follow the frequency of the series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.messages import catalogue
from thalweg.series.frequency.record import Frequency, daily, monthly, quarterly, sub_daily, weekly, yearly
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

HOURLY = sub_daily(60)
TOLD = (daily(), HOURLY, weekly(), monthly(), quarterly(), yearly())


@dataclass(frozen=True)
class UsualSteps:
    """A default that is a number of steps, or several.

    Attributes
    ----------
    of : callable
        Returns it for a frequency.
    """

    of: Callable[[Frequency], Any]

    def told(self, language: str) -> str:
        """Return ``28 days, 48 hours, 13 weeks, …``."""
        translate = catalogue(language)
        parts: list[str] = []
        for frequency in TOLD:
            value = self.of(frequency)
            number = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            parts.append(translate("option.usual", number=number, steps=translate(words_of(frequency)["steps"])))
        return translate("option.by_rhythm").join(parts)


@dataclass(frozen=True)
class UsualWord:
    """A default that is a word, such as the season that a rung knows; `of` as of `UsualSteps`."""

    of: Callable[[Frequency], str]

    def told(self, language: str) -> str:
        """Return ``week (day), day (hour), …``: the word, and the steps that have it."""
        translate = catalogue(language)
        by_word: dict[str, list[str]] = {}
        for frequency in TOLD:
            by_word.setdefault(self.of(frequency), []).append(translate(words_of(frequency)["steps"]))
        parts = [
            translate("option.usual_word", word=word, steps=translate("list.comma").join(steps))
            for word, steps in by_word.items()
        ]
        return translate("option.by_rhythm").join(parts)
