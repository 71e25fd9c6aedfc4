"""Ctrl-C during a query is Ctrl-C: DuckDB drops it and raises an error of its own."""

import pytest

from thalweg.sql import interruptible


def fail(message):
    with interruptible():
        raise RuntimeError(message)


def test_ctrl_c_during_a_query_is_no_error_of_the_query():
    with pytest.raises(KeyboardInterrupt):
        fail("Query interrupted")


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="of another kind"):
        fail("of another kind")
