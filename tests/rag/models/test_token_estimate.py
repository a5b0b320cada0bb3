from __future__ import annotations

from rag.models.token_estimate import estimate_tokens


def test_wide_and_narrow_characters_count_apart() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("文") == 1
    assert estimate_tokens("文" * 100) == 65
    assert estimate_tokens("a" * 100) == 27
    assert estimate_tokens("文" * 100 + "a" * 100) == 92
    assert estimate_tokens("2025０１") == 6
