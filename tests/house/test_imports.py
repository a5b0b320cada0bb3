"""What is light to import stays light: measured in processes of their own, since this one has imported everything."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

HEAVY = {
    "dbos", "fastapi", "httpx", "llama_index", "numpy", "opencc", "pypdfium2", "qdrant_client", "qdrant_edge", "rich",
    "rjieba", "sentence_transformers", "sqlalchemy", "tokenizers", "torch", "transformers", "unstructured", "xllamacpp",
}  # fmt: skip
"""Top-level packages that take from 0.1 s to many seconds to import."""


def loaded_by(module: str) -> set[str]:
    """The top-level packages that are there once the module is imported."""
    script = f"import json, sys, {module}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def seconds(module: str) -> float:
    """The best of three: what the import takes beyond an interpreter that imports nothing."""

    def run(script: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", script], check=True)
        return time.perf_counter() - started

    return min(run(f"import {module}") for _ in range(3)) - min(run("pass") for _ in range(3))


@pytest.mark.parametrize(
    "module", ["rag", "rag.documents", "rag.citations", "rag.errors", "rag.text.language", "ingest", "api"]
)
def test_records_and_errors_import_nothing_heavy(module: str) -> None:
    assert loaded_by(module) & HEAVY == set()


@pytest.mark.parametrize("module", ["rag.settings", "api.cli.main"])
def test_the_command_line_loads_heavy_packages_only_when_a_command_needs_them(module: str) -> None:
    assert loaded_by(module) & HEAVY == set()


@pytest.mark.parametrize(
    "module", ["rag.answering.answerer", "rag.retrieval.retriever", "rag.evaluation.measures", "rag.models.factory"]
)
def test_answering_runs_without_the_libraries_of_models(module: str) -> None:
    models = {"llama_index", "sentence_transformers", "tokenizers", "torch", "transformers", "xllamacpp"}

    assert loaded_by(module) & models == set()


def test_the_library_imports_at_once() -> None:
    assert seconds("rag") <= 0.3
