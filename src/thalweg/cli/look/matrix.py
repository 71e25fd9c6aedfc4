"""`thalweg look matrix`."""

EXAMPLES = "thalweg look matrix"


def matrix() -> None:
    """To come."""
