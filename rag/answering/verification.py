"""Whether the cited words say what the sentence says: a status for each sentence, with the checks that led there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rag.answering.attribution import Attribution
from rag.answering.guards import findings
from rag.citations import Check, SupportStatus

WORDS_SHARE = 0.4
"""What full word coverage adds to a centred cosine; chosen on dev (docs/answering.md)."""
ACROSS_LANGUAGES = 0.75
"""The share of the threshold that holds where a claim and its quote share no words because they share no language.
Of 432 sentences of XQuAD and their translations, 93 % reach it; of the best other sentence of the paragraph, 10 %."""
PARTIAL_SHARE = 0.75
"""A score of this share of the threshold is partial support."""

_WORSE_TO_BETTER: Final = (
    SupportStatus.CONTRADICTED,
    SupportStatus.UNSUPPORTED,
    SupportStatus.PARTIAL,
    SupportStatus.SUPPORTED,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    status: SupportStatus
    checks: tuple[Check, ...]
    score: float


def verify(claim: str, attribution: Attribution, threshold: float) -> Verdict:
    """Put a claim to its checks. `threshold` is the score from which it counts as supported within one language.

    What a guard finds outweighs any similarity: "60 months" never rests on "24 months".
    """
    if not attribution.sentences:
        return Verdict(SupportStatus.UNSUPPORTED, (Check("evidence", False, "no source sentence"),), 0.0)
    score = attribution.closeness + WORDS_SHARE * attribution.coverage
    needed = threshold * (ACROSS_LANGUAGES if attribution.across_languages else 1)
    found = findings(claim, attribution)
    meaning = Check("meaning", score >= needed, f"{score:.2f} / {needed:.2f}")
    near = _by_meaning(score, needed)
    # What is far from its quotes is not about them, and so is not contradicted by them either.
    status = near if near is SupportStatus.UNSUPPORTED else _worst(near, *(finding.best for finding in found))
    return Verdict(status, (*(finding.check for finding in found), meaning), score)


def _by_meaning(score: float, needed: float) -> SupportStatus:
    if score >= needed:
        return SupportStatus.SUPPORTED
    return SupportStatus.PARTIAL if score >= PARTIAL_SHARE * needed else SupportStatus.UNSUPPORTED


def _worst(*statuses: SupportStatus) -> SupportStatus:
    return min(statuses, key=_WORSE_TO_BETTER.index)
