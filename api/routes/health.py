"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

from api.dependencies import ServicesDep
from api.schemas import HealthOut
from rag.errors import ChuchuError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> HealthOut:
    """The process lives."""
    return HealthOut(status="ok")


@router.get("/readyz")
async def readyz(services: ServicesDep, response: Response) -> HealthOut:
    """Database and index answer; 503 with the one that does not."""
    checks = {"database": services.stores.documents.generation, "index": services.index.count}
    found = {name: await _state(check) for name, check in checks.items()}
    ready = all(state == "ok" for state in found.values())
    response.status_code = 200 if ready else 503
    return HealthOut(status="ok" if ready else "unavailable", checks=found)


async def _state(check: Callable[[], Awaitable[object]]) -> str:
    try:
        await check()
    except ChuchuError as error:
        return error.message()
    return "ok"
