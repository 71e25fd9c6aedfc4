"""`thalweg look passes`."""

EXAMPLES = "thalweg look passes"


def passes() -> None:
    """To come."""
