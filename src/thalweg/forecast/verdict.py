"""The result of a fit, in sentences."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from thalweg.forecast.result import AsUsed, RungResult
    from thalweg.series.frequency.record import Frequency


def verdict(
    ladder: Sequence[RungResult],
    chosen: RungResult,
    as_used: AsUsed,
    baselines: Mapping[str, float],
    frequency: Frequency,
    loss: str,
    notes: list[Message],
) -> tuple[Message, ...]:
    """Return how much the choice is better than copying, where overfitting began (U4), and the intervals' coverage.

    Parameters
    ----------
    ladder : sequence of RungResult
    chosen : RungResult
    as_used : AsUsed
    baselines : mapping
        Loss over the sealed test of copying.
    frequency : Frequency
    loss : str
        ``mae`` or ``mse``.
    notes : list of Message
        Other messages for the user, such as a time limit that was reached.

    Returns
    -------
    tuple of Message
        The most important first.
    """
    sentences: list[Message] = []
    best_copy = min(baselines, key=lambda name: baselines[name])
    copy_loss = baselines[best_copy]
    gain = 1 - as_used.test / copy_loss if copy_loss > 0 else 0.0
    written = _figures(as_used.test)
    if chosen.kind == "copy":
        sentences.append(Message(f"verdict.copying_{loss}", {"rung": chosen.rung, "loss": written}))
    else:
        values = {
            "rung": chosen.rung,
            "loss": written,
            "percent": 100 * abs(gain),
            "copy": best_copy,
            "copy_loss": _figures(copy_loss),
        }
        sentences.append(Message(f"verdict.better_{loss}" if gain > 0 else f"verdict.worse_{loss}", values))
    seasonal_copy = frequency.copies[-1][0]
    last_week = baselines[seasonal_copy]
    if chosen.kind != "copy" and best_copy != seasonal_copy and as_used.test < last_week:
        values = {"percent": 100 * (1 - as_used.test / last_week), "copy_loss": _figures(last_week)}
        sentences.append(Message("verdict.last_week", values))
    overfit = overfitting(ladder)
    if overfit:
        before, after = overfit
        sentences.append(
            Message(
                "verdict.overfitting",
                {
                    "before": before.rung,
                    "after": after.rung,
                    "train_before": _figures(before.train),
                    "train_after": _figures(after.train),
                    "unseen_before": _figures(before.validation),
                    "unseen_after": _figures(after.validation),
                },
            )
        )
    sentences.append(
        Message("verdict.coverage", {"share80": 100 * as_used.coverage[80], "share95": 100 * as_used.coverage[95]})
    )
    return (*sentences, *notes)


def _figures(loss: float) -> str:
    """Write a loss with four significant digits, and with all digits before the point."""
    return f"{loss:,.0f}" if 1e3 <= loss < 1e15 else f"{loss:.4g}"  # noqa: PLR2004 - from 1,000 on, four digits stand before the point


def overfitting(ladder: Sequence[RungResult]) -> tuple[RungResult, RungResult] | None:
    """Return the first two neighbours where the larger network is better on seen days and worse on unseen ones (U4)."""
    networks = [line for line in ladder if line.kind == "network" and not line.known]
    for before, after in pairwise(networks):
        larger = after.parameters > before.parameters and after.days_back == before.days_back
        if larger and after.train < before.train and after.validation > before.validation:
            return before, after
    return None
