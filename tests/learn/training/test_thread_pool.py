"""Jobs side by side: order, errors, deadlines, and that no thread is left behind."""

import threading
import time

import pytest

from thalweg.learn.training.thread_pool import thread_pool


def test_results_come_in_the_jobs_order_and_are_counted():
    counted = []

    def job(number):
        time.sleep(0.002 * (5 - number))
        return number

    with thread_pool(3) as team:
        made = team.run([lambda number=number: job(number) for number in range(6)], counted.append)
    assert made == list(range(6))
    assert sum(counted) == 6


def test_a_jobs_error_is_raised_and_those_waiting_are_never_begun():
    begun = []
    before = set(threading.enumerate())

    def good():
        begun.append(1)
        while not team.late() and time.perf_counter() < started + 3:
            time.sleep(0.002)

    def bad():
        raise ZeroDivisionError("what went wrong")

    started = time.perf_counter()
    with pytest.raises(ZeroDivisionError, match="what went wrong"), thread_pool(2) as team:
        team.run([bad, good, *[good] * 50], lambda _: None)
    assert time.perf_counter() - started < 5
    assert 1 <= len(begun) <= 3, "one runs beside the bad one, one may follow it"
    assert set(threading.enumerate()) <= before


def test_an_interrupt_in_the_calling_thread_ends_running_jobs():
    before = set(threading.enumerate())

    def job():
        until = time.perf_counter() + 3
        while not team.late():
            time.sleep(0.002)
            if time.perf_counter() > until:
                return "never told"
        return "ended early"

    def interrupted():
        future = team.submit(job)
        raise KeyboardInterrupt(future)

    with pytest.raises(KeyboardInterrupt) as caught, thread_pool(2) as team:
        interrupted()
    assert caught.value.args[0].result(timeout=0) == "ended early"
    assert set(threading.enumerate()) <= before


def test_a_deadline_makes_jobs_late():
    with thread_pool(1) as team:
        assert not team.late()
        team.deadline = time.perf_counter() + 0.02
        assert not team.late()
        time.sleep(0.03)
        assert team.late()


def test_all_cores_by_default():
    with thread_pool() as team:
        assert team.threads >= 1


def test_parts_of_a_job_are_told_and_the_jobs_add_up():
    told = []
    with thread_pool(2) as team:
        half = threading.Event()

        def job():
            team.progress(0.5)
            half.wait(10)
            return 1

        def advance(count):
            told.append(count)
            half.set()

        assert team.run([job, job], advance) == [1, 1]
    assert told[0] in {0.5, 1.0}
    assert sum(told) == 2.0
