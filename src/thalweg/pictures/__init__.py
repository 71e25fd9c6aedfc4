"""The pictures that show how the function was found, in the order of the lecture.

Each picture is a folder of this name with ``options.py``, ``study.py``, ``chart.py``, ``en.toml`` and ``zh.toml``. A
new picture needs its folder and its name here.
"""

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
    "components",
    "misses",
)
OF_DAYS = ("lags", "shift", "misses")  # they tell of yesterday, of weekdays or of holidays, and need a step of one day
OF_MANY = "why"  # what can be made of a model of many series
