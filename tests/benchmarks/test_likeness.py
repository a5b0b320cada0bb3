"""The measures behind the figures of reading, on texts worked by hand."""

from __future__ import annotations

import pytest

from benchmarks import breadth, extraction, fidelity, long_pdf, scans
from benchmarks.figures import Run
from benchmarks.likeness import character_accuracy, recall, runs, token_f1, tokens
from rag.settings import Settings


@pytest.mark.parametrize(
    ("truth", "text", "expected"),
    [
        ("abcd", "abcd", 1.0),
        ("## abcd", "a b\ncd", 1.0),
        ("abcd", "title abcd", 1.0),
        ("abcd", "abXd", 0.75),
        ("abcd", "acd", 0.75),
        ("abcd", "", 0.0),
    ],
)
def test_characters_of_the_truth_count(truth: str, text: str, expected: float) -> None:
    assert character_accuracy(truth, text) == expected


def test_tokens_are_words_and_single_han_characters() -> None:
    assert tokens("The 公司, the 2nd") == {"the": 2, "公": 1, "司": 1, "2nd": 1}


def test_token_f1_weighs_what_is_missing_and_what_is_added() -> None:
    # 2 of 3 wanted are found, and 2 of 4 found are wanted.
    assert token_f1("a b c", "a b x y") == pytest.approx(2 * 2 / 7)


def test_recall_counts_a_repeated_token_as_often_as_it_is_wanted() -> None:
    assert recall(tokens("a a b"), tokens("a b")) == pytest.approx(2 / 3)


def test_runs_of_characters_pass_over_blanks() -> None:
    assert runs("a bc\nd", 3) == {"abc": 1, "bcd": 1}
    assert runs("aa", 1) == {"a": 2}
    assert runs("a", 2) == {}


@pytest.mark.parametrize("benchmark", [fidelity, scans, extraction, breadth])
def test_without_the_data_they_say_how_to_give_it(benchmark: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHUCHU_EVAL_DATA", raising=False)
    said: list[str] = []

    assert list(benchmark.measure(Run(Settings(), quick=True, say=said.append))) == []  # type: ignore[attr-defined]
    assert "CHUCHU_EVAL_DATA" in said[0]


def test_the_memory_of_a_long_pdf_is_measured() -> None:
    figures = list(long_pdf.measure(Run(Settings(), quick=True, say=lambda text: None)))

    assert "peak memory" in figures[0].name
    assert figures[0].value > 0.02
