"""BM25 as sparse vectors. A passage carries its saturated term frequencies; the index multiplies by IDF at search time.

The dot product of a query and a passage is then the BM25 score of Robertson and Zaragoza, "The Probabilistic Relevance
Framework: BM25 and Beyond" (2009), except that the average length is a constant: the true one changes with every
upsert, and would have to be written into every stored vector again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from rag.index.passage_index import SparseTerms

# The usual values: Lucene's and Anserini's k1 lies at 0.9 to 1.2, b at 0.4 to 0.75.
K1 = 1.2
B = 0.75

AVERAGE_TERMS = 160
"""A passage of 128 embedder tokens has about 60 English terms without stop words, or 290 Chinese words and bigrams.

The constant lies between. It scales lengths alone, and the legs compare passages of one language with each other, so
its error is a slightly different saturation and not a preference for a language.
"""


def term_id(term: str) -> int:
    """A stable 32-bit number of a term, the same in every process and release.

    With a vocabulary of a million terms, the chance that a given term shares its number with another is 0.02 %; the
    price is then that two words count as one.
    """
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little")


def encode_passage(terms: Sequence[str]) -> SparseTerms:
    """Saturated frequencies of a passage's terms, in (0, K1 + 1)."""
    counts = Counter(term_id(term) for term in terms)
    norm = K1 * (1 - B + B * len(terms) / AVERAGE_TERMS)
    ids = tuple(sorted(counts))
    return SparseTerms(ids, tuple(counts[id] * (K1 + 1) / (counts[id] + norm) for id in ids))


def encode_query(terms: Sequence[str]) -> SparseTerms:
    """Weight 1 for each distinct term: a word said twice in a question is rarely meant twice as much."""
    ids = tuple(sorted({term_id(term) for term in terms}))
    return SparseTerms(ids, (1.0,) * len(ids))
