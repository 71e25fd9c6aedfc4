"""`thalweg look batches`."""

EXAMPLES = "thalweg look batches"


def batches() -> None:
    """To come."""
