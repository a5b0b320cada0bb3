"""LlamaIndex's CitationQueryEngine as it comes, over an embedder and a chat model of ours."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore
from pydantic import PrivateAttr

from rag.answering.refusals import declines
from rag.evaluation.datasets import CorpusDocument, EvaluationQuestion
from rag.evaluation.runs import Row
from rag.models.chat import ChatModel, GenerationOptions, Message
from rag.models.embedding import Embedder

_SOURCE_LABEL = re.compile(r"\ASource \d+:\n")


class OurEmbedding(BaseEmbedding):
    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.identity.model)
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_queries([query])[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors


class OurLLM(CustomLLM):
    _chat: ChatModel = PrivateAttr()

    def __init__(self, chat: ChatModel) -> None:
        super().__init__()
        self._chat = chat

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=self._chat.context_tokens, num_output=GenerationOptions().max_tokens)

    async def acomplete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        async with aclosing(_stream(self._chat, prompt)) as pieces:
            return CompletionResponse(text="".join([piece async for piece in pieces]))

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return asyncio.run(self.acomplete(prompt))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        def replies() -> Iterator[CompletionResponse]:
            yield self.complete(prompt)

        return replies()


async def _stream(chat: ChatModel, prompt: str) -> AsyncGenerator[str]:
    async for delta in chat.stream([Message("user", prompt)], GenerationOptions()):
        yield delta.text


class CitationEngine:
    """Everything but the models is LlamaIndex's default: splitter, sizes, number of sources, prompts."""

    def __init__(self, documents: Sequence[CorpusDocument], embedder: Embedder, chat: ChatModel) -> None:
        llm = OurLLM(chat)
        texts = [
            Document(text=f"{document.title}\n{document.text}".strip(), metadata={"doc": document.id})
            for document in documents
        ]
        index = VectorStoreIndex.from_documents(texts, embed_model=OurEmbedding(embedder))
        self._engine = CitationQueryEngine.from_args(index, llm=llm)

    async def answer(self, question: EvaluationQuestion) -> Row:
        started = time.perf_counter()
        response = await self._engine.aquery(question.query)
        text = str(response)
        return {
            "id": question.id,
            "answer": text,
            "citations": [_citation(n, node) for n, node in enumerate(response.source_nodes, start=1)],
            "refused": declines(text),
            "latency_s": time.perf_counter() - started,
        }


def _citation(n: int, node: NodeWithScore) -> Row:
    text = _SOURCE_LABEL.sub("", node.node.get_content(MetadataMode.NONE))
    return {"n": n, "doc": node.node.metadata["doc"], "text": text}
