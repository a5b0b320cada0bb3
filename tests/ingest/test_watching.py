"""A folder that the worker watches, and what becomes of its files' documents."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from api.services import Services
from ingest.watching import FolderWatcher
from rag.documents import VersionStatus
from tests.running import tiny_settings, until, with_services

LEAVE = "# Leave\n\nThe notice period is 30 days.\n"
LONGER = "# Leave\n\nThe notice period is 145 days.\n"


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1e9, 1e9 + len(text)))  # long settled


async def at_rest(services: Services) -> None:
    async def idle() -> bool:
        return not await services.stores.jobs.unfinished_jobs()

    await until(idle)


def test_what_changes_in_the_folder_changes_in_the_collection(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()

    async def scenario(services: Services) -> None:
        watcher = FolderWatcher(services.stores.documents, services.intake, {"hr": folder}, 30)
        write(folder / "leave.md", LEAVE)
        write(folder / "travel.md", "# Travel\n\nHotels up to 140 euros.\n")
        write(folder / "bad.html", "<html></html>")

        await watcher.look()
        await at_rest(services)
        before = {one.document.uri.rpartition("/")[2]: one for one in await services.stores.documents.documents("hr")}
        generation = await services.stores.documents.generation()
        await watcher.look()
        unchanged = await services.stores.documents.generation()

        (folder / "leave.md").rename(folder / "notice.md")
        (folder / "travel.md").unlink()
        write(folder / "fresh.md", "# Fresh\n\nBrand new.\n")
        (folder / "writing.md").write_text("# Half a")
        await watcher.look()
        await at_rest(services)
        after = {one.document.uri.rpartition("/")[2]: one for one in await services.stores.documents.documents("hr")}

        assert set(before) == {"leave.md", "travel.md", "bad.html"}
        assert unchanged == generation
        assert not await services.stores.jobs.unfinished_jobs()
        assert set(after) == {"notice.md", "fresh.md", "bad.html"}
        assert after["notice.md"].document.id == before["leave.md"].document.id
        assert after["notice.md"].version == before["leave.md"].version

        write(folder / "notice.md", LONGER)
        await watcher.look()
        await at_rest(services)
        states = await services.stores.documents.versions(after["notice.md"].document.id)
        assert [state.status for state in states] == [VersionStatus.LIVE, VersionStatus.SUPERSEDED]

    with_services(tmp_path / "data", scenario)


def test_a_folder_that_vanishes_deletes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    write(folder / "leave.md", LEAVE)

    async def scenario(services: Services) -> None:
        watcher = FolderWatcher(services.stores.documents, services.intake, {"hr": folder}, 30)
        await watcher.look()
        await at_rest(services)

        (folder / "leave.md").unlink()
        await watcher.look()
        shutil.rmtree(folder)
        await watcher.look()
        await watcher.look()

        assert len(await services.stores.documents.documents("hr")) == 1

    with_services(tmp_path / "data", scenario)

    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_the_service_watches_what_the_settings_name(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    write(folder / "leave.md", LEAVE)

    async def scenario(services: Services) -> None:
        async def is_there() -> bool:
            listed = await services.stores.documents.documents("hr")
            return [one.version is not None for one in listed] == [True]

        await until(is_there)

    with_services(tiny_settings(tmp_path / "data", ingest={"watch": {"hr": folder}}), scenario)
