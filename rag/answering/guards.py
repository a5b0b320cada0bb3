"""What speaks against a sentence whatever its likeness: other quantities, bounds, names, opposites, a denial.

Each guard compares a claim with its quotes, deterministically and in under a millisecond or two, and says how much can
still be held of the claim. None needs a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rag.answering.attribution import Attribution
from rag.answering.evidence import EvidenceSentence
from rag.answering.injection import addresses_model, foreign_links, is_instruction
from rag.citations import Check, SupportStatus
from rag.text.bounds import bound_at
from rag.text.comparatives import compares, tells_comparison
from rag.text.contrasts import contrasts
from rag.text.modality import is_open, leaves_open
from rag.text.name_comparison import other_names
from rag.text.polarity import polarity_conflict
from rag.text.quantities import (
    Quantity,
    QuantityKind,
    comparable,
    quantities,
    stated,
    supports,
    unsupported,
    without_quantities,
)
from rag.text.terms import lexical_terms

LEAST_WORDS_BROUGHT = 2
"""Words of the claim, besides its quantities, that a further quote must add for its quantities to be the claim's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guard found, and the best status that it leaves to the claim."""

    check: Check
    best: SupportStatus = SupportStatus.SUPPORTED


Guard = Callable[[str, Attribution], Finding]


def findings(claim: str, attribution: Attribution) -> list[Finding]:
    return [guard(claim, attribution) for guard in _GUARDS]


def agreements(claim: str, attribution: Attribution) -> int:
    """How many quantities of a claim its quotes tell: what two languages have in common without a dictionary."""
    told = [quantity for sentence in attribution.sentences for quantity in stated(sentence.dated)]
    return sum(quantity.certain and any(supports(quantity, known) for known in told) for quantity in quantities(claim))


def _quantities(claim: str, attribution: Attribution) -> Finding:
    """Each quantity is told by the quotes or their headers; where one is not, another of its kind contradicts it.

    A quote that brings nothing but the number does not count against the best one: "kept for 12 months" does not rest
    on a quote that says 18 because another one, of another thing, says 12.
    """
    readable = [_readable(sentence) for sentence in attribution.sentences]
    missing = unsupported(claim, readable)
    best, *others = attribution.sentences
    relevant = [readable[0], *(_readable(other) for other in others if _brings_words(claim, best, other))]
    doubtful = [quantity for quantity in unsupported(claim, relevant) if quantity not in missing]
    against = [quantity for quantity in doubtful if _is_told_otherwise(claim, quantity, readable[0])]
    if not missing and not against:
        return _passed("quantities")
    kinds = {quantity.kind for sentence in attribution.sentences for quantity in quantities(sentence.text)}
    said_otherwise = bool(against) or any(quantity.kind in kinds for quantity in missing)
    detail = ", ".join(quantity.span.of(claim) for quantity in [*missing, *against])
    status = SupportStatus.CONTRADICTED if said_otherwise else SupportStatus.UNSUPPORTED
    return Finding(Check("quantities", False, detail), status)


def _brings_words(claim: str, best: EvidenceSentence, other: EvidenceSentence) -> bool:
    """Whether a further quote says more of the claim than its numbers: words, or a code, which names a thing. Only what
    shares a language can be told.
    """
    codes = [quantity for quantity in quantities(claim) if quantity.kind is QuantityKind.CODE]
    if any(supports(code, told) for code in codes for told in quantities(other.text)):
        return True
    words = frozenset(lexical_terms(without_quantities(claim)))
    return len((words & other.terms) - best.terms) >= LEAST_WORDS_BROUGHT


def _is_told_otherwise(claim: str, missing: Quantity, source: str) -> bool:
    """Whether a source tells quantities of the kind, and none that the claim has."""
    said = [quantity for quantity in quantities(claim) if comparable(quantity, missing)]
    told = [quantity for quantity in stated(source) if comparable(quantity, missing)]
    return bool(told) and not any(supports(one, other) for one in said for other in told)


def _bounds(claim: str, attribution: Attribution) -> Finding:
    """A bound is not turned round: "at least 30 days" never rests on "at most 30 days"."""
    bounded = [
        (quantity, bound_at(sentence.text, quantity.span))
        for sentence in attribution.sentences
        for quantity in quantities(sentence.text)
    ]
    for quantity in quantities(claim):
        bound = bound_at(claim, quantity.span)
        against = [other for known, other in bounded if bound and supports(quantity, known)]
        if bound and against and all(other is bound.opposite for other in against):
            detail = f"{bound} {quantity.span.of(claim)}"
            return Finding(Check("bounds", False, detail), SupportStatus.CONTRADICTED)
    return _passed("bounds")


