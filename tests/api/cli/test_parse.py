"""`chuchu parse` shows a file as it is understood, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app

PRICES = "# Prices\n\nAll in euros.\n\n| name | price |\n|---|---|\n| bolt | 12 |\n"


@pytest.fixture
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHUCHU_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "prices.md"
    path.write_text(PRICES, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["elements: 1 title, 1 text, 1 table", "[table] · Prices\n    name | price\n    bolt | 12"]),
        ("zh", ["元素: 1 标题, 1 正文, 1 表格", "[表格] · Prices\n    name | price\n    bolt | 12"]),
    ],
)
def test_elements_and_tables_are_shown(
    prices: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: list[str]
) -> None:
    monkeypatch.setenv("CHUCHU_LANGUAGE", language)

    result = CliRunner().invoke(app, ["parse", str(prices)])

    assert result.exit_code == 0
    assert [line for line in said if line not in result.stdout] == []


def test_json_holds_the_text_and_its_spans(prices: Path) -> None:
    told = json.loads(CliRunner().invoke(app, ["parse", str(prices), "--json"]).stdout)

    assert told["title"] == "Prices"
    start, end = told["elements"][1]["span"]
    assert told["text"][start:end] == "All in euros."


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["parse", str(tmp_path / "none.pdf")])

    assert result.exit_code == 1
    assert "none.pdf" in str(result.exception)
