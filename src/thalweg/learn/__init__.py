"""The three steps: a function with unknowns, a loss, gradient descent.

>>> from thalweg.learn import Descent, Network, dense_examples, predict
>>> examples = dense_examples([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
>>> descent = Descent(Network((1, 1)), examples, loss="mse", epochs=5000)
>>> outcome = descent.run()
>>> made = predict(descent.network, descent.kept, examples)

The three steps and their parts stand beside this file: ``function``, ``loss``, ``descent`` and the modules that they
name. Five folders stand around them: ``data`` makes examples, ``compiled`` computes the passes fast, ``training`` is
what a descent needs, ``runs`` are ways to run descents, and ``explain`` shows how learning works.

The public names stand once, in ``__init__.pyi``; each is loaded when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
