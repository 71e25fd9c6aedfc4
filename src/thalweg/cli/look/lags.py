"""`thalweg look lags`."""

EXAMPLES = "thalweg look lags"


def lags() -> None:
    """To come."""
