"""Pictures of pages are recognised side by side, and come back in their order."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingest.parsing.cpu_slots import CpuSlots
from ingest.parsing.page_lines import PageLines
from ingest.parsing.recognised_cache import RecognisedCache
from ingest.parsing.recognised_lines import recognised_lines
from ingest.parsing.recognition import Picture
from ingest.parsing.records import Recognition

RECOGNISER = "rapidocr"
OnRecognised = Callable[[int], None]
"""Told the number of each page whose text was recognised."""

log = logging.getLogger("chuchu.ingest.parsing")


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page to recognise: its number, its size in points, and how it looks."""

    number: int
    width: float
    height: float
    picture: Picture


def recognised_pages(pages: Iterable[PagePicture], options: Recognition, on_page: OnRecognised) -> Iterator[PageLines]:
    """The pages' lines in the order of the pages; a page that upsets the engine is left out.

    Pictures are asked for in this thread, which is the only one that may draw them, and only as many as are at work.
    """
    slots = CpuSlots(Path(options.slots_folder) if options.slots_folder else None, options.cores)
    cache = RecognisedCache(Path(options.cache_folder) if options.cache_folder else None, options.keep_s, slots)
    cache.forget_old()
    waiting: deque[Future[PageLines | None]] = deque()

    def next_done() -> Iterator[PageLines]:
        done = waiting.popleft().result()
        if done is not None:
            on_page(done.number)
            yield done

    with ThreadPoolExecutor(options.threads, thread_name_prefix="recognise") as threads:
        for page in pages:
            waiting.append(threads.submit(_recognised, page, cache))
            if len(waiting) >= options.threads:
                yield from next_done()
        while waiting:
            yield from next_done()


def _recognised(page: PagePicture, cache: RecognisedCache) -> PageLines | None:
    try:
        found = cache.page(page.picture)
    except (MemoryError, OSError):
        raise
    except Exception:  # the engine fails in its own ways on odd pictures, which cost their page alone
        log.warning("page %d could not be recognised", page.number, exc_info=True)
        return None
    return recognised_lines(found, page.number, page.width, page.height)
