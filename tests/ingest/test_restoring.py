from __future__ import annotations

import shutil
from pathlib import Path

from api.services import Services
from tests.running import ingested, until, with_services


async def _found(services: Services, query: str) -> list[str]:
    return [passage.text for passage in (await services.retriever.retrieve(query)).passages]


def test_a_lost_index_is_made_anew_from_the_stored_texts(tmp_path: Path) -> None:
    async def fill(services: Services) -> None:
        await ingested(services, "leave.md", "The notice period is 30 days.")
        await ingested(services, "假期.md", "员工每年有十五天年假。")

    async def ask(services: Services) -> None:
        async def restored() -> bool:
            return await services.index.count() == 2

        await until(restored)
        assert (await _found(services, "notice period"))[0] == "The notice period is 30 days."
        assert (await _found(services, "年假"))[0] == "员工每年有十五天年假。"

    with_services(tmp_path, fill)
    shutil.rmtree(tmp_path / "index")
    with_services(tmp_path, ask)


def test_a_document_missing_from_the_index_is_put_back_beside_the_others(tmp_path: Path) -> None:
    async def lose_one(services: Services) -> None:
        kept = await ingested(services, "kept.md", "The notice period is 30 days.")
        lost = await ingested(services, "lost.md", "The warranty lasts two years.")
        assert kept.version_id != lost.version_id
        await services.index.delete_version(lost.version_id)

    async def ask(services: Services) -> None:
        async def restored() -> bool:
            return await services.index.count() == 2

        await until(restored)
        assert "The warranty lasts two years." in await _found(services, "warranty")

    with_services(tmp_path, lose_one)
    with_services(tmp_path, ask)


def test_a_text_that_was_lost_too_keeps_nothing_else_from_coming_back(tmp_path: Path) -> None:
    async def fill(services: Services) -> None:
        lost = await ingested(services, "lost.md", "The warranty lasts two years.")
        await ingested(services, "kept.md", "The notice period is 30 days.")
        await services.parsed.delete(lost.version_id)

    async def ask(services: Services) -> None:
        new = await ingested(services, "new.md", "Trains are booked by the office.")
        assert new.error_code is None
        assert await services.index.count() == 2

    with_services(tmp_path, fill)
    shutil.rmtree(tmp_path / "index")
    with_services(tmp_path, ask)
