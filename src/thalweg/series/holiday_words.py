"""The names of a country's holidays in another language, as the `holidays` library translates them."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from thalweg.series.country import BETWEEN
from thalweg.series.holidays import REFERENCE_YEARS, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = "en_US"
TRANSLATIONS = {"zh": "zh_CN"}  # by our language: the library's; of several kinds of Chinese the simplified one
_REMARK = re.compile(r"\s*[（(][^（）()]*[）)]$")  # 补假, 观察日 and the like


@lru_cache(maxsize=64)
def translated_holidays(country: str, language: str) -> Mapping[str, str]:
    """Return the names of holidays in a language, by their English names; empty where the library has no translation.

    Parameters
    ----------
    country : str
        A checked code, or ``""``.
    language : str
        Ours, such as ``zh``.
    """
    if BETWEEN in country:
        merged: dict[str, str] = {}
        for each in country.split(BETWEEN):
            for name, other in translated_holidays(each, language).items():
                merged.setdefault(name, other)
                merged[f"{name} ({each})"] = f"{other} ({each})"
        return merged
    import holidays  # noqa: PLC0415  slow to load, and needed for a country only

    code, _, part = country.partition("-")
    kind = getattr(holidays, code, None) if code else None
    wanted = TRANSLATIONS.get(language, "")
    if kind is None or not {ENGLISH, wanted} <= set(kind.supported_languages):
        return {}

    def names_of(of_language: str) -> Any:  # noqa: ANN401 - the library's
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about holidays that the library knows in some of the years only
            return holidays.country_holidays(code, subdiv=part or None, years=REFERENCE_YEARS, language=of_language)

    english, translated = names_of(ENGLISH), names_of(wanted)
    found: dict[str, str] = {}
    for date in english:
        # Where a day has several names each language sorts them by itself, so that they cannot be told apart.
        called, other = english.get_list(date), translated.get_list(date)
        if len(called) == len(other) == 1 and (name := plain_name(called[0])):
            found.setdefault(name, _REMARK.sub("", other[0]))
    return found
