"""llama.cpp's server inside the process: one GGUF file, loaded, quiet, and closed to the network."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from rag.models.openmp import let_barriers_sleep

# Tokens read between two chances to stop, and between two signs of life. Qwen 0.5B reads 132, 146, 160 and 156 tokens/s
# of two cores' time in batches of 64, 128, 256 and 512, so stopping twice as soon as at 256 costs a tenth.
_BATCH_TOKENS = 128

# Prompts of other shapes than the last one (another language, a judge's question) keep their prefix here. The
# library's default would let them take 8 GiB.
_PROMPT_CACHE_MIB = 512

_SILENT = 0


class LlamaCppServer:
    """A loaded model. Every method blocks.

    The library opens a listener whether it is wanted or not; ours is a Unix socket in a private folder, with a key.
    It serves one purpose: the tokenizer, which has no entry in the process.
    """

    def __init__(self, model_file: Path, *, context_tokens: int, threads: int) -> None:
        """Raises OSError when the file cannot be loaded."""
        self._folder = tempfile.TemporaryDirectory(prefix="chuchu-llama-", ignore_cleanup_errors=True)
        socket = Path(self._folder.name) / "llama.sock"
        key = secrets.token_urlsafe(32)
        try:
            self._server: Any = _load(model_file, context_tokens, threads or _cores(), socket, key)
        except BaseException:
            self._folder.cleanup()
            raise
        self._listener = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)),
            base_url="http://llama.cpp",
            headers={"Authorization": f"Bearer {key}"},
        )

    def stream_chat(self, request: Mapping[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        """Chat completion chunks in OpenAI's form, an error among them; ends once `on_chunk` returns true."""
        self._server.handle_chat_completions(dict(request), on_chunk)

    def count_tokens(self, text: str) -> int:
        answer = self._listener.post("/tokenize", json={"content": text})
        answer.raise_for_status()
        return len(answer.json()["tokens"])

    def close(self) -> None:
        self._listener.close()
        self._server = None
        self._folder.cleanup()


def _load(model_file: Path, context_tokens: int, threads: int, socket: Path, key: str) -> Any:
    let_barriers_sleep()
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_file)
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.fit_params = params.warmup = False
    params.verbosity = _SILENT
    params.hostnames, params.api_keys, params.cors_origins = [str(socket)], [key], "http://localhost"
    params.ui = params.endpoint_slots = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise OSError(f"{model_file.name} cannot be loaded as a GGUF model") from error


def _cores() -> int:
    """Cores that this process may use: fewer than the machine's inside a container with a CPU set."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
