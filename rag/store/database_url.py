"""Where the database is: from the setting `database.url` to a URL with the driver that we use."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, exc, make_url

from rag.errors import SettingsInvalid
from rag.settings import DatabaseSettings

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def database_url(settings: DatabaseSettings, data_dir: Path) -> URL:
    """The URL to open; an empty setting is the file `chuchu.db` in the data folder. Raises SettingsInvalid."""
    given = settings.url.get_secret_value()
    if not given:
        return URL.create(_DRIVERS["sqlite"], database=str(data_dir / "chuchu.db"))
    try:
        url = make_url(given)
    except (exc.ArgumentError, ValueError):
        # the parser's own words repeat the URL, and with it the password
        raise _invalid("it is not a URL") from None
    kind = url.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise _invalid(f"{kind} is not supported, only sqlite and postgresql are")
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise _invalid("SQLite needs a file, as in sqlite:////var/lib/chuchu/chuchu.db")
    return url.set(drivername=_DRIVERS[kind])


def _invalid(reason: str) -> SettingsInvalid:
    return SettingsInvalid(source="chuchu.toml / CHUCHU_DATABASE__URL", path="database.url", reason=reason)
