"""The pictures by name, in the order of the lecture; as `thalweg.look.look` has them, which loads slowly."""

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
