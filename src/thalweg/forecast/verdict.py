"""The result of a fit, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thalweg.forecast.result import AsUsed, RungResult
    from thalweg.series.frequency.record import Frequency


def verdict(
    chosen: RungResult,
    as_used: AsUsed,
    baselines: Mapping[str, float],
    frequency: Frequency,
    loss: str,
    overfit: tuple[RungResult, RungResult] | None,
    notes: list[Message],
) -> tuple[Message, ...]:
    """Return how much the choice is better than copying, where overfitting began (U4), and the intervals' coverage.

    Parameters
    ----------
    chosen : RungResult
    as_used : AsUsed
    baselines : mapping
        Loss over the sealed test of copying.
    frequency : Frequency
    loss : str
        ``mae`` or ``mse``.
    overfit : (RungResult, RungResult), optional
        Two rungs between which overfitting began, the smaller first.
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
