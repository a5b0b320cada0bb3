"""Whether a sentence tells anything that the question does not say itself.

Small models answer "who was appointed in January?" with "somebody was appointed in January" where the sources leave the
name out. Every check of support is passed: the sources do say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.text.normalisation import normal_form
from rag.text.quantities import Quantity, quantities, stated, supports
from rag.text.questions import answers_in_kind, asks_to_choose, asks_to_count
from rag.text.scripts import HAN, HANGUL, KANA
from rag.text.terms import lexical_terms, words
from rag.text.word_lists import word_set

_ABSENT = re.compile(
    r"无(?![论数])|未(?!来)|没有|不(?![断仅但同少久])|否(?!则)"
    r"|(?i:\b(?:no|not|none|never|without|nothing|nobody|neither)\b|n't\b)"
)
"""What says that something is not."""
_UNSPACED = re.compile(f"[{HAN}{HANGUL}{KANA}]+")

# What sentences are joined and turned round with, and says nothing of their matter. English words as stems.
_EMPTY: Final = word_set(
    "a accord addit after again all also although and another any because been before befor both but by can certain",
    "did do due dure each furthermor further general get got had he henc her him his howev i if it led lead made make",
    "may might moreov must new not now of one other our out over own result same she should sinc so some specif such",
    "take than then therefor they through thus took under until upon various variou veri via was we well were when",
    "which while who with within would you your first firstli second secondli final base about name",
    "一个 一家 一些 一种 一项 一系列 上述 不同 主要 也 了 于 以 以及 但 但是 使 使得 其 其中 具体 再 分别",
    "则 到 又 及 另外 各 各种 同时 后 因为 因此 在 多个 多种 多项 它 完成 对 导致 将 就 已 已经 并 并且",
    "开始 当 得以 成功 成为 我们 所 所以 把 提供 方面 方式 是 时 是由 有 有关 来 来自 某 根据 此 此外",
    "正在 每 没有 然后 由 由于 的 相关 相应 着 第一 第二 等 等等 自 至 被 该 该家 让 这 这些 这个 这一",
    "进行 还 通过 那 那么 都 采取 首先 从 从而 与 和 或 为 为了 给 给予 能够 可以 可 会 最后 最终 其次",
    "例如 比如 包括 之 之一 之后 之前",
)


RESTATES: Final = "restates"
"""The check of a sentence that gives the question back as its answer."""
TOLD: Final = "told"
"""The check of a sentence of whose words its quotes have no more than the question does."""
LEAST_NEW = 2
"""Terms beside the question's from which on a sentence must share one with its quotes: one alone may be paraphrased."""
LEAST_RESTATED = 0.5
"""The share of a question's terms from which a sentence restates it. A name alone answers, though it stands there."""


def tells_more(question: str, sentence: str) -> bool:
    """Whether a sentence does more than restate the question, or may be made of its words, as a choice among them."""
    if asks_to_choose(question) or not _restates(question, sentence):
        return True
    return bool(_new_quantities(question, sentence)) or _has_new_words(question, sentence)


def is_told(question: str, sentence: str, quotes: Sequence[str]) -> bool:
    """Whether anything that a sentence says beyond the question stands in its quotes, all being in one language.

    "Her family are her parents and children" rests on no headline that only has her name, however near it comes; "two
    examinations" on no "twice daily"; and that there is none, on nothing that does not say so.
    """
    asked = _content(question)
    amounts = _new_quantities(question, sentence)
    if any(_tells(quote, amounts) and not asked.isdisjoint(_content(quote)) for quote in quotes):
        return True
    if amounts and asks_to_count(question):
        return False
    if any(_tells(quote, amounts) for quote in quotes):
        return True
    if _ABSENT.search(sentence) and not _ABSENT.search(question):
        return any(map(_ABSENT.search, quotes))
    new = _content(sentence) - asked
    return len(new) < LEAST_NEW or not new.isdisjoint(_content("\n".join(quotes)))


def _tells(quote: str, amounts: Sequence[Quantity]) -> bool:
    return any(supports(amount, told) for amount in amounts for told in stated(quote))


def _content(text: str) -> frozenset[str]:
    return frozenset(term for term in lexical_terms(text) if term not in _EMPTY)


def adds(question: str, sentence: str) -> bool:
    """Whether a sentence of a document has words or amounts beside the question's: a title that the question quotes has
    none. What is chosen among stands in the question.
    """
    if asks_to_choose(question) or _new_quantities(question, sentence):
        return True
    return bool(_content(sentence) - _content(question))


def may_answer(question: str, sentence: str) -> bool:
    """Whether a sentence tells more than the question and, where that asks for an amount or a date, has one; what is
    to be counted may be listed.
    """
    if not tells_more(question, sentence):
        return False
    return asks_to_count(question) or answers_in_kind(question, _new_quantities(question, sentence))


def _restates(question: str, sentence: str) -> bool:
    asked = frozenset(lexical_terms(question))
    return len(asked & frozenset(lexical_terms(sentence))) >= LEAST_RESTATED * len(asked)


def _new_quantities(question: str, sentence: str) -> list[Quantity]:
    asked = quantities(question)
    return [told for told in quantities(sentence) if not any(supports(told, known) for known in asked)]


def _has_new_words(question: str, sentence: str) -> bool:
    asked, said = normal_form(question), normal_form(sentence)
    unspaced = (word for run in _UNSPACED.findall(said) for word in words(run))
    if any(word not in asked and word not in _EMPTY for word in unspaced):
        return True
    known = _EMPTY.union(lexical_terms(question))
    return any(term not in known for term in lexical_terms(_UNSPACED.sub(" ", said)))
