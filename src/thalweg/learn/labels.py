"""Names of classes and categories -> whole numbers, which networks learn from (K2)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

SHOWN = 10  # classes that an error lists; there may be thousands


class Labels(NamedTuple):
    """Labels as numbers.

    Attributes
    ----------
    numbers : ndarray of int64, shape (labels,)
        Where each label stands in `classes`; −1 for a label that is none of them, where that was allowed.
    classes : tuple
        The different labels, sorted.
    """

    numbers: NDArray[np.int64]
    classes: tuple[Any, ...]


def encode_labels(
    labels: Iterable[Any],
    classes: Sequence[Any] | None = None,
    *,
    unseen: Literal["error", "none"] = "error",
    name: str = "labels",
) -> Labels:
    """Turn labels into whole numbers: where each stands among the different ones, sorted.

    ``dense_examples(features, encode_labels(species).numbers)`` is what a classifier learns from, and
    ``classes[prediction.argmax(axis=1)[n]]`` what it says of example n.

    Parameters
    ----------
    labels : sequence of texts, numbers or anything else that sorts
        Lists, arrays, and columns of pandas, Polars or Arrow.
    classes : sequence, optional
        The classes to number by, as an earlier call returned them; found in `labels` where it is not given.
    unseen : {"error", "none"}
        What becomes of a label that is none of the classes given: an error, or −1.
    name : str
        What errors call the labels.

    Raises
    ------
    ValueError
        If a label is missing, differs in kind from those before it, or is none of the classes given; or if there
        are no labels to find classes in.
    """
    if unseen not in ("error", "none"):
        raise ValueError(f"unseen is {unseen!r}; choose 'error' or 'none'.")
    listed = _listed(labels)
    different = set(listed)
    if any(_missing(label) for label in different):
        row = next(row for row, label in enumerate(listed) if _missing(label))
        raise ValueError(f"Row {row} of {name} (counted from 0) has no value. Fill it, or leave the row out.")
    if classes is None and not listed:
        raise ValueError(f"There are no {name}, so there are no classes to be found.")
    known = None if classes is None else _listed(classes)
    _check_kinds(listed, known or listed, name)
    known = _sorted(different, name) if known is None else known
    place = {label: number for number, label in enumerate(known)}
    numbers = np.fromiter((place.get(label, -1) for label in listed), dtype=np.int64, count=len(listed))
    if unseen == "error" and (numbers < 0).any():
        row = int(np.argmax(numbers < 0))
        more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
        raise ValueError(
            f"Row {row} of {name} (counted from 0) is {listed[row]!r}, which is none of "
            f"{', '.join(repr(label) for label in known[:SHOWN])}{more}. "
            "With unseen='none' it counts as none of them."
        )
    return Labels(numbers, tuple(known))


def _listed(labels: Iterable[Any]) -> list[Any]:
    """Return the labels as Python's own texts and numbers."""
    for to_list in ("tolist", "to_list", "to_pylist"):  # NumPy and pandas, Polars, Arrow
        if hasattr(labels, to_list):
            listed = getattr(labels, to_list)()
            break
    else:
        listed = [label.item() if isinstance(label, np.generic) else label for label in labels]
    if not isinstance(listed, list) or (listed and isinstance(listed[0], list)):
        raise ValueError("Labels are one for each example, of 1 dimension; these have more.")
    return listed


def _missing(label: Any) -> bool:  # noqa: ANN401 - a label may be anything
    if isinstance(label, float):
        return math.isnan(label)
    return label is None or type(label).__name__ in ("NAType", "NaTType")  # of pandas, which need not be there


def _check_kinds(listed: list[Any], like: list[Any], name: str) -> None:
    if any(_kind(one) != _kind(type(like[0])) for one in set(map(type, listed))):
        row = next(row for row, label in enumerate(listed) if _kind(type(label)) != _kind(type(like[0])))
        raise ValueError(
            f"Row {row} of {name} (counted from 0) is {listed[row]!r}, of another kind than {like[0]!r}. Make all of "
            "them text, or all numbers."
        )


def _kind(of: type) -> type:
    """Return what labels of one kind have in common; whole or not, numbers are one, but True is not 1."""
    return float if of is int else of


def _sorted(labels: set[Any], name: str) -> list[Any]:
    try:
        return sorted(labels)
    except TypeError as error:
        raise ValueError(f"The {name} cannot be sorted: {error}. Make them text or numbers.") from error
