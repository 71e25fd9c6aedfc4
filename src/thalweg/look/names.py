"""The pictures of the glass box by name, in the order of the lecture; apart, since it loads quickly."""

PICTURES = (
    "surface",
    "error",
    "lags",
    "shift",
    "bias",
    "pieces",
    "matrix",
    "batches",
    "layers",
    "passes",
    "why",
    "misses",
)
