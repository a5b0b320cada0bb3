"""The real small chat model, for tests marked `models`."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from rag.models.openmp import let_barriers_sleep


@pytest.fixture
def gguf() -> Path:
    let_barriers_sleep()
    cache = Path(os.environ.get("CHUCHU_MODELS_DIR", Path(platformdirs.user_cache_dir("chuchu")) / "models"))
    files = sorted((cache / "qwen2.5-coder-0.5b-instruct-q4").glob("*.gguf"))
    if not files:
        pytest.skip("the 0.5B Qwen is not on this machine: run `make models`")
    return files[0]
