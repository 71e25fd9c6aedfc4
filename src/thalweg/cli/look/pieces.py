"""`thalweg look pieces`."""

EXAMPLES = "thalweg look pieces"


def pieces() -> None:
    """To come."""
