"""What filters can ask of a passage's document: its media type, and the metadata that came with it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

TAGS = "tags"
"""The metadata entry that holds a document's tags, separated by commas or semicolons of either width, or by 、."""
DATE = "date"
"""The metadata entry that holds a document's date, in ISO 8601."""

_BETWEEN_TAGS = re.compile(r"[,;，；、]")


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes of a document, as they are kept with each of its passages. An absent one passes no filter."""

    media_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def tags(self) -> list[str]:
        parts = (part.strip() for part in _BETWEEN_TAGS.split(self.metadata.get(TAGS, "")))
        return list(dict.fromkeys(part for part in parts if part))

    @property
    def numbers(self) -> dict[str, float]:
        """The metadata whose values are numbers."""
        read = {key: _number(value) for key, value in self.metadata.items()}
        return {key: value for key, value in read.items() if value is not None}

    @property
    def moments(self) -> dict[str, datetime]:
        """The metadata whose values are dates or times in ISO 8601."""
        read = {key: moment(value) for key, value in self.metadata.items()}
        return {key: value for key, value in read.items() if value is not None}


NO_ATTRIBUTES = Attributes()


def moment(value: str) -> datetime | None:
    """A date or time in ISO 8601, None for anything else. A date is its midnight; without a zone, it is in UTC."""
    try:
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _number(value: str) -> float | None:
    try:
        read = float(value)
    except ValueError:
        return None
    return read if math.isfinite(read) else None
