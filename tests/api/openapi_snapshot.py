"""Renews `openapi.json` beside this file: `python -m tests.api.openapi_snapshot`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from api.app import create_app
from api.services import Services
from tests.running import with_services


async def _schema(services: Services) -> dict[str, Any]:
    return create_app(services).openapi()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        schema = with_services(Path(folder), _schema, working=False)
    text = json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True)
    Path(__file__).with_name("openapi.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
