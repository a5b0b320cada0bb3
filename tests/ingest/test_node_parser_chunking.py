from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ingest.node_parser_chunking import chunk_with_node_parser
from ingest.passages import Origin
from rag.documents import Element, ElementKind, ParsedDocument, Passage, Span

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecationWarning"
)

ORIGIN = Origin("d1", "v1", "c1", "Handbook")
TEXT = (
    "Staff have five days.  They may carry\nover two. Staff have five days.\n\n"
    "员工每年享有五天带薪年假。满十年后增加至十天。"
)
PARSED = ParsedDocument(TEXT, (Element(ElementKind.PARAGRAPH, Span(0, len(TEXT)), heading_path=("Leave",)),))


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def chunked(node_parser: Any, parsed: ParsedDocument = PARSED) -> list[Passage]:
    return chunk_with_node_parser(parsed, node_parser, origin=ORIGIN, count_tokens=count_tokens)


def fixed(*nodes: tuple[str, int | None]) -> Any:
    """A node parser that makes these nodes, each with the start that it claims."""
    from llama_index.core.node_parser import NodeParser
    from llama_index.core.schema import TextNode

    class Fixed(NodeParser):
        def _parse_nodes(self, nodes_: Any, show_progress: bool = False, **kwargs: Any) -> list[Any]:
            return [TextNode(text=text, start_char_idx=start) for text, start in nodes]

        def get_nodes_from_documents(self, documents: Any, show_progress: bool = False, **kwargs: Any) -> list[Any]:
            return self._parse_nodes(documents)

    return Fixed()


def test_the_sentence_splitter_gives_exact_spans() -> None:
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=20, chunk_overlap=0, tokenizer=list, paragraph_separator="\n\n", include_metadata=False
    )
    passages = chunked(splitter)
    assert len(passages) > 3
    assert all(passage.span.of(TEXT).strip() for passage in passages)
    assert passages[0].context == "Handbook › Leave"
    covered = {offset for passage in passages for offset in range(*passage.span)}
    assert all(character.isspace() for offset, character in enumerate(TEXT) if offset not in covered)


def test_a_repeated_sentence_is_found_where_the_node_stands() -> None:
    spans = [passage.span for passage in chunked(fixed(("Staff have five days.", 0), ("Staff have five days.", 48)))]
    assert [span.of(TEXT) for span in spans] == ["Staff have five days."] * 2
    assert spans[0].start == 0
    assert spans[1].start == TEXT.rindex("Staff")


def test_nodes_without_positions_are_searched_in_order() -> None:
    spans = [passage.span for passage in chunked(fixed(("They may carry over two.", None), ("Staff have five", None)))]
    assert [span.of(TEXT) for span in spans] == ["They may carry\nover two.", "Staff have five"]
    assert spans[1].start == TEXT.rindex("Staff")


def test_a_false_position_is_not_believed() -> None:
    [passage] = chunked(fixed(("满十年后增加至十天。", 0)))
    assert passage.span.of(TEXT) == "满十年后增加至十天。"


def test_rewritten_text_is_refused() -> None:
    with pytest.raises(ValueError, match="made text that the document does not hold"):
        chunked(fixed(("A summary of it all.", 0)))


def test_empty_nodes_and_doubles_make_no_passages() -> None:
    assert len(chunked(fixed(("  ", None), ("五天带薪年假", None), ("五天带薪年假", None)))) == 1


def test_no_node_reaches_over_furniture() -> None:
    text = "Staff have five days.\n\nAnnual report\n\nThey may carry over two."
    kinds = [(ElementKind.PARAGRAPH, 0, 21), (ElementKind.FURNITURE, 23, 36), (ElementKind.PARAGRAPH, 38, len(text))]
    parsed = ParsedDocument(text, tuple(Element(kind, Span(start, end)) for kind, start, end in kinds))

    assert [passage.span.of(text) for passage in chunked(whole(), parsed)] == [
        "Staff have five days.",
        "They may carry over two.",
    ]


def whole() -> Any:
    """A node parser that leaves its document whole."""
    from llama_index.core.node_parser import NodeParser
    from llama_index.core.schema import TextNode

    class Whole(NodeParser):
        def _parse_nodes(self, nodes_: Any, show_progress: bool = False, **kwargs: Any) -> list[Any]:
            return [TextNode(text=node.get_content()) for node in nodes_]

    return Whole()
