"""Ctrl-C during a query is Ctrl-C."""

import os
import signal
import threading

import duckdb
import pytest

from support.interrupts import default_interrupt
from thalweg.sql import interruptible

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range + b.range = 7"


def query():
    with interruptible(), duckdb.connect() as connection:
        connection.execute(ENDLESS).fetchall()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_during_a_query_is_no_error_of_the_query():
    before = signal.getsignal(signal.SIGINT)
    default_interrupt()
    try:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            query()
    finally:
        signal.signal(signal.SIGINT, before)


def fail():
    with interruptible():
        raise RuntimeError("of another kind")


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="of another kind"):
        fail()
