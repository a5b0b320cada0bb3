"""Support across languages: translated sentences that are supported, and claims supported by another sentence.

Without files, the documents of the planted errors, which are there in both languages, are used. To measure on a
parallel corpus: `python -m benchmarks.translations EN.jsonl ZH.jsonl`, one `{"id", "title", "text"}` a line, where the
ids of a pair differ in `en` and `zh` alone. A pair counts where both texts have the same number of sentences.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.figures import Figure, Run, at_most
from benchmarks.planted import Embed, attributed, evidence_sentence
from benchmarks.planted_claims import Claim, Side, read_documents
from rag.answering.calibration import Calibration
from rag.answering.evidence import Evidence, centred
from rag.answering.verification import verify
from rag.citations import SupportStatus
from rag.models.factory import make_embedder
from rag.retrieval.centres import Centres, estimate_centres
from rag.settings import load_settings
from rag.text.sentences import sentence_spans

_DIRECTIONS: Final[tuple[tuple[Side, Side], ...]] = (("en", "zh"), ("zh", "en"))


@dataclass(frozen=True, slots=True)
class Parallel:
    """A text in both languages, sentence by sentence, under one title a language."""

    name: str
    titles: dict[Side, str]
    sentences: dict[Side, tuple[str, ...]]


def measure(run: Run) -> Iterator[Figure]:
    """The documents of the planted errors; with `--quick` only the first."""
    documents = read_documents()
    texts = [
        Parallel(
            document.name,
            {side: sources[0].header for side, sources in document.sources.items()},
            {side: tuple(source.text for source in sources) for side, sources in document.sources.items()},
        )
        for document in documents[: run.size(len(documents), 1)]
    ]
    embedder = make_embedder(run.settings.embedding, run.settings.models_dir)
    yield from figures(texts, embedder.embed_passages, estimate_centres(embedder))


def figures(texts: Sequence[Parallel], embed: Embed, centres: Centres) -> Iterator[Figure]:
    true, false = [], []
    for text in texts:
        for source, language in _DIRECTIONS:
            for right, wrong in _judged(text, source, language, embed, centres):
                true.append(right)
                false += [wrong] if wrong is not None else []
    yield Figure(f"translations supported, of {len(true)}", 100 * float(np.mean(true)), "%")
    without = f"translations supported by another sentence, of {len(false)} whose own was taken away"
    yield Figure(without, 100 * float(np.mean(false)), "%", at_most(3))


def _judged(
    text: Parallel, source: Side, language: Side, embed: Embed, centres: Centres
) -> Iterator[tuple[bool, bool | None]]:
    """For each sentence: whether its translation is supported by the text, and by the text without it."""
    sentences = [
        evidence_sentence(text.name, place, one, text.titles[source], source)
        for place, one in enumerate(text.sentences[source])
    ]
    whole = centred(sentences, embed([one.in_context for one in sentences]), centres)
    vectors = centres.passage(embed(text.sentences[language]), language)
    for place, (said, vector) in enumerate(zip(text.sentences[language], vectors, strict=True)):
        claim = Claim(said, language, text.name, source, place)
        others = [other for other in range(len(sentences)) if other != place]
        rest = Evidence(tuple(sentences[other] for other in others), whole.vectors[others])
        wrong = _is_supported(claim, vector, rest, embed, centres) if others else None
        yield _is_supported(claim, vector, whole, embed, centres), wrong


def _is_supported(claim: Claim, vector: np.ndarray, evidence: Evidence, embed: Embed, centres: Centres) -> bool:
    found = attributed(claim, vector, evidence, embed, centres)
    return verify(claim.text, found, Calibration().support_threshold).status is SupportStatus.SUPPORTED


def read_parallel(english: Path, chinese: Path) -> list[Parallel]:
    pairs = zip(_by_pair(english, "en").items(), _by_pair(chinese, "zh").values(), strict=True)
    texts = []
    for (name, en), zh in pairs:
        sentences: dict[Side, tuple[str, ...]] = {"en": _sentences(en["text"]), "zh": _sentences(zh["text"])}
        if len(sentences["en"]) == len(sentences["zh"]):
            texts.append(Parallel(name, {"en": en["title"], "zh": zh["title"]}, sentences))
    return texts


def _by_pair(path: Path, language: str) -> dict[str, dict[str, str]]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return dict(sorted((row["id"].replace(language, ""), row) for row in rows))


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(span.of(text) for span in sentence_spans(text))


def main(files: Sequence[str]) -> None:
    settings = load_settings()
    embedder = make_embedder(settings.embedding, settings.models_dir)
    texts = read_parallel(*map(Path, files))
    for figure in figures(texts, embedder.embed_passages, estimate_centres(embedder)):
        print(f"{figure.name}: {figure.value:.1f} {figure.unit}")


if __name__ == "__main__":
    main(sys.argv[1:])
