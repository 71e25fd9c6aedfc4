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

from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.lazy import loader
from thalweg.version import __version__

if TYPE_CHECKING:
    from thalweg.forecast.model import Model
    from thalweg.forecast.store import load
    from thalweg.report.found import Found, fit
    from thalweg.report.seen import Seen, see
    from thalweg.series.read import read
    from thalweg.series.sample import sample
    from thalweg.series.series import Series

_HOMES = {
    "Found": "thalweg.report.found",
    "Model": "thalweg.forecast.model",
    "Seen": "thalweg.report.seen",
    "Series": "thalweg.series.series",
    "fit": "thalweg.report.found",
    "load": "thalweg.forecast.store",
    "read": "thalweg.series.read",
    "sample": "thalweg.series.sample",
    "see": "thalweg.report.seen",
}

__all__ = ["Found", "InputError", "Model", "Seen", "Series", "__version__", "fit", "load", "read", "sample", "see"]


__getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
