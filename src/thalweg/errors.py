"""Errors that a user can mend; the command line turns each into one sentence and exit code 2."""

from __future__ import annotations

from thalweg.messages import Message, catalogue


class InputError(ValueError):
    """Something given by the user cannot be served.

    Its message is one or more whole sentences: what was found (file, row or argument named), what was expected, and
    what to do. The sentences stand in the catalogues; `str` gives them in English, with arguments as Python has them.

    Parameters
    ----------
    message : Message or str
        The message, or its key without the leading ``error.``.
    **values
        What the message tells, by name.

    Attributes
    ----------
    message : Message
        The sentence, not yet in any language.

    Examples
    --------
    >>> from thalweg.messages import Argument
    >>> error = InputError("option.word", argument=Argument("loss", "rmse"), choices=("mae", "mse"))
    >>> print(error)
    loss='rmse': choose one of mae, mse.
    >>> print(error.sentence("en", command=True))
    --loss rmse: choose one of mae, mse.
    """

    def __init__(self, message: Message | str, /, **values: object) -> None:
        self.message = Message(f"error.{message}", values) if isinstance(message, str) else message
        super().__init__(self.message)

    def sentence(self, language: str = "en", *, command: bool = False) -> str:
        """Return the message in a language, its arguments as the command writes them or as Python does."""
        return catalogue(language, command=command)(self.message)

    def __str__(self) -> str:
        return self.sentence()
