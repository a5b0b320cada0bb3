"""multilingual-e5-small as the package index carries it: a blob of 4-bit weights → a sentence-transformers folder.

The blob, little-endian, is read in this order:

    magic "E5S1", u32 version
    i32 hidden, layers, heads, feed-forward, vocabulary, positions, token types; f32 epsilon; i32 block
    i32 pieces; i32 bos, eos, pad, unk; u64 bytes of text; u32 offsets[pieces + 1]; f32 scores[pieces]; the text
    i32 entries, i32 bytes of a normalisation table; the table
    i32 tensors; of each: u16 length of its name, name, u8 type (0 f32, 1 Q4_0), u32 count, u64 offset, u64 bytes

A Q4_0 block holds 32 weights: an f16 scale and 16 bytes, byte j with weight j in its low nibble and weight j + 16 in
its high one, each plus 8. The folder's bytes depend on the blob alone, so that the catalogue can pin them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.models.safetensors_file import write_safetensors

_MAGIC = b"E5S1"
_BLOCK_WEIGHTS = 32
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK_WEIGHTS // 2)])
_MAX_TOKENS = 512

# Names in the blob → names in a BertModel, of a matrix and of its bias.
_DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Unigram pieces with their scores, and the ids of the special ones."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class _Entry:
    quantised: bool
    count: int
    offset: int


def convert_e5(blob: bytes, folder: Path) -> None:
    """Write the model in the blob as a folder that sentence-transformers loads. Raises ValueError for another blob."""
    try:
        shape, vocabulary, entries = _read(blob)
        folder.mkdir(parents=True, exist_ok=True)
        names = _tensor_names(shape)
        pooler = {"pooler.dense.weight": (shape.hidden, shape.hidden), "pooler.dense.bias": (shape.hidden,)}
        shapes = {long: tensor_shape for long, _, tensor_shape in names} | pooler
        tensors = (_tensor(blob, entries[short], tensor_shape) for _, short, tensor_shape in names)
        # Mean pooling never asks the pooler, but transformers makes up random weights, with a warning, for a lack.
        unused = (np.zeros(size, np.float32) for size in pooler.values())
        write_safetensors(folder / "model.safetensors", shapes, chain(tensors, unused))
        for name, content in _json_files(shape, vocabulary).items():
            _write_json(folder / name, content)
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError(f"not a multilingual-e5 blob: {error!r}") from error


class _Cursor:
    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._blob, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._blob[self._at - count : self._at]

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.bytes(count * np.dtype(dtype).itemsize), dtype, count)


def _read(blob: bytes) -> tuple[_Shape, _Vocabulary, dict[str, _Entry]]:
    cursor = _Cursor(blob)
    if cursor.bytes(len(_MAGIC)) != _MAGIC:
        raise ValueError("not a multilingual-e5 blob: it does not begin with its magic")
    cursor.take("I")
    shape = _Shape(*cursor.take("7i"), *cursor.take("f"))
    (block,) = cursor.take("i")
    if block != _BLOCK_WEIGHTS:
        raise ValueError(f"quantised in blocks of {block} weights, not of {_BLOCK_WEIGHTS}")
    vocabulary = _read_vocabulary(cursor)
    _, table_bytes = cursor.take("2i")
    cursor.bytes(table_bytes)
    return shape, vocabulary, dict(_read_directory(cursor))


def _read_vocabulary(cursor: _Cursor) -> _Vocabulary:
    (count,) = cursor.take("i")
    bos, eos, pad, unk = cursor.take("4i")
    (text_bytes,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    text = cursor.bytes(text_bytes)
    pieces = [text[start:end].decode() for start, end in pairwise(offsets)]
    return _Vocabulary(list(zip(pieces, scores, strict=True)), bos, eos, pad, unk)


def _read_directory(cursor: _Cursor) -> Iterator[tuple[str, _Entry]]:
    (count,) = cursor.take("i")
    for _ in range(count):
        (name_bytes,) = cursor.take("H")
        name = cursor.bytes(name_bytes).decode()
        kind, values, offset, _ = cursor.take("BIQQ")
        yield name, _Entry(kind == 1, values, offset)


def _tensor_names(shape: _Shape) -> list[tuple[str, str, tuple[int, ...]]]:
    """Each tensor's name in a BertModel, its name in the blob, and its shape, in the order of the file."""
    hidden = shape.hidden
    names: list[tuple[str, str, tuple[int, ...]]] = [
        ("embeddings.word_embeddings.weight", "emb.word", (shape.vocabulary, hidden)),
        ("embeddings.position_embeddings.weight", "emb.pos", (shape.positions, hidden)),
        ("embeddings.token_type_embeddings.weight", "emb.type", (shape.token_types, hidden)),
        ("embeddings.LayerNorm.weight", "emb.ln.w", (hidden,)),
        ("embeddings.LayerNorm.bias", "emb.ln.b", (hidden,)),
    ]
    for layer in range(shape.layers):
        names += _layer_names(layer, shape)
    return names


