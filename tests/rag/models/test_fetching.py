from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rag.errors import ModelNoSpace, ModelUnreachable
from rag.models.catalogue import ModelCard, find_card
from rag.models.fetching import fetch
from rag.models.sources.hugging_face import HuggingFaceSource
from rag.models.sources.modelscope import ModelScopeSource
from rag.models.sources.weight_source import ModelFile, Progress, SourceUnavailable
from rag.models.weights import is_installed


@dataclass
class StubSource:
    """Delivers `content`, or fails; counts how often it was asked."""

    content: bytes = b"GGUF"
    error: Exception | None = None
    name: str = "stub"
    asked: list[Sequence[ModelFile]] = field(default_factory=list)

    def deliver(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        self.asked.append(files)
        if self.error:
            raise self.error
        (folder / files[0].path).write_bytes(self.content)


@pytest.fixture
def card(pin) -> ModelCard:
    real = find_card("qwen2.5-coder-0.5b-instruct-q4")
    return replace(real, name="tiny", files=(pin("tiny.gguf", b"GGUF"),), sources=(StubSource(),))


def test_a_model_is_put_in_place_and_marked(card: ModelCard, tmp_path: Path) -> None:
    path = fetch(card, tmp_path)

    assert path == tmp_path / "tiny" / "tiny.gguf"
    assert path.read_bytes() == b"GGUF"
    assert is_installed(card, tmp_path)
    assert list((tmp_path / ".fetching").glob("tiny/*")) == []


def test_a_model_that_is_here_is_not_fetched(card: ModelCard, tmp_path: Path) -> None:
    fetch(card, tmp_path)
    fetch(card, tmp_path)

    assert len(card.sources[0].asked) == 1


def test_files_put_in_place_by_hand_are_taken(card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.gguf").write_bytes(b"GGUF")

    fetch(card, tmp_path)

    assert card.sources[0].asked == []
    assert is_installed(card, tmp_path)


def test_a_given_folder_is_asked_first(card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb" / "tiny.gguf").write_bytes(b"GGUF")

    path = fetch(card, tmp_path / "models", folder=tmp_path / "usb")

    assert path.read_bytes() == b"GGUF"
    assert card.sources[0].asked == []


def test_the_first_source_that_can_deliver_does(card: ModelCard, tmp_path: Path) -> None:
    down, up, unasked = StubSource(error=SourceUnavailable("down")), StubSource(), StubSource()

    fetch(replace(card, sources=(down, up, unasked)), tmp_path)

    assert [len(source.asked) for source in (down, up, unasked)] == [1, 1, 0]


def test_the_reasons_of_every_source_are_told(card: ModelCard, tmp_path: Path) -> None:
    one = StubSource(name="hub", error=SourceUnavailable("answered 403"))
    two = StubSource(name="wheels", error=SourceUnavailable("no index"))

    with pytest.raises(ModelUnreachable, match="hub: answered 403; wheels: no index") as raised:
        fetch(replace(card, sources=(one, two)), tmp_path)

    assert raised.value.details["folder"] == str(tmp_path / "tiny")


def test_too_little_room_is_said_before_any_source_is_asked(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: namedtuple("usage", "free")(3))

    with pytest.raises(ModelNoSpace, match="needs 4 bytes"):
        fetch(card, tmp_path)

    assert card.sources[0].asked == []


def test_a_disk_that_fills_up_is_named(card: ModelCard, tmp_path: Path) -> None:
    full = StubSource(error=OSError(errno.ENOSPC, "No space left on device"))

    with pytest.raises(ModelNoSpace):
        fetch(replace(card, sources=(full,)), tmp_path)


def test_a_closed_network_falls_through_to_what_answers_within_seconds(
    card: ModelCard, file_server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_server.delay_s = 6.0
    monkeypatch.setenv("HF_ENDPOINT", file_server.url)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()

    fetch(replace(card, sources=(HuggingFaceSource("a/b"), ModelScopeSource("a/b"), StubSource())), tmp_path)

    assert time.monotonic() - started < 5


_FETCH = """
import sys, time
from dataclasses import replace
from pathlib import Path
from rag.models.catalogue import find_card
from rag.models.fetching import fetch
from rag.models.sources.weight_source import ModelFile

class Slow:
    name = "slow"
    def deliver(self, files, folder, progress):
        print("asked", flush=True)
        with (folder / files[0].path).open("wb") as file:
            for letter in b"GGUF":
                file.write(bytes([letter]))
                file.flush()
                time.sleep(0.2)

card = replace(find_card("qwen2.5-coder-0.5b-instruct-q4"), name="tiny", sources=(Slow(),),
               files=(ModelFile("tiny.gguf", 4, sys.argv[2]),))
print(fetch(card, Path(sys.argv[1])).read_bytes())
"""


def test_two_processes_fetch_once(card: ModelCard, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _FETCH, str(tmp_path), card.files[0].sha256]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    said = sorted(process.communicate(timeout=60)[0] for process in both)

    assert said == ["asked\nb'GGUF'\n", "b'GGUF'\n"]
