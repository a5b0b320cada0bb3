from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from rag.models.checksum import sha256_of
from rag.models.e5_wheel import convert_e5

HIDDEN, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 1, 2, 64, 16, 2
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), ("▁a", -1.0), ("中", -1.5)]
PIECES += [("<mask>", 0.0)]
VOCABULARY = len(PIECES) + 1


def _q4(rows: int, columns: int) -> bytes:
    """Every block: scale 0.5; weight j is nibble j % 16 minus 8 in the low half, 15 - j % 16 minus 8 in the high."""
    block = struct.pack("<e", 0.5) + bytes((15 - j) << 4 | j for j in range(16))
    return block * (rows * columns // 32)


def _floats(count: int) -> bytes:
    return np.linspace(-1, 1, count, dtype="<f4").tobytes()


def _tensors() -> dict[str, tuple[int, int, bytes]]:
    matrices = {"q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN)}
    matrices |= {"fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER)}
    found = {"emb.word": (1, VOCABULARY * HIDDEN, _q4(VOCABULARY, HIDDEN))}
    for name, count in (("emb.pos", POSITIONS * HIDDEN), ("emb.type", TYPES * HIDDEN), ("emb.ln.w", HIDDEN)):
        found[name] = (0, count, _floats(count))
    found["emb.ln.b"] = (0, HIDDEN, _floats(HIDDEN))
    for short, (rows, columns) in matrices.items():
        found[f"l0.{short}.w"] = (1, rows * columns, _q4(rows, columns))
        found[f"l0.{short}.b"] = (0, rows, _floats(rows))
    for short in ("aln", "oln"):
        found[f"l0.{short}.w"] = found[f"l0.{short}.b"] = (0, HIDDEN, _floats(HIDDEN))
    return found


def _tokenizer() -> bytes:
    texts = [piece.encode() for piece, _ in PIECES]
    offsets = np.cumsum([0, *map(len, texts)])
    head = struct.pack("<i4iQ", len(PIECES), 0, 2, 1, 3, offsets[-1])
    scores = np.array([score for _, score in PIECES], "<f4").tobytes()
    return head + offsets.astype("<u4").tobytes() + scores + b"".join(texts) + struct.pack("<2i", 0, 3) + b"xyz"


def tiny_blob(*, block: int = 32) -> bytes:
    """A blob of one layer, in the format that e5_wheel describes."""
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS, TYPES, 1e-12, block)
    head += _tokenizer()
    tensors = _tensors()
    directory_bytes = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors)
    directory, data = struct.pack("<i", len(tensors)), b""
    for name, (kind, count, content) in tensors.items():
        at = len(head) + directory_bytes + len(data)
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(content))
        data += content
    return head + directory + data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("e5")
    convert_e5(tiny_blob(), path)
    return path


def test_weights_are_dequantised(folder: Path) -> None:
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors")

    row = weights["embeddings.word_embeddings.weight"][0]
    # Scale 0.5: nibble 0 is -4.0, nibble 15 is 3.5; the high nibbles count down.
    assert row[:3].tolist() == [-4.0, -3.5, -3.0]
    assert row[15:18].tolist() == [3.5, 3.5, 3.0]
    assert weights["encoder.layer.0.intermediate.dense.weight"].shape == (INNER, HIDDEN)
    assert weights["embeddings.position_embeddings.weight"].flat[0] == -1.0


def test_the_tokenizer_speaks_the_pieces(folder: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    assert tokenizer.encode("a\u3000\u200b中").ids == [0, 5, 4, 6, 2]
    assert tokenizer.encode("<mask>", add_special_tokens=False).ids[-1] == 7


def test_sentence_transformers_loads_the_folder(folder: Path) -> None:
    from rag.models.sentence_transformers_embedder import SentenceTransformersEmbedder

    embedder = SentenceTransformersEmbedder(folder, model="tiny", revision="1", precision="float32")

    assert embedder.embed_passages(["a 中", "a"]).shape == (2, HIDDEN)
    assert embedder.identity.dimension == HIDDEN


def test_the_bytes_depend_on_the_blob_alone(folder: Path, tmp_path: Path) -> None:
    convert_e5(tiny_blob(), tmp_path)

    files = {path.relative_to(folder): sha256_of(path) for path in folder.rglob("*") if path.is_file()}
    assert files == {path.relative_to(tmp_path): sha256_of(path) for path in tmp_path.rglob("*") if path.is_file()}
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == HIDDEN


@pytest.mark.parametrize(
    "blob", [b"", b"GGUF" + tiny_blob()[4:], tiny_blob()[:200], tiny_blob()[:-10], tiny_blob(block=64)]
)
def test_another_blob_is_refused(blob: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"."):
        convert_e5(blob, tmp_path)
