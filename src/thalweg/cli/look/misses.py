"""`thalweg look misses`."""

EXAMPLES = "thalweg look misses"


def misses() -> None:
    """To come."""
