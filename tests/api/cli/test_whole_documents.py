"""`chuchu summarize` and `chuchu compare`: documents by title, what is printed, and what ends them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

pytestmark = pytest.mark.slow  # every command is a process of its own, seconds each

if TYPE_CHECKING:
    from conftest import CommandLine

OLD = "# Terms 2023\n\nThe deposit for the rented flat in Ningbo is 900 euros.\n"
NEW = "# Terms 2024\n\nThe deposit for the rented flat in Ningbo is 1200 euros.\n"


def test_documents_are_summarised_and_compared_by_their_titles(chuchu: CommandLine) -> None:
    chuchu.run("ingest", chuchu.write({"old.md": OLD, "new.md": NEW}))

    summary = chuchu.run("summarize", "terms 2023", "--length", "short")
    as_json = json.loads(chuchu.run("summarize", "old.md", "--json").stdout)
    compared = chuchu.run("compare", "Terms 2023", "Terms 2024")
    ambiguous = chuchu.run("summarize", "terms")
    unknown = chuchu.run("summarize", "nothing", LANG="zh_CN.UTF-8")
    french = chuchu.run("summarize", "Terms 2023", "--language", "fr")

    assert summary.stdout.startswith("Terms 2023\nThe deposit for the rented flat in Ningbo is 900 euros. [1] ✓\n")
    assert as_json["mode"] == "extractive"
    assert "900 euros [1] | 1200 euros [2]" in compared.stdout
    assert "[2] Terms 2024\n    “The deposit for the rented flat in Ningbo is 1200 euros.”" in compared.stdout
    assert (ambiguous.returncode, ambiguous.stderr.split(":")[0]) == (1, "Error [document-ambiguous]")
    assert unknown.stderr.startswith("错误 [document-not-found]")
    assert french.returncode == 2


def test_an_estimate_and_a_disagreement_are_printed(chuchu: CommandLine) -> None:
    chuchu.run("ingest", chuchu.write({"old.md": OLD, "new.md": NEW.replace("# Terms 2024", "# Terms")}))
    question = "What is the deposit for the flat?"

    estimate = chuchu.run("ask", question, "--estimate")
    answer = chuchu.run("ask", question, "--extractive", LANG="zh_CN.UTF-8")

    assert "Sources: 2 passages, " in estimate.stdout
    assert "No chat model is asked." in estimate.stdout
    assert "文档之间不一致：" in answer.stdout
    assert "900 euros" in answer.stdout
