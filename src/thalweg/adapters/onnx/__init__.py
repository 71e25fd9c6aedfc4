"""Networks and fitted estimators as ONNX, which ONNX Runtime computes wherever it runs: no thalweg, no Python needed.

>>> from thalweg.adapters.onnx import save_onnx
>>> from thalweg.learn import Network
>>> network = Network((4, 16, 3), output="softmax")
>>> save_onnx(network, "network.onnx", network.start())  # doctest: +SKIP

The public names stand once, in ``__init__.pyi``; each is loaded when it is first used. Only then is the package onnx
needed, and skl2onnx for `register_converters`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
