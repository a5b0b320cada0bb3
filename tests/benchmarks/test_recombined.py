"""Made-up texts have the shape of language, as far as an index sees it."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from benchmarks.corpus import CorpusLanguage
from benchmarks.recombined import Recombined
from rag.text.language import detect_language
from rag.text.terms import lexical_terms

SENTENCES: dict[CorpusLanguage, list[str]] = {
    "en": ["The pump was replaced because the membrane had been worn for many months.", "Nobody asked for a receipt."],
    "zh": ["由于隔膜磨损，水泵在第二天上午就被更换了。", "会议纪要应在两个工作日内发给所有参会人员。"],
}
MADE = Recombined(SENTENCES)


def test_documents_are_the_same_again_never_twice_the_same_and_go_on_where_they_are_asked_to() -> None:
    first = list(islice(MADE.documents(), 6))

    assert first == list(islice(MADE.documents(), 6))
    assert len({document.text for document in first}) == 6
    assert next(MADE.documents(start=4)) == first[4]
    assert [detect_language(document.text) for document in first[:2]] == ["en", "zh"]


def test_some_words_are_everywhere_and_most_are_rare() -> None:
    documents = [set(lexical_terms(document.text)) for document in islice(MADE.documents(), 0, 20, 2)]
    counts = Counter(term for terms in documents for term in terms)

    assert max(counts.values()) == 10
    assert sum(count == 1 for count in counts.values()) > len(counts) / 2


def test_questions_share_words_with_documents_and_are_short() -> None:
    words = set(lexical_terms(next(MADE.documents()).text))
    questions = list(islice(MADE.questions(seed=1), 6))

    assert [detect_language(question) for question in questions[:2]] == ["en", "zh"]
    assert all(len(question) <= 80 for question in questions)
    assert all(words & set(lexical_terms(question)) for question in questions[::2])
