"""The benchmarks run, in tiny sizes, and say truly what they measured. Their numbers are not looked at here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks import answers, index, ingestion, pages, reranking, scale, search, startup
from benchmarks.__main__ import NAMES, imported, main
from benchmarks.corpus import documents, questions
from benchmarks.figures import Benchmark, Figure, Run, at_least, at_most, quantile
from benchmarks.lent_vectors import LentVectors
from benchmarks.machine import this_machine
from benchmarks.report import shown
from rag.settings import Settings
from rag.testing import HashEmbedder
from rag.text.language import detect_language


def quick(settings: Settings | None = None) -> Run:
    return Run(settings or Settings(), quick=True, say=lambda text: None)


def scripted(**benchmarks: Benchmark) -> dict[str, Benchmark]:
    return benchmarks


def too_slow(run: Run) -> Iterator[Figure]:
    yield Figure("a start", 2.0, "s", at_most(0.5))


def breaks_off(run: Run) -> Iterator[Figure]:
    yield Figure("before", 3.0, "ms")
    raise RuntimeError("the server did not start")


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 10.0), (0.25, 10.0), (0.5, 20.0), (0.51, 30.0), (0.95, 40.0), (1.0, 40.0)]
)
def test_a_quantile_is_a_measured_value(share: float, expected: float) -> None:
    assert quantile([40.0, 10.0, 30.0, 20.0], share) == expected


def test_a_quantile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_a_bound_is_met_at_its_own_value() -> None:
    assert Figure("search", 60.0, "ms", at_most(60)).is_met is True
    assert Figure("search", 60.1, "ms", at_most(60)).is_met is False
    assert Figure("speed", 0.9, "", at_least(0.9)).is_met is True
    assert Figure("speed", 0.8, "", at_least(0.9)).is_met is False
    assert Figure("memory", 1.0, "MB").is_met is None


@pytest.mark.parametrize(("value", "expected"), [(0.03951, "0.0395"), (12.34, "12.3"), (1389.4, "1,389"), (60.0, "60")])
def test_values_are_shown_with_three_digits(value: float, expected: str) -> None:
    assert shown(value) == expected


def test_a_missed_goal_is_shown_and_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["startup", "--out", str(tmp_path / "bench.json")], scripted(startup=too_slow).__getitem__)

    assert status == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("a start"))
    assert row.split() == ["a", "start", "2", "s", "≤", "0.5", "s", "NO"]


def test_what_broke_off_is_an_error_and_keeps_what_was_measured(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "bench.json"

    status = main(["index", "startup", "--out", str(out)], scripted(index=breaks_off, startup=too_slow).__getitem__)

    assert status == 1
    written = json.loads(out.read_text(encoding="utf-8"))
    assert [(figure["benchmark"], figure["name"], figure["met"]) for figure in written["figures"]] == [
        ("index", "before", None),
        ("startup", "a start", False),
    ]
    assert written["failures"] == {"index": "RuntimeError: the server did not start"}
    assert written["machine"]["versions"].keys() >= {"python", "torch", "qdrant-edge-py"}


def test_an_unknown_name_is_refused_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["startup", "speling"])

    assert refused.value.code == 2
    assert "speling" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_benchmark(name: str) -> None:
    assert callable(imported(name))


def test_startup_is_measured() -> None:
    figures = {figure.name: figure for figure in startup.measure(quick())}

    assert figures["import rag, best"].value > 0
    assert figures["import rag, best"].value <= figures["import rag, median"].value
    assert figures["chuchu --help, best"].bound == at_most(0.6)


def test_the_index_is_measured_in_two_sizes() -> None:
    figures = {figure.name: figure.value for figure in index.measure(quick())}

    assert {"index, search as written p50 at 600 passages", "index, search p50 at 1,200 passages"} <= figures.keys()
    assert all(value > 0 for value in figures.values())


def test_the_measured_searches_ask_for_four_full_legs() -> None:
    random = np.random.default_rng(7)
    with index._open_index() as (runner, edge):
        runner.run(index._grown(edge, random, range(1_200)))
        legs = index._legs(random, True)
        found = runner.run(edge.search(legs))

    assert [len(hits) for hits in found] == [100, 100, 100, 100]
    assert {
        (leg.scope.language, hit.passage.language) for leg, hits in zip(legs, found, strict=True) for hit in hits
    } == {
        ("zh", "zh"),
        ("en", "en"),
    }


def test_every_page_of_a_made_pdf_is_read_and_chunked(tmp_path: Path) -> None:
    path = tmp_path / "pages.pdf"
    pages.write_pdf(path, 7)

    seconds = asyncio.run(pages.parse_and_chunk_seconds(path, 7, quick(), HashEmbedder().count_tokens))

    assert min(seconds) > 0


def test_pages_that_are_missing_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "pages.pdf"
    pages.write_pdf(path, 2)

    with pytest.raises(RuntimeError, match="2 of 3 pages"):
        asyncio.run(pages.parse_and_chunk_seconds(path, 3, quick(), HashEmbedder().count_tokens))


def test_made_up_documents_are_the_same_ones_again_and_never_twice_the_same() -> None:
    first = list(islice(documents(seed=3), 40))

    assert first == list(islice(documents(seed=3), 40))
    assert len({document.text for document in first}) == 40
    assert {document.name for document in first}.isdisjoint(document.name for document in islice(documents(4), 40))


def test_made_up_texts_alternate_between_the_languages() -> None:
    made = [document.text for document in islice(documents(), 4)]
    asked = list(islice(questions(), 4))

    assert [detect_language(text) for text in made] == ["en", "zh", "en", "zh"]
    assert [detect_language(text, default="other") for text in asked] == ["en", "zh", "en", "zh"]


def test_lent_vectors_are_real_at_first_and_distinct_unit_vectors_after() -> None:
    real = HashEmbedder(64)
    lent = LentVectors(real, lenders=3)
    texts = [f"passage {number}" for number in range(8)]

    vectors = np.concatenate([lent.embed_passages(texts[:2]), lent.embed_passages(texts[2:])])

    np.testing.assert_array_equal(vectors[:3], real.embed_passages(texts[:3]))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert len(np.unique(vectors, axis=0)) == 8
    assert vectors.dtype == np.float32
    assert lent.identity == real.identity
    np.testing.assert_array_equal(lent.embed_queries(["why"]), real.embed_queries(["why"]))


def test_an_answer_without_the_chat_model_is_not_timed() -> None:
    payload = {
        "question": "Why?",
        "language": "en",
        "text": "It is so.",
        "mode": "extractive",
        "model": "",
        "usage": {"prompt_tokens": 0, "completion_tokens": 0},
        "refusal": None,
        "timings": {},
        "notices": ["The chat model did not answer."],
    } | {key: [] for key in ("sentences", "citations", "dropped", "retrieved")}

    with pytest.raises(RuntimeError, match="The chat model did not answer"):
        answers._waits(payload, 0.1, 0.2)


def test_waits_that_did_not_happen_are_left_out_of_the_medians() -> None:
    refused = answers.Waits(None, None, 0.5)
    answered = answers.Waits(4.0, 5.0, 9.0)

    figures = {figure.name: figure.value for figure in answers._figures([refused, answered])}

    assert figures["first token p50"] == 4.0
    assert figures["first verified sentence p50"] == 5.0
    assert figures["whole answer p50"] == 0.5


def test_the_machine_has_a_commit_and_cores() -> None:
    machine = this_machine()

    assert machine.cores >= 1
    assert len(machine.lines()) == 3
    assert machine.commit in machine.lines()[0]


@pytest.mark.models
@pytest.mark.usefixtures("real_embedder")
def test_ingestion_is_measured_against_the_bare_model(models_dir: Path) -> None:
    figures = {figure.name: figure.value for figure in ingestion.measure(quick(Settings(models_dir=models_dir)))}

    ratio = figures["ingestion, end to end"] / figures["ingestion, bare SentenceTransformer.encode"]
    assert figures["ingestion, share of the bare model's speed"] == pytest.approx(ratio)


@pytest.mark.models
@pytest.mark.usefixtures("real_embedder")
def test_search_is_measured_through_a_server(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUCHU_MODELS_DIR", str(models_dir))

    figures = list(search.measure(quick(Settings(models_dir=models_dir))))

    assert (at := re.fullmatch(r"search p50 at ([\d,]+) passages", figures[0].name))
    assert int(at[1].replace(",", "")) >= 200
    assert figures[2].value > 300  # MB: the embedder's weights alone are larger


@pytest.mark.models
@pytest.mark.usefixtures("real_embedder")
def test_reranking_is_measured_with_the_pace_that_it_finds(models_dir: Path) -> None:
    figures = list(reranking.measure(quick(Settings(models_dir=models_dir))))

    assert [figure.unit for figure in figures] == ["ms/passage", "passages", "s"]
    assert 4 <= figures[1].value <= 40
    assert figures[2].value < 5


@pytest.mark.models
@pytest.mark.usefixtures("real_embedder")
def test_a_small_corpus_is_measured_beside_a_smaller_one_and_found_again(models_dir: Path, tmp_path: Path) -> None:
    run = replace(quick(Settings(models_dir=models_dir)), keep=tmp_path)

    figures = {figure.name: figure.value for figure in scale.measure(run)}

    assert all(value > 0 for value in figures.values())
    assert {"scale, retrieve p95 at 200", "scale, memory of the index of 200, int8"} <= figures.keys()
    assert (tmp_path / "index" / "index.json").exists()
