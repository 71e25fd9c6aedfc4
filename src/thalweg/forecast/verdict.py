"""The result of a fit, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.names import rung_message
from thalweg.forecast.result import mean_of_steps
from thalweg.messages import Argument, Message
from thalweg.series.frequency.record import DAILY
from thalweg.series.frequency.words import in_words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.calibrate import Calibration
    from thalweg.forecast.result import RungResult
    from thalweg.forecast.search import Candidate, Searched
    from thalweg.series.frequency.record import Frequency


def verdict(
    chosen: RungResult,
    calibration: Calibration,
    copied: Mapping[str, NDArray[np.float64]],
    frequency: Frequency,
    loss: str,
    *,
    beforehand: Sequence[Message] = (),
    undecided: Message | None,
    overfit: tuple[RungResult, RungResult] | None,
    notes: list[Message],
) -> tuple[Message, ...]:
    """Return how the choice does against copying, where overfitting began (U4), and the intervals' coverage.

    Parameters
    ----------
    chosen : RungResult
    calibration : Calibration
        Its `steps` are judged: the loss over all steps ahead that are served.
    copied : mapping
        Name of a copying rung to its loss at each step ahead.
    frequency : Frequency
    loss : str
        ``mae`` or ``mse``.
    beforehand : sequence of Message
        What must be known to read the rest, as of `zero_sentences`.
    undecided : Message, optional
        Why validation could not choose, and what the choice rests on.
    overfit : (RungResult, RungResult), optional
        Two rungs between which overfitting began, the smaller first.
    notes : list of Message
        Other messages for the user, such as a time limit that was reached.

    Returns
    -------
    tuple of Message
        The most important first.
    """
    sentences = [*beforehand] if undecided is None else [*beforehand, undecided]
    sentences += _against_copying(chosen, calibration.steps, copied, frequency, loss, decided=undecided is None)
    if overfit:
        before, after = overfit
        sentences.append(
            Message(
                "verdict.overfitting",
                {
                    "before": rung_message(before.rung),
                    "after": rung_message(after.rung),
                    "train_before": figures(before.train),
                    "train_after": figures(after.train),
                    "unseen_before": figures(before.validation),
                    "unseen_after": figures(after.validation),
                },
            )
        )
    coverage = calibration.as_used.coverage
    sentences.append(Message("verdict.coverage", {"share80": 100 * coverage[80], "share95": 100 * coverage[95]}))
    return tuple(in_words_of(frequency, sentence) for sentence in (*sentences, *notes))


def zero_sentences(searched: Searched, choice: Candidate, *, decided: bool) -> list[Message]:
    """Return what a series that is mostly zero is judged by, and what its forecast is; nothing for any other.

    Parameters
    ----------
    searched : Searched
    choice : Candidate
    decided : bool
        Whether validation could decide on the choice.
    """
    scales, line, zero_line = searched.data.scales, choice.line.scaled, searched.zero_line
    if scales is None or line is None or zero_line is None:
        return []
    told = [Message("verdict.mostly_zero", {"zeros": _percent(scales.found.zeros)})]
    if decided:
        errors = {"one": line.one_step, "zero_one": zero_line.one_step}
        errors |= {"sums": line.sums, "zero_sums": zero_line.sums, "count": scales.steps}
        known = scales.steps > 1 and np.isfinite([line.sums, zero_line.sums]).all()
        key = "verdict.judged_with_sums" if known else "verdict.judged"
        told.append(Message(key, errors | {"rung": rung_message(choice.line.rung)}))
    if searched.data.loss != searched.data.judged:
        told.append(Message("verdict.trained_on_mae", {"argument": Argument("loss", searched.data.loss)}))
    return told


def _against_copying(
    chosen: RungResult,
    steps: NDArray[np.float64],
    copied: Mapping[str, NDArray[np.float64]],
    frequency: Frequency,
    loss: str,
    *,
    decided: bool,
) -> Iterator[Message]:
    """Yield what is lost over all steps ahead, one step ahead, and where copying is the better one."""
    horizon = len(steps)
    ahead = Message("verdict.ahead", {"horizon": horizon}) if horizon > 1 else ""
    means = {name: mean_of_steps(losses) for name, losses in copied.items()}
    best_copy = min(means, key=lambda name: means[name])
    served, copy_loss = mean_of_steps(steps), means[best_copy]
    values = {"rung": rung_message(chosen.rung), "loss": figures(served), "ahead": ahead}
    against = {"copy": rung_message(best_copy), "copy_loss": figures(copy_loss)}
    if chosen.kind == "copy":
        yield Message(f"verdict.copying_{loss}" if decided else f"verdict.copies_{loss}", values)
        if best_copy != chosen.rung and copy_loss < served:
            yield Message(f"verdict.other_copy_{loss}", against)
    else:
        gain = 1 - served / copy_loss if copy_loss > 0 else 0.0
        key = "better" if gain > 0 else "worse" if copy_loss > 0 or served == 0 else "worse_than_exact"
        yield Message(f"verdict.{key}_{loss}", values | against | {"percent": _percent(gain)})
    first = {name: float(losses[0]) for name, losses in copied.items() if name != chosen.rung}
    if horizon > 1 and first:
        tomorrow = min(first, key=lambda name: first[name])
        told = {"loss": figures(float(steps[0])), "copy": rung_message(tomorrow), "copy_loss": figures(first[tomorrow])}
        yield Message(f"verdict.one_step_{loss}", told)
        if best_copy != chosen.rung:
            yield from _copying_ahead(steps, copied[best_copy], best_copy, loss)
    season = frequency.copies[-1][0]
    if chosen.kind != "copy" and best_copy != season and served < means.get(season, 0.0):
        told = {"percent": _percent(1 - served / means[season]), "copy_loss": figures(means[season])}
        copied_week = season == DAILY.copies[-1][0]
        yield Message(
            "verdict.last_week" if copied_week else "verdict.last_copy", told | {"copy": rung_message(season)}
        )


def _percent(gain: float) -> float:
    """Return a share in percent; what is not the whole is not told as 100%."""
    percent = 100 * abs(gain)
    return min(percent, 99.0) if 0 < gain < 1 else percent


def _copying_ahead(steps: NDArray[np.float64], copied: NDArray[np.float64], copy: str, loss: str) -> Iterator[Message]:
    """Yield at which steps ahead copying is better, where it is not so at all of them or at none."""
    better = copied < steps
    if not better.any() or better.all():
        return
    last = len(steps) - 1
    since = last - int(np.argmin(better[::-1])) + 1  # all steps from here on; beyond the last where it is not better
    from_here = bool(better[last]) and since == int(np.argmax(better))
    at = last if from_here else int(np.argmax(np.where(better, steps - copied, -np.inf)))
    losses = {"loss": figures(float(steps[at])), "copy_loss": figures(float(copied[at]))}
    values = {"copy": rung_message(copy), "step": at + 1} | losses
    if from_here:
        yield Message(f"verdict.copy_better_from_{loss}", values | {"first": since + 1})
    else:
        yield Message(f"verdict.copy_better_on_{loss}", values | {"count": int(better.sum()), "horizon": len(steps)})


def figures(loss: float) -> str:
    """Write a loss with four significant digits, and with all digits before the point."""
    return f"{loss:,.0f}" if 1e3 <= loss < 1e15 else f"{loss:.4g}"  # noqa: PLR2004 - from 1,000 on, four digits stand before the point
