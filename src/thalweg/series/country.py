"""Which country a user means, as the `holidays` library knows it (U5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from thalweg.errors import InputError
from thalweg.options import Kind

ALIASES = {
    "uk": "GB",
    "greatbritain": "GB",
    "britain": "GB",
    "england": "GB-ENG",
    "scotland": "GB-SCT",
    "wales": "GB-WLS",
    "northernireland": "GB-NIR",
    "america": "US",
    "unitedstatesofamerica": "US",
    "korea": "KR",
    "macao": "MO",
    "中国": "CN",
    "中國": "CN",
    "台湾": "TW",
    "台灣": "TW",
    "臺灣": "TW",
    "香港": "HK",
    "澳门": "MO",
    "澳門": "MO",
    "新加坡": "SG",
    "日本": "JP",
    "韩国": "KR",
    "韓國": "KR",
    "美国": "US",
    "美國": "US",
    "英国": "GB",
    "英國": "GB",
}


def country_code(text: str) -> str:
    """Return the code of the country, or of its part, that `text` names.

    Parameters
    ----------
    text : str
        An ISO 3166 code (``US``, ``us``, ``TWN``), a name (``Taiwan``, ``United States``, ``UK``, ``台灣``), or a
        code with a part of the country whose own holidays count too (``GB-ENG``, ``DE-BY``).

    Returns
    -------
    str
        The two-letter code in capitals, with ``-`` and the part's code where one was given.

    Raises
    ------
    InputError
        If the `holidays` library does not know it; the nearest matches are named.
    """
    import holidays  # noqa: PLC0415  heavy, and of no use without a country
    from holidays.registry import COUNTRIES  # noqa: PLC0415  likewise

    words: dict[str, str] = {}
    titles: dict[str, str] = {}
    for name, code, *others in COUNTRIES.values():
        titles[code] = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
        words.update((known.lower(), code) for known in (name, code, *others))
    words.update(ALIASES)

    plain = re.sub(r"[\W_]+", "", text).lower()
    if plain in words:
        return words[plain]
    whole, dash, part = text.strip().partition("-")
    code = words.get(whole.strip().lower(), "")
    if dash and code:
        wanted = part.strip().upper()
        parts: tuple[str, ...] = getattr(holidays, code).subdivisions
        if wanted in parts:
            return f"{code}-{wanted}"
        raise InputError(
            f"--country {text}: {titles[code]} ({code}) has no part {wanted!r} with holidays of its own; "
            f"its parts are: {', '.join(parts) or 'none'}. Give one of them, or {code} alone."
        )
    raise InputError(
        f"--country {text!r} is no country whose holidays are known{_nearest_countries(plain, words, titles)}. "
        "Give a two-letter code such as US, GB, TW or CN, or the country's English name."
    )


def _nearest_countries(plain: str, words: dict[str, str], titles: dict[str, str]) -> str:
    import difflib  # noqa: PLC0415  of use for an error only

    close = difflib.get_close_matches(plain, words, n=6, cutoff=0.5)
    codes = list(dict.fromkeys(words[word] for word in close))[:3]
    if not codes:
        return ""
    return "; the nearest are " + ", ".join(f"{code} ({titles[code.partition('-')[0]]})" for code in codes)


@dataclass(frozen=True)
class Country(Kind):
    """A country, as an option takes it; an empty text is none."""

    @property
    def metavar(self) -> str:
        """Its code."""
        return "CODE"

    def checked(self, name: str, value: Any) -> str:  # noqa: ANN401, ARG002 - users have no type checker
        """Return its code."""
        return country_code(str(value)) if value else ""
