"""What every reranker owes its callers, asked of each backend; the models are tiny and made here."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.errors import ModelUnloadable
from rag.models.endpoint_reranker import EndpointReranker, Shape
from rag.models.llama_index_reranker import LlamaIndexReranker
from rag.models.qwen3_reranker import Qwen3Reranker
from rag.models.reranking import Reranker
from rag.models.sentence_transformers_reranker import SentenceTransformersReranker
from rag.testing import OverlapReranker

QUESTION = "保修期多长？ How long is the warranty?"
TEXTS = ["The warranty lasts 24 months.", "保修期为24个月。", "", "食堂中午开门 😀", "long text " * 300]


def _tokenizer(special: Sequence[str]) -> Any:
    """Bytes are tokens; so are the special ones, and the words yes and no."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ["<pad>", "<unk>", "<s>", "</s>", "yes", "no", *special]
    vocabulary = {token: place for place, token in enumerate([*words, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.add_special_tokens(["<pad>", "<unk>", "<s>", "</s>", *special])
    roles = {"pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **roles)


def save_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Two random layers over bytes."""
    import torch
    from tokenizers import processors
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = _tokenizer([])
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 2), ("</s>", 3)]
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=512, pad_token_id=0, num_labels=labels, initializer_range=0.3,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_qwen3(folder: Path) -> Path:
    """Two random layers over bytes, with the marks of Qwen's prompts."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = _tokenizer(["<|im_start|>", "<|im_end|>", "<think>", "</think>"])
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=2048, initializer_range=0.5,
        tie_word_embeddings=False, pad_token_id=0, bos_token_id=2, eos_token_id=3,
    )  # fmt: skip
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("cross-encoder"))


@pytest.fixture(scope="module")
def qwen3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_qwen3(tmp_path_factory.mktemp("qwen3"))


class OverlapPostprocessor(BaseNodePostprocessor):
    """A LlamaIndex postprocessor with an OverlapReranker behind it."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        assert query_bundle is not None
        scores = OverlapReranker().rerank(query_bundle.query_str, [node.node.get_content() for node in nodes])
        for node, score in zip(nodes, scores, strict=True):
            node.score = score
        return sorted(nodes, key=lambda node: -(node.score or 0))


def llama_index(monkeypatch: pytest.MonkeyPatch, made: type[BaseNodePostprocessor]) -> LlamaIndexReranker:
    import llama_index.core.postprocessor as home

    monkeypatch.setattr(home, "Made", made, raising=False)
    return LlamaIndexReranker("llama_index.core.postprocessor.Made", {})


@contextmanager
def overlap_server(shape: Shape) -> Iterator[str]:
    """Both shapes of endpoint, which answer best first as the real ones do."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = asked["texts"] if shape == "tei" else asked["documents"]
            scores = OverlapReranker().rerank(asked["query"], texts)
            name = "score" if shape == "tei" else "relevance_score"
            results = [{"index": place, name: score} for place, score in enumerate(scores)]
            results.sort(key=lambda result: -result[name])
            body = json.dumps(results if shape == "tei" else {"results": results}).encode()
            self.send_response(200 if self.path == "/v1/rerank" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}/v1"
    http.shutdown()
    thread.join()
    http.server_close()


JUDGING = ["overlap", "cohere", "tei", "llama-index"]
BACKENDS = [*JUDGING, "cross-encoder", "qwen3"]


@pytest.fixture(params=BACKENDS)
def reranker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reranker]:
    made: Reranker
    match request.param:
        case "cohere" | "tei":
            with overlap_server(request.param) as url:
                made = EndpointReranker(url, shape=request.param, model="tiny")
                yield made
                made.close()
            return
        case "cross-encoder":
            folder = request.getfixturevalue("cross_encoder")
            made = SentenceTransformersReranker(folder, precision="float32", max_tokens=256)
        case "qwen3":
            folder = request.getfixturevalue("qwen3")
            made = Qwen3Reranker(folder, precision="float32", max_tokens=512)
        case "llama-index":
            made = llama_index(monkeypatch, OverlapPostprocessor)
        case _:
            made = OverlapReranker()
    yield made
    made.close()


def scores_of(reranker: Reranker, texts: Sequence[str]) -> list[float]:
    scores = reranker.rerank(QUESTION, texts)
    assert len(scores) == len(texts)
    assert all(isinstance(score, float) and math.isfinite(score) for score in scores)
    return [score for score in scores if score is not None]


def test_every_text_gets_a_score_in_its_place(reranker: Reranker) -> None:
    reranker.warm()
    reranker.warm()

    forwards, backwards = scores_of(reranker, TEXTS), scores_of(reranker, TEXTS[::-1])

    assert forwards == pytest.approx(backwards[::-1], abs=1e-4)
    assert len(set(forwards)) > 1
    assert reranker.name


def test_no_texts_get_no_scores(reranker: Reranker) -> None:
    assert reranker.rerank(QUESTION, []) == []


def test_a_text_has_its_score_whatever_its_neighbours(reranker: Reranker) -> None:
    together = scores_of(reranker, TEXTS)

    assert [scores_of(reranker, [text])[0] for text in TEXTS] == pytest.approx(together, abs=1e-4)


def test_question_and_text_both_count(reranker: Reranker) -> None:
    (one,) = scores_of(reranker, ["The warranty lasts 24 months."])
    (other,) = scores_of(reranker, ["Lunch is at noon."])
    (asked_otherwise,) = reranker.rerank("When is lunch?", ["The warranty lasts 24 months."])

    assert one != other
    assert one != asked_otherwise


@pytest.mark.parametrize("reranker", JUDGING, indirect=True)
def test_the_text_that_answers_scores_highest(reranker: Reranker) -> None:
    scores = scores_of(reranker, ["Lunch is at noon.", "How long is the warranty? 24 months.", "A page."])

    assert max(scores) == scores[1]


def test_threads_may_rerank_at_the_same_time(reranker: Reranker) -> None:
    expected = scores_of(reranker, TEXTS)
    found: list[list[float]] = []
    threads = [threading.Thread(target=lambda: found.append(scores_of(reranker, TEXTS))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 3
    assert all(scores == pytest.approx(expected, abs=1e-4) for scores in found)


@pytest.mark.parametrize("kind", [SentenceTransformersReranker, Qwen3Reranker])
def test_half_precision_gives_numbers_too(kind: Any, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue("qwen3" if kind is Qwen3Reranker else "cross_encoder")

    halved = kind(folder, precision="bfloat16", max_tokens=512).rerank(QUESTION, TEXTS[:2])

    whole = kind(folder, precision="float32", max_tokens=512).rerank(QUESTION, TEXTS[:2])
    assert halved == pytest.approx(whole, abs=0.1)


def test_a_classifier_of_several_labels_is_no_reranker(tmp_path: Path) -> None:
    folder = save_cross_encoder(tmp_path, labels=3)

    with pytest.raises(ModelUnloadable, match="3 labels"):
        SentenceTransformersReranker(folder, precision="float32").warm()


@pytest.mark.parametrize("kind", [SentenceTransformersReranker, Qwen3Reranker])
def test_a_folder_without_a_model_is_named(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelUnloadable, match=tmp_path.name):
        kind(tmp_path).rerank("q", ["t"])
