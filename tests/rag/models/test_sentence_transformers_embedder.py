"""Prompts and pooling, as a model's folder says and as the settings may say otherwise."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import ModelUnloadable, SettingsInvalid
from rag.models.factory import make_embedder
from rag.models.sentence_transformers_embedder import SentenceTransformersEmbedder
from rag.models.vectors import unit_rows
from rag.settings import EmbeddingSettings
from tests.contracts.test_embedder_contract import tiny_bert

__all__ = ["tiny_bert"]

TEXT = "保修期 24 months"


@pytest.fixture
def folder(tiny_bert: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model for a test to change."""
    return Path(shutil.copytree(tiny_bert, tmp_path / "model"))


def say(folder: Path, file: str, **entries: Any) -> None:
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | entries), encoding="utf-8")


def load(folder: Path, **options: Any) -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(folder, model="tiny", revision="r", precision="float32", **options)


@pytest.mark.parametrize(
    ("prompts", "query", "passage"),
    [
        ({"query": "Query: ", "document": ""}, "Query: ", ""),
        ({"search_query": "sq: ", "search_document": "sd: "}, "sq: ", "sd: "),
        ({"retrieval.query": "rq: ", "retrieval.passage": "rp: "}, "rq: ", "rp: "),
        ({"classification": "c: "}, "", ""),
    ],
)
def test_prompts_of_the_usual_names_are_found(folder: Path, prompts: Any, query: str, passage: str) -> None:
    say(folder, "config_sentence_transformers.json", prompts=prompts)

    identity = load(folder).identity

    assert (identity.query_prefix, identity.passage_prefix) == (query, passage)


def test_a_prompt_may_be_named_or_written_out(folder: Path) -> None:
    say(folder, "config_sentence_transformers.json", prompts={"query": "Query: ", "s2s": "Instruct: same\nQuery: "})

    named = load(folder, query_prompt="s2s")
    written = load(folder, query_prefix="Instruct: same\nQuery: ", query_prompt="s2s")

    assert named.identity == written.identity
    assert named.identity.query_prefix == "Instruct: same\nQuery: "
    assert np.allclose(named.embed_queries([TEXT]), load(folder).embed_passages([named.identity.query_prefix + TEXT]))


def test_a_prompt_that_the_model_does_not_have_is_refused(folder: Path) -> None:
    say(folder, "config_sentence_transformers.json", prompts={"query": "Query: "})

    with pytest.raises(SettingsInvalid, match=r"embedding\.query_prompt.*it has query"):
        load(folder, query_prompt="s2s")


def test_a_default_prompt_is_not_put_before_ours(folder: Path) -> None:
    plain = load(folder).embed_passages([TEXT])
    say(folder, "config_sentence_transformers.json", prompts={"other": "Other: "}, default_prompt_name="other")

    assert np.allclose(load(folder).embed_passages([TEXT]), plain)


def test_a_prompt_is_not_pooled_where_the_folder_says_so(folder: Path) -> None:
    say(folder, "1_Pooling/config.json", include_prompt=False)

    with_prompt = load(folder, query_prefix="Represent this: ")
    tokens = with_prompt._model[0].auto_model
    encoded = with_prompt._model.tokenizer("Represent this: " + TEXT, return_tensors="pt")
    hidden = tokens(**encoded).last_hidden_state[0].detach().numpy()
    prompt_tokens = 1 + len("Represent this: ")  # <s>, then a token for each byte

    expected = unit_rows([hidden[prompt_tokens:].mean(0)])
    assert with_prompt.embed_queries([TEXT]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken"])
def test_pooling_may_be_chosen_and_shows_in_the_identity(folder: Path, pooling: str) -> None:
    settings = EmbeddingSettings(model=str(folder), pooling=pooling, dtype="float32")  # type: ignore[arg-type]
    embedder = make_embedder(settings, Path())
    own = make_embedder(EmbeddingSettings(model=str(folder), dtype="float32"), Path())

    assert embedder.identity.revision == f"{own.identity.revision}+{pooling}"
    agree = np.allclose(embedder.embed_passages([TEXT]), own.embed_passages([TEXT]), atol=1e-4)
    assert agree == (pooling == "mean")


def test_a_folder_that_does_not_say_how_to_pool_is_not_guessed_at(folder: Path) -> None:
    (folder / "modules.json").unlink()

    with pytest.raises(ModelUnloadable, match=r"set embedding\.pooling"):
        load(folder)

    assert load(folder, pooling="cls").embed_passages([TEXT]).shape == (1, 32)
