"""A third-party library is imported in its room alone, so that replacing it means changing one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("rag", "ingest", "api")

ROOMS = {
    "dbos": ("ingest/jobs.py",),
    "fastapi": ("api/",),
    "httpcore": ("ingest/addresses.py", "ingest/urls.py"),
    "ir_measures": ("rag/evaluation/",),
    "jinja2": ("rag/evaluation/reports/",),
    "llama_index": ("rag/models/", "rag/retrieval/llama_index_retriever.py", "ingest/node_parser_chunking.py"),
    "lxml": ("ingest/parsing/",),
    "markdown_it": ("ingest/parsing/",),
    "markupsafe": ("rag/evaluation/reports/",),
    "opencc": ("rag/text/",),
    "platformdirs": ("rag/settings.py",),
    "psycopg": ("rag/store/",),
    "pydantic": ("api/", "rag/settings.py"),
    "pydantic_settings": ("rag/settings.py",),
    "pypdfium2": ("ingest/parsing/",),
    "qdrant_client": ("rag/index/",),
    "qdrant_edge": ("rag/index/",),
    "rapidocr": ("ingest/parsing/recognition.py",),
    "rich": ("api/cli/",),
    "rjieba": ("rag/text/",),
    "sentence_transformers": ("rag/models/",),
    "snowballstemmer": ("rag/text/",),
    "spacy": ("ingest/parsing/",),
    "sqlalchemy": ("rag/store/",),
    "starlette": ("api/",),
    "torch": ("rag/models/",),
    "transformers": ("rag/models/",),
    "typer": ("api/cli/",),
    "unstructured": ("ingest/parsing/",),
    "uvicorn": ("api/server.py",),
    "xllamacpp": ("rag/models/",),
}


def imported(source: str) -> set[str]:
    """Top-level packages that a module imports, those inside its functions and for type checkers included."""
    return {name.partition(".")[0] for node in ast.walk(ast.parse(source)) for name in _names(node)}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        yield node.module


def importers(library: str) -> list[str]:
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [path.relative_to(ROOT).as_posix() for path in files if library in imported(path.read_text("utf-8"))]


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_stays_in_its_room(library: str) -> None:
    assert [file for file in importers(library) if not file.startswith(ROOMS[library])] == []


@pytest.mark.parametrize("library", ["dbos", "qdrant_edge", "sqlalchemy", "torch", "uvicorn"])
def test_the_search_finds_the_library_in_its_room(library: str) -> None:
    assert importers(library) != []


def test_imports_inside_functions_count() -> None:
    assert imported("def f():\n    import torch.nn\n    from .near import x\n") == {"torch"}
