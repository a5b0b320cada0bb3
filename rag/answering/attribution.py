"""Which source sentences a sentence of the answer rests on.

The model's own marks are not asked for: small models answer "46.7 %" correctly and point at the wrong source. Each
sentence is compared with every source sentence by meaning, by words and by quantities, and by what its surroundings
speak for. One source sentence is the rule; another joins when it brings a quantity, or a good part of the words, that
the first lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.evidence import Evidence, EvidenceSentence
from rag.documents import Language
from rag.text.quantities import unsupported
from rag.text.terms import lexical_terms

WORDS_WEIGHT = 0.5
QUANTITIES_WEIGHT = 0.25
"""What shared words and quantities are worth beside a centred cosine; chosen on dev (docs/answering.md)."""
MOST_SENTENCES = 3
WORTH_JOINING = 0.3
"""Share of the claim's words that another source sentence must add to be cited too."""
CLOSE_ENOUGH_WITH_WORDS = 0.7
CLOSE_ENOUGH_WITH_QUANTITY = 0.5
"""Share of the best sentence's score that a further one must have, by what it adds: words are found anywhere, and a
number alone is too."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a claim rests on, best first, with the best one's centred cosine and the share of the claim's words that
    all of it covers. `across_languages` says that the best one is in another language than the claim.
    """

    sentences: tuple[EvidenceSentence, ...]
    closeness: float = 0.0
    coverage: float = 0.0
    across_languages: bool = False

    @property
    def quotes(self) -> str:
        """The words that are cited, without the headers that they stand under."""
        return "\n".join(sentence.text for sentence in self.sentences)


def attribute(
    claim: str, vector: np.ndarray, language: Language, evidence: Evidence, bonus: np.ndarray | None = None
) -> Attribution:
    """The source sentences that carry the claim; `vector` is the claim's, centred. None where there is no evidence.

    `bonus` is what the surroundings of each sentence add to its score, shape (n,).
    """
    if not evidence.sentences:
        return Attribution(())
    terms = frozenset(lexical_terms(claim))
    closeness = evidence.closeness(vector)
    scores = np.array([score(claim, terms, s, c) for s, c in zip(evidence.sentences, closeness, strict=True)])
    if bonus is not None:
        scores = scores + bonus
    ranked = [int(i) for i in np.argsort(-scores, kind="stable")]
    best, sentences = ranked[0], _with_year(claim, evidence.sentences[ranked[0]])
    for candidate in ranked[1:]:
        share = scores[candidate] / max(scores[best], 1e-9)
        if len(sentences) >= MOST_SENTENCES or share < CLOSE_ENOUGH_WITH_QUANTITY:
            break
        sentence = evidence.sentences[candidate]
        if sentence not in sentences and _adds(claim, language, terms, sentences, sentence, share):
            sentences.append(sentence)
    across = sentences[0].source.passage.language != language
    return Attribution(tuple(sentences), float(closeness[best]), coverage(terms, sentences), across)


def _with_year(claim: str, sentence: EvidenceSentence) -> list[EvidenceSentence]:
    """A source sentence and, where the claim says the year of a date that it leaves open, the one that tells it."""
    year = sentence.dated_by
    if year is None or len(unsupported(claim, [sentence.text])) == len(unsupported(claim, [sentence.dated])):
        return [sentence]
    return [sentence, year]


def score(claim: str, terms: frozenset[str], sentence: EvidenceSentence, closeness: float) -> float:
    """How well one source sentence carries a claim: meaning, plus shared words, plus its quantities."""
    quantities = QUANTITIES_WEIGHT * _quantities_met(claim, sentence.dated)
    return closeness + WORDS_WEIGHT * coverage(terms, [sentence]) + quantities


def coverage(terms: frozenset[str], sentences: Sequence[EvidenceSentence]) -> float:
    """The share of a claim's terms in the sentences. One that only the header holds counts half: every sentence of
    the section shares it.
    """
    if not terms:
        return 0.0
    said = frozenset[str]().union(*(sentence.terms for sentence in sentences))
    headed = frozenset[str]().union(*(sentence.header_terms for sentence in sentences))
    return (len(terms & said) + 0.5 * len((terms & headed) - said)) / len(terms)


def _adds(
    claim: str,
    language: Language,
    terms: frozenset[str],
    chosen: Sequence[EvidenceSentence],
    candidate: EvidenceSentence,
    share: float,
) -> bool:
    """Whether a further sentence brings a quantity that the chosen ones lack or, where none is missing, words.

    `share` is its score, of the best one's.

    Beside a source in another language words say nothing: any sentence of the claim's own language shares some.
    """
    texts = [sentence.dated for sentence in chosen]
    missing = unsupported(claim, texts)
    if missing:
        return len(unsupported(claim, [*texts, candidate.dated])) < len(missing)
    if share < CLOSE_ENOUGH_WITH_WORDS or {sentence.source.passage.language for sentence in (*chosen, candidate)} != {
        language
    }:
        return False
    return coverage(terms, [*chosen, candidate]) - coverage(terms, chosen) >= WORTH_JOINING


def _quantities_met(claim: str, text: str) -> float:
    """The share of a claim's quantities that a text gives; 0 for a claim without any."""
    wanted = unsupported(claim, [])
    return 1 - len(unsupported(claim, [text])) / len(wanted) if wanted else 0.0
