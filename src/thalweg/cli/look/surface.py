"""`thalweg look surface`."""

EXAMPLES = "thalweg look surface"


def surface() -> None:
    """To come."""
