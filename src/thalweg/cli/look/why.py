"""`thalweg look why`."""

EXAMPLES = "thalweg look why"


def why() -> None:
    """To come."""
