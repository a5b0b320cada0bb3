from __future__ import annotations

from pathlib import Path

import pytest

from rag.models.chat_pace import ChatPace, Rates


def timed(pace: ChatPace, *, prompt: int = 800, reading: float = 10, written: int = 40, writing: float = 4) -> None:
    pace.observe("qwen", prompt_tokens=prompt, reading_s=reading, written_tokens=written, writing_s=writing)


def test_the_first_reply_is_the_rate_and_later_ones_move_it() -> None:
    pace = ChatPace()
    timed(pace)
    first = pace.rates("qwen")
    timed(pace, reading=5)

    assert first == Rates(80, 10, 1)
    assert pace.rates("qwen") == Rates(pytest.approx(104), 10, 2)  # type: ignore[arg-type]
    assert pace.rates("another") is None


@pytest.mark.parametrize("how", [{"written": 3}, {"writing": 0}, {"reading": 0}, {"prompt": 0}])
def test_what_tells_nothing_is_passed_over(how: dict[str, int]) -> None:
    pace = ChatPace()
    timed(pace, **how)  # type: ignore[arg-type]

    assert pace.rates("qwen") is None


def test_rates_are_known_after_a_restart(tmp_path: Path) -> None:
    timed(ChatPace(tmp_path / "chat_pace.json"))

    assert ChatPace(tmp_path / "chat_pace.json").rates("qwen") == Rates(80, 10, 1)


@pytest.mark.parametrize("content", ["", "[1]", '{"qwen": 3}', '{"qwen": {"speed": 1}}'])
def test_a_broken_file_is_measured_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "chat_pace.json"
    file.write_text(content)
    pace = ChatPace(file)
    timed(pace)

    assert ChatPace(file).rates("qwen") == Rates(80, 10, 1)


def test_a_full_disk_ends_no_answer(tmp_path: Path) -> None:
    pace = ChatPace(tmp_path / "missing" / "chat_pace.json")
    timed(pace)

    assert pace.rates("qwen") == Rates(80, 10, 1)
