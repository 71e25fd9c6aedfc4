"""What stands behind the scikit-learn estimators: parameters, units, training."""
