"""`thalweg look layers`."""

EXAMPLES = "thalweg look layers"


def layers() -> None:
    """To come."""
