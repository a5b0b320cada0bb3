"""How many tokens a text has, where no tokenizer is at hand."""

from __future__ import annotations

import math
import re

_WIDE = re.compile(r"[⺀-鿿ꀀ-꓿가-힣豈-﫿︰-﹏＀-￯\U00020000-\U0003ffff]")

WIDE_TOKENS_PER_CHARACTER = 0.65
NARROW_TOKENS_PER_CHARACTER = 0.27


def estimate_tokens(text: str) -> int:
    """Tokens of a text for a Qwen-like vocabulary, rounded up."""
    wide = len(_WIDE.findall(text))
    narrow = len(text) - wide
    return math.ceil(wide * WIDE_TOKENS_PER_CHARACTER + narrow * NARROW_TOKENS_PER_CHARACTER)
