"""Turn names of classes and categories into whole numbers, from which networks learn (K2)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

SHOWN_CLASSES = 10  # the most classes that an error message lists


class Labels(NamedTuple):
    """Labels as numbers.

    Attributes
    ----------
    numbers : ndarray of int64, shape (labels,)
        The place of each label in `classes`; −1 for an unknown label, where that was allowed.
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
    """Turn labels into whole numbers: the place of each among the different labels, sorted.

    A classifier learns from ``dense_examples(features, encode_labels(species).numbers)``; the class that it predicts
    for example n is ``classes[prediction.argmax(axis=1)[n]]``.

    Parameters
    ----------
    labels : sequence of texts, numbers or anything else that sorts
        A list, an array, or a column of pandas, Polars or Arrow.
    classes : sequence, optional
        The classes, as an earlier call returned them; those of `labels` where they are not given.
    unseen : {"error", "none"}
        What a label that is not among the given classes becomes: an error, or −1.
    name : str
        The name of the labels in error messages.

    Raises
    ------
    ValueError
        If a label is missing, differs in kind from the others, or is not among the given classes, or if there are no
        labels.
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
        more = f" and {len(known) - SHOWN_CLASSES} more" if len(known) > SHOWN_CLASSES else ""
        raise ValueError(
            f"Row {row} of {name} (counted from 0) is {listed[row]!r}, which is none of "
            f"{', '.join(repr(label) for label in known[:SHOWN_CLASSES])}{more}. "
            "With unseen='none' it counts as none of them."
        )
    return Labels(numbers, tuple(known))


def _listed(labels: Iterable[Any]) -> list[Any]:
    """Return the labels as texts and numbers of Python."""
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
    # Those of pandas are known by their names, because pandas need not be installed.
    return label is None or type(label).__name__ in ("NAType", "NaTType")


def _check_kinds(listed: list[Any], like: list[Any], name: str) -> None:
    if any(_kind(one) != _kind(type(like[0])) for one in set(map(type, listed))):
        row = next(row for row, label in enumerate(listed) if _kind(type(label)) != _kind(type(like[0])))
        raise ValueError(
            f"Row {row} of {name} (counted from 0) is {listed[row]!r}, of another kind than {like[0]!r}. Make all of "
            "them text, or all numbers."
        )


def _kind(of: type) -> type:
    """Return the kind of a type of labels. All numbers are of one kind, but booleans are of another."""
    return float if of is int else of


def _sorted(labels: set[Any], name: str) -> list[Any]:
    try:
        return sorted(labels)
    except TypeError as error:
        raise ValueError(f"The {name} cannot be sorted: {error}. Make them text or numbers.") from error
