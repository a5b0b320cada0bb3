"""The guard against planted errors: how many false sentences it catches, and how many true ones it holds back."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.figures import Figure, Run, at_least, at_most, quantile
from benchmarks.planted_claims import Claim, Document, Side, read_documents
from rag.answering.attribution import Attribution, attribute, coverage
from rag.answering.calibration import Calibration
from rag.answering.evidence import Evidence, EvidenceSentence, centred
from rag.answering.verification import Verdict, verify
from rag.citations import SupportStatus
from rag.documents import Passage, ScoredPassage, Span
from rag.models.embedding import Vectors
from rag.models.factory import make_embedder
from rag.retrieval.centres import Centres, estimate_centres
from rag.text.terms import lexical_terms

HELD_BACK = (SupportStatus.CONTRADICTED, SupportStatus.UNSUPPORTED)
"""What a reader does not see under the policy `strict`."""

Embed = Callable[[Sequence[str]], Vectors]
Attribute = Callable[[Claim, Sequence[EvidenceSentence]], Attribution]


@dataclass(frozen=True, slots=True)
class Judged:
    claim: Claim
    verdict: Verdict
    quotes: str
    seconds: float

    @property
    def is_held_back(self) -> bool:
        return self.verdict.status in HELD_BACK

    @property
    def is_supported(self) -> bool:
        return self.verdict.status is SupportStatus.SUPPORTED


def measure(run: Run) -> Iterator[Figure]:
    """Each claim is attributed within its whole document, as after retrieval, and verified.

    With `--quick` there is no embedder: each claim is held against its own sentence, and only what is checked without
    a model - quantities, polarity, names - can catch anything.
    """
    documents = read_documents()
    judged = without_embedder(documents) if run.quick else with_embedder(documents, run)
    yield from figures(judged)


def figures(judged: Sequence[Judged]) -> Iterator[Figure]:
    for half, of_half in (("tuned on", False), ("held out", True)):
        rows = [row for row in judged if row.claim.held_out is of_half]
        yield from _headline(half, rows)
    for direction, rows in _grouped(judged, lambda claim: claim.direction).items():
        yield from _headline(direction, rows)
    errors = [row for row in judged if row.claim.kind]
    for kind, rows in _grouped(errors, lambda claim: claim.kind).items():
        yield _caught(kind, rows)
        for direction, some in _grouped(rows, lambda claim: claim.direction).items():
            yield _caught(f"{kind}, {direction}", some)
    milliseconds = [1000 * row.seconds for row in judged]
    yield Figure("verification of a sentence, CPU, p50", quantile(milliseconds, 0.5), "ms")
    yield Figure("verification of a sentence, CPU, p95", quantile(milliseconds, 0.95), "ms", at_most(5))


def _headline(name: str, rows: Sequence[Judged]) -> Iterator[Figure]:
    errors, true = ([row for row in rows if bool(row.claim.kind) is planted] for planted in (True, False))
    yield replace(_caught(name, errors), bound=at_least(98))
    yield Figure(f"{name}: planted errors not shown as supported", _share(not row.is_supported for row in errors), "%")
    held_back = _share(row.is_held_back for row in true)
    yield Figure(f"{name}: false alarms on {len(true)} true sentences", held_back, "%", at_most(3))
    yield Figure(f"{name}: true sentences supported", _share(row.is_supported for row in true), "%")


def _caught(name: str, errors: Sequence[Judged]) -> Figure:
    return Figure(f"{name}: caught of {len(errors)} planted errors", _share(row.is_held_back for row in errors), "%")


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return 100 * sum(found) / len(found)


def _grouped(rows: Sequence[Judged], key: Callable[[Claim], str]) -> Mapping[str, list[Judged]]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        groups[key(row.claim)].append(row)
    return {name: groups[name] for name in sorted(groups)}


def without_embedder(documents: Sequence[Document]) -> list[Judged]:
    def own_sentence(claim: Claim, sentences: Sequence[EvidenceSentence]) -> Attribution:
        own = (sentences[claim.place],)
        terms = frozenset(lexical_terms(claim.text))
        return Attribution(own, 1.0, coverage(terms, own), claim.language != claim.source_language)

    return [row for document in documents for row in judge(document, evidence_sentences(document), own_sentence)]


def with_embedder(documents: Sequence[Document], run: Run) -> list[Judged]:
    embedder = make_embedder(run.settings.embedding, run.settings.models_dir)
    run.say("the embedder's centres")
    centres = estimate_centres(embedder)
    judged = []
    for document in documents:
        run.say(f"the claims about {document.name}")
        judged += in_document(document, embedder.embed_passages, centres)
    return judged


def in_document(document: Document, embed: Embed, centres: Centres) -> list[Judged]:
    sentences = evidence_sentences(document)
    evidence = {side: centred(some, embed([s.in_context for s in some]), centres) for side, some in sentences.items()}
    texts = list(dict.fromkeys(claim.text for claim in document.claims))
    vectors = dict(zip(texts, embed(texts), strict=True))

    def within_document(claim: Claim, _: Sequence[EvidenceSentence]) -> Attribution:
        vector = centres.passage(vectors[claim.text][None, :], claim.language)[0]
        return attributed(claim, vector, evidence[claim.source_language], embed, centres)

    return judge(document, sentences, within_document)


def attributed(claim: Claim, vector: np.ndarray, evidence: Evidence, embed: Embed, centres: Centres) -> Attribution:
    """As the answerer attributes: the quotes' closeness is also taken without the headers that they stand under."""
    found = attribute(claim.text, vector, claim.language, evidence)
    bare = centres.passage(embed([found.quotes]), claim.source_language)[0]
    return replace(found, closeness=max(found.closeness, float(bare @ vector)))


def judge(
    document: Document, sentences: Mapping[Side, Sequence[EvidenceSentence]], attribute_claim: Attribute
) -> list[Judged]:
    threshold = Calibration().support_threshold
    judged = []
    for claim in document.claims:
        attribution = attribute_claim(claim, sentences[claim.source_language])
        started = time.thread_time()
        verdict = verify(claim.text, attribution, threshold)
        judged.append(Judged(claim, verdict, attribution.quotes, time.thread_time() - started))
    return judged


def evidence_sentences(document: Document) -> dict[Side, list[EvidenceSentence]]:
    """The document's sentences, each a passage of its own."""
    return {
        side: [
            evidence_sentence(document.name, place, source.text, source.header, side)
            for place, source in enumerate(sources)
        ]
        for side, sources in document.sources.items()
    }


def evidence_sentence(document: str, place: int, text: str, header: str, language: Side) -> EvidenceSentence:
    # Places in the document's text are made up: far enough apart that no two sentences are one.
    span = Span(1000 * place, 1000 * place + len(text))
    passage = Passage(
        f"{document}-{language}-{place}", document, f"{document}-{language}", "planted", span, header, language
    )
    return EvidenceSentence(ScoredPassage(passage, text, header, document, 1.0, place + 1), span, text)
