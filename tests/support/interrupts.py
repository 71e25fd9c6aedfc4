"""Ctrl-C as a terminal sends it, also where the tests run in the background, whose children ignore it."""

import signal


def default_interrupt():
    """Take Ctrl-C as usual, also where the tests themselves run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