def _layer_names(layer: int, shape: _Shape) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    hidden, inner = shape.hidden, shape.inner
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for short, long in _DENSE.items():
        rows, columns = sizes.get(short, (hidden, hidden))
        yield f"encoder.layer.{layer}.{long}.weight", f"l{layer}.{short}.w", (rows, columns)
        yield f"encoder.layer.{layer}.{long}.bias", f"l{layer}.{short}.b", (rows,)
    for short, long in _NORMS.items():
        yield f"encoder.layer.{layer}.{long}.weight", f"l{layer}.{short}.w", (hidden,)
        yield f"encoder.layer.{layer}.{long}.bias", f"l{layer}.{short}.b", (hidden,)


def _tensor(blob: bytes, entry: _Entry, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    if entry.count != int(np.prod(shape)):
        raise ValueError(f"a tensor has {entry.count} values, not the {shape} that its place wants")
    if not entry.quantised:
        return np.frombuffer(blob, "<f4", entry.count, entry.offset).reshape(shape)
    blocks = np.frombuffer(blob, _Q4_BLOCK, entry.count // _BLOCK_WEIGHTS, entry.offset)
    return _dequantised(blocks).reshape(shape)


def _dequantised(blocks: npt.NDArray[np.void]) -> npt.NDArray[np.float32]:
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    weights: npt.NDArray[np.float32] = nibbles.astype(np.float32) - np.float32(8)
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights


def _json_files(shape: _Shape, vocabulary: _Vocabulary) -> dict[str, Any]:
    """Everything but the weights: how transformers, tokenizers and sentence-transformers put the model together."""
    return {
        "config.json": _bert_config(shape, vocabulary),
        "tokenizer.json": _tokenizer(vocabulary),
        "tokenizer_config.json": _tokenizer_config(vocabulary),
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": _MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    }


def _bert_config(shape: _Shape, vocabulary: _Vocabulary) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "layer_norm_eps": shape.epsilon,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": vocabulary.pad,
        "type_vocab_size": shape.token_types,
        "vocab_size": shape.vocabulary,
    }


def _special_tokens(vocabulary: _Vocabulary) -> dict[str, int]:
    ids = {vocabulary.pieces[i][0]: i for i in (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk)}
    last = len(vocabulary.pieces) - 1
    return ids | ({"<mask>": last} if vocabulary.pieces[last][0] == "<mask>" else {})


def _tokenizer(vocabulary: _Vocabulary) -> dict[str, Any]:
    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(text, i) for text, i in sorted(_special_tokens(vocabulary).items(), key=_by_id)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": "[\\s\\u200b\\ufeff]+"}, "content": " "},
                {"type": "Strip", "strip_left": True, "strip_right": True},
            ],
        },
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": _template(bos, "A", eos),
            "pair": _template(bos, "A", eos, eos, "B", eos),
            "special_tokens": {
                token: {"id": token, "ids": [i], "tokens": [token]}
                for token, i in ((eos, vocabulary.eos), (bos, vocabulary.bos))
            },
        },
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": vocabulary.unk, "vocab": vocabulary.pieces, "byte_fallback": False},
    }


def _by_id(token: tuple[str, int]) -> int:
    return token[1]


def _added_token(text: str, number: int) -> dict[str, Any]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": number, "content": text, **flags}


def _template(*parts: str) -> list[dict[str, Any]]:
    return [
        {"Sequence": {"id": part, "type_id": 0}} if part in {"A", "B"} else {"SpecialToken": {"id": part, "type_id": 0}}
        for part in parts
    ]


def _tokenizer_config(vocabulary: _Vocabulary) -> dict[str, Any]:
    bos, eos, pad, unk = (
        vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk)
    )
    roles = {"bos_token": bos, "cls_token": bos, "eos_token": eos, "sep_token": eos, "pad_token": pad, "unk_token": unk}
    mask = {"mask_token": "<mask>"} if "<mask>" in _special_tokens(vocabulary) else {}
    return {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": _MAX_TOKENS} | roles | mask


def _write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
