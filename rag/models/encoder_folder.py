"""What a sentence-transformers folder says of its encoder, read without loading its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KINDS = {"bert", "xlm-roberta", "roberta"}
_MOST_WEIGHT_BYTES = 1_500_000_000
"""A file of ONNX may have 2 GB, and in float32 it has all weights."""


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """An encoder whose vector is the mean of its tokens' vectors."""

    folder: Path
    dimension: int
    max_tokens: int
    pad_token_id: int
    prompts: dict[str, str]


def read_encoder(folder: Path, *, mean_is_set: bool = False) -> EncoderFolder | None:
    """None where the folder has another kind of model; `mean_is_set` has the mean taken whatever the folder says."""
    modules = _json(folder / "modules.json")
    config = _json(folder / "config.json")
    sentences = _json(folder / "sentence_bert_config.json") or {}
    if not modules or not config or not _is_fit(folder, modules, config, sentences):
        return None
    if not mean_is_set and not _takes_mean(_json(folder / modules[1]["path"] / "config.json") or {}):
        return None
    return EncoderFolder(
        folder,
        dimension=config["hidden_size"],
        max_tokens=_max_tokens(folder, config, sentences),
        pad_token_id=config["pad_token_id"],
        prompts=(_json(folder / "config_sentence_transformers.json") or {}).get("prompts", {}),
    )


def _is_fit(folder: Path, modules: list[dict[str, str]], config: dict[str, Any], sentences: dict[str, Any]) -> bool:
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    weights = list(folder.glob("*.safetensors"))
    return (
        kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and not modules[0]["path"]
        and config.get("model_type") in _KINDS
        and isinstance(config.get("pad_token_id"), int)
        and not sentences.get("do_lower_case")
        and (folder / "tokenizer.json").is_file()
        and len(weights) == 1
        and weights[0].stat().st_size < _MOST_WEIGHT_BYTES
    )


def _takes_mean(pooling: dict[str, Any]) -> bool:
    """Of all tokens; the library wrote the mode as flags before it wrote a name."""
    flags = {key for key, value in pooling.items() if key.startswith("pooling_mode_") and value is True}
    mode = pooling.get("pooling_mode", "mean" if flags == {"pooling_mode_mean_tokens"} else "")
    return mode == "mean" and pooling.get("include_prompt", True) is True


def _max_tokens(folder: Path, config: dict[str, Any], sentences: dict[str, Any]) -> int:
    """The least of what the folder's files allow. RoBERTa's positions begin after that of padding."""
    positions = int(config["max_position_embeddings"])
    if config["model_type"] != "bert":
        positions -= config["pad_token_id"] + 1
    tokenizer = _json(folder / "tokenizer_config.json") or {}
    stated = (sentences.get("max_seq_length"), tokenizer.get("model_max_length"))
    return min(positions, *(int(limit) for limit in stated if limit))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
