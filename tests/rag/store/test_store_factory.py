from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rag.errors import DatabaseUnavailable, SettingsInvalid
from rag.settings import DatabaseSettings, Settings
from rag.store.database_url import database_url
from rag.store.factory import open_stores


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("", "sqlite+aiosqlite:////data/chuchu.db"),
        ("sqlite:///here.db", "sqlite+aiosqlite:///here.db"),
        ("sqlite:////var/there.db", "sqlite+aiosqlite:////var/there.db"),
        ("postgresql://u:p@h:5433/n", "postgresql+psycopg://u:p@h:5433/n"),
        ("postgres://u:p@h/n?sslmode=require", "postgresql+psycopg://u:p@h/n?sslmode=require"),
        ("postgresql+psycopg://u@h/n", "postgresql+psycopg://u@h/n"),
    ],
)
def test_urls_get_the_driver_that_we_use(given: str, opened: str) -> None:
    url = database_url(DatabaseSettings(url=given), Path("/data"))

    assert url.render_as_string(hide_password=False) == opened


@pytest.mark.parametrize(
    "given", ["mysql://u:secret@h/n", "secret", "sqlite://", "sqlite:///:memory:", "x://u:secret@h:p/n"]
)
def test_urls_that_cannot_be_opened_are_refused_without_repeating_them(given: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        database_url(DatabaseSettings(url=given), Path("/data"))

    assert "database.url" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.anyio
async def test_all_stores_open_in_a_new_folder_that_is_the_owners_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "data"

    stores = await open_stores(Settings(), data_dir)
    await stores.blobs.put("texts/1", b"x")
    listed = await stores.documents.documents()
    unfinished = await stores.jobs.unfinished_jobs()
    await stores.close()

    assert (listed, unfinished) == ([], [])
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in data_dir.glob("chuchu.db*")} == {0o600}


@pytest.mark.anyio
async def test_a_database_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    settings = Settings(database=DatabaseSettings(url=f"sqlite:///{tmp_path}/none/chuchu.db"))

    with pytest.raises(DatabaseUnavailable, match="No such file"):
        await open_stores(settings, tmp_path)
