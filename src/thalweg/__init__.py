"""Find the function that predicts tomorrow, and see how it was found.

>>> import thalweg
>>> series = thalweg.read("views.csv")  # doctest: +SKIP
>>> result = thalweg.fit(series)  # doctest: +SKIP
>>> print(result.table())  # doctest: +SKIP
>>> result.predict().mean  # doctest: +SKIP
>>> result.save("model.thalweg")  # doctest: +SKIP

The public names stand once, in ``__init__.pyi``; each is loaded when it is first used, so that importing the package
costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
