"""Versions of documents: what a citation points into, as a page image or as text."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api.dependencies import ServicesDep
from api.schemas import QuoteOut, VersionOut
from api.views import version_out
from rag.documents import Span

router = APIRouter(prefix="/v1/documents/{document_id}/versions/{version_id}", tags=["documents"])

Offset = Annotated[int, Query(ge=0, description="Character offset in the version's text.")]


@router.get("")
async def show(services: ServicesDep, document_id: str, version_id: str) -> VersionOut:
    """What became of a version that a citation points into: `live`, `superseded` by a later one, or `deleted`."""
    return version_out(await services.stores.documents.version(document_id, version_id))


@router.get("/pages/{number}", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def page(
    services: ServicesDep,
    document_id: str,
    version_id: str,
    number: Annotated[int, Path(ge=1)],
    start: Offset = 0,
    end: Offset = 0,
) -> Response:
    """A page as PNG with the span's boxes drawn. A version never changes, so the picture may be kept."""
    image = await services.pages.image(document_id, version_id, number, Span(start, end))
    return Response(image, media_type="image/png", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.get("/text")
async def text(
    services: ServicesDep,
    document_id: str,
    version_id: str,
    start: Offset,
    end: Offset,
    around: Annotated[int, Query(ge=0, le=5000)] = 600,
) -> QuoteOut:
    """The words at a span, and those around them."""
    return QuoteOut.model_validate(await services.pages.quote(document_id, version_id, Span(start, end), around))
