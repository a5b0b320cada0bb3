"""PDF pages: from the file to passages, before embedding."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Run
from benchmarks.startup import REPOSITORY
from ingest.chunking import chunk
from ingest.parsing.records import Parsed, ParseLimits
from ingest.parsing.sandbox import ParserPool
from ingest.passages import Origin
from ingest.pieces import CountTokens
from rag.models.factory import make_embedder

PDFS = REPOSITORY / "samples" / "documents"
_ORIGIN = Origin("document", "version", "default", "Many pages")


def measure(run: Run) -> Iterator[Figure]:
    """The pages of the sample PDFs, Chinese and English, over and over in one file.

    Parsed in the parser process that the service uses, the way there and back included; chunked with the embedding
    model's own tokens.
    """
    run.say("loading the tokenizer")
    count_tokens = make_embedder(run.settings.embedding, run.settings.models_dir).count_tokens
    pages = run.size(400, 6)
    run.say(f"{pages} pages")
    with TemporaryDirectory(prefix="chuchu-bench-") as folder:
        path = Path(folder) / "pages.pdf"
        write_pdf(path, pages)
        parse_s, chunk_s = asyncio.run(parse_and_chunk_seconds(path, pages, run, count_tokens))
    yield Figure("PDF, parse and chunk", pages / (parse_s + chunk_s), "pages/s")
    yield Figure("PDF, parse alone", pages / parse_s, "pages/s")


def write_pdf(path: Path, pages: int) -> None:
    """A PDF of that many pages, taken in turn from the samples."""
    import pypdfium2 as pdfium

    samples = [pdfium.PdfDocument(sample) for sample in sorted(PDFS.glob("*.pdf"))]
    whole = pdfium.PdfDocument.new()
    every_page = [(sample, page) for sample in samples for page in range(len(sample))]
    for source, page in islice(cycle(every_page), pages):
        whole.import_pages(source, [page])
    whole.save(path)
    for document in (whole, *samples):
        document.close()


async def parse_and_chunk_seconds(path: Path, pages: int, run: Run, count_tokens: CountTokens) -> tuple[float, float]:
    """Raises RuntimeError when not every page was read."""
    async with ParserPool(ParseLimits.of(run.settings.ingest)) as parsers:
        await parsers.parse(path, path.name)  # starts the process and loads its libraries
        started = time.perf_counter()
        parsed: Parsed = await parsers.parse(path, path.name)
        parse_s = time.perf_counter() - started
    if len(parsed.document.pages) != pages:
        raise RuntimeError(f"{len(parsed.document.pages)} of {pages} pages were read")
    started = time.perf_counter()
    passage_tokens = run.settings.ingest.passage_tokens
    chunk(parsed.document, origin=_ORIGIN, count_tokens=count_tokens, passage_tokens=passage_tokens)
    return parse_s, time.perf_counter() - started