def _names(claim: str, attribution: Attribution) -> Finding:
    """Who and what the claim names, the quotes or their headers name too; another name in its place contradicts it."""
    quotes = [without_quantities(sentence.text) for sentence in attribution.sentences]
    found = other_names(without_quantities(claim), quotes, _headers(attribution.sentences))
    if not found:
        return _passed("names")
    against = [other for other in found if other.stated]
    detail = ", ".join(f"{other.claimed} / {other.stated}" if other.stated else other.claimed for other in found)
    return Finding(Check("names", False, detail), SupportStatus.CONTRADICTED if against else SupportStatus.PARTIAL)


def _opposites(claim: str, attribution: Attribution) -> Finding:
    """Rose is not fell, and the buyer not the seller."""
    quotes = [sentence.text for sentence in attribution.sentences]
    found = contrasts(claim, [*quotes, *_headers(attribution.sentences)])
    if not found:
        return _passed("opposites")
    detail = ", ".join(f"{one.claimed} / {one.stated}" for one in found)
    return Finding(Check("opposites", False, detail), SupportStatus.CONTRADICTED)


def _comparison(claim: str, attribution: Attribution) -> Finding:
    """One thing is said to be more than another only by a quote that compares, or by quotes that tell of both.

    "A was judged earlier" does not rest on the name of the court, nor on one of the two dates.
    """
    texts = [sentence.dated for sentence in attribution.sentences]
    if not compares(claim) or any(map(tells_comparison, texts)) or _tell_two_alike(texts):
        return _passed("comparison")
    return Finding(Check("comparison", False, "the quotes tell of no two things"), SupportStatus.UNSUPPORTED)


def _tell_two_alike(texts: Sequence[str]) -> bool:
    """Whether two quantities of one kind are told, which a reader can compare."""
    told = [quantity for text in texts for quantity in quantities(text)]
    return any(comparable(one, other) for one, other in combinations(told, 2))


def _polarity(claim: str, attribution: Attribution) -> Finding:
    """The claim does not deny what its quotes assert, or assert what they deny."""
    if not any(polarity_conflict(claim, sentence.text) for sentence in attribution.sentences):
        return _passed("polarity")
    return Finding(Check("polarity", False), SupportStatus.CONTRADICTED)


def _modality(claim: str, attribution: Attribution) -> Finding:
    """What the best quote proposes, plans or holds possible is not told as done: a doubt, since other words around may
    settle it.
    """
    if leaves_open(claim) or not is_open(attribution.sentences[0].text):
        return _passed("modality")
    return Finding(Check("modality", False, "the quote leaves it open"), SupportStatus.PARTIAL)


def _sources(claim: str, attribution: Attribution) -> Finding:
    """A sentence that tells the model what to write is no evidence of it."""
    speaking = [sentence.text for sentence in attribution.sentences if is_instruction(sentence)]
    if not speaking and not addresses_model(claim):
        return _passed("sources")
    return Finding(Check("sources", False, "text that instructs the model"), SupportStatus.UNSUPPORTED)


def _links(claim: str, attribution: Attribution) -> Finding:
    """No link that the quotes do not have, and none that a reader's screen would follow by itself."""
    found = foreign_links(claim, [sentence.text for sentence in attribution.sentences])
    if not found:
        return _passed("links")
    return Finding(Check("links", False, ", ".join(found)), SupportStatus.UNSUPPORTED)


_GUARDS: Final[tuple[Guard, ...]] = (
    *(_sources, _links, _quantities, _bounds),
    *(_names, _opposites, _comparison, _polarity, _modality),
)


def _passed(name: str) -> Finding:
    return Finding(Check(name, True))


def _readable(sentence: EvidenceSentence) -> str:
    """What a reader of the quote has before them: the quote, and the header it stands under, which may hold the unit
    of a column or the year of a report; and the year of its dates where the sentence before tells it.
    """
    return f"{sentence.header}\n{sentence.dated}"


def _headers(sentences: Sequence[EvidenceSentence]) -> list[str]:
    return list(dict.fromkeys(sentence.header for sentence in sentences))
