"""An encoder as an ONNX file whose matrix products have weights of 8 bits; made once for each model, in some 20 s.

A process of its own makes it, so that neither torch nor the weights in float32 stay in the memory of the one that
embeds. The embeddings of tokens are looked up, not multiplied, and are kept in half precision.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import ModelUnloadable

_EXPORTER = "1"
"""To be raised when another file would be made of the same weights."""

_OPSET = 17
_CONFIGURATION = ("config.json", "modules.json")
_SPARE_FOLDER = ".onnx"
_REASON_CHARACTERS = 500

_log = logging.getLogger(__name__)


def exported(folder: Path, revision: str, models_dir: Path) -> Path:
    """The file of these weights, beside them, or in `models_dir` where their folder is read-only.

    Another process that makes the same file is waited for. Raises ModelUnloadable.
    """
    name = _file_name(folder, revision)
    places = (folder, models_dir / _SPARE_FOLDER)
    found = next((place / name for place in places if (place / name).is_file()), None)
    if found:
        return found
    try:
        place = next(place for place in places if _is_writable(place))
        with _alone(place / name):
            if not (place / name).is_file():
                _log.info("preparing %s with 8-bit weights; this is done once and takes some 20 s", folder.name)
                _export_elsewhere(folder, place / name)
    except StopIteration:
        reason = "neither its folder nor that of the models is writable, so there is no place for its 8-bit weights"
        raise ModelUnloadable(model=folder.name, path=str(folder), reason=reason) from None
    except OSError as error:
        raise ModelUnloadable(model=folder.name, path=str(folder), reason=str(error)) from error
    return place / name


def _file_name(folder: Path, revision: str) -> str:
    """Of what decides the file's content."""
    digest = hashlib.sha256(f"{_EXPORTER} {revision}".encode())
    for name in _CONFIGURATION:
        digest.update((folder / name).read_bytes())
    return f"int8-{digest.hexdigest()[:12]}.onnx"


def _is_writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _export_elsewhere(folder: Path, target: Path) -> None:
    command = [sys.executable, "-m", __name__, str(folder.resolve()), str(target.resolve())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = f"its weights were not brought to 8 bits: {done.stderr.strip()[-_REASON_CHARACTERS:]}"
        raise ModelUnloadable(model=folder.name, path=str(folder), reason=reason)


def export(folder: Path, target: Path) -> None:
    """Write the file as a whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".int8-") as made:
        whole, small = Path(made) / "float32.onnx", Path(made) / "int8.onnx"
        _trace(folder, whole)
        _quantise(whole, small)
        os.replace(small, target)


def _trace(folder: Path, target: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModel

    # Eager attention is written in products that the exporter knows and onnxruntime fuses.
    encoder = AutoModel.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True
    ).eval()

    class Mean(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            tokens = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            kept = attention_mask.unsqueeze(-1).to(tokens.dtype)
            return (tokens * kept).sum(1) / kept.sum(1).clamp(min=1)

    ids = torch.tensor([[5, 6, 7, 8], [5, 6, 7, encoder.config.pad_token_id]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        Mean(),
        (ids, mask),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "texts"}},
        opset_version=_OPSET,
        dynamo=False,
    )


def _quantise(whole: Path, small: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"])
    model = onnx.load(small)
    _halve_looked_up(model.graph)
    onnx.save(model, small)


def _halve_looked_up(graph: Any) -> None:
    """Keep the tables that tokens are looked up in as float16, and widen only the rows that were looked up."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    tables = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT}
    nodes = []
    for node in graph.node:
        nodes.append(node)
        if node.op_type == "Gather" and (table := tables.get(node.input[0])) is not None and len(table.dims) == 2:
            if table.data_type == TensorProto.FLOAT:
                table.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(table).astype(np.float16), table.name))
            rows = node.output[0]
            node.output[0] = f"{rows}_half"
            nodes.append(helper.make_node("Cast", [node.output[0]], [rows], to=TensorProto.FLOAT))
    del graph.node[:]
    graph.node.extend(nodes)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
