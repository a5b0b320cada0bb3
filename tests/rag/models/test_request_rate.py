from __future__ import annotations

import threading

import pytest

from rag.models.request_rate import RequestRate


class FakeTime:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


def test_requests_are_kept_apart() -> None:
    time = FakeTime()
    rate = RequestRate(30, sleep=time.sleep, clock=time.clock)

    for _ in range(3):
        rate.wait()
    time.now += 1.5
    rate.wait()
    time.now += 60
    rate.wait()

    assert time.slept == pytest.approx([2.0, 2.0, 0.5])


def test_without_a_limit_nobody_waits() -> None:
    time = FakeTime()
    for _ in range(100):
        RequestRate(0, sleep=time.sleep, clock=time.clock).wait()

    assert time.slept == []


def test_threads_get_turns_of_their_own() -> None:
    slept: list[float] = []
    rate = RequestRate(60, sleep=slept.append, clock=lambda: 0.0)
    threads = [threading.Thread(target=rate.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slept) == [1.0, 2.0, 3.0, 4.0]
