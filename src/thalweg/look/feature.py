"""What a network's features are called: the days looked back at, then what is known beforehand (F1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.look.words import day, number
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from thalweg.forecast.study.example import Example
    from thalweg.forecast.study.neurons import NeuronsStudy


def network_name(study: Example | NeuronsStudy, language: str) -> str:
    """Return what a fitted network is called: its widths, the days it looks back at, its activation."""
    tell, widths = catalogue(language), study.network.widths
    hidden = len(widths) > 2  # noqa: PLR2004 - features and an output
    return tell(
        "look.feature.network" if hidden else "look.feature.line",
        widths="-".join(map(str, widths)),
        days=study.rung.days_back,
        activation=tell(f"look.matrix.{study.network.activation.replace(' ', '_')}"),
    )


def feature_name(example: Example | None, feature: int, language: str) -> tuple[str, str]:
    """Return a feature's name, and its value in the user's units where it is a day's, else ``""``.

    Parameters
    ----------
    example : Example or None
        None for a toy, whose features are x₁, x₂, ….
    feature : int
        Counted from 1.
    language : str
    """
    tell = catalogue(language)
    if example is None:
        return tell("look.feature.toy", number=feature), ""
    behind = feature - example.rung.days_back
    if behind > 0:
        return example.known[behind - 1] or tell("look.feature.known", number=behind), ""
    return day(example.dates[feature - 1], language, "look.day"), number(float(example.values[feature - 1]))
