"""What unstructured makes of a file by itself, with its own defaults: the reader that ours is measured against."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ingest.parsing.sentence_model import provide_sentence_model

READ_BY_UNSTRUCTURED = frozenset({".html", ".docx", ".pptx", ".xlsx", ".xlsm"})


def unstructured_texts(paths: Iterable[Path]) -> dict[Path, str]:
    """The texts of the elements of each file that it reads, a line each; empty where it fails."""
    texts = {}
    before = Path.cwd()
    os.environ |= {"UNSTRUCTURED_DISABLE_NOTICE": "1", "DO_NOT_TRACK": "1", "SCARF_NO_ANALYTICS": "true"}
    with tempfile.TemporaryDirectory(prefix="chuchu-bench-") as folder:
        os.chdir(folder)
        try:
            provide_sentence_model()
            for path in paths:
                if path.suffix in READ_BY_UNSTRUCTURED:
                    texts[path] = _text(path)
        finally:
            os.chdir(before)
    return texts


def _text(path: Path) -> str:
    from unstructured.partition.docx import partition_docx
    from unstructured.partition.html import partition_html
    from unstructured.partition.pptx import partition_pptx
    from unstructured.partition.xlsx import partition_xlsx

    readers = {".html": partition_html, ".docx": partition_docx, ".pptx": partition_pptx}
    reader = readers.get(path.suffix, partition_xlsx)
    try:
        return "\n".join(element.text for element in reader(filename=str(path)))
    except Exception as error:  # noqa: BLE001 - the baseline loses a file that it cannot read, as its users would
        logging.getLogger("chuchu.benchmarks").warning("unstructured cannot read %s: %s", path.name, error)
        return ""
