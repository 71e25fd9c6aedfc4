"""The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015), of one file.

The rules are those of `nab/sweeper.py` in the repository numenta/NAB: the weight of a row depends on its place in or
after a labelled window, a window counts by its earliest detection, and rows of the probationary period do not count.
The weights of the profiles are those of its `config/profiles.json`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.files import reason_of
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PROBATION_SHARE, MOST_PROBATION = 0.15, 750  # rows: 15% of up to 5,000
FAR_AFTER = 3.0  # windows after a window, from which on a false detection counts whole
Window = tuple[int, int]  # the first and the last row, both among them


@dataclass(frozen=True)
class Weights:
    """What a detected window, a false detection and a missed window count.

    Attributes
    ----------
    found, false, missed : float
    """

    found: float
    false: float
    missed: float


WEIGHTS = {
    "standard": Weights(1.0, 0.11, 1.0),
    "reward_low_FP_rate": Weights(1.0, 0.22, 1.0),
    "reward_low_FN_rate": Weights(1.0, 0.11, 2.0),
}


@dataclass(frozen=True)
class Score:
    """How a detector did on one file.

    Attributes
    ----------
    threshold : float
        A row whose anomaly score is as high is detected.
    raw : float
        The sum of the weights.
    normalized : float
        From 0, for a detector that detects nothing, to 100, for one that detects each window at once and nothing else.
        False detections may lead below 0.
    windows, found : int
        Windows that count, and those detected.
    false : int
        Rows detected outside the windows.
    """

    threshold: float
    raw: float
    normalized: float
    windows: int
    found: int
    false: int


def probation(rows: int) -> int:
    """Return how many rows at the start do not count."""
    return min(math.floor(PROBATION_SHARE * rows), MOST_PROBATION)


def scaled_sigmoid(position: float) -> float:
    """Return the weight of a row: nearly 1 at the start of a window (-1), 0 at its end, nearly -1 a width after it."""
    return -1.0 if position >= FAR_AFTER else 2 / (1 + math.exp(5 * position)) - 1


@dataclass(frozen=True, eq=False)
class Rows:
    """What the rows of a file count.

    Attributes
    ----------
    worth : ndarray of float64, shape (rows,)
        What a detection counts: above 0 in a window, of which the earliest detection counts, below 0 outside.
    window : ndarray of int, shape (rows,)
        The number of the window that holds a row; -1 outside.
    begin : int
        The first row that counts.
    counted : int
        Windows that reach beyond the probationary period.
    """

    worth: NDArray[np.float64]
    window: NDArray[np.int64]
    begin: int
    counted: int


def rows_of(rows: int, windows: Sequence[Window], weights: Weights, begin: int | None = None) -> Rows:
    """Return what each row counts.

    Parameters
    ----------
    rows : int
    windows : sequence of (int, int)
        In the order of their rows.
    weights : Weights
    begin : int, optional
        The first row that counts; by default the first after the probationary period.
    """
    worth, window = np.full(rows, -weights.false), np.full(rows, -1, dtype=np.int64)
    for start, last in windows:
        width = max(last - start, 1)  # a window of one row would divide by 0
        after = np.arange(last + 1, rows)
        worth[after] = [weights.false * scaled_sigmoid(each) for each in ((after - last) / width).tolist()]
    for number, (start, last) in enumerate(windows):
        at = np.arange(start, last + 1)
        places = ((at - last - 1) / len(at)).tolist()
        worth[at] = [weights.found * scaled_sigmoid(each) / scaled_sigmoid(-1.0) for each in places]
        window[at] = number
    begin = probation(rows) if begin is None else begin
    return Rows(worth, window, begin, sum(last >= begin for _, last in windows))


def sweep(scores: NDArray[np.float64], rows: Rows, weights: Weights) -> list[Score]:
    """Return the score of every threshold that detects something else, from the highest, which detects nothing."""
    order = rows.begin + np.argsort(-scores[rows.begin :], kind="stable")
    best: dict[int, float] = {}
    nothing, perfect = -weights.missed * rows.counted, weights.found * rows.counted
    false, lost = 0, 0.0
    made: list[Score] = []

    def add(threshold: float) -> None:
        raw = sum(best.values()) - weights.missed * (rows.counted - len(best)) + lost
        normalized = 100 * (raw - nothing) / (perfect - nothing) if rows.counted else math.nan
        made.append(Score(threshold, raw, normalized, rows.counted, len(best), false))

    add(math.inf)
    for place, row in enumerate(order.tolist()):
        number, worth = int(rows.window[row]), float(rows.worth[row])
        if number < 0:
            false, lost = false + 1, lost + worth
        else:
            best[number] = max(best.get(number, worth), worth)
        if place + 1 == len(order) or scores[order[place + 1]] != scores[row]:
            add(float(scores[row]))
    return made


def score_at(
    scores: NDArray[np.float64], windows: Sequence[Window], threshold: float, weights: Weights, begin: int | None = None
) -> Score:
    """Return the score of one threshold; parameters as of `rows_of`."""
    made = sweep(scores, rows_of(len(scores), windows, weights, begin), weights)
    found = [one for one in made if one.threshold >= threshold][-1]  # detects the same rows
    return replace(found, threshold=threshold)


def best_score(scores: NDArray[np.float64], windows: Sequence[Window], weights: Weights) -> Score:
    """Return the score of the threshold that scores best; of equals the highest threshold.

    The labels choose the threshold, so that the score flatters. The benchmark chooses one over all its files.
    """
    return max(sweep(scores, rows_of(len(scores), windows, weights), weights), key=lambda one: one.raw)


def windows_of(path: Path, name: str | Message, dates: NDArray[np.datetime64]) -> tuple[Window, ...]:
    """Read the windows of one file of values from a file of labels.

    Parameters
    ----------
    path : Path
        JSON: an object of names such as ``realKnownCause/nyc_taxi.csv`` to lists of [first date, last date].
    name : str or Message
        The path of the values; its last parts are looked for. A message stands for values that have no path.
    dates : ndarray of datetime64
        Of the rows.

    Raises
    ------
    InputError
        If the labels cannot be read, do not name the file, or a window holds none of its rows.
    """
    labels = _labels(path)
    if isinstance(name, Message):
        raise InputError("anomalies.labels_nameless", path=path, source=name, names=sorted(labels)[:3])
    parts = Path(name).parts
    fitting = [key for key in labels if Path(key).name == (parts[-1] if parts else "")]
    closer = [key for key in fitting if Path(key).parts == parts[-len(Path(key).parts) :]]
    fitting = closer or fitting
    if len(fitting) > 1:
        raise InputError("anomalies.labels_several", path=path, name=parts[-1], names=fitting)
    if not fitting:
        names = {Path(key).name: key for key in labels}
        near = [names[each] for each in get_close_matches(parts[-1] if parts else "", names, n=3, cutoff=0.4)]
        raise InputError("anomalies.labels_without", path=path, name=name, names=near or sorted(labels)[:3])
    found: list[Window] = []
    listed = labels[fitting[0]]
    for limits in listed if isinstance(listed, list) else [listed]:
        first, last = (_moment(path, fitting[0], text) for text in _pair(path, fitting[0], limits))
        inside = np.flatnonzero((dates >= first) & (dates <= last))
        if not len(inside):
            told = {"window": str(first), "window_end": str(last), "first": iso(dates[0]), "last": iso(dates[-1])}
            raise InputError("anomalies.window_outside", path=path, name=fitting[0], **told)
        found.append((int(inside[0]), int(inside[-1])))
    found.sort()
    return tuple(found)


def _labels(path: Path) -> dict[str, Any]:
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("anomalies.labels_unreadable", path=path, reason=reason_of(error)) from error
    except ValueError as error:
        raise InputError("anomalies.labels_no_json", path=path) from error
    if not isinstance(made, dict) or not made:
        raise InputError("anomalies.labels_no_object", path=path)
    return {str(key): each for key, each in made.items()}


def _pair(path: Path, name: str, limits: Any) -> tuple[str, str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(limits, list) and len(limits) == 2 and all(isinstance(one, str) for one in limits):  # noqa: PLR2004
        return limits[0], limits[1]
    raise InputError("anomalies.labels_window", path=path, name=name, found=json.dumps(limits)[:60])


def _moment(path: Path, name: str, text: str) -> np.datetime64:
    try:
        return np.datetime64(text.strip().replace(" ", "T"), "s")
    except ValueError as error:
        raise InputError("anomalies.labels_window", path=path, name=name, found=text[:60]) from error
