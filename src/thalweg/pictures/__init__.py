"""The pictures of the glass box, a folder each, in the order of the lecture."""

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
