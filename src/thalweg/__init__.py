"""Find the function that predicts tomorrow, and see how it was found.

>>> import thalweg
>>> series = thalweg.read("views.csv")  # doctest: +SKIP
>>> found = thalweg.fit(series)  # doctest: +SKIP
>>> print(found.table())  # doctest: +SKIP
>>> found.predict().mean  # doctest: +SKIP
>>> found.save("model.thalweg")  # doctest: +SKIP

Names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.version import __version__

if TYPE_CHECKING:
    from thalweg.forecast.model import Model
    from thalweg.forecast.store import load
    from thalweg.report.found import Found, fit
    from thalweg.series.read import read
    from thalweg.series.sample import sample
    from thalweg.series.series import Series

_HOMES = {
    "Found": "thalweg.report.found",
    "Model": "thalweg.forecast.model",
    "Series": "thalweg.series.series",
    "fit": "thalweg.report.found",
    "load": "thalweg.forecast.store",
    "read": "thalweg.series.read",
    "sample": "thalweg.series.sample",
}

__all__ = ["Found", "InputError", "Model", "Series", "__version__", "fit", "load", "read", "sample"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- PEP 562: what a name stands for differs
    """Load a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'thalweg' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
