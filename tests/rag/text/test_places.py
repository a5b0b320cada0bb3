from __future__ import annotations

from rag.text.places import in_chinese, in_english


def test_places_are_known_in_both_languages() -> None:
    assert "莱比锡" in in_chinese("Leipzig")
    assert "germany" in in_english("德国")
    assert in_chinese("Nowhere") == in_english("无处") == frozenset()
