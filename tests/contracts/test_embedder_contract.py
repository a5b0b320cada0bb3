"""What every embedder owes its callers, asked of each backend."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.models.embedding import Embedder
from rag.models.endpoint_embedder import EndpointOptions
from rag.models.factory import make_embedder
from rag.models.lazy_embedder import LazyEmbedder
from rag.models.llama_index_embedder import LlamaIndexEmbedder
from rag.models.matryoshka_embedder import MatryoshkaEmbedder
from rag.models.onnx_embedder import OnnxEmbedder
from rag.models.openai_embedder import OpenAIEmbedder
from rag.models.tei_embedder import TeiEmbedder
from rag.settings import EmbeddingSettings
from rag.testing import HashEmbedder

TEXTS = [
    "北京是中华人民共和国的首都。",
    "Beijing is the capital of China.",
    "x",
    "",
    "二〇二三年营业收入为 12.5 亿元 😀",
    "long text " * 400,
]


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder of one random layer whose tokens are bytes."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    roles = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=1,
    )
    parts, folder = tmp_path_factory.mktemp("parts"), tmp_path_factory.mktemp("tiny-bert")
    BertModel(config).save_pretrained(parts)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **roles).save_pretrained(parts)
    modules = [Transformer(str(parts), max_seq_length=64), Pooling(32, "mean"), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder))
    return folder


@pytest.fixture
def endpoint() -> Iterator[str]:
    """An OpenAI-compatible endpoint with a HashEmbedder behind it, whose vectors are not of length 1."""
    inner = HashEmbedder(24)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
            rows = inner.embed_passages(texts) * 3
            data = [{"index": i, "embedding": row.tolist()} for i, row in enumerate(rows)]
            _send(self, {"data": data})

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with _served(Handler) as url:
        yield f"{url}/v1"


@pytest.fixture
def tei_endpoint() -> Iterator[str]:
    """text-embeddings-inference with a HashEmbedder behind it; it takes four texts at a time and refuses more."""
    inner = HashEmbedder(24)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            info = {"model_id": "tiny", "model_sha": "abc", "max_input_length": 512, "max_client_batch_size": 4}
            _send(self, info if self.path == "/info" else {})

        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["inputs"]
            if self.path != "/embed" or len(texts) > 4:
                _send(self, {"error": "batch size > maximum allowed batch size 4"}, 422)
            else:
                _send(self, inner.embed_passages(texts).tolist())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with _served(Handler) as url:
        yield url


def _send(handler: BaseHTTPRequestHandler, reply: Any, status: int = 200) -> None:
    body = json.dumps(reply).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


class TinyEmbedding(BaseEmbedding):
    """A LlamaIndex embedding of hashed words, doubled in length."""

    def _get_text_embedding(self, text: str) -> list[float]:
        vector: list[float] = (HashEmbedder(24).embed_passages([text])[0] * 2).tolist()
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def _llama_index(monkeypatch: pytest.MonkeyPatch) -> LlamaIndexEmbedder:
    import llama_index.core.embeddings as home

    monkeypatch.setattr(home, "TinyEmbedding", TinyEmbedding, raising=False)
    return LlamaIndexEmbedder("llama_index.core.embeddings.TinyEmbedding", {}, model="tiny", query_prefix="query: ")


IN_PROCESS = ["hash", "sentence-transformers", "int8", pytest.param("e5", marks=pytest.mark.models)]
BACKENDS = [*IN_PROCESS, "openai", "tei", "llama-index", "matryoshka"]


@pytest.fixture(params=BACKENDS)
def embedder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedder]:
    def value(name: str) -> Any:
        return request.getfixturevalue(name)

    match request.param:
        case "hash":
            yield HashEmbedder(24)
        case "sentence-transformers":
            settings = EmbeddingSettings(model=str(value("tiny_bert")), query_prefix="q: ", dtype="float32", threads=2)
            yield make_embedder(settings, Path())
        case "int8":
            small = EmbeddingSettings(model=str(value("tiny_bert")), query_prefix="q: ", dtype="int8", threads=2)
            yield make_embedder(small, Path())
        case "openai":
            made = OpenAIEmbedder(EndpointOptions(value("endpoint"), query_prefix="query: "), model="tiny")
            yield made
            made.close()
        case "tei":
            served = TeiEmbedder(EndpointOptions(value("tei_endpoint"), query_prefix="query: "))
            yield served
            served.close()
        case "matryoshka":
            yield MatryoshkaEmbedder(HashEmbedder(24), 7)
        case "llama-index":
            yield _llama_index(monkeypatch)
        case _:
            yield value("real_embedder")


def _computing(embedder: Embedder) -> Embedder:
    """What stands behind an embedder that loads late."""
    if isinstance(embedder, LazyEmbedder):
        return embedder._embedder()
    return embedder


def test_vectors_have_the_shape_and_length_that_the_identity_says(embedder: Embedder) -> None:
    for vectors in (embedder.embed_passages(TEXTS), embedder.embed_queries(TEXTS)):
        assert vectors.shape == (len(TEXTS), embedder.identity.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.identity.dimension)
    assert embedder.embed_queries([]).shape == (0, embedder.identity.dimension)
    assert embedder.count_tokens([]) == []


def test_a_text_has_its_vector_whatever_its_neighbours(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])

    # bfloat16 sums in another order with another padding. int8 has one scale for the activations of a whole batch, and
    # loses most on the text of 400 same words (0.974); sentences keep 0.99.
    tolerance = 3e-2 if isinstance(_computing(embedder), OnnxEmbedder) else 1e-3
    assert (together * alone).sum(axis=1) == pytest.approx(1, abs=tolerance)


def test_the_same_text_has_the_same_vector(embedder: Embedder) -> None:
    first, second = embedder.embed_passages([TEXTS[0], TEXTS[0]])

    assert first @ second == pytest.approx(1, abs=1e-5)
    assert np.array_equal(embedder.embed_passages(TEXTS), embedder.embed_passages(TEXTS))


def test_the_prefix_makes_a_query_of_a_text(embedder: Embedder) -> None:
    as_query = embedder.embed_queries(["capital"])[0]
    as_passage = embedder.embed_passages(["capital"])[0]

    prefixes_agree = embedder.identity.query_prefix == embedder.identity.passage_prefix
    assert np.allclose(as_query, as_passage, atol=1e-4) == prefixes_agree


def test_longer_texts_have_more_tokens(embedder: Embedder) -> None:
    counts = embedder.count_tokens(["", "one", "one two three four", "出处是一句话的来源"])

    assert counts[0] == 0
    assert 0 < counts[1] < counts[2]
    assert counts[3] > 1
    assert all(isinstance(count, int) for count in counts)


@pytest.mark.parametrize("embedder", IN_PROCESS, indirect=True)
def test_the_end_of_a_text_over_the_limit_is_not_seen(embedder: Embedder) -> None:
    """Elsewhere the endpoint, or the class behind the adapter, decides what becomes of a long text."""
    long = "word " * embedder.max_tokens

    with_end, without = embedder.embed_passages([long + "end", long])

    assert with_end @ without == pytest.approx(1, abs=1e-4)


def test_threads_may_embed_and_count_at_the_same_time(embedder: Embedder) -> None:
    expected = embedder.embed_passages(TEXTS)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                embedder.count_tokens(TEXTS)
                assert np.allclose(embedder.embed_passages(TEXTS), expected, atol=1e-5)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


@pytest.mark.models
def test_the_real_embedder_understands_both_languages(real_embedder: Embedder) -> None:
    query = real_embedder.embed_queries(["What is the capital of China?"])[0]
    close, far = real_embedder.embed_passages(["北京是中国的首都。", "螃蟹的壳在蜕皮后会变软。"])

    assert query @ close > query @ far + 0.05


@pytest.mark.models
def test_the_real_embedder_is_what_the_catalogue_says(real_embedder: Embedder) -> None:
    from rag.models.catalogue import find_card

    card = find_card("multilingual-e5-small")

    assert real_embedder.identity.dimension == card.dimension
    assert real_embedder.identity.revision == card.weights_revision
    assert real_embedder.max_tokens == card.context_tokens
    assert real_embedder.identity.query_prefix == "query: "
