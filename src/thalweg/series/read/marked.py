"""Numbers with signs beside them: $3,410.00, 1.10K, 49.1%, (867) and 41-, taken apart by Python and by SQL alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from thalweg.sql import literal

_CODES = (
    "USD|EUR|GBP|JPY|CNY|RMB|CHF|CAD|AUD|NZD|HKD|TWD|SGD|INR|KRW|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|BRL|MXN"
    "|ARS|CLP|COP|ZAR|ILS|AED|SAR|THB|IDR|MYR|PHP|VND|NGN|EGP|PKR|BDT"
)
_CURRENCY = rf"(?:{_CODES}|[A-Z]{{0,3}}[$€£¥￥₹₩₽₺₫₪฿₴₦₱]|kr\.?|zł|Kč|Fr\.?|Rs\.?|元|圆|円|원)"
_FACTORS = {
    **dict.fromkeys(("K", "k", "Tsd.", "Tsd", "千"), 1e3),
    **dict.fromkeys(("M", "Mio.", "Mio"), 1e6),
    **dict.fromkeys(("B", "Mrd.", "Mrd"), 1e9),
    **dict.fromkeys(("万", "萬"), 1e4),
    **dict.fromkeys(("亿", "億"), 1e8),
}
_SCALES = "[KkMB]|[ \u00a0\u202f]?(?:Tsd\\.?|Mio\\.?|Mrd\\.?|千|万|萬|亿|億)"
_GAP = "[ \u00a0\u202f\u2009]*"
_PARTS = ("before", "open", "inside", "sign", "body", "scale", "behind", "close", "after")
# Python reads this pattern for the sample, and DuckDB's RE2 for the whole column.
_PATTERN = (
    rf"^({_CURRENCY})?{_GAP}([(+-])?{_GAP}({_CURRENCY})?{_GAP}([+-])?"
    "([0-9.][0-9.,'’ \u00a0\u202f\u2009]*[0-9.,]|[0-9])"
    rf"({_SCALES})?{_GAP}({_CURRENCY}|[%％])?{_GAP}([)-])?{_GAP}({_CURRENCY}|[%％])?$"
)
_MARKS = ("before", "inside", "behind", "after")


@dataclass(frozen=True)
class Marked:
    """A number taken apart.

    Attributes
    ----------
    text : str
        The number itself, with an ASCII minus sign before it where it is negative.
    mark : str
        The sign of a currency or of percent beside it; "" where there is none.
    factor : float
        What the number counts: 1000 for K.
    """

    text: str
    mark: str
    factor: float


def take_apart(cell: str) -> Marked | None:
    """Return a trimmed cell taken apart, or None where it is no number with signs beside it."""
    found = re.match(_PATTERN, cell.replace("\u2212", "-"))
    if found is None:
        return None
    part = dict(zip(_PARTS, (group or "" for group in found.groups()), strict=True))
    marks = [part[name] for name in _MARKS if part[name]]
    signs = [part[name] for name in ("open", "sign", "close") if part[name] not in ("", ")")]
    if len(marks) > 1 or len(signs) > 1 or (part["open"] == "(") != (part["close"] == ")"):
        return None
    minus = "-" if signs in (["-"], ["("]) else ""
    return Marked(minus + part["body"].strip(), "".join(marks), _FACTORS.get(part["scale"].strip(), 1.0))


def parts_sql(cell: str) -> tuple[str, str, str]:
    """Return SQL for the attributes of `Marked`, in their order; the text is null where `take_apart` gives None."""
    text = f"replace({cell}, '\u2212', '-')"
    found = f"regexp_extract({text}, {literal(_PATTERN)}, {list(_PARTS)!r})"
    part = {name: f"({found}).{name}" for name in _PARTS}
    marks = " + ".join(f"({part[name]} <> '')::INT" for name in _MARKS)
    signs = " + ".join(f"({part[name]} NOT IN ('', ')'))::INT" for name in ("open", "sign", "close"))
    fits = (
        f"{part['body']} <> '' AND {marks} <= 1 AND {signs} <= 1 AND ({part['open']} = '(') = ({part['close']} = ')')"
    )
    minus = f"{part['open']} IN ('-', '(') OR {part['sign']} = '-' OR {part['close']} = '-'"
    factors = " ".join(f"WHEN {literal(word)} THEN {factor:.0f}" for word, factor in _FACTORS.items())
    return (
        f"CASE WHEN {fits} THEN CASE WHEN {minus} THEN '-' ELSE '' END || trim({part['body']}) END",
        " || ".join(part[name] for name in _MARKS),
        f"CASE trim({part['scale']}) {factors} ELSE 1 END",
    )
