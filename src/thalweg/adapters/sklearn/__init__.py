"""scikit-learn estimators: networks to fit, predict with, search over and put into pipelines.

>>> from thalweg.adapters.sklearn import NetworkRegressor
>>> NetworkRegressor((4,), max_iter=2, random_state=0).fit([[0.0], [1.0]], [1.0, 3.0]).n_iter_
2
"""

from __future__ import annotations

try:
    from thalweg.adapters.sklearn.classifier import NetworkClassifier
    from thalweg.adapters.sklearn.fitted import Epoch
    from thalweg.adapters.sklearn.regressor import NetworkRegressor
except ImportError as error:
    if not (error.name or "").startswith("sklearn"):
        raise
    # None is installed, or one before `validate_data`.
    raise ImportError("The estimators need scikit-learn 1.6 or newer: pip install 'thalweg[sklearn]'.") from error

__all__ = ["Epoch", "NetworkClassifier", "NetworkRegressor"]
