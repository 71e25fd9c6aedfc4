"""Which country a user means, as the `holidays` library knows it (U5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from thalweg.errors import InputError
from thalweg.messages import Argument, catalogue
from thalweg.options import Kind

ALIASES = {  # beside the names that the library knows
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


BETWEEN = ","  # the codes of several countries


def country_code(text: str, argument: str = "country") -> str:
    """Return the code of the country, or of a part of it, that a text names; of several, sorted, with commas between.

    Parameters
    ----------
    text : str
        An ISO 3166 code (``US``, ``us``, ``TWN``), a name (``Taiwan``, ``United States``, ``UK``, ``台灣``), or a
        code with a part of the country that has holidays of its own (``GB-ENG``, ``DE-BY``); or several of these with
        commas between.
    argument : str
        The argument that an error names.

    Returns
    -------
    str
        The two-letter code in capitals, followed by ``-`` and the part's code where a part was named. A country that is
        named twice counts once.

    Raises
    ------
    InputError
        If the `holidays` library does not know the country; the nearest matches are named.
    """
    import holidays  # noqa: PLC0415  slow to load, and needed for a country only
    from holidays.registry import COUNTRIES  # noqa: PLC0415  likewise

    codes: dict[str, str] = {}
    titles: dict[str, str] = {}
    for name, code, *others in COUNTRIES.values():
        titles[code] = _title(name)
        codes.update((known.lower(), code) for known in (name, code, *others))
    codes.update(ALIASES)

    word = re.sub(r"[\W_]+", "", text).lower()
    if word in codes:
        return codes[word]
    if BETWEEN in text:
        each = [part for part in text.split(BETWEEN) if part.strip()]
        return BETWEEN.join(sorted({country_code(part, argument) for part in each}))
    given = Argument(argument, text)
    country, dash, part = text.strip().partition("-")
    code = codes.get(country.strip().lower(), "")
    if dash and code:
        part = part.strip().upper()
        parts: tuple[str, ...] = getattr(holidays, code).subdivisions
        if part in parts:
            return f"{code}-{part}"
        if not parts:
            raise InputError("country.no_parts", argument=given, country=titles[code], code=code)
        raise InputError("country.no_part", argument=given, country=titles[code], code=code, part=part, parts=parts)
    nearest = [f"{code} ({titles[code.partition('-')[0]]})" for code in _nearest_codes(word, codes)]
    if not nearest:
        raise InputError("country.unknown", argument=given)
    raise InputError("country.unknown_but_near", argument=given, nearest=nearest)


def country_title(code: str, language: str = "en") -> str:
    """Return the name of a country with its code, such as ``Taiwan (TW)``; the code alone where it has no name.

    Of several countries each has its name.

    Parameters
    ----------
    code : str
        As `country_code` returns it.
    language : str
        ``en`` or ``zh``.
    """
    if BETWEEN in code:
        return catalogue(language)("list.comma").join(country_title(each, language) for each in code.split(BETWEEN))
    from babel import Locale  # noqa: PLC0415  slow to load, and needed for a country only

    name = Locale.parse(language).territories.get(code.partition("-")[0])
    return catalogue(language)("country.named", name=name, code=code) if name else code


def _title(name: str) -> str:
    """Return the library's name of a country with spaces between its words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _nearest_codes(word: str, codes: dict[str, str]) -> list[str]:
    """Return the codes of up to three countries whose names look like a word."""
    import difflib  # noqa: PLC0415  needed for an error only

    close = difflib.get_close_matches(word, codes, n=6, cutoff=0.5)
    return list(dict.fromkeys(codes[name] for name in close))[:3]


@dataclass(frozen=True)
class Country(Kind):
    """A country, or several, as an option takes them; an empty text stands for none."""

    @property
    def metavar(self) -> str:
        """What stands for the value in the command's help."""
        return "CODES"

    def checked(self, name: str, value: Any) -> str:  # noqa: ANN401 - users have no type checker
        """Return the country's code, of several with commas between: of a text with commas or of a list."""
        several = isinstance(value, (list, tuple))
        return country_code(BETWEEN.join(map(str, value)) if several else str(value), name) if value else ""
