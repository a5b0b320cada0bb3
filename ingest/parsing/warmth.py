"""What makes the first parse slow, done ahead of it."""

from __future__ import annotations

from pathlib import Path

SPACY_MODEL = "en_core_web_sm"


def lay_out_scratch(folder: Path) -> None:
    """Put into a parser's working directory what unstructured looks for there.

    unstructured loads a spaCy model by the name `en_core_web_sm`, for which spaCy also takes a folder of that name,
    and downloads one when there is none. It only tells narrative from other text by it, which we do not use: a
    pipeline that finds sentence ends by punctuation serves, loads in 0.3 s rather than 3, and parses a long HTML
    page three times as fast.
    """
    if (folder / SPACY_MODEL).exists():
        return
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.to_disk(folder / SPACY_MODEL)


def warm() -> None:
    """Load what parses office files and web pages, into the process whose working directory was laid out."""
    lay_out_scratch(Path.cwd())
    from unstructured.partition.docx import partition_docx  # noqa: F401
    from unstructured.partition.html import partition_html
    from unstructured.partition.pptx import partition_pptx  # noqa: F401
    from unstructured.partition.xlsx import partition_xlsx  # noqa: F401

    partition_html(text="<p>One sentence. Another one.</p>", languages=[""])
