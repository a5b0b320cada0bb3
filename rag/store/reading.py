"""What is known of a version once its file has been read. A frozen record, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.documents import Language, Quality
from rag.store.quality_record import quality_to_json


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts of a version that parsing and judging decide."""

    characters: int
    pages: int
    language: Language
    parser: str
    warnings: tuple[str, ...]
    quality: Quality | None

    def columns(self) -> dict[str, Any]:
        """As the versions' table has them."""
        return {
            "characters": self.characters,
            "pages": self.pages,
            "language": self.language,
            "parser": self.parser,
            "warnings": list(self.warnings),
            "quality": quality_to_json(self.quality) if self.quality else None,
        }
