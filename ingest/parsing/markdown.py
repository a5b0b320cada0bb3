"""Markdown: CommonMark with tables. Marks that only shape the words are left out; the words stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.parsing.draft import Draft
from ingest.parsing.encodings import decode
from ingest.parsing.html import flat_text
from ingest.parsing.wrapping import unwrap
from rag.documents import ElementKind, ParsedDocument

if TYPE_CHECKING:
    from markdown_it.token import Token

PARSER = "markdown-it"
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?:[\w-]+:.*\r?\n|[ \t#-].*\r?\n)+---[ \t]*\r?\n")


def parse_markdown(path: Path) -> ParsedDocument:
    from markdown_it import MarkdownIt

    decoded = decode(path.read_bytes())
    draft = Draft()
    draft.warnings += decoded.warnings
    # Reading quotation marks or links for us would change the text that citations quote.
    reader = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
    _write(draft, reader.parse(_without_front_matter(decoded.text)))
    return draft.finish(PARSER)


def _without_front_matter(text: str) -> str:
    """The text without YAML between two `---` lines at its very start, which is about the page and not of it."""
    found = _FRONT_MATTER.match(text)
    return text[found.end() :] if found else text


def _write(draft: Draft, tokens: Sequence[Token]) -> None:
    heading = 0
    list_depth = 0
    number = ""
    remaining = iter(tokens)
    for token in remaining:
        match token.type:
            case "heading_open":
                heading = int(token.tag[1])
            case "list_item_open" | "list_item_close":
                list_depth += token.nesting
                number = f"{token.info}{token.markup} " if token.info and token.nesting > 0 else ""
            case "inline":
                _write_inline(draft, token, heading, number, in_list=list_depth > 0)
                heading, number = 0, ""
            case "fence" | "code_block":
                draft.code(token.content)
            case "html_block":
                draft.add(ElementKind.PARAGRAPH, flat_text(token.content))
            case "table_open":
                draft.table(list(_rows(remaining)), has_header=True)


def _write_inline(draft: Draft, token: Token, heading: int, number: str, *, in_list: bool) -> None:
    """`number` is that of an ordered list's item, as it stands in the file."""
    text = number + _text(token.children or ())
    if heading:
        draft.heading(text, heading)
        return
    lines = unwrap([line.strip() for line in text.split("\n") if line.strip()])
    draft.add(ElementKind.LIST_ITEM if in_list else ElementKind.PARAGRAPH, "\n".join(lines))


def _rows(remaining: Iterator[Token]) -> Iterator[list[str]]:
    """Takes the tokens of one table, its end included."""
    row: list[str] = []
    for token in remaining:
        if token.type == "table_close":
            return
        if token.type == "inline":
            row.append(_text(token.children or ()))
        elif token.type == "tr_close":
            yield row
            row = []


def _text(children: Sequence[Token]) -> str:
    return "".join(_piece(child) for child in children)


def _piece(child: Token) -> str:
    match child.type:
        case "text" | "code_inline":
            return child.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "image":
            return child.content
        case "html_inline":
            return "\n" if child.content.lower().startswith("<br") else ""
        case _:
            return ""
