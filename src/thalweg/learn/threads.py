"""Networks train side by side on threads of ours, so the BLAS beneath each product is held to one."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Generator

_lock = threading.Lock()
_inside = 0
_limit: Any = None


@cache
def _controller() -> ThreadpoolController:
    import scipy.linalg.cython_blas  # noqa: F401, PLC0415 - the BLAS must be loaded to be found

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Generator[None]:
    """Hold the BLAS to one thread while any thread of ours is inside; the user's setting returns after the last."""
    global _inside, _limit  # noqa: PLW0603 - the BLAS setting is the process's, so is its guard
    with _lock:
        if _inside == 0:
            _limit = _controller().limit(limits=1, user_api="blas")
            _limit.__enter__()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.__exit__(None, None, None)
