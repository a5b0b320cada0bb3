from __future__ import annotations

from pathlib import Path

import pytest

from rag.models.sources.hugging_face import HuggingFaceSource
from rag.models.sources.local_folder import LocalFolderSource
from rag.models.sources.modelscope import ModelScopeSource
from rag.models.sources.weight_source import SourceUnavailable, silent


def test_a_hugging_face_mirror_is_asked(file_server, pin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", file_server.url + "/")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    file_server.files["/Qwen/Tiny-GGUF/resolve/main/tiny.gguf"] = b"GGUF"

    HuggingFaceSource("Qwen/Tiny-GGUF").deliver([pin("tiny.gguf", b"GGUF")], tmp_path, silent)

    assert (tmp_path / "tiny.gguf").read_bytes() == b"GGUF"


def test_an_offline_hub_is_not_asked(file_server, pin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", file_server.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(SourceUnavailable, match="HF_HUB_OFFLINE"):
        HuggingFaceSource("Qwen/Tiny-GGUF").deliver([pin("tiny.gguf", b"GGUF")], tmp_path, silent)

    assert file_server.paths == []


def test_a_modelscope_mirror_is_asked(file_server, pin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", file_server.url)
    file_server.files["/api/v1/models/Qwen/Tiny-GGUF/repo?Revision=master&FilePath=tiny.gguf"] = b"GGUF"

    ModelScopeSource("Qwen/Tiny-GGUF").deliver([pin("tiny.gguf", b"GGUF")], tmp_path, silent)

    assert (tmp_path / "tiny.gguf").read_bytes() == b"GGUF"


def test_a_folder_is_copied_and_checked(pin, tmp_path: Path) -> None:
    original, workspace = tmp_path / "usb", tmp_path / "workspace"
    (original / "1_Pooling").mkdir(parents=True)
    (original / "1_Pooling" / "config.json").write_bytes(b"{}")

    LocalFolderSource(original).deliver([pin("1_Pooling/config.json", b"{}")], workspace, silent)

    assert (workspace / "1_Pooling" / "config.json").read_bytes() == b"{}"


@pytest.mark.parametrize("content", [None, b"other"])
def test_a_folder_without_the_right_file_is_refused(pin, tmp_path: Path, content: bytes | None) -> None:
    original, workspace = tmp_path / "usb", tmp_path / "workspace"
    original.mkdir()
    if content is not None:
        (original / "tiny.gguf").write_bytes(content)

    with pytest.raises(SourceUnavailable, match=r"tiny\.gguf"):
        LocalFolderSource(original).deliver([pin("tiny.gguf", b"GGUF")], workspace, silent)

    assert not (workspace / "tiny.gguf").exists()
