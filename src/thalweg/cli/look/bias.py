"""`thalweg look bias`."""

EXAMPLES = "thalweg look bias"


def bias() -> None:
    """To come."""
