"""What a model from elsewhere answers, as a forecast: an array of numbers, or a mapping with the ends of intervals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.contenders import Made
from thalweg.forecast.levels import level_name
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_END = re.compile(r"(lo|hi)-?(\d+(?:\.\d+)?)")
_LIKE_AN_END = re.compile(
    r"(?:lo|hi|low|lower|high|up|upper)(?![a-z]).*|.*[^a-z](?:lo|hi|low|lower|high|upper)", re.IGNORECASE
)
_KINDS = {"U": "text", "S": "text", "T": "text", "b": "truth", "c": "complex", "M": "dates", "m": "dates"}
"""What an array holds that is no number, by NumPy's kind."""


def made_of(answer: Any, levels: Sequence[float], name: str, cutoff: str) -> Made:  # noqa: ANN401 - any library's
    """Return an answer as a forecast: an array, or a mapping with ``mean`` and perhaps ``lo-80`` and ``hi-80``.

    Parameters
    ----------
    answer : array or mapping
    levels : sequence of float
        Those that were asked for; what a mapping holds of others is left out.
    name, cutoff : str
        For a sentence about it.

    Raises
    ------
    InputError
        If it holds no numbers, has no ``mean``, has one end of an interval without the other or one whose name cannot
        be read, or intervals of none of the levels asked for.
    """
    if not isinstance(answer, Mapping):
        return Made(column_of(answer, name, cutoff), {})
    told = {"name": name, "cutoff": cutoff}
    if "mean" not in answer:
        raise InputError("backtest.no_mean", names=tuple(map(str, answer)), **told)
    found: dict[str, dict[str, Any]] = {}
    for key in map(str, answer):
        if end := _END.fullmatch(key):
            found.setdefault(level_name(float(end[2])), {})[end[1]] = key
        elif _LIKE_AN_END.fullmatch(key):
            raise InputError("backtest.odd_end", key=key, **told)
    for level, pair in found.items():
        if len(pair) == 1:
            ((end, key),) = pair.items()
            raise InputError("backtest.one_end", key=key, other=f"{'hi' if end == 'lo' else 'lo'}-{level}", **told)
    asked = [level_name(level) for level in levels]
    if found and not set(found) & set(asked):
        raise InputError("backtest.other_levels", levels=list(found), asked=asked, **told)
    ends = {
        level: (
            column_of(answer[found[level]["lo"]], name, cutoff),
            column_of(answer[found[level]["hi"]], name, cutoff),
        )
        for level in asked
        if level in found
    }
    return Made(column_of(answer["mean"], name, cutoff), ends)


def column_of(values: Any, name: str, cutoff: str) -> NDArray[np.float64]:  # noqa: ANN401 - any library's
    """Return numbers as an array; what is masked is NaN.

    Raises
    ------
    InputError
        If they are none: texts, truth values, complex numbers or nothing at all.
    """
    try:
        cells = np.ma.filled(values.astype(np.float64), np.nan) if np.ma.isMaskedArray(values) else np.asarray(values)
        kinds = {cells.dtype.kind} if cells.dtype.kind != "O" else {np.asarray(cell).dtype.kind for cell in cells.flat}
        kind = "nothing" if values is None else next((_KINDS[one] for one in kinds if one in _KINDS), "")
        if not kind:
            return np.array(cells, dtype=np.float64)
    except (TypeError, ValueError):
        kind = ""
    found = Message(f"backtest.found.{kind}") if kind else type(values).__name__
    raise InputError("backtest.no_numbers", name=name, cutoff=cutoff, found=found)
