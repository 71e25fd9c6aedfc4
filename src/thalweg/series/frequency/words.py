"""What the steps of a frequency are called, as messages that any sentence may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import Message

if TYPE_CHECKING:
    from thalweg.series.frequency.record import Frequency

MINUTES_OF_AN_HOUR = 60
WORDS = ("step", "steps", "a_step", "times", "Step", "Steps", "season")


def in_words_of(frequency: Frequency, message: Message) -> Message:
    """Return a message that may tell the words of a frequency, and so may the messages that it holds."""
    values = {
        name: in_words_of(frequency, value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    words = {} if message.key.startswith("frequency.") else words_of(frequency)
    return Message(message.key, {**words, **values})


def words_of(frequency: Frequency) -> dict[str, Message]:
    """Return what the steps and the long season of a frequency are called.

    Returns
    -------
    dict
        By `WORDS`: one step, several, one with its article, several without a number, both at the beginning of a
        head, and the long season. ``steps`` stands behind a number and ``times`` does not: Chinese has a word of its
        own for each.
    """
    called, (hours, rest) = frequency.step, divmod(frequency.units, MINUTES_OF_AN_HOUR)
    if frequency.sub_daily and (hours, rest) != (1, 0):
        called = "minutes" if rest else "hours"
    told = {"minutes": frequency.units, "hours": hours}
    words = {word: Message(f"frequency.{word}.{called}", told) for word in WORDS[:-1]}
    return {**words, "season": Message(f"frequency.season.{frequency.known[-1]}")}
