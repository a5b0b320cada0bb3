"""Search: the passages that may answer, without an answer."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import ServicesDep
from api.filters import filter_of
from api.schemas import SearchIn, SearchOut
from api.views import passage_out

router = APIRouter(prefix="/v1/search", tags=["questions"])


@router.post("")
async def search(services: ServicesDep, asked: SearchIn) -> SearchOut:
    """Passages in either language, best first."""
    found = await services.retriever.retrieve(
        asked.query, collection=asked.collection, limit=asked.limit, filter=filter_of(asked.filter)
    )
    return SearchOut(
        query=asked.query,
        language=found.language,
        passages=[passage_out(passage) for passage in found.passages],
        seconds=round(found.seconds, 4),
        notices=list(found.notices),
    )
