"""docs/settings.md is the settings' own description of themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rag.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_model_says() -> None:
    made = subprocess.run([sys.executable, ROOT / "scripts" / "settings-docs"], capture_output=True, check=True)

    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert page == made.stdout.decode(), "run `scripts/settings-docs > docs/settings.md`"


def test_every_setting_says_what_it_is_for() -> None:
    sections = {name: getattr(entry.annotation, "model_fields", {}) for name, entry in Settings.model_fields.items()}
    entries = {name: Settings.model_fields[name] for name, section in sections.items() if not section}
    entries |= {f"{name}.{inner}": entry for name, section in sections.items() for inner, entry in section.items()}

    assert len(entries) > 30
    assert [name for name, entry in entries.items() if not entry.description] == []
