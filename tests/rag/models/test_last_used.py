from __future__ import annotations

from rag.models.last_used import LastUsed


def test_what_was_not_used_for_longest_goes() -> None:
    known: LastUsed[str, int] = LastUsed(2)
    known.put("a", 1)
    known.put("b", 2)
    assert known.get("a") == 1
    known.put("c", 3)

    assert (known.get("a"), known.get("b"), known.get("c"), len(known)) == (1, None, 3, 2)


def test_nothing_is_kept_where_nothing_may_be() -> None:
    known: LastUsed[str, int] = LastUsed(0)
    known.put("a", 1)

    assert (known.get("a"), len(known)) == (None, 0)
