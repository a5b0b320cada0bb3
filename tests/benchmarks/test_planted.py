"""The planted errors: what the generator makes of a template, and that each claim stands on its own."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.planted import figures, without_embedder
from benchmarks.planted_claims import Claim, Document, planted, read_documents


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return read_documents()


def test_a_template_gives_the_true_claim_and_one_error_at_a_time() -> None:
    assert list(planted("{Ten|number:Six|number:Two} of {us|name:them}.")) == [
        ("", "Ten of us."),
        ("number", "Six of us."),
        ("number", "Two of us."),
        ("name", "Ten of them."),
    ]


def test_there_are_more_errors_than_were_promised(documents: list[Document]) -> None:
    claims = [claim for document in documents for claim in document.claims]
    errors = [claim for claim in claims if claim.kind]

    assert sum(len(sources) for document in documents for sources in document.sources.values()) >= 120
    assert len(errors) >= 300
    assert len(claims) - len(errors) >= 300
    assert min(Counter(claim.direction for claim in errors).values()) >= 75
    assert min(Counter(claim.kind for claim in errors).values()) >= 20


def test_an_error_is_another_claim_than_the_true_one_and_than_its_source(documents: list[Document]) -> None:
    for document in documents:
        true = {(c.place, c.language, c.text) for c in document.claims if not c.kind}
        sources = {source.text for side in document.sources.values() for source in side}
        assert [c for c in document.claims if c.kind and (c.place, c.language, c.text) in true] == []
        assert [c for c in document.claims if c.kind and c.text in sources] == []


def test_half_of_the_sentences_are_held_out() -> None:
    tuned, held_out = (Claim("x", "en", "d", "en", place) for place in (4, 5))

    assert (tuned.held_out, held_out.held_out) == (False, True)


def test_what_needs_no_model_is_measured_without_one(documents: list[Document]) -> None:
    measured = {figure.name: figure.value for figure in figures(without_embedder(documents[:1]))}

    caught = [value for name, value in measured.items() if name.startswith(("tuned on: caught", "held out: caught"))]
    assert len(caught) == 2
    assert all(0 < value <= 100 for value in caught)
