"""Names for a network's features: the lags first, then what is known beforehand (F1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.charts.numbers import when
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from thalweg.learn.function import Network
    from thalweg.pictures.shared.example import Example


def network_name(network: Network, days_back: int, language: str) -> str:
    """Return a name for a fitted network: its widths, its number of lags, its activation."""
    translate, widths = catalogue(language), network.widths
    hidden = len(widths) > 2  # noqa: PLR2004 - features and an output
    return translate(
        "look.feature.network" if hidden else "look.feature.line",
        widths="-".join(map(str, widths)),
        days=days_back,
        activation=translate(f"look.matrix.{network.activation.replace(' ', '_')}"),
    )


def feature_name(example: Example | None, feature: int, language: str) -> tuple[str, str]:
    """Return a feature's name and, for a lag, its value in the user's units (else ``""``).

    Parameters
    ----------
    example : Example or None
        None for a toy, whose features are x₁, x₂, ….
    feature : int
        Counted from 1.
    language : str
    """
    translate = catalogue(language)
    if example is None:
        return translate("look.feature.toy", number=feature), ""
    behind = feature - example.rung.days_back
    if behind > 0:
        return example.known[behind - 1] or translate("look.feature.known", number=behind), ""
    return when(example.dates[feature - 1], example.series.frequency, language, "look.day"), example.written(
        float(example.values[feature - 1])
    )
