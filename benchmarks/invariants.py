"""What must hold of a service at rest, whatever happened to it before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.services import Services
from benchmarks.workload import COLLECTION, Content, Expectation, Expectations
from rag.documents import DocumentVersion, VersionStatus
from rag.errors import DocumentNotFound
from rag.store.listings import DocumentListing
from rag.store.places import place_id

_POLL_S = 0.05
_PATIENCE_S = 180.0


@dataclass
class Violations:
    """By kind, a line for each. All empty is right."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [f"{kind}: {line}" for kind, lines in vars(self).items() for line in lines]

    def add(self, other: Violations) -> None:
        for kind, lines in vars(other).items():
            getattr(self, kind).extend(lines)


async def at_rest(services: Services) -> None:
    """Wait until nothing is to be done or to be removed. Raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE_S
    while await services.stores.jobs.unfinished_jobs() or await services.stores.documents.pending_removals():
        if time.monotonic() > deadline:
            unfinished = [(job.id, job.status.value, job.stage) for job in await services.stores.jobs.unfinished_jobs()]
            raise TimeoutError(f"not at rest after {_PATIENCE_S:g} s: {unfinished}")
        await asyncio.sleep(_POLL_S)


async def violations(services: Services, expectations: Expectations) -> Violations:
    """Look at everything. What was asked for without an answer is settled in the expectations."""
    found = Violations()
    for uri, expected in expectations.items():
        await _check_document(services, uri, expected, found)
    await _check_index(services, found)
    await _check_blobs(services, found)
    return found


async def _check_document(services: Services, uri: str, expected: Expectation, found: Violations) -> None:
    """Acknowledged means: answerable, failed with a reason, or deleted."""
    try:
        listing = await services.stores.documents.document(place_id(COLLECTION, uri))
    except DocumentNotFound:
        listing = None
    for last, live in expected.candidates():
        if await _is_so(services, listing, last, live):
            expected.settle(last, live)
            return
    found.lost.append(f"{uri}: {_described(listing)} instead of one of {expected.candidates()!r:.400}")


async def _is_so(
    services: Services, listing: DocumentListing | None, last: Content | None, live: Content | None
) -> bool:
    if last is None or listing is None:
        return last is None and listing is None
    hash_live = listing.version.content_hash if listing.version else None
    if hash_live != (live.sha256 if live else None) or listing.job is None:
        return False
    ended = listing.job.failure is not None if not last.readable else True
    return ended and (live is None or await _is_answerable(services, live, listing))


async def _is_answerable(services: Services, content: Content, listing: DocumentListing) -> bool:
    retrieved = await services.retriever.retrieve(f"What does part 1 of {content.word} weigh?", collection=COLLECTION)
    return any(passage.passage.version_id == listing.document.live_version for passage in retrieved.passages)


def _described(listing: DocumentListing | None) -> str:
    if listing is None:
        return "no document"
    version = listing.version.content_hash[:8] if listing.version else "nothing"
    job = f"{listing.job.status} {listing.job.error_code} {listing.job.error_details}" if listing.job else "no job"
    return f"live {version}, {job}"


async def _all_versions(services: Services) -> list[DocumentVersion]:
    """Those of deleted documents, too, which no listing shows."""
    documents = services.stores.documents
    return [version for one in await documents.ids() for version in await documents.versions(one)]


async def _check_index(services: Services, found: Violations) -> None:
    known = 0
    for version in await _all_versions(services):
        passages = len(await services.index.version_passage_ids(version.id))
        known += passages
        if version.status is not VersionStatus.LIVE:
            found.dead += [f"{passages} passages of the {version.status} {version.id}"] if passages else []
        elif passages > version.passages:
            found.doubled.append(f"{passages} passages of {version.id}, which has {version.passages}")
        elif passages < version.passages:
            found.lost.append(f"{version.passages - passages} passages of {version.id}")
    stray = await services.index.count() - known
    found.orphans += [f"{stray} passages of no version"] if stray else []
    counted = sum(seen.count for seen in (await services.stores.documents.language_means()).values())
    if counted != known:
        found.doubled.append(f"{counted} vectors in the language means of {known} passages")


async def _check_blobs(services: Services, found: Violations) -> None:
    versions = await _all_versions(services)
    texts = {v.id for v in versions if v.status in (VersionStatus.LIVE, VersionStatus.SUPERSEDED)}
    files = {f"originals/{v.content_hash}" for v in versions if v.status is not VersionStatus.DELETED}
    keys = set(await services.stores.blobs.keys())
    found.orphans += [key for key in sorted(keys) if not _is_needed(key, texts, files)]
    found.lost += [f"the text of {one}" for one in sorted(texts) if f"versions/{one}/parsed.json.gz" not in keys]
    found.lost += _missing(files, keys)


def _is_needed(key: str, texts: set[str], files: set[str]) -> bool:
    folder, _, name = key.partition("/")
    if folder == "versions":
        return name.partition("/")[0] in texts
    return folder != "originals" or key in files


def _missing(files: Iterable[str], keys: set[str]) -> list[str]:
    return [f"the file {key}" for key in sorted(files) if key not in keys]
