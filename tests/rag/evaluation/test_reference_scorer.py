"""Our figures are those of the reference scorer, on any rows: a script whose path CHUCHU_REFERENCE_SCORER names."""

from __future__ import annotations

import importlib.util
import os
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.measures import MEASURES, measure_all

OURS = {"doc_R@1": "R@1", "doc_R@5": "R@5", "doc_R@10": "R@10"}
WORDS = (
    *("warranty", "months", "delivery", "battery", "24", "60", "1,200"),
    *("公司", "收购", "草莓", "文化", "2017", "年度", "报告", "office", "closed", "holidays"),
)


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    path = os.environ.get("CHUCHU_REFERENCE_SCORER")
    if not path:
        pytest.skip("give the scorer's path: `CHUCHU_REFERENCE_SCORER=…/score.py pytest tests/rag/evaluation`")
    spec = importlib.util.spec_from_file_location("reference_scorer", Path(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(3, 12))) + rng.choice([".", "。", "?", "!"])


def marks(rng: random.Random) -> str:
    return "".join(f"[{rng.randint(1, 4)}]" for _ in range(rng.randint(0, 2)))


def case(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A question and a row that share sentences, so that every measure takes every kind of value."""
    rng = random.Random(seed)
    pool = [sentence(rng) for _ in range(12)]
    query = {
        "id": str(seed), "lang": "en", "type": "t", "query": sentence(rng),
        "answers": rng.sample(pool, rng.randint(0, 2)) + rng.choices(WORDS, k=1),
        "gold": rng.sample("abcdef", rng.randint(1, 3)),
        "evidence": rng.sample(pool, rng.randint(0, 3)),
        "answerable": rng.random() < 0.8,
    }  # fmt: skip
    retrieved = [{"doc": rng.choice("abcdefgh"), "text": " ".join(rng.sample(pool, 3)) * rng.choice([1, 1, 20])}]
    retrieved += [{"doc": rng.choice("abcdefgh"), "text": rng.choice(pool)} for _ in range(rng.randint(0, 12))]
    said = " ".join(
        f"{rng.choice(pool)} {''.join(f'[{rng.randint(1, 4)}]' for _ in range(rng.randint(0, 2)))}" for _ in range(3)
    )
    citations = [{"n": n, "doc": rng.choice("abcdefgh"), "text": rng.choice(pool)} for n in range(1, rng.randint(1, 5))]
    answer = {"answer": rng.choice([said, said, said, ""]), "citations": citations, "refused": rng.random() < 0.2}
    return query, {"id": str(seed), "retrieved": retrieved} | (answer if rng.random() < 0.9 else {})


def question(record: dict[str, Any]) -> EvaluationQuestion:
    known = {"answers": tuple(record["answers"]), "gold": tuple(record["gold"]), "evidence": tuple(record["evidence"])}
    return EvaluationQuestion(record["id"], record["query"], answerable=record["answerable"], **known)


def test_every_measure_of_the_reference_scorer_has_the_same_value_here(scorer: ModuleType) -> None:
    cases = [case(seed) for seed in range(400)]
    measured = measure_all([(question(query), row) for query, row in cases])
    seen: set[str] = set()

    for (query, row), ours in zip(cases, measured, strict=True):
        theirs = scorer.score(query, row)
        if not query["answerable"] and "refused" not in row:
            theirs = {}  # what was not asked to answer did not fail to refuse
        expected = {OURS.get(name, name): value for name, value in theirs.items()}
        seen |= expected.keys()
        assert dict(ours.values) == pytest.approx(expected, abs=1e-9), (query, row)

    assert seen == set(MEASURES) - {"Judged@10"}
