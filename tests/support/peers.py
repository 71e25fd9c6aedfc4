"""Tests beside peers (the extra `peers`) run where they are asked for, and there they may not be skipped."""

import importlib
import os

import pytest

TITLES = {"torch": "PyTorch", "jax": "JAX", "sklearn": "scikit-learn"}


def peer(name):
    """Return the module of a peer; leave the tests of this file out where peers are not asked for."""
    if os.environ.get("THALWEG_REQUIRE_PEERS") != "1":
        told = f"{TITLES[name]} is a peer, left out here: `./dev test --peers` installs the peers and runs these too"
        pytest.skip(told, allow_module_level=True)
    return importlib.import_module(name)
