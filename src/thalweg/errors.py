"""Errors that a user can mend; the command line turns each into one sentence and exit code 2."""

from __future__ import annotations


class InputError(ValueError):
    """Something given by the user cannot be served.

    The message is one or more whole sentences: what was found (file, row or option named), what was
    expected, and what to do.
    """
