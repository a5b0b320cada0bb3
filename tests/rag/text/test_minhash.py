from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.minhash import BANDS, VALUES, bands, likeness, signature

ENGLISH = " ".join(f"Section {n} says that machine {n * 7} stops at {n * 13} degrees." for n in range(60))
CHINESE = "".join(f"第{n}条规定，{n * 7}号设备在{n * 13}度时停机，由班组长{n}签字。" for n in range(60))


def alike(one: str, other: str) -> float:
    first, second = signature(one), signature(other)
    assert first is not None
    assert second is not None
    return likeness(first, second)


def jaccard(one: str, other: str) -> float:
    """By definition: the share of runs of eight characters, blanks aside, that both have."""
    sets = [
        {t[i : i + 8] for i in range(len(t) - 7)} for t in ("".join(text.casefold().split()) for text in (one, other))
    ]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
@pytest.mark.parametrize("kept", [1.0, 0.9, 0.5, 0.1])
def test_likeness_is_about_the_share_in_common(text: str, kept: float) -> None:
    part = text[: int(len(text) * kept)]

    assert alike(text, part) == pytest.approx(jaccard(text, part), abs=0.13)  # three standard errors


def test_case_and_blanks_do_not_count() -> None:
    assert alike(ENGLISH, ENGLISH.upper().replace(" ", "\n  ")) == 1


def test_different_texts_have_next_to_nothing_in_common() -> None:
    assert alike(ENGLISH, CHINESE) < 0.05


def test_a_short_text_has_no_signature() -> None:
    assert signature("seven c") is None
    assert signature("eight char") is not None


def test_near_texts_share_a_band_and_others_do_not() -> None:
    changed = CHINESE.replace("第30条", "第三十条")
    one, other, far = signature(CHINESE), signature(changed), signature(ENGLISH)
    assert one is not None
    assert other is not None
    assert far is not None

    assert set(bands(one)) & set(bands(other))
    assert not set(bands(one)) & set(bands(far))
    assert len(bands(one)) == BANDS


@given(st.text(min_size=8))
def test_any_text_is_like_itself(text: str) -> None:
    first = signature(text)

    if first is not None:
        assert first.shape == (VALUES,)
        assert np.array_equal(first, signature(text))
        assert all(0 <= band < 2**63 for band in bands(first))
