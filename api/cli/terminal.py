"""The terminal that a command speaks to: its language, its colours, its errors."""

from __future__ import annotations

import locale
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import ChuchuError, MessageLanguage, SettingsInvalid
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Terminal:
    """Says things in the reader's language. Results go to stdout, everything else to stderr."""

    language: MessageLanguage

    @classmethod
    def of(cls, settings: Settings) -> Terminal:
        return cls(settings.language if settings.language != "auto" else _environment_language())

    @classmethod
    def plain(cls) -> Terminal:
        """For what goes wrong before, or because of, the settings."""
        try:
            return cls.of(load_settings())
        except SettingsInvalid:
            return cls(_environment_language())

    @property
    def out(self) -> Console:
        from rich.console import Console

        # A file or a pipe has no width; rich would take 80 columns and cut ids short.
        return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)

    @property
    def err(self) -> Console:
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def text(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english

    def error(self, error: ChuchuError) -> None:
        print(f"{self.text('Error', '错误')} [{error.code}]: {error.message(self.language)}", file=sys.stderr)


def _environment_language() -> MessageLanguage:
    """Chinese in a Chinese terminal. The variables are read in the order in which the C library honours them."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
