"""What was found, in plain words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from thalweg.forecast.result import AsUsed, RungResult


def verdict(
    ladder: Sequence[RungResult],
    chosen: RungResult,
    as_used: AsUsed,
    baselines: Mapping[str, float],
    notes: list[Message],
) -> tuple[Message, ...]:
    """Say how much the choice is better than copying, where overfitting began (U4), and how good the intervals are.

    Parameters
    ----------
    ladder : sequence of RungResult
    chosen : RungResult
    as_used : AsUsed
    baselines : mapping
        Loss over the sealed test of copying.
    notes : list of Message
        What else must be told, such as a time limit that was reached.
    """
    said: list[Message] = []
    best_copy = min(baselines, key=lambda name: baselines[name])
    copy_loss = baselines[best_copy]
    gain = 1 - as_used.test / copy_loss if copy_loss > 0 else 0.0
    if chosen.kind == "copy":
        said.append(Message("verdict.copying", {"rung": chosen.rung, "loss": as_used.test}))
    elif gain > 0:
        values = {
            "rung": chosen.rung,
            "loss": as_used.test,
            "percent": 100 * gain,
            "copy": best_copy,
            "copy_loss": copy_loss,
        }
        said.append(Message("verdict.better", values))
    else:
        values = {
            "rung": chosen.rung,
            "loss": as_used.test,
            "percent": -100 * gain,
            "copy": best_copy,
            "copy_loss": copy_loss,
        }
        said.append(Message("verdict.worse", values))
    if chosen.kind != "copy" and best_copy != "copy last week" and baselines["copy last week"] > 0:
        percent = 100 * (1 - as_used.test / baselines["copy last week"])
        said.append(Message("verdict.last_week", {"percent": percent, "copy_loss": baselines["copy last week"]}))
    overfit = overfitting(ladder)
    if overfit:
        before, after = overfit
        said.append(
            Message(
                "verdict.overfitting",
                {
                    "before": before.rung,
                    "after": after.rung,
                    "train_before": before.train,
                    "train_after": after.train,
                    "unseen_before": before.validation,
                    "unseen_after": after.validation,
                },
            )
        )
    said.append(
        Message("verdict.coverage", {"share80": 100 * as_used.coverage[80], "share95": 100 * as_used.coverage[95]})
    )
    return (*said, *notes)


def overfitting(ladder: Sequence[RungResult]) -> tuple[RungResult, RungResult] | None:
    """Return the first two neighbours where a larger network is better on seen days and worse on unseen ones (U4)."""
    networks = [line for line in ladder if line.kind == "network" and not line.known]
    for before, after in pairwise(networks):
        larger = after.parameters > before.parameters and after.days_back == before.days_back
        if larger and after.train < before.train and after.validation > before.validation:
            return before, after
    return None
