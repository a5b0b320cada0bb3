from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.index.joined_calls import JoinedCalls


class Slow:
    """Doubles numbers; the first call waits until it is let go, and a 13 fails the call that it is in."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        if len(self.calls) == 1:
            self.begun.set()
            assert self.go_on.wait(10)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


def asked_while_one_is_under_way(slow: Slow, asked: Sequence[Sequence[int]]) -> list[Sequence[int] | Exception]:
    joined = JoinedCalls(slow)

    def outcome(numbers: Sequence[int]) -> Sequence[int] | Exception:
        try:
            return joined(numbers)
        except ValueError as error:
            return error

    with ThreadPoolExecutor() as pool:
        first = pool.submit(outcome, [1])
        assert slow.begun.wait(10)
        others = [pool.submit(outcome, numbers) for numbers in asked]
        while len(joined._waiting) < len(asked):
            threading.Event().wait(0.001)
        slow.go_on.set()
        return [future.result(10) for future in (first, *others)]


def test_calls_that_wait_are_made_as_one_and_each_gets_its_own() -> None:
    slow = Slow()

    assert asked_while_one_is_under_way(slow, [[2, 3], [4], [5, 6]]) == [[2], [4, 6], [8], [10, 12]]

    assert [sorted(call) for call in slow.calls] == [[1], [2, 3, 4, 5, 6]]


def test_an_error_is_borne_by_the_call_that_it_belongs_to() -> None:
    slow = Slow()

    first, second, failed = asked_while_one_is_under_way(slow, [[2, 3], [13]])

    assert (first, second) == ([2], [4, 6])
    assert isinstance(failed, ValueError)


def test_a_call_alone_raises_its_error() -> None:
    slow = Slow()
    slow.go_on.set()
    with pytest.raises(ValueError, match="13"):
        JoinedCalls(slow)([13])
