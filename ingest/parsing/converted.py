"""OpenDocument text, EPUB and RTF: pandoc turns them into HTML, which is then read like any other."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.draft import Draft
from ingest.parsing.html import write_html
from ingest.parsing.records import UnreadableFormat, reason_of
from rag.documents import ParsedDocument


def parse_converted(path: Path, pandoc_format: str) -> ParsedDocument:
    """`--sandbox` keeps pandoc from every file and address but this one. Raises UnreadableFormat."""
    import pypandoc

    try:
        markup = pypandoc.convert_file(
            str(path), "html", format=pandoc_format, extra_args=["--sandbox", "--wrap=none", "--standalone"]
        )
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        raise UnreadableFormat(reason_of(error)) from None
    draft = Draft()
    title = write_html(draft, markup)
    return draft.finish(f"pandoc-{pandoc_format}", title if title and title != path.stem else None)
