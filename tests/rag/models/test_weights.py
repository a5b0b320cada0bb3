from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import ModelCorrupt, ModelMissing, ModelUnknown
from rag.models import weights
from rag.models.catalogue import ModelCard, find_card
from rag.models.weights import installed, is_installed, locate, mark, verify

NAME = "tiny"


@pytest.fixture
def card(pin, monkeypatch: pytest.MonkeyPatch) -> ModelCard:
    """A GGUF of four bytes, alone in the catalogue."""
    real = find_card("qwen2.5-coder-0.5b-instruct-q4")
    tiny = replace(real, name=NAME, files=(pin("tiny.gguf", b"GGUF"),), sources=())
    monkeypatch.setattr(weights, "catalogue", lambda: {NAME: tiny})
    return tiny


def put(models_dir: Path, content: bytes) -> Path:
    file = models_dir / NAME / "tiny.gguf"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    return file


def test_a_name_whose_weights_are_not_here_is_missing(card: ModelCard, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="chuchu models fetch tiny"):
        locate(NAME, tmp_path)


def test_files_put_there_by_hand_are_found_and_marked(card: ModelCard, tmp_path: Path) -> None:
    file = put(tmp_path, b"GGUF")

    assert not is_installed(card, tmp_path)
    assert locate(NAME, tmp_path) == file
    assert is_installed(card, tmp_path)
    assert installed(tmp_path) == (card,)


def test_wrong_files_put_there_by_hand_are_corrupt(card: ModelCard, tmp_path: Path) -> None:
    put(tmp_path, b"GGUX")

    with pytest.raises(ModelCorrupt, match=r"tiny\.gguf"):
        locate(NAME, tmp_path)


def test_a_marked_model_is_not_hashed_again(card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path, b"GGUF")
    mark(card, file.parent)
    monkeypatch.delattr(weights, "sha256_of")

    assert locate(NAME, tmp_path) == file


def test_a_marked_model_that_was_cut_is_corrupt(card: ModelCard, tmp_path: Path) -> None:
    mark(card, put(tmp_path, b"GGU").parent)

    with pytest.raises(ModelCorrupt):
        locate(NAME, tmp_path)


def test_verify_hashes_what_the_marker_promises(card: ModelCard, tmp_path: Path) -> None:
    mark(card, put(tmp_path, b"GGUX").parent)

    with pytest.raises(ModelCorrupt):
        verify(card, tmp_path)

    assert not is_installed(card, tmp_path)


def test_a_marker_of_another_pin_does_not_count(card: ModelCard, pin, tmp_path: Path) -> None:
    mark(card, put(tmp_path, b"GGUF").parent)

    assert not is_installed(replace(card, files=(pin("tiny.gguf", b"GGUX"),)), tmp_path)


def test_any_path_will_do(card: ModelCard, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"")

    assert locate(str(own), tmp_path) == own
    assert locate("own.gguf", tmp_path) == own


@pytest.mark.parametrize("text", ["neither", ""])
def test_what_is_neither_name_nor_path_is_unknown(card: ModelCard, tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelUnknown):
        locate(text, tmp_path)
