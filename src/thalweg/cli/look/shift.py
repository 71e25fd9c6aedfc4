"""`thalweg look shift`."""

EXAMPLES = "thalweg look shift"


def shift() -> None:
    """To come."""
