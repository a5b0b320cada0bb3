"""Whether the cited words say what the sentence says: a status for each sentence, with the checks that led there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.attribution import Attribution
from rag.answering.evidence import EvidenceSentence
from rag.citations import Check, SupportStatus
from rag.text.polarity import polarity_conflict
from rag.text.quantities import Quantity, quantities, unsupported

WORDS_SHARE = 0.4
"""What full word coverage adds to a centred cosine; chosen on dev (docs/answering.md)."""
ACROSS_LANGUAGES = 0.75
"""The share of the threshold that holds where a claim and its quote share no words because they share no language.
Of 432 sentences of XQuAD and their translations, 93 % reach it; of the best other sentence of the paragraph, 10 %."""
PARTIAL_SHARE = 0.75
"""A score of this share of the threshold is partial support."""
SAME_WORDS = 0.6
"""Word coverage above which two sentences speak of one thing: a `not` in only one of them is then a contradiction."""


@dataclass(frozen=True, slots=True)
class Verdict:
    status: SupportStatus
    checks: tuple[Check, ...]
    score: float


def verify(claim: str, attribution: Attribution, threshold: float) -> Verdict:
    """Put a claim to its checks. `threshold` is the score from which it counts as supported within one language.

    A quantity that the quotes do not give outweighs any similarity: "60 months" never rests on "24 months".
    """
    if not attribution.sentences:
        return Verdict(SupportStatus.UNSUPPORTED, (Check("evidence", False, "no source sentence"),), 0.0)
    score = attribution.closeness + WORDS_SHARE * attribution.coverage
    needed = threshold * (ACROSS_LANGUAGES if attribution.across_languages else 1)
    missing = unsupported(claim, [_readable(sentence) for sentence in attribution.sentences])
    opposed = any(polarity_conflict(claim, sentence.text) for sentence in attribution.sentences)
    checks = (
        Check("quantities", not missing, ", ".join(quantity.span.of(claim) for quantity in missing)),
        Check("polarity", not opposed),
        Check("meaning", score >= needed, f"{score:.2f} / {needed:.2f}"),
    )
    return Verdict(_status(attribution, missing, opposed, score, needed), checks, score)


def _status(
    attribution: Attribution, missing: Sequence[Quantity], opposed: bool, score: float, needed: float
) -> SupportStatus:
    if score < PARTIAL_SHARE * needed:
        return SupportStatus.UNSUPPORTED
    if missing:
        rivals = _kinds(attribution.sentences)
        said_otherwise = any(quantity.kind in rivals for quantity in missing)
        return SupportStatus.CONTRADICTED if said_otherwise else SupportStatus.UNSUPPORTED
    if opposed:
        return SupportStatus.CONTRADICTED if attribution.coverage >= SAME_WORDS else SupportStatus.PARTIAL
    return SupportStatus.SUPPORTED if score >= needed else SupportStatus.PARTIAL


def _kinds(sentences: Sequence[EvidenceSentence]) -> set[str]:
    return {quantity.kind for sentence in sentences for quantity in quantities(sentence.text)}


def _readable(sentence: EvidenceSentence) -> str:
    """What a reader of the quote has before them: the quote, and the header it stands under, which may hold the unit
    of a column or the year of a report.
    """
    return f"{sentence.source.passage.context}\n{sentence.text}"
