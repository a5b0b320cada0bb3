"""Chunking by any LlamaIndex node parser, for those who want its way of cutting: its nodes become exact spans again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ingest.body_text import BodyText
from ingest.passages import Origin, make_passages
from ingest.pieces import CountTokens
from rag.documents import ParsedDocument, Passage, Span

if TYPE_CHECKING:
    from llama_index.core.node_parser import NodeParser
    from llama_index.core.schema import BaseNode


def chunk_with_node_parser(
    parsed: ParsedDocument, node_parser: NodeParser, *, origin: Origin, count_tokens: CountTokens
) -> list[Passage]:
    """One passage for each distinct stretch of text that the node parser makes a node of. It is shown what stands
    between two pieces of furniture as a document of its own, so that no node reaches over one.

    Raises ValueError for a node whose text does not stand in the document: what a parser rewrites cannot be cited.
    """
    from llama_index.core.schema import Document

    spans: dict[Span, None] = {}
    for stretch in BodyText(parsed).stretches(Span(0, len(parsed.text))):
        text = stretch.of(parsed.text)
        nodes = node_parser.get_nodes_from_documents([Document(text=text)])
        spans |= dict.fromkeys(span.shifted(stretch.start) for span in _spans(text, nodes))
    return make_passages(parsed, list(spans), origin, count_tokens)


def _spans(text: str, nodes: Iterable[BaseNode]) -> Iterator[Span]:
    start = 0
    for node in nodes:
        content = node.get_content().strip()
        if content:
            span = _claimed(text, node, content) or _searched(text, content, start)
            start = span.start
            yield span


def _claimed(text: str, node: BaseNode, content: str) -> Span | None:
    """Where the node says it stands, if that is true: some parsers count from the start of their own input."""
    begin = getattr(node, "start_char_idx", None)
    found = text.find(content, begin, begin + len(node.get_content())) if begin is not None else -1
    return Span(found, found + len(content)) if found >= 0 else None


def _searched(text: str, content: str, start: int) -> Span:
    """The next place from `start`, else the first; white space may differ, since splitters join sentences with it."""
    found = text.find(content, start)
    if found >= 0:
        return Span(found, found + len(content))
    pattern = re.compile(r"\s*".join(re.escape(word) for word in content.split()))
    match = pattern.search(text, start) or pattern.search(text)
    if match is None:
        raise ValueError(f"the node parser made text that the document does not hold: {content[:80]!r}")
    return Span(*match.span())
