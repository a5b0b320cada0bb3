from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from rag.models.torch_threads import FEW_TOKENS, threads_for


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("tokens", "threads"), [(1, 1), (FEW_TOKENS, 1), (FEW_TOKENS + 1, 2)])
def test_few_tokens_get_one_thread_and_many_get_all(tokens: int, threads: int) -> None:
    with threads_for(tokens):
        assert torch.get_num_threads() == threads
    assert torch.get_num_threads() == 2


def test_the_threads_come_back_after_an_error() -> None:
    with pytest.raises(RuntimeError), threads_for(1):
        raise RuntimeError
    assert torch.get_num_threads() == 2
