"""The quality of a version as the database keeps it: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rag.documents import PageQuality, Quality


def quality_to_json(quality: Quality) -> dict[str, Any]:
    return asdict(quality)


def quality_from_json(record: Mapping[str, Any] | None) -> Quality | None:
    """None for versions that were read before their quality was kept, or not read yet."""
    if record is None:
        return None
    return Quality(**{**record, "poor_pages": tuple(PageQuality(*page) for page in record["poor_pages"])})
